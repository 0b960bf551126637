//! The codes of everything that can be wrong with a text before its names mean anything.

use crate::diag::Code;

/// Something else was expected here.
pub const UNEXPECTED: Code = Code { id: "P0100", title: "unexpected text" };
/// An item that begins with a word that begins no item.
pub const UNKNOWN_ITEM: Code = Code { id: "P0101", title: "unknown kind of item" };
/// An opening bracket without its closing one.
pub const UNCLOSED: Code = Code { id: "P0102", title: "bracket never closed" };
/// A closing bracket without its opening one.
pub const UNOPENED: Code = Code { id: "P0103", title: "bracket never opened" };
/// A text whose closing quote is missing.
pub const OPEN_TEXT: Code = Code { id: "P0104", title: "text never closed" };
/// Digits that make no number, amount or duration.
pub const BAD_NUMBER: Code = Code { id: "P0105", title: "not a number" };
/// A date or point in time that does not exist.
pub const BAD_DATE: Code = Code { id: "P0106", title: "no such date" };
/// A backslash before something that it does not escape.
pub const BAD_ESCAPE: Code = Code { id: "P0107", title: "unknown escape" };
/// A brace in a text that holds no expression.
pub const BAD_BRACE: Code = Code { id: "P0108", title: "brace in a text" };
/// An amount of money in something that is no currency.
pub const UNKNOWN_CURRENCY: Code = Code { id: "P0109", title: "unknown currency" };
/// Brackets or expressions inside one another beyond the limit.
pub const TOO_DEEP: Code = Code { id: "P0110", title: "nested too deep" };
/// A file or an item beyond the limit of bytes.
pub const TOO_LARGE: Code = Code { id: "P0111", title: "too large" };
/// A character that belongs in no source file.
pub const BAD_CHARACTER: Code = Code { id: "P0112", title: "character out of place" };
/// A name beyond the limit of bytes.
pub const LONG_NAME: Code = Code { id: "P0113", title: "name too long" };
/// A part that an item has once, given twice.
pub const TWICE: Code = Code { id: "P0114", title: "said twice" };
/// A part without which an item says nothing.
pub const MISSING_PART: Code = Code { id: "P0115", title: "missing part" };
/// `not` on the right of an operator that binds tighter, or two comparisons in a row.
pub const NEEDS_BRACKETS: Code = Code { id: "P0116", title: "brackets needed" };
/// Documentation or an annotation with nothing below it.
pub const DANGLING: Code = Code { id: "P0117", title: "documentation of nothing" };
/// A sign of another language.
pub const FOREIGN_SIGN: Code = Code { id: "P0118", title: "sign of another language" };
/// More errors than are shown.
pub const TOO_MANY: Code = Code { id: "P0199", title: "too many errors" };

/// Every code of this stage.
pub const ALL: &[&Code] = &[
    &UNEXPECTED,
    &UNKNOWN_ITEM,
    &UNCLOSED,
    &UNOPENED,
    &OPEN_TEXT,
    &BAD_NUMBER,
    &BAD_DATE,
    &BAD_ESCAPE,
    &BAD_BRACE,
    &UNKNOWN_CURRENCY,
    &TOO_DEEP,
    &TOO_LARGE,
    &BAD_CHARACTER,
    &LONG_NAME,
    &TWICE,
    &MISSING_PART,
    &NEEDS_BRACKETS,
    &DANGLING,
    &FOREIGN_SIGN,
    &TOO_MANY,
];
