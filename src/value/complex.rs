//! The functions on vectors of complex numbers.
//!
//! *Takes* vectors of pairs of exact decimals, *gives* exact decimals, or `None` for a fault. *Promises* the same bits on
//! every machine, by the same means as the functions on real vectors: IEEE doubles, only `+ - * /` and the square root,
//! in the order written here and in the page on evaluation, rounded half to even to the decimal grid at the end.

#![expect(clippy::float_arithmetic, reason = "the functions on vectors are the one place where floats are")]

use super::functions::{decimal, double, turn};
use crate::base::Decimal;

/// One complex number: its real and its imaginary part.
pub type Complex = (Decimal, Decimal);

/// A complex number as doubles.
type Pair = (f64, f64);

fn pairs(vector: &[Complex]) -> Vec<Pair> {
    vector.iter().map(|(re, im)| (double(*re), double(*im))).collect()
}

fn size(pair: Pair) -> f64 {
    pair.0 * pair.0 + pair.1 * pair.1
}

fn sum_of_sizes(pairs: &[Pair]) -> f64 {
    let mut sum = 0.0;
    for pair in pairs {
        sum += size(*pair);
    }
    sum
}

/// The sum of `conj(b) * a` over the elements; `None` for vectors of different lengths, or empty ones.
fn product(a: &[Pair], b: &[Pair]) -> Option<Pair> {
    if a.is_empty() || a.len() != b.len() {
        return None;
    }
    let (mut re, mut im) = (0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        re += x.0 * y.0 + x.1 * y.1;
        im += x.1 * y.0 - x.0 * y.1;
    }
    Some((re, im))
}

/// The sum of the squared sizes of the elements.
pub fn energy(vector: &[Complex]) -> Option<Decimal> {
    if vector.is_empty() { None } else { decimal(sum_of_sizes(&pairs(vector))) }
}

/// The square root of the energy.
pub fn norm(vector: &[Complex]) -> Option<Decimal> {
    if vector.is_empty() { None } else { decimal(sum_of_sizes(&pairs(vector)).sqrt()) }
}

/// The real part of the inner product, which is linear in `a`.
pub fn inner(a: &[Complex], b: &[Complex]) -> Option<Decimal> {
    decimal(product(&pairs(a), &pairs(b))?.0)
}

/// The imaginary part of the inner product, which is linear in `a`.
pub fn inner_imaginary(a: &[Complex], b: &[Complex]) -> Option<Decimal> {
    decimal(product(&pairs(a), &pairs(b))?.1)
}

/// The squared size of the inner product: what a filter matched to `filter` lets through of `vector`.
pub fn matched_filter(vector: &[Complex], filter: &[Complex]) -> Option<Decimal> {
    decimal(size(product(&pairs(vector), &pairs(filter))?))
}

/// The real part of the inner product over the product of the norms; neither vector may be zero.
pub fn cosine(a: &[Complex], b: &[Complex]) -> Option<Decimal> {
    let (a, b) = (pairs(a), pairs(b));
    let (re, _) = product(&a, &b)?;
    let lengths = sum_of_sizes(&a).sqrt() * sum_of_sizes(&b).sqrt();
    if lengths == 0.0 { None } else { decimal(re / lengths) }
}

/// How far the correlation of two vectors stands above that of unrelated ones, in decibels:
/// `20 log10(|<a, b>| / (|a| |b| / n))`; neither vector may be zero, nor may they be orthogonal.
pub fn resonance(a: &[Complex], b: &[Complex]) -> Option<Decimal> {
    let (a, b) = (pairs(a), pairs(b));
    let peak = size(product(&a, &b)?).sqrt();
    let background = sum_of_sizes(&a).sqrt() * sum_of_sizes(&b).sqrt() / a.len() as f64;
    if background == 0.0 || peak == 0.0 {
        return None;
    }
    decimal(20.0 * (natural_logarithm(peak / background)? / std::f64::consts::LN_10))
}

/// A ratio of two amplitudes in decibels, `20 log10(x)`; only a positive one has any.
pub fn decibels(ratio: Decimal) -> Option<Decimal> {
    decimal(20.0 * (natural_logarithm(double(ratio))? / std::f64::consts::LN_10))
}

