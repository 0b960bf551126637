//! Exact decimals and the calendar. A decimal is a whole number of 10⁻⁹ between −10²⁰ and 10²⁰; `None` is a fault.

/// One whole.
pub const ONE: i128 = 1_000_000_000;
const LIMIT: i128 = 100_000_000_000_000_000_000 * ONE;
/// The seconds of a day.
const DAY: i128 = 86_400;
/// 0001-01-01 and 9999-12-31 as days since 1970-01-01.
const FIRST_DAY: i128 = -719_162;
const LAST_DAY: i128 = 2_932_896;

/// The number, if it is in range.
pub fn in_range(units: i128) -> Option<i128> {
    (-LIMIT..=LIMIT).contains(&units).then_some(units)
}

/// `a * b`.
pub fn multiply(a: i128, b: i128) -> Option<i128> {
    in_range(half_even(a.checked_mul(b)?, ONE)?)
}

/// `a / b`.
pub fn divide(a: i128, b: i128) -> Option<i128> {
    in_range(half_even(a.checked_mul(ONE)?, b)?)
}

/// The quotient rounded to the nearest whole number, and to the even one of two that are equally near.
fn half_even(a: i128, b: i128) -> Option<i128> {
    let (floor, rest) = (a.checked_div_euclid(b)?, a.checked_rem_euclid(b)?);
    // The remainder of a Euclidean division is never negative, so one of two neighbours is nearer or both are equally near.
    let step = if b > 0 { 1 } else { -1 };
    let up = match (rest.checked_mul(2)?).cmp(&b.checked_abs()?) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => floor % 2 != 0,
    };
    floor.checked_add(if up { step } else { 0 })
}

/// The one spelling of a decimal: no exponent, no needless zero, no `-0`.
pub fn spell(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, fraction) = (units.unsigned_abs() / ONE.unsigned_abs(), units.unsigned_abs() % ONE.unsigned_abs());
    let digits = format!("{sign}{whole}.{fraction:09}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads that spelling and no other.
pub fn read(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if text.len() > 32 || fraction.len() > 9 {
        return None;
    }
    let units: i128 = format!("{whole}{fraction:0<9}").parse().ok().and_then(in_range)?;
    (spell(units) == text).then_some(units)
}

/// Days since 1970-01-01 of a date spelled `2026-12-31`.
pub fn read_date(text: &str) -> Option<i128> {
    let mut parts = text.splitn(3, '-');
    let [year, month, day] = [parts.next()?, parts.next()?, parts.next()?].map(|part| part.parse::<i128>().ok());
    let (year, month, day) = (year?, month?, day?);
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // January and February count as months 13 and 14 of the year before, so that the leap day comes last.
    let (y, m) = if month <= 2 { (year - 1, month + 12) } else { (year, month) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * (m - 3) + 2) / 5 + day - 719_469;
    (spell_date(days) == text).then_some(days)
}

/// A day as `2026-12-31`.
pub fn spell_date(days: i128) -> String {
    let leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let first_of = |year: i128| {
        let past = year - 1;
        365 * past + past / 4 - past / 100 + past / 400 + FIRST_DAY
    };
    let mut year = (days - FIRST_DAY) / 366 + 1;
    while first_of(year + 1) <= days {
        year += 1;
    }
    let mut day = days - first_of(year);
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}

/// The instant, in units of seconds since 1970-01-01T00:00:00Z, if it falls in the years 0001 to 9999.
pub fn in_years(units: i128) -> Option<i128> {
    (FIRST_DAY..=LAST_DAY).contains(&day_of(units)).then_some(units)
}

/// The day on which an instant falls.
pub fn day_of(units: i128) -> i128 {
    units.div_euclid(DAY * ONE)
}

/// The instant at which a day starts.
pub fn start_of(days: i128) -> i128 {
    days * DAY * ONE
}

/// An instant as `2026-12-31T12:00:00Z`.
pub fn spell_instant(units: i128) -> String {
    let rest = units.rem_euclid(DAY * ONE);
    let (seconds, fraction) = (rest / ONE, rest % ONE);
    let time = format!("{:02}:{:02}:{:02}.{fraction:09}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{}Z", spell_date(day_of(units)), time.trim_end_matches('0').trim_end_matches('.'))
}

/// Reads that spelling and no other.
pub fn read_instant(text: &str) -> Option<i128> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = time.splitn(3, ':');
    let [hour, minute] = [parts.next()?, parts.next()?].map(|part| part.parse::<u8>().ok());
    let (second, fraction) = parts.next().map(|part| part.split_once('.').unwrap_or((part, "")))?;
    let whole = i128::from(hour?) * 3600 + i128::from(minute?) * 60 + i128::from(second.parse::<u8>().ok()?);
    let units: i128 = format!("{fraction:0<9}").parse().ok().filter(|_| fraction.len() <= 9)?;
    let instant = start_of(read_date(date)?) + whole * ONE + units;
    in_years(instant).filter(|found| spell_instant(*found) == text)
}

/// A length of time: the largest of `d h m s` of which it is a whole number; below a second in `ms`; else seconds.
pub fn spell_duration(units: i128) -> String {
    let whole =
        [(DAY, "d"), (3600, "h"), (60, "m"), (1, "s")].into_iter().find(|(length, _)| units % (length * ONE) == 0);
    match whole {
        _ if units == 0 => "0s".to_owned(),
        Some((length, name)) => format!("{}{name}", spell(units / length)),
        None if units.abs() < ONE => format!("{}ms", spell(units * 1000)),
        None => format!("{}s", spell(units)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (a, b, quotient) in [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (5, -2, -2), (7, -2, -4), (-2, -3, 1)]
        {
            assert_eq!(half_even(a, b), Some(quotient), "{a} / {b}");
        }
        assert_eq!(divide(ONE, 0), None);
        assert_eq!(multiply(LIMIT, LIMIT), None);
    }

    #[test]
    fn days_and_instants_have_one_spelling() {
        assert_eq!(read_date("1970-01-01"), Some(0));
        assert_eq!(read_date("0001-01-01"), Some(FIRST_DAY));
        assert_eq!(read_date("9999-12-31"), Some(LAST_DAY));
        let days: Vec<i128> = (-200_000..200_000).filter(|d| read_date(&spell_date(*d)) != Some(*d)).collect();
        assert!(days.is_empty(), "{days:?}");
        for text in ["2026-02-29", "2026-1-01", "+026-01-01", "1900-02-29", "2026-01-01T00:00:00Z"] {
            assert_eq!(read_date(text), None, "{text}");
        }
        for text in ["2026-11-21T23:59:59Z", "1960-01-01T00:00:00.5Z"] {
            assert_eq!(read_instant(text).map(spell_instant).as_deref(), Some(text));
        }
        for text in ["2026-11-21T24:00:00Z", "2026-11-21T00:60:00Z", "2026-11-21T00:00:00.50Z", "2026-11-21T00:00:00."]
        {
            assert_eq!(read_instant(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_durations_have_one_spelling() {
        for text in ["0", "-0.5", "12.000000001", "100000000000000000000"] {
            assert_eq!(read(text).map(spell).as_deref(), Some(text));
        }
        for text in ["-0", "1.0", "01", "+1", "1e3", "1.", ".5", "0.0000000001", "100000000000000000001", ""] {
            assert_eq!(read(text), None, "{text}");
        }
        for (units, text) in [(ONE / 5, "200ms"), (90 * ONE, "90s"), (36 * 3600 * ONE, "36h"), (ONE * 3 / 2, "1.5s")] {
            assert_eq!(spell_duration(units), text);
        }
    }
}
