//! Values: objects with one key that names their kind.

use serde_json::Value as Json;

use super::reader::{Read, Refusal, ascending, flag, items, list, name, option, refuse, spelled, text, within};
use super::types::Names;
use crate::base::{Currency, Date, Decimal, Instant, Name, limits};
use crate::value::{Member, Unit, Value};

/// Reads values and expressions, which nest, up to a depth.
#[derive(Clone, Copy)]
pub struct Reader<'n> {
    /// The names of the policy.
    pub names: &'n Names,
    depth: usize,
}

impl<'n> Reader<'n> {
    /// A reader at the outermost level.
    pub fn new(names: &'n Names) -> Self {
        Self { names, depth: 0 }
    }

    /// The reader of what is nested in here.
    pub fn deeper(self) -> Read<Self> {
        // Twice what an expression may have as it is written: conversions are written out.
        match self.depth < 2 * limits::EXPRESSION_DEPTH {
            true => Ok(Self { depth: self.depth + 1, ..self }),
            false => refuse(format!("this is nested more than {} deep", 2 * limits::EXPRESSION_DEPTH)),
        }
    }

    /// A value.
    pub fn value(self, json: &Json) -> Read<Value> {
        let Json::Object(map) = json else { return refuse("a value is an object with one key") };
        let mut entries = map.iter();
        let (Some((kind, of)), None) = (entries.next(), entries.next()) else {
            return refuse("a value is an object with one key");
        };
        within(kind, self.of_kind(kind, of))
    }

    fn of_kind(self, kind: &str, of: &Json) -> Read<Value> {
        let inner = self.deeper()?;
        let number = |unit| Ok(Value::Number(spelled::<Decimal>(of, "a number")?, unit));
        match kind {
            "bool" => flag(of).map(Value::Bool),
            "int" => spelled::<i64>(of, "an integer").map(Value::Int),
            "decimal" => number(Unit::Plain),
            "ratio" => number(Unit::Ratio),
            "duration" => number(Unit::Duration),
            "money" => money(of),
            "text" => name(of).map(Value::Text),
            "date" => spelled::<Date>(of, "a date").map(Value::Date),
            "instant" => spelled::<Instant>(of, "an instant").map(Value::Instant),
            "member" => self.member(of),
            "service" => name(of).map(Value::Service),
            "list" => Ok(Value::List(list(of, |v| inner.value(v))?.into())),
            "set" => Ok(Value::Set(ascending(list(of, |v| inner.value(v))?)?.into())),
            "record" => inner.record(of),
            "vector" => Ok(Value::Vector(list(of, |v| spelled::<Decimal>(v, "a number"))?.into())),
            "complex" => {
                let pair = |v: &Json| {
                    let [re, im] = items(v)? else { return refuse("a real and an imaginary part are needed") };
                    Ok((spelled::<Decimal>(re, "a number")?, spelled::<Decimal>(im, "a number")?))
                };
                Ok(Value::Complex(list(of, pair)?.into()))
            }
            _ => refuse("there are no values of this kind"),
        }
    }

    fn member(self, of: &Json) -> Read<Value> {
        let [of, member] = items(of)? else { return refuse("an enum and a member are needed") };
        let (of, member) = (name(of)?, name(member)?);
        let declared = self.names.enums.get(&of);
        let place = declared.and_then(|of| of.members.iter().position(|known| *known == member));
        let index = place.and_then(|place| u32::try_from(place).ok());
        let index = index.ok_or_else(|| Refusal::new("the policy has no such member of an enum"))?;
        Ok(Value::Member(Member { of, index, name: member }))
    }

    fn record(self, of: &Json) -> Read<Value> {
        let fields = list(of, |field| {
            let [field, value] = items(field)? else { return refuse("a field and its value are needed") };
            Ok((name(field)?, within(1, option(value, |v| self.value(v)))?))
        })?;
        once(fields.iter().map(|(name, _)| name))?;
        Ok(Value::Record(fields.into()))
    }
}

/// That no name stands twice.
pub fn once<'a>(names: impl Iterator<Item = &'a Name>) -> Read<()> {
    let mut names: Vec<&Name> = names.collect();
    names.sort_unstable();
    ascending(names).map(drop).or_else(|_| refuse("a name stands twice"))
}

fn money(of: &Json) -> Read<Value> {
    let [code, amount] = items(of)? else { return refuse("a currency and an amount are needed") };
    let code = text(code)?;
    let currency = Currency::from_code(code).filter(|currency| currency.code() == code);
    let currency = currency.ok_or_else(|| Refusal::new("this is no currency's code"))?;
    Ok(Value::Number(spelled::<Decimal>(amount, "a number")?, Unit::Money(currency)))
}
