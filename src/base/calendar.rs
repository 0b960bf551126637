//! Dates and instants, in UTC, without a clock.

use std::fmt;
use std::str::FromStr;

use super::Decimal;

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// A day of the proleptic Gregorian calendar, years 0001 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

/// A point in time, in seconds since 1970-01-01T00:00:00Z, exact to the nanosecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: Decimal,
}

impl Date {
    /// The day `year-month-day`, if there is one.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > month_length(year, month) {
            return None;
        }
        Some(Self { days: days_from_civil(year, month, day) })
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.days
    }

    /// Midnight at the start of this day.
    pub fn start(self) -> Instant {
        Instant { seconds: Decimal::from(i64::from(self.days) * DAY) }
    }

    fn civil(self) -> (i32, u32, u32) {
        civil_from_days(self.days)
    }
}

impl Instant {
    /// The instant this many seconds after 1970-01-01T00:00:00Z, if it falls in the years 0001 to 9999.
    pub fn from_seconds(seconds: Decimal) -> Option<Self> {
        let first = Date::new(1, 1, 1)?.start().seconds;
        let past = Decimal::from((i64::from(Date::new(9999, 12, 31)?.days) + 1) * DAY);
        (first <= seconds && seconds < past).then_some(Self { seconds })
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn seconds(self) -> Decimal {
        self.seconds
    }

    /// The day this falls on, in UTC.
    pub fn date(self) -> Date {
        let day = i128::from(DAY) * Decimal::ONE.units();
        let days = self.seconds.units().div_euclid(day);
        Date { days: i32::try_from(days).unwrap_or(i32::MAX) }
    }
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01; the year begins in March, so that the leap day comes last.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = ((month_from_march + 2) % 12 + 1) as u32;
    let year = (year_of_era + era * 400) as i32 + i32::from(month <= 2);
    (year, month, day)
}

/// Why a text is not a date or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not of the form `2026-12-31` or `2026-12-31T12:00:00Z`.
    #[error("not of the form `2026-12-31` or `2026-12-31T12:00:00Z`")]
    Malformed,
    /// No such day or time of day.
    #[error("no such day or time")]
    NoSuchDay,
}

fn fixed_number(text: &str, length: usize) -> Result<u32, CalendarError> {
    if text.len() != length || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CalendarError::Malformed);
    }
    text.parse().map_err(|_| CalendarError::Malformed)
}

fn three_parts(text: &str, by: char) -> Result<(&str, &str, &str), CalendarError> {
    let mut parts = text.splitn(3, by);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(a), Some(b), Some(c)) => Ok((a, b, c)),
        _ => Err(CalendarError::Malformed),
    }
}

impl FromStr for Date {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let (year, month, day) = three_parts(text, '-')?;
        let (year, month, day) = (fixed_number(year, 4)?, fixed_number(month, 2)?, fixed_number(day, 2)?);
        Self::new(year as i32, month, day).ok_or(CalendarError::NoSuchDay)
    }
}

impl FromStr for Instant {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let (day, time) = text.split_once('T').ok_or(CalendarError::Malformed)?;
        let date: Date = day.parse()?;
        let time = time.strip_suffix('Z').ok_or(CalendarError::Malformed)?;
        let (hour, minute, second) = three_parts(time, ':')?;
        let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
        let (hour, minute, second) = (fixed_number(hour, 2)?, fixed_number(minute, 2)?, fixed_number(second, 2)?);
        if hour > 23 || minute > 59 || second > 59 {
            return Err(CalendarError::NoSuchDay);
        }
        let fraction: Decimal = format!("0.{fraction}").parse().map_err(|_| CalendarError::Malformed)?;
        let whole = Decimal::from(i64::from(hour * 3600 + minute * 60 + second));
        let seconds = date.start().seconds.add(whole).and_then(|s| s.add(fraction));
        seconds.and_then(Self::from_seconds).ok_or(CalendarError::NoSuchDay)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = Decimal::ONE.units();
        let units = self.seconds.units().rem_euclid(i128::from(DAY) * scale);
        let (seconds, fraction) = (units / scale, units % scale);
        write!(f, "{}T{:02}:{:02}:{:02}", self.date(), seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if fraction != 0 {
            write!(f, ".{}", format!("{fraction:09}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A length of time as the language writes it: the largest unit that leaves a short exact number.
///
/// `8s`, `200ms`, `1.5s`, `5m`, `2h`, `30d`; a whole number of a unit wins, largest unit first.
pub fn duration_text(seconds: Decimal) -> String {
    if seconds == Decimal::ZERO {
        return "0s".to_owned();
    }
    let units = [(DAY, "d"), (3600, "h"), (60, "m"), (1, "s")];
    for (length, name) in units {
        if let Some(count) = seconds.div(Decimal::from(length)).filter(|c| c.is_whole())
            && count.mul(Decimal::from(length)) == Some(seconds)
        {
            return format!("{count}{name}");
        }
    }
    match seconds.mul(Decimal::from(1000)) {
        Some(milliseconds) if seconds.abs() < Decimal::ONE => format!("{milliseconds}ms"),
        _ => format!("{seconds}s"),
    }
}

/// Reads a length of time: `200ms`, `8s`, `1.5s`, `5m`, `2h`, `30d`.
pub fn parse_duration(text: &str) -> Option<Decimal> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at_checked(split)?;
    let number: Decimal = number.trim_end().parse().ok()?;
    if unit == "ms" {
        return number.div(Decimal::from(1000)).filter(|s| s.mul(Decimal::from(1000)) == Some(number));
    }
    let length = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => DAY,
        _ => return None,
    };
    number.mul(Decimal::from(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip() {
        for text in ["0001-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "2026-11-21", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in ["2026-02-29", "2026-13-01", "0000-01-01", "1900-02-29", "2026-00-10", "2026-01-00"] {
            assert_eq!(text.parse::<Date>(), Err(CalendarError::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        for days in -146_097..146_097 {
            let date = Date { days };
            assert_eq!(date.to_string().parse::<Date>(), Ok(date));
        }
    }

    #[test]
    fn instants_round_trip() {
        for text in ["2026-11-21T00:00:00Z", "1960-01-01T23:59:59.5Z"] {
            assert_eq!(text.parse::<Instant>().unwrap().to_string(), text);
        }
        assert!("2026-11-21T24:00:00Z".parse::<Instant>().is_err());
        assert!("2026-11-21T00:00:00".parse::<Instant>().is_err());
    }

    #[test]
    fn durations_take_the_largest_whole_unit() {
        for text in ["0s", "200ms", "8s", "5m", "2h", "30d", "1.5s", "90s", "36h"] {
            assert_eq!(parse_duration(text).map(duration_text).as_deref(), Some(text), "{text}");
        }
    }
}