/// The unitary discrete Fourier transform.
pub fn spectrum(vector: &[Complex]) -> Option<Vec<Complex>> {
    let bins = transform(&pairs(vector))?;
    bins.into_iter().map(|(re, im)| Some((decimal(re)?, decimal(im)?))).collect()
}

/// The energy of the bins of the spectrum from the share `from` of them up to, not including, the share `to`.
pub fn band(vector: &[Complex], from: Decimal, to: Decimal) -> Option<Decimal> {
    let place = |share: Decimal| {
        let share = Some(share.units()).filter(|units| (0..=1_000_000_000).contains(units))?;
        usize::try_from(share.checked_mul(vector.len() as i128)? / 1_000_000_000).ok()
    };
    let (from, to) = (place(from)?, place(to)?);
    bins(vector, |k| from <= k && k < to)
}

/// The energy of the frequencies below a quarter of the sampling rate (`low`), or of all others.
pub fn half_band(vector: &[Complex], low: bool) -> Option<Decimal> {
    let n = vector.len();
    bins(vector, |k| (k.min(n - k).saturating_mul(4) < n) == low)
}

fn bins(vector: &[Complex], wanted: impl Fn(usize) -> bool) -> Option<Decimal> {
    let mut sum = 0.0;
    for (k, bin) in transform(&pairs(vector))?.into_iter().enumerate() {
        if wanted(k) {
            sum += size(bin);
        }
    }
    decimal(sum)
}

/// What share of a vector's norm passes through a mask over the bins of its spectrum; zero for a zero vector.
pub fn conductivity(vector: &[Complex], mask: &[Decimal]) -> Option<Decimal> {
    let pairs = pairs(vector);
    let whole = sum_of_sizes(&pairs).sqrt();
    let bins = transform(&pairs)?;
    if bins.len() != mask.len() {
        return None;
    }
    let mut sum = 0.0;
    for (bin, weight) in bins.into_iter().zip(mask) {
        let weight = double(*weight);
        sum += size((bin.0 * weight, bin.1 * weight));
    }
    if whole == 0.0 { Some(Decimal::ZERO) } else { decimal(sum.sqrt() / whole) }
}

/// A vector of which the energy is at most `room`, exactly: the vector itself; or scaled by the square root of `room`
/// over its energy and rounded, and then, while rounding left it too large, each element one step of the grid towards
/// zero; or zero where there is no room.
pub fn limit_energy(vector: &[Decimal], room: Decimal) -> Option<Vec<Decimal>> {
    let most = room.units().checked_mul(1_000_000_000)?;
    let energy = exact_energy(vector)?;
    if vector.is_empty() || energy <= most {
        return Some(vector.to_vec()).filter(|v| !v.is_empty());
    }
    if most <= 0 {
        return Some(vec![Decimal::ZERO; vector.len()]);
    }
    let scale = (most as f64 / energy as f64).sqrt();
    let mut scaled = vector.iter().map(|element| decimal(double(*element) * scale)).collect::<Option<Vec<_>>>()?;
    for _ in 0..STEPS_DOWN {
        if exact_energy(&scaled)? <= most {
            return Some(scaled);
        }
        for element in &mut scaled {
            *element = Decimal::from_units(element.units() - element.units().signum())?;
        }
    }
    None
}

/// Steps of the grid after which rounding cannot be the reason.
const STEPS_DOWN: usize = 64;

/// The energy in units of 10⁻¹⁸.
fn exact_energy(vector: &[Decimal]) -> Option<i128> {
    vector.iter().try_fold(0i128, |sum, e| sum.checked_add(e.units().checked_mul(e.units())?))
}

/// The unitary transform: the plain one, each element divided by the square root of their number.
fn transform(samples: &[Pair]) -> Option<Vec<Pair>> {
    if samples.is_empty() {
        return None;
    }
    let root = (samples.len() as f64).sqrt();
    let bins = plain(samples)?;
    Some(bins.into_iter().map(|(re, im)| (re / root, im / root)).collect())
}

