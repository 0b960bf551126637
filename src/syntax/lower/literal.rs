//! Numbers, amounts, lengths of time, dates.

use crate::base::calendar::{CalendarError, parse_duration};
use crate::base::decimal::DecimalError;
use crate::base::{Currency, Date, Decimal, Instant, Span};
use crate::diag::Diagnostic;

use super::super::ast::{ExprKind, Text};
use super::super::codes;
use super::super::grammar::{Pair, Rule};
use super::Lower;

impl<'i> Lower<'i> {
    pub(super) fn literal(&mut self, pair: &Pair<'i>) -> ExprKind {
        let text = pair.as_str();
        let span = self.span(pair);
        let read = match pair.as_rule() {
            Rule::boolean => Some(ExprKind::Bool(text == "true")),
            Rule::integer => self.integer(text, span).map(ExprKind::Int),
            Rule::decimal => self.decimal(text, span).map(ExprKind::Decimal),
            Rule::percent => self.percent(text, span).map(ExprKind::Percent),
            Rule::dollars => self
                .decimal(text.trim_start_matches('$').trim_start(), span)
                .map(|amount| ExprKind::Money(amount, Currency::USD)),
            Rule::money => self.money(text, span),
            Rule::duration => self.duration(text, span).map(ExprKind::Duration),
            Rule::date => self.date(text, span).map(ExprKind::Date),
            Rule::datetime => self.instant(text, span).map(ExprKind::Instant),
            _ => {
                self.bad_number(text, span);
                None
            }
        };
        read.unwrap_or(ExprKind::Error)
    }

    /// A whole number of 64 bits.
    pub(super) fn integer(&mut self, text: &str, span: Span) -> Option<i64> {
        let number = text.replace('_', "").parse().ok();
        if number.is_none() {
            let error = Diagnostic::error(&codes::BAD_NUMBER, span, format!("`{text}` is too large"))
                .label("does not fit 64 bits")
                .help(format!("whole numbers end at {}", i64::MAX));
            self.report(error);
        }
        number
    }

    fn decimal(&mut self, text: &str, span: Span) -> Option<Decimal> {
        match text.parse() {
            Ok(decimal) => Some(decimal),
            Err(error) => {
                let why = match error {
                    DecimalError::Malformed => "not a decimal number",
                    DecimalError::TooPrecise => "has more than nine digits behind the point",
                    DecimalError::OutOfRange => "is beyond 10^20",
                };
                let error = Diagnostic::error(&codes::BAD_NUMBER, span, format!("`{text}` {why}"));
                self.report(error.label("cannot be held exactly"));
                None
            }
        }
    }

    fn percent(&mut self, text: &str, span: Span) -> Option<Decimal> {
        let number = self.decimal(text.trim_end_matches('%'), span)?;
        let hundred = Decimal::from(100);
        let ratio = number.div(hundred).filter(|ratio| ratio.mul(hundred) == Some(number));
        if ratio.is_none() {
            let message = format!("`{text}` has more than nine digits behind the point as a ratio");
            self.report(Diagnostic::error(&codes::BAD_NUMBER, span, message).label("cannot be held exactly"));
        }
        ratio
    }

    fn money(&mut self, text: &str, span: Span) -> Option<ExprKind> {
        let (amount, code) = text.split_at_checked(text.len().saturating_sub(3))?;
        let amount = self.decimal(amount.trim_end(), span)?;
        if let Some(currency) = Currency::from_code(code) {
            return Some(ExprKind::Money(amount, currency));
        }
        let place = Span { start: span.end.saturating_sub(3), ..span };
        let error = Diagnostic::error(&codes::UNKNOWN_CURRENCY, place, format!("`{code}` is no currency"))
            .label("not a code of ISO 4217")
            .help("amounts are written `$0.015` or with a currency's code, `0.02 EUR`");
        self.report(error);
        None
    }

    fn duration(&mut self, text: &str, span: Span) -> Option<Decimal> {
        let seconds = parse_duration(&text.replace('_', ""));
        if seconds.is_none() {
            let error = Diagnostic::error(&codes::BAD_NUMBER, span, format!("`{text}` cannot be held exactly"))
                .label("too long or too precise")
                .help("lengths of time are exact to a billionth of a second");
            self.report(error);
        }
        seconds
    }

    pub(super) fn date(&mut self, text: &str, span: Span) -> Option<Date> {
        let date = text.parse();
        self.calendar(date, text, span)
    }

    pub(super) fn instant(&mut self, text: &str, span: Span) -> Option<Instant> {
        let instant = text.parse();
        self.calendar(instant, text, span)
    }

    fn calendar<T>(&mut self, read: Result<T, CalendarError>, text: &str, span: Span) -> Option<T> {
        let (why, label, help) = match read {
            Ok(value) => return Some(value),
            Err(CalendarError::NoSuchDay) => {
                ("does not exist", "no such day or time of day", "days are written `2026-12-31`")
            }
            Err(CalendarError::Malformed) => (
                "is not a point in time",
                "not of the form `2026-12-31T12:00:00Z`",
                "points in time have seconds and end in `Z`, since all of them are UTC",
            ),
        };
        let error = Diagnostic::error(&codes::BAD_DATE, span, format!("`{text}` {why}")).label(label).help(help);
        self.report(error);
        None
    }

    fn bad_number(&mut self, text: &str, span: Span) {
        let error = Diagnostic::error(&codes::BAD_NUMBER, span, format!("`{text}` is not a number"));
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '.' | '$'));
        let help = match unit.to_ascii_lowercase().as_str() {
            "sec" | "secs" | "second" | "seconds" | "min" | "mins" | "minute" | "minutes" | "hour" | "hours" | "hr"
            | "hrs" | "day" | "days" | "us" | "ns" | "w" | "y" => {
                "lengths of time are written `200ms`, `8s`, `5m`, `2h` and `30d`"
            }
            "usd" | "eur" | "gbp" => "amounts are written `$0.015` or with a currency's code in capitals, `0.02 EUR`",
            "k" | "b" => "whole numbers are written in full, `200_000`",
            _ if text.starts_with('$') => "amounts of money are written `$0.015`",
            _ if unit.starts_with(['e', 'E']) => "numbers are written in full, without an exponent",
            _ => "numbers are written `200_000` or `0.97`; names begin with a letter",
        };
        self.report(error.label("begins like a number").help(help));
    }

    /// An argument of an annotation, as a text.
    pub(super) fn annotation_arg(&mut self, pair: &Pair<'i>) -> Text {
        match pair.as_rule() {
            Rule::text => self.plain(pair),
            _ => Text { text: pair.as_str().into(), span: self.span(pair) },
        }
    }
}
