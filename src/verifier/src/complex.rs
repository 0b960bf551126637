//! The functions on vectors of complex numbers, in the order of the page on evaluation.

use crate::functions::{decimal, double, turn};
use crate::number;

/// A complex number in units of the decimal grid.
pub type Complex = (i128, i128);

type Pair = (f64, f64);

/// A vector as doubles.
pub struct Field(Vec<Pair>);

impl Field {
    /// Of complex numbers.
    pub fn new(vector: &[Complex]) -> Self {
        Field(vector.iter().map(|(re, im)| (double(re), double(im))).collect())
    }

    /// Of real ones.
    pub fn real(vector: &[i128]) -> Self {
        Field(vector.iter().map(|re| (double(re), 0.0)).collect())
    }

    fn squares(&self) -> Option<f64> {
        if self.0.is_empty() { None } else { Some(self.0.iter().fold(0.0, |sum, pair| sum + size(*pair))) }
    }

    /// The inner product: `conj(other) * self`.
    fn product(&self, other: &Field) -> Option<Pair> {
        if self.0.is_empty() || self.0.len() != other.0.len() {
            return None;
        }
        let add =
            |sum: Pair, (x, y): (&Pair, &Pair)| (sum.0 + (x.0 * y.0 + x.1 * y.1), sum.1 + (x.1 * y.0 - x.0 * y.1));
        Some(self.0.iter().zip(&other.0).fold((0.0, 0.0), add))
    }

    /// The sum of the squared sizes.
    pub fn energy(&self) -> Option<i128> {
        decimal(self.squares()?)
    }

    /// The square root of the energy.
    pub fn norm(&self) -> Option<i128> {
        decimal(self.squares()?.sqrt())
    }

    /// The real part of the inner product.
    pub fn inner(&self, other: &Field) -> Option<i128> {
        decimal(self.product(other)?.0)
    }

    /// Its imaginary part.
    pub fn inner_imaginary(&self, other: &Field) -> Option<i128> {
        decimal(self.product(other)?.1)
    }

    /// Its squared size.
    pub fn matched_filter(&self, other: &Field) -> Option<i128> {
        decimal(size(self.product(other)?))
    }

    fn lengths(&self, other: &Field) -> Option<f64> {
        Some(self.squares()?.sqrt() * other.squares()?.sqrt()).filter(|lengths| *lengths != 0.0)
    }

    /// The real part of the inner product over the norms.
    pub fn cosine(&self, other: &Field) -> Option<i128> {
        decimal(self.product(other)?.0 / self.lengths(other)?)
    }

    /// The correlation above its background, in decibels.
    pub fn resonance(&self, other: &Field) -> Option<i128> {
        let peak = size(self.product(other)?).sqrt();
        let background = self.lengths(other)? / self.0.len() as f64;
        let logarithm = if peak == 0.0 || background == 0.0 { None } else { logarithm(peak / background) };
        decimal(20.0 * (logarithm? / std::f64::consts::LN_10))
    }

    fn transform(&self) -> Option<Vec<Pair>> {
        let root = (self.0.len() as f64).sqrt();
        let bins = if self.0.is_empty() { None } else { plain(&self.0) };
        Some(bins?.into_iter().map(|(re, im)| (re / root, im / root)).collect())
    }

    fn bins(&self, wanted: impl Fn(usize) -> bool) -> Option<i128> {
        let bins = self.transform()?.into_iter().enumerate().filter(|(k, _)| wanted(*k));
        decimal(bins.fold(0.0, |sum, (_, bin)| sum + size(bin)))
    }

    /// The unitary discrete Fourier transform.
    pub fn spectrum(&self) -> Option<Vec<Complex>> {
        self.transform()?.into_iter().map(|(re, im)| Some((decimal(re)?, decimal(im)?))).collect()
    }

    /// The energy of the bins from one share of them up to another.
    pub fn band(&self, from: i128, to: i128) -> Option<i128> {
        let place = |share: i128| {
            let share = Some(share).filter(|share| (0..=number::ONE).contains(share))?;
            usize::try_from(share * self.0.len() as i128 / number::ONE).ok()
        };
        let (from, to) = (place(from)?, place(to)?);
        self.bins(|k| from <= k && k < to)
    }