/// An even number of samples is halved into the even and the odd ones; an odd number is summed directly.
fn plain(samples: &[Pair]) -> Option<Vec<Pair>> {
    let n = samples.len();
    if n % 2 == 1 {
        return direct(samples);
    }
    let even = plain(&samples.iter().copied().step_by(2).collect::<Vec<_>>())?;
    let odd = plain(&samples.iter().copied().skip(1).step_by(2).collect::<Vec<_>>())?;
    let (mut first, mut second) = (Vec::with_capacity(n), Vec::with_capacity(n / 2));
    for (k, (e, o)) in even.into_iter().zip(odd).enumerate() {
        let (cos, sin) = turn(k, n);
        let turned = (o.0 * cos + o.1 * sin, o.1 * cos - o.0 * sin);
        first.push((e.0 + turned.0, e.1 + turned.1));
        second.push((e.0 - turned.0, e.1 - turned.1));
    }
    first.append(&mut second);
    Some(first)
}

fn direct(samples: &[Pair]) -> Option<Vec<Pair>> {
    let n = samples.len();
    let turns: Vec<Pair> = (0..n).map(|j| turn(j, n)).collect();
    let mut bins = Vec::with_capacity(n);
    for k in 0..n {
        let (mut re, mut im, mut at) = (0.0, 0.0, 0usize);
        for sample in samples {
            let (cos, sin) = turns.get(at).copied()?;
            re += sample.0 * cos + sample.1 * sin;
            im += sample.1 * cos - sample.0 * sin;
            at = (at + k) % n;
        }
        bins.push((re, im));
    }
    Some(bins)
}

/// How many steps a transform of `n` samples takes, about: `n` for each halving and for each sample of the odd rest.
pub fn transform_steps(n: usize) -> u64 {
    let halvings = n.max(1).trailing_zeros();
    let rest = (n as u64) >> halvings;
    (n as u64).saturating_mul(rest.saturating_add(u64::from(halvings)))
}

