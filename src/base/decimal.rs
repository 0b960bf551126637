//! Exact decimals: fixed point, nine fractional digits, round half to even, overflow is an error.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Units in one whole: nine fractional digits.
const SCALE: i128 = 1_000_000_000;
/// The number of fractional digits.
const DIGITS: usize = 9;
/// The largest magnitude, in units of 10⁻⁹: decimals lie between −10²⁰ and 10²⁰.
const LIMIT: i128 = 100_000_000_000_000_000_000 * SCALE;

/// An exact decimal number between −10²⁰ and 10²⁰ with nine fractional digits.
///
/// Every operation that could leave that range, or divide by zero, returns `None`; nothing wraps and nothing is lost
/// but the digits beyond the ninth, which are rounded half to even.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

#[expect(clippy::should_implement_trait, reason = "each of these can fail, which the operators cannot say")]
impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(SCALE);

    /// The decimal with this many units of 10⁻⁹, if it is in range.
    pub fn from_units(units: i128) -> Option<Self> {
        (-LIMIT..=LIMIT).contains(&units).then_some(Self(units))
    }

    /// The value in units of 10⁻⁹.
    pub fn units(self) -> i128 {
        self.0
    }

    /// Whether this is less than zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether this is a whole number.
    pub fn is_whole(self) -> bool {
        self.0 % SCALE == 0
    }

    /// The whole number this is, if it is one and fits.
    pub fn to_int(self) -> Option<i64> {
        if !self.is_whole() {
            return None;
        }
        i64::try_from(self.0 / SCALE).ok()
    }

    /// `self + other`.
    pub fn add(self, other: Self) -> Option<Self> {
        Self::from_units(self.0.checked_add(other.0)?)
    }

    /// `self - other`.
    pub fn sub(self, other: Self) -> Option<Self> {
        Self::from_units(self.0.checked_sub(other.0)?)
    }

    /// `-self`. The range is symmetric, so this cannot fail.
    pub fn neg(self) -> Self {
        Self(-self.0)
    }

    /// The distance from zero.
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// `self * other`, rounded half to even.
    pub fn mul(self, other: Self) -> Option<Self> {
        Self::from_units(divide_half_even(self.0.checked_mul(other.0)?, SCALE)?)
    }

    /// `self / other`, rounded half to even; `None` when `other` is zero.
    pub fn div(self, other: Self) -> Option<Self> {
        Self::from_units(divide_half_even(self.0.checked_mul(SCALE)?, other.0)?)
    }

    /// On which side of `rounded` the product lies before it is rounded; `None` where that cannot be told.
    pub fn product_against(self, other: Self, rounded: Self) -> Option<Ordering> {
        Some(self.0.checked_mul(other.0)?.cmp(&rounded.0.checked_mul(SCALE)?))
    }

    /// On which side of `rounded` the quotient lies before it is rounded; `None` where that cannot be told.
    pub fn quotient_against(self, other: Self, rounded: Self) -> Option<Ordering> {
        let order = self.0.checked_mul(SCALE)?.cmp(&rounded.0.checked_mul(other.0)?);
        match other.0.signum() {
            0 => None,
            1 => Some(order),
            _ => Some(order.reverse()),
        }
    }
}

/// `a / b` rounded half to even; `None` when `b` is zero.
fn divide_half_even(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let remainder = a.checked_rem(b)?;
    let twice = remainder.unsigned_abs().checked_mul(2)?;
    let divisor = b.unsigned_abs();
    let away = match twice.cmp(&divisor) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient % 2 != 0,
    };
    if !away {
        return Some(quotient);
    }
    let step = if (a < 0) == (b < 0) { 1 } else { -1 };
    quotient.checked_add(step)
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(i128::from(value) * SCALE)
    }
}

/// Why a text is not a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The text is not digits with at most one point.
    #[error("not a decimal number")]
    Malformed,
    /// More than nine digits behind the point carry information.
    #[error("more than nine digits behind the point")]
    TooPrecise,
    /// Outside ±10²⁰.
    #[error("beyond 10^20")]
    OutOfRange,
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `-12.5`, `1_000`, `.5`-free plain notation, and an exponent (`1.5e-07`) as data formats write it.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| DecimalError::Malformed)?),
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || (mantissa.contains('.') && fraction.is_empty()) {
            return Err(DecimalError::Malformed);
        }
        let mut digits = String::new();
        for c in whole.chars().chain(fraction.chars()) {
            match c {
                '0'..='9' => digits.push(c),
                '_' => {}
                _ => return Err(DecimalError::Malformed),
            }
        }
        let fraction_digits = fraction.chars().filter(|c| *c != '_').count();
        let shift = i64::from(exponent) + DIGITS as i64 - fraction_digits as i64;
        let units = shifted(digits.trim_start_matches('0'), shift)?;
        let signed = if negative { -units } else { units };
        Self::from_units(signed).ok_or(DecimalError::OutOfRange)
    }
}

