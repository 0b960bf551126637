//! Patterns, and the score functions on vectors: IEEE doubles, only `+ - * /` and the square root, in the order of the
//! page on evaluation, rounded half to even to the decimal grid at the end.

use crate::expr::Step;
use crate::number;

/// Whether a pattern occurs anywhere in a text: all places that could have been reached are followed at once.
pub fn occurs(program: &[Step], text: &str) -> bool {
    let length = text.chars().count();
    let mut here = vec![false; program.len()];
    for (at, next) in text.chars().map(Some).chain([None]).enumerate() {
        // An occurrence may begin at each place.
        let mut open: Vec<usize> = vec![0];
        open.extend(here.iter().enumerate().filter(|(_, reached)| **reached).map(|(place, _)| place));
        let mut reached = vec![false; program.len()];
        let mut after = vec![false; program.len()];
        while let Some(place) = open.pop() {
            match reached.get_mut(place) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match program.get(place) {
                Some(Step::Match) => return true,
                Some(Step::Jump(to)) => open.push(*to),
                Some(Step::Split(a, b)) => open.extend([*a, *b]),
                Some(Step::Start) if at == 0 => open.push(place + 1),
                Some(Step::End) if at == length => open.push(place + 1),
                Some(Step::Ranges(ranges)) => {
                    let point = next.map_or(-1, |c| i64::from(u32::from(c)));
                    if let (true, Some(to)) =
                        (ranges.iter().any(|(a, b)| (*a..=*b).contains(&point)), after.get_mut(place + 1))
                    {
                        *to = true;
                    }
                }
                Some(Step::Start | Step::End) | None => {}
            }
        }
        here = after;
    }
    false
}

/// The nearest double of a decimal.
pub fn double(units: &i128) -> f64 {
    *units as f64 / 1e9
}

/// The nearest decimal, half to even.
pub fn decimal(value: f64) -> Option<i128> {
    let scaled = (value * 1e9).round_ties_even();
    if scaled.is_finite() && scaled.abs() <= 1e30 { number::in_range(scaled as i128) } else { None }
}

fn squares(vector: &[i128]) -> f64 {
    vector.iter().map(double).fold(0.0, |sum, x| sum + x * x)
}

/// The sum of the squares.
pub fn energy(vector: &[i128]) -> Option<i128> {
    if vector.is_empty() { None } else { decimal(squares(vector)) }
}

/// The square root of the energy.
pub fn norm(vector: &[i128]) -> Option<i128> {
    if vector.is_empty() { None } else { decimal(squares(vector).sqrt()) }
}

/// The cosine of the angle between two vectors.
pub fn cosine(a: &[i128], b: &[i128]) -> Option<i128> {
    let dot = a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + double(x) * double(y));
    let lengths = squares(a).sqrt() * squares(b).sqrt();
    if a.len() == b.len() && lengths != 0.0 { decimal(dot / lengths) } else { None }
}

/// The energy of the frequencies below a quarter of the sampling rate (`low`), or of all others.
pub fn band(vector: &[i128], low: bool) -> Option<i128> {
    let n = vector.len();
    let turns: Vec<(f64, f64)> = (0..n).map(|j| turn(j, n)).collect();
    let mut sum = 0.0;
    for k in (0..=n / 2).filter(|k| (k * 4 < n) == low) {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (j, sample) in vector.iter().map(double).enumerate() {
            let (cos, sin) = turns.get(j * k % n).copied()?;
            real += sample * cos;
            imaginary -= sample * sin;
        }
        let energy = (real * real + imaginary * imaginary) / n as f64;
        sum += if k != 0 && k * 2 != n { energy + energy } else { energy };
    }
    if n == 0 { None } else { decimal(sum) }
}

/// Cosine and sine of `j / n` of a full turn, the angle brought into the first eighth with whole numbers.
pub fn turn(j: usize, n: usize) -> (f64, f64) {
    let (eighth, rest) = (8 * j / n, 8 * j % n);
    let into = if eighth % 2 == 0 { rest } else { n - rest };
    let x = (into as f64 / n as f64) * (std::f64::consts::PI / 4.0);
    let series = |step: f64| {
        let inner = [16.0, 14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0];
        inner.iter().fold(1.0, |sum, k| 1.0 - x * x / (k * (k + step)) * sum)
    };
    let (cos, sin) = (series(-1.0), x * series(1.0));
    match eighth {
        0 => (cos, sin),
        1 => (sin, cos),
        2 => (-sin, cos),
        3 => (-cos, sin),
        4 => (-cos, -sin),
        5 => (-sin, -cos),
        6 => (sin, -cos),
        _ => (cos, -sin),
    }
}