/// The natural logarithm of a positive, finite, normal double: the power of two taken out, and twice the series of the
/// inverse hyperbolic tangent for the rest, innermost term first.
fn natural_logarithm(x: f64) -> Option<f64> {
    if !x.is_normal() || x < 0.0 {
        return None;
    }
    let bits = x.to_bits();
    let mut power = ((bits >> 52) & 0x7ff) as f64 - 1023.0;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        power += 1.0;
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut sum = 0.0;
    for k in [23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = 1.0 / k + square * sum;
    }
    Some(power * std::f64::consts::LN_2 + 2.0 * s * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(text: &str) -> Vec<Complex> {
        let part = |t: &str| t.parse().unwrap();
        text.split_whitespace()
            .map(|t| t.split_once(',').map_or_else(|| (part(t), Decimal::ZERO), |(re, im)| (part(re), part(im))))
            .collect()
    }

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn text(value: Option<Decimal>) -> String {
        value.map_or("fault".to_owned(), |d| d.to_string())
    }

    #[test]
    fn the_logarithm_agrees_with_the_platform_to_the_last_places() {
        for x in [1e-300, 1e-9, 0.1, 0.5, 0.707, 0.708, 1.0, 1.414, 1.415, 1.5, 2.0, 3.0, 10.0, 12345.678, 1e300] {
            let ours = natural_logarithm(x).unwrap();
            assert!((ours - f64::ln(x)).abs() <= 1e-15 * (1.0 + f64::ln(x).abs()), "{x}: {ours}");
        }
        assert!([0.0, -1.0, f64::NAN, f64::INFINITY].iter().all(|x| natural_logarithm(*x).is_none()));
    }

    #[test]
    fn the_transform_is_unitary_however_it_is_cut_up() {
        for n in [1usize, 2, 3, 4, 5, 6, 8, 12, 15, 24, 64, 96] {
            let samples: Vec<Pair> =
                (0..n).map(|i| (((i * 37) % 19) as f64 / 7.0 - 1.0, ((i * 11) % 23) as f64 / 9.0 - 1.2)).collect();
            let (fast, slow) = (plain(&samples).unwrap(), direct(&samples).unwrap());
            for (a, b) in fast.iter().zip(&slow) {
                assert!((a.0 - b.0).abs() < 1e-11 && (a.1 - b.1).abs() < 1e-11, "{n}");
            }
            let bins = transform(&samples).unwrap();
            assert!((sum_of_sizes(&bins) - sum_of_sizes(&samples)).abs() < 1e-11, "{n}");
        }
    }

    #[test]
    fn bands_are_shares_of_the_bins() {
        let (half, whole, quarter) = (number("0.5"), Decimal::ONE, number("0.25"));
        for (v, high, low) in [
            ("1 1 1 1", "0", "4"),
            ("1 -1 1 -1", "4", "0"),
            ("1 0,-1 -1 0,1", "4", "0"),
            ("1 0 0 0 0 0 0 0", "0.5", "0.25"),
            ("3 1 0 0", "3.5", "4"),
            ("0.6 0,0.8 0 0", "0.26", "0.25"),
        ] {
            let v = vector(v);
            assert_eq!(
                (text(band(&v, half, whole)), text(band(&v, Decimal::ZERO, quarter))),
                (high.into(), low.into())
            );
        }
        assert_eq!(text(band(&vector("1 1"), number("-0.1"), whole)), "fault");
        assert_eq!(text(band(&vector("1 1"), half, number("1.1"))), "fault");
        assert_eq!(text(band(&vector("1 1"), whole, half)), "0");
    }

    #[test]
    fn amplitudes_in_decibels() {
        for (ratio, wanted) in [("1", "0"), ("2", "6.020599913"), ("10", "20"), ("0.1", "-20"), ("4", "12.041199827")] {
            assert_eq!(text(decibels(number(ratio))), wanted, "{ratio}");
        }
        assert!(decibels(number("0")).is_none() && decibels(number("-2")).is_none());
    }

    #[test]
    fn correlations() {
        let (a, b) = (vector("1 2 2 0"), vector("1 2 3 4"));
        assert_eq!(text(cosine(&a, &a)), "1");
        assert_eq!(text(resonance(&a, &a)), "12.041199827");
        assert_eq!(text(resonance(&b, &vector("4 3 2 1"))), "8.519374645");
        assert_eq!(text(cosine(&b, &vector("4 3 2 1"))), "0.666666667");
        assert_eq!(text(matched_filter(&vector("1,1 0"), &vector("1 0"))), "2");
        assert_eq!(text(inner_imaginary(&vector("0,1"), &vector("1"))), "1");
        assert_eq!(text(inner(&vector("0,1"), &vector("0,1"))), "1");
        assert_eq!(text(resonance(&vector("1 0"), &vector("0 1"))), "fault");
        assert_eq!(text(cosine(&vector("1 0"), &vector("0 0"))), "fault");
        assert_eq!(text(inner(&vector("1 0"), &vector("0"))), "fault");
    }

    #[test]
    fn a_mask_lets_through_what_it_names() {
        let mask: Vec<Decimal> = ["0", "1", "1", "1"].map(number).into();
        assert_eq!(text(conductivity(&vector("1 1 1 1"), &mask)), "0");
        assert_eq!(text(conductivity(&vector("1 -1 1 -1"), &mask)), "1");
        assert_eq!(text(conductivity(&vector("0 0 0 0"), &mask)), "0");
        assert_eq!(text(conductivity(&vector("1 1"), &mask)), "fault");
    }

    #[test]
    fn a_signal_is_scaled_to_its_room() {
        let signal = |text: &str| text.split_whitespace().map(number).collect::<Vec<_>>();
        assert_eq!(limit_energy(&signal("0.3 -0.4"), Decimal::ONE), Some(signal("0.3 -0.4")));
        assert_eq!(limit_energy(&signal("0.6 0.8"), Decimal::ONE), Some(signal("0.6 0.8")));
        assert_eq!(limit_energy(&signal("3 4"), Decimal::ONE), Some(signal("0.6 0.8")));
        assert_eq!(limit_energy(&signal("3 4"), number("-1")), Some(signal("0 0")));
        assert_eq!(limit_energy(&signal("1 1 1"), Decimal::ONE), Some(signal("0.577350269 0.577350269 0.577350269")));
        assert_eq!(limit_energy(&[], Decimal::ONE), None);
    }
}
