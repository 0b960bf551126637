//! The score functions on vectors.
//!
//! *Takes* vectors of exact decimals, *gives* an exact decimal, or `None` for a fault. *Promises* the same bits on every
//! machine: IEEE doubles, only `+ - * /` and the square root, in the order written here, rounded half to even to the
//! decimal grid at the end. The sine and the cosine are the polynomials below and no library's. This is the one place
//! of the engine with floating point.

#![expect(clippy::float_arithmetic, reason = "the score functions are the one place where floats are")]

use crate::base::Decimal;

/// Units of the decimal grid in one whole.
const GRID: f64 = 1e9;
/// π, as the nearest double.
const PI: f64 = std::f64::consts::PI;

/// The nearest double: the exact count of 10⁻⁹ rounded once, then divided once.
pub(super) fn double(value: Decimal) -> f64 {
    value.units() as f64 / GRID
}

/// The nearest decimal, half to even; `None` for what is not finite or out of range.
pub(super) fn decimal(value: f64) -> Option<Decimal> {
    let scaled = (value * GRID).round_ties_even();
    if !scaled.is_finite() || scaled.abs() > 1e30 {
        return None;
    }
    Decimal::from_units(scaled as i128)
}

fn sum_of_squares(vector: &[Decimal]) -> f64 {
    let mut sum = 0.0;
    for element in vector {
        let element = double(*element);
        sum += element * element;
    }
    sum
}

/// The sum of the squares of the elements.
pub fn energy(vector: &[Decimal]) -> Option<Decimal> {
    if vector.is_empty() {
        return None;
    }
    decimal(sum_of_squares(vector))
}

/// The square root of the energy.
pub fn norm(vector: &[Decimal]) -> Option<Decimal> {
    if vector.is_empty() {
        return None;
    }
    decimal(sum_of_squares(vector).sqrt())
}

/// The cosine of the angle between two vectors of one length, neither of them zero.
pub fn cosine(a: &[Decimal], b: &[Decimal]) -> Option<Decimal> {
    if a.is_empty() || a.len() != b.len() {
        return None;
    }
    let mut dot = 0.0;
    for (x, y) in a.iter().zip(b) {
        dot += double(*x) * double(*y);
    }
    let lengths = sum_of_squares(a).sqrt() * sum_of_squares(b).sqrt();
    if lengths == 0.0 {
        return None;
    }
    decimal(dot / lengths)
}

/// The energy of the frequencies below a quarter of the sampling rate: the lower half of the spectrum.
pub fn low_band(vector: &[Decimal]) -> Option<Decimal> {
    band(vector, true)
}

/// The energy of all other frequencies: the upper half of the spectrum.
pub fn high_band(vector: &[Decimal]) -> Option<Decimal> {
    band(vector, false)
}

/// The energy of the bins of the unitary discrete Fourier transform with |frequency| below (`low`) or not below n / 4.
///
/// Bin `k` of a real vector has the frequency `min(k, n - k)`; the two bins of one frequency hold the same energy.
fn band(vector: &[Decimal], low: bool) -> Option<Decimal> {
    let n = vector.len();
    if n == 0 {
        return None;
    }
    let samples: Vec<f64> = vector.iter().map(|x| double(*x)).collect();
    let turns: Vec<(f64, f64)> = (0..n).map(|j| turn(j, n)).collect();
    let mut sum = 0.0;
    for k in 0..=n / 2 {
        if (k.checked_mul(4)? < n) != low {
            continue;
        }
        let (mut real, mut imaginary, mut at) = (0.0, 0.0, 0usize);
        for sample in &samples {
            let (cos, sin) = turns.get(at).copied()?;
            real += sample * cos;
            imaginary -= sample * sin;
            at = (at + k) % n;
        }
        let energy = (real * real + imaginary * imaginary) / n as f64;
        let twice = k != 0 && k * 2 != n;
        sum += if twice { energy + energy } else { energy };
    }
    decimal(sum)
}

/// The cosine and the sine of `j / n` of a full turn, for `j < n`.
///
/// The angle is brought into the first eighth of a turn with whole numbers, so that nothing is lost on the way.
pub(super) fn turn(j: usize, n: usize) -> (f64, f64) {
    let (j, n) = (j as u64, n as u64);
    // In eighths of a turn: which eighth, and how far into it, as a fraction over n.
    let (eighth, rest) = (8 * j / n, 8 * j % n);
    let into = if eighth % 2 == 0 { rest } else { n - rest };
    let angle = (into as f64 / n as f64) * (PI / 4.0);
    let (cos, sin) = (cosine_series(angle), sine_series(angle));
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

/// The sine of an angle between 0 and π/4: its series up to x¹⁷, innermost term first.
fn sine_series(x: f64) -> f64 {
    let square = x * x;
    let mut sum = 1.0;
    for k in [16.0, 14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0] {
        sum = 1.0 - square / (k * (k + 1.0)) * sum;
    }
    x * sum
}

/// The cosine of an angle between 0 and π/4: its series up to x¹⁶, innermost term first.
fn cosine_series(x: f64) -> f64 {
    let square = x * x;
    let mut sum = 1.0;
    for k in [16.0, 14.0, 12.0, 10.0, 8.0, 6.0, 4.0, 2.0] {
        sum = 1.0 - square / (k * (k - 1.0)) * sum;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(text: &str) -> Vec<Decimal> {
        text.split_whitespace().map(|t| t.parse().unwrap()).collect()
    }

    fn text(value: Option<Decimal>) -> String {
        value.map_or("fault".to_owned(), |d| d.to_string())
    }

    #[test]
    fn turns_agree_with_the_platform_to_the_last_places() {
        for n in [1usize, 2, 3, 5, 8, 12, 97, 1000] {
            for j in 0..n {
                let angle = 2.0 * PI * j as f64 / n as f64;
                let (cos, sin) = turn(j, n);
                assert!((cos - angle.cos()).abs() < 1e-14 && (sin - angle.sin()).abs() < 1e-14, "{j}/{n}");
            }
        }
    }

    #[test]
    fn the_bands_add_up_to_the_energy() {
        for v in ["3", "1 2", "1 2 3", "1 -1 1 -1", "0.1 0.2 0.3 0.4 0.5 0.6 0.7", "5 0 0 0 0 0 0 1"] {
            let v = vector(v);
            let sum = low_band(&v).unwrap().add(high_band(&v).unwrap()).unwrap();
            let off = sum.sub(energy(&v).unwrap()).unwrap();
            assert!(off.units().abs() <= 1, "{v:?}: {sum}");
        }
    }

    #[test]
    fn slow_waves_are_low_and_fast_waves_are_high() {
        let (slow, fast) = (vector("1 1 1 1"), vector("1 -1 1 -1"));
        assert_eq!((text(low_band(&slow)), text(high_band(&slow))), ("4".into(), "0".into()));
        assert_eq!((text(low_band(&fast)), text(high_band(&fast))), ("0".into(), "4".into()));
    }

    #[test]
    fn angles_lengths_and_faults() {
        let (a, b) = (vector("3 4"), vector("4 3"));
        assert_eq!(text(norm(&a)), "5");
        assert_eq!(text(energy(&a)), "25");
        assert_eq!(text(cosine(&a, &b)), "0.96");
        assert_eq!(text(cosine(&a, &vector("0 0"))), "fault");
        assert_eq!(text(cosine(&a, &vector("1"))), "fault");
        assert_eq!(text(energy(&[])), "fault");
    }
}