/// The digits as a whole number times 10^shift; digits that a negative shift would drop must be zeros.
fn shifted(digits: &str, shift: i64) -> Result<i128, DecimalError> {
    if digits.is_empty() {
        return Ok(0);
    }
    let mut digits = digits.to_owned();
    if shift < 0 {
        for _ in shift..0 {
            match digits.pop() {
                None => break,
                Some('0') => {}
                Some(_) => return Err(DecimalError::TooPrecise),
            }
        }
    } else {
        if shift > 40 {
            return Err(DecimalError::OutOfRange);
        }
        digits.extend(std::iter::repeat_n('0', shift as usize));
    }
    if digits.len() > 38 {
        return Err(DecimalError::OutOfRange);
    }
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse().map_err(|_| DecimalError::OutOfRange)
}

impl fmt::Display for Decimal {
    /// The one canonical spelling: no exponent, no leading zeros, no trailing zeros, no `-0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        let (whole, fraction) = (magnitude / scale, magnitude % scale);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:0width$}", width = DIGITS);
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn rounds_half_to_even() {
        assert_eq!(d("0.000000001").mul(d("0.5")).unwrap(), Decimal::ZERO);
        assert_eq!(d("0.000000003").mul(d("0.5")).unwrap(), d("0.000000002"));
        assert_eq!(d("-0.000000003").mul(d("0.5")).unwrap(), d("-0.000000002"));
        assert_eq!(d("1").div(d("3")).unwrap(), d("0.333333333"));
        assert_eq!(d("2").div(d("-3")).unwrap(), d("-0.666666667"));
        assert_eq!(d("1").div(d("0")), None);
    }

    #[test]
    fn what_was_rounded_away_has_a_side() {
        let quotient = |a: &str, b: &str| d(a).quotient_against(d(b), d(a).div(d(b)).unwrap());
        assert_eq!(quotient("1", "3"), Some(Ordering::Greater));
        assert_eq!(quotient("2", "3"), Some(Ordering::Less));
        assert_eq!(quotient("1", "4"), Some(Ordering::Equal));
        assert_eq!(quotient("1", "-3"), Some(Ordering::Less));
        assert_eq!(quotient("-2", "-3"), Some(Ordering::Less));
        assert_eq!(d("1").quotient_against(d("0"), d("0")), None);
        let product = |a: &str, b: &str| d(a).product_against(d(b), d(a).mul(d(b)).unwrap());
        assert_eq!(product("0.000000001", "0.5"), Some(Ordering::Greater));
        assert_eq!(product("-0.000000001", "0.5"), Some(Ordering::Less));
        assert_eq!(product("0.3", "0.5"), Some(Ordering::Equal));
    }

    #[test]
    fn spells_each_number_once() {
        for (text, canonical) in
            [("1.50", "1.5"), ("-0", "0"), ("1_000", "1000"), ("1.5e-07", "0.00000015"), ("2e3", "2000")]
        {
            assert_eq!(d(text).to_string(), canonical);
        }
    }

    #[test]
    fn refuses_what_it_cannot_hold() {
        assert_eq!("0.0000000001".parse::<Decimal>(), Err(DecimalError::TooPrecise));
        assert_eq!("1e21".parse::<Decimal>(), Err(DecimalError::OutOfRange));
        assert_eq!("1e999999".parse::<Decimal>(), Err(DecimalError::OutOfRange));
        for text in ["", ".", "1.", ".5", "1.2.3", "x", "--1", "1e", "0x1"] {
            assert_eq!(text.parse::<Decimal>(), Err(DecimalError::Malformed), "{text}");
        }
        assert_eq!(d("100000000000000000000").add(Decimal::ONE), None);
        assert_eq!(d("100000000000").mul(d("100000000000")), None);
    }
}
