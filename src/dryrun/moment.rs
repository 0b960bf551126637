//! The time of a run: read with its zone, written as the manifest spells it.

use std::fmt;

use crate::base::{Date, Decimal, Instant};

/// A point in time as a manifest holds it: always in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Instant);

/// Why a text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// It is a time of day without saying where.
    #[error("it names no zone")]
    WithoutZone,
    /// It is something else.
    #[error("{0}")]
    Malformed(String),
}

impl Moment {
    /// The moment of `--deterministic`, `2026-01-10T12:00:00+00:00`.
    pub const FIXED: &str = "2026-01-10T12:00:00+00:00";

    /// A moment of the clock. Parts of a microsecond are dropped, since the form of the manifest has no room for them.
    pub fn of_clock(now: Instant) -> Self {
        let units = now.seconds().units();
        let whole = Decimal::from_units(units - units.rem_euclid(1000)).and_then(Instant::from_seconds);
        Self(whole.unwrap_or(now))
    }

    /// Reads `2026-01-10T12:00:00Z`, the same with an offset such as `+02:00`, or a day, which begins at midnight in UTC.
    pub fn read(text: &str) -> Result<Self, MomentError> {
        if let Ok(day) = text.parse::<Date>() {
            return Ok(Self(day.start()));
        }
        let (local, offset) = zone(text)?;
        let local: Instant = format!("{local}Z").parse().map_err(|e| MomentError::Malformed(format!("{e}")))?;
        let seconds = local.seconds().sub(Decimal::from(offset)).and_then(Instant::from_seconds);
        seconds.map(Self).ok_or_else(|| MomentError::Malformed("it lies outside the years 0001 to 9999".to_owned()))
    }

    /// The instant.
    pub fn instant(self) -> Instant {
        self.0
    }
}

/// A text without its zone, and how many seconds the zone is ahead of UTC.
fn zone(text: &str) -> Result<(&str, i64), MomentError> {
    if let Some(local) = text.strip_suffix('Z') {
        return Ok((local, 0));
    }
    let time = text
        .find('T')
        .ok_or_else(|| MomentError::Malformed("not of the form `2026-12-31` or `2026-12-31T12:00:00Z`".to_owned()))?;
    let Some(at) = text.rfind(['+', '-']).filter(|at| *at > time) else { return Err(MomentError::WithoutZone) };
    let Some((local, offset)) = text.split_at_checked(at) else { return Err(MomentError::WithoutZone) };
    let wrong = || MomentError::Malformed(format!("`{offset}` is no offset such as `+02:00`"));
    let (sign, digits) = offset.split_at_checked(1).ok_or_else(wrong)?;
    let (hours, minutes) = digits.split_once(':').ok_or_else(wrong)?;
    let number = |text: &str, most: i64| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| is_number && *number <= most)
    };
    let (hours, minutes) = (number(hours, 23).ok_or_else(wrong)?, number(minutes, 59).ok_or_else(wrong)?);
    let ahead = hours * 3600 + minutes * 60;
    Ok((local, if sign == "-" { -ahead } else { ahead }))
}

impl fmt::Display for Moment {
    /// `2026-01-10T12:00:00+00:00`; a fraction has six digits, or nine where six are not enough.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let text = text.strip_suffix('Z').unwrap_or(&text);
        match text.split_once('.') {
            None => write!(f, "{text}+00:00"),
            Some((whole, fraction)) if fraction.len() <= 6 => write!(f, "{whole}.{fraction:0<6}+00:00"),
            Some((whole, fraction)) => write!(f, "{whole}.{fraction:0<9}+00:00"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, MomentError> {
        Moment::read(text).map(|moment| moment.to_string())
    }

    #[test]
    fn every_zone_is_written_as_utc() {
        for (text, expected) in [
            ("2026-01-10T12:00:00Z", "2026-01-10T12:00:00+00:00"),
            (Moment::FIXED, Moment::FIXED),
            ("2026-01-10T14:00:00+02:00", "2026-01-10T12:00:00+00:00"),
            ("2026-01-01T00:00:00-05:30", "2026-01-01T05:30:00+00:00"),
            ("2026-01-10T12:00:00.0015+00:00", "2026-01-10T12:00:00.001500+00:00"),
            ("2026-01-10T12:00:00.000000001Z", "2026-01-10T12:00:00.000000001+00:00"),
            ("2026-01-10", "2026-01-10T00:00:00+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_no_moment() {
        assert_eq!(read("2026-01-10T12:00:00"), Err(MomentError::WithoutZone));
        for text in ["", "now", "2026-01-10T12:00:00+2", "2026-01-10T12:00:00+24:00", "2026-01-10T25:00:00Z"] {
            assert!(matches!(read(text), Err(MomentError::Malformed(_))), "{text}");
        }
        assert!(matches!(read("0001-01-01T00:00:00+01:00"), Err(MomentError::Malformed(_))));
        assert!(matches!(read("2026-01-10T12:00:00ü+01:00"), Err(MomentError::Malformed(_))));
    }

    #[test]
    fn the_clock_is_read_to_the_microsecond() {
        let now = "2026-01-10T12:00:00.123456789Z".parse().unwrap();
        assert_eq!(Moment::of_clock(now).to_string(), "2026-01-10T12:00:00.123456+00:00");
    }
}