    /// The energy of the frequencies below a quarter of the sampling rate, or of all others.
    pub fn half_band(&self, low: bool) -> Option<i128> {
        let n = self.0.len();
        self.bins(|k| (k.min(n - k) * 4 < n) == low)
    }

    /// The share of the norm that a mask over the bins lets through.
    pub fn conductivity(&self, mask: &[i128]) -> Option<i128> {
        let bins = self.transform().filter(|bins| bins.len() == mask.len())?;
        let passed = bins.iter().zip(mask.iter().map(double)).map(|(bin, by)| size((bin.0 * by, bin.1 * by)));
        let (passed, whole) = (passed.fold(0.0, |sum, size| sum + size), self.squares()?.sqrt());
        if whole == 0.0 { Some(0) } else { decimal(passed.sqrt() / whole) }
    }
}

/// A ratio of amplitudes in decibels.
pub fn decibels(units: i128) -> Option<i128> {
    decimal(20.0 * (logarithm(double(&units))? / std::f64::consts::LN_10))
}

/// A real vector scaled until its energy is within a bound.
pub fn limit_energy(vector: &[i128], room: i128) -> Option<Vec<i128>> {
    let energy = |v: &[i128]| v.iter().try_fold(0i128, |sum, e| sum.checked_add(e.checked_mul(*e)?));
    let (most, whole) = (room.checked_mul(number::ONE)?, energy(vector)?);
    if vector.is_empty() || whole <= most {
        return if vector.is_empty() { None } else { Some(vector.to_vec()) };
    }
    if most <= 0 {
        return Some(vec![0; vector.len()]);
    }
    let scale = (most as f64 / whole as f64).sqrt();
    let mut scaled = vector.iter().map(|e| decimal(double(e) * scale)).collect::<Option<Vec<_>>>()?;
    for _ in 0..64 {
        if energy(&scaled)? <= most {
            return Some(scaled);
        }
        scaled.iter_mut().for_each(|e| *e -= e.signum());
    }
    None
}

fn size(pair: Pair) -> f64 {
    pair.0 * pair.0 + pair.1 * pair.1
}

/// An element turned back by an angle.
fn turned(x: Pair, (cos, sin): Pair) -> Pair {
    (x.0 * cos + x.1 * sin, x.1 * cos - x.0 * sin)
}

/// The transform before its elements are divided by the root of their number.
fn plain(samples: &[Pair]) -> Option<Vec<Pair>> {
    let n = samples.len();
    if n % 2 == 1 {
        let turns: Vec<Pair> = (0..n).map(|j| turn(j, n)).collect();
        let bin = |k: usize| {
            let mut sum = (0.0, 0.0);
            for (j, sample) in samples.iter().enumerate() {
                let part = turned(*sample, turns.get(j * k % n).copied()?);
                sum = (sum.0 + part.0, sum.1 + part.1);
            }
            Some(sum)
        };
        return (0..n).map(bin).collect();
    }
    let half = |from: usize| plain(&samples.iter().skip(from).step_by(2).copied().collect::<Vec<_>>());
    let odd = half(1)?.into_iter().enumerate().map(|(k, o)| turned(o, turn(k, n)));
    let both: Vec<(Pair, Pair)> = half(0)?.into_iter().zip(odd).collect();
    let sums = both.iter().map(|(e, o)| (e.0 + o.0, e.1 + o.1));
    Some(sums.chain(both.iter().map(|(e, o)| (e.0 - o.0, e.1 - o.1))).collect())
}

/// How many steps a transform takes: `n` for each halving, and for each sample of the odd rest.
pub fn transform_steps(n: usize) -> u64 {
    let halvings = n.max(1).trailing_zeros();
    (n as u64).saturating_mul((n as u64 >> halvings).saturating_add(u64::from(halvings)))
}

/// The natural logarithm of a positive normal double.
fn logarithm(x: f64) -> Option<f64> {
    if !x.is_normal() || x < 0.0 {
        return None;
    }
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as f64 - 1023.0;
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let above = mantissa > std::f64::consts::SQRT_2;
    let (mantissa, exponent) = if above { (mantissa / 2.0, exponent + 1.0) } else { (mantissa, exponent) };
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let series = (0..12).rev().fold(0.0, |sum, k| 1.0 / f64::from(2 * k + 1) + s * s * sum);
    Some(exponent * std::f64::consts::LN_2 + 2.0 * s * series)
}
