//! From what is written to expressions of the package: paths bound to fields, values read by their types, and what is absent written out.

use std::collections::BTreeSet;

use crate::base::{Decimal, Name, Span, similar};
use crate::data::{Findings, Kind as Stated, Node, shortened};
use crate::diag::Diagnostic;
use crate::facts::codes;
use crate::facts::decode::{self, Decoder, Known, Schema};
use crate::ir::{Comparison, Direction, Expr};
use crate::value::{Type, Value};

use super::World;
use super::form::{Op, Operand, Path, Test};
use super::paths::{self, Kind, Side};

/// What rules on these routes can speak of.
pub(super) struct Scope<'a> {
    pub world: World<'a>,
    pub request: Name,
    /// The traits of all roles.
    traits: BTreeSet<&'a Name>,
    /// Whether one of the routes composes services, so that a promise is that of the whole.
    pub composed: bool,
}

/// A fact of the package.
pub(super) struct Place {
    pub expr: Expr,
    pub ty: Type,
    optional: bool,
    side: Side,
    kind: Kind,
    direction: Option<Direction>,
}

/// What is wrong. Boxed, since it is rare and large.
pub(super) type Wrong = Box<Diagnostic>;

impl<'a> Scope<'a> {
    pub fn of(world: World<'a>, routes: &[Name]) -> Result<Self, &'static str> {
        let known: Vec<_> = routes.iter().filter_map(|name| world.policy.routes.get(name)).collect();
        let Some(first) = known.first() else { return Err("the rules govern no route") };
        if known.iter().any(|route| route.request != first.request) {
            return Err("the routes answer requests of different types");
        }
        let roles = || known.iter().flat_map(|route| &route.roles);
        Ok(Self {
            world,
            request: first.request.clone(),
            traits: roles().map(|role| &role.trait_).collect(),
            composed: known.iter().any(|route| route.roles.len() > 1),
        })
    }

    /// The fact behind a path. A bare one is the request's in a condition, and the service's in an action.
    pub fn place(&self, path: &Path, bare: Side) -> Result<Place, Wrong> {
        let (side, rest) = match (path.text.strip_prefix("request."), path.text.strip_prefix("service.")) {
            (Some(rest), _) => (Side::Request, rest),
            (_, Some(rest)) => (Side::Service, rest),
            _ => (bare, &*path.text),
        };
        let found = match side {
            Side::Request => paths::of_request(rest).and_then(|(field, kind)| self.of_request(field, kind)),
            Side::Service => paths::of_service(rest).and_then(|(field, kind)| self.of_service(field, kind)),
        };
        let Some(mut place) = found else { return Err(self.unknown(path, side)) };
        if path.absent_is_false && place.ty == Type::Bool && place.optional {
            place.expr = Expr::Coalesce(Box::new(place.expr), Box::new(Expr::Literal(Value::Bool(false))));
            place.optional = false;
        }
        Ok(place)
    }

    /// The same, if it may be looked at there.
    fn visible(&self, path: &Path, side: Side) -> Result<Place, Wrong> {
        let place = self.place(path, side)?;
        if side == Side::Request && place.side == Side::Service {
            let message = format!("`{}` is a fact of a service, and a condition looks at the request alone", path.text);
            let found = Diagnostic::error(&codes::UNKNOWN_PATH, path.span, message).label("not known yet");
            let help = "state it in the action, as in `not (…) or service.privacy.encryption == true`";
            return Err(Box::new(found.help(help)));
        }
        Ok(place)
    }

    fn unknown(&self, path: &Path, side: Side) -> Wrong {
        let whose = if side == Side::Request { "requests" } else { "services" };
        let message = format!("`{}` has no counterpart among the {whose} of this package", shortened(&path.text));
        let found = Diagnostic::error(&codes::UNKNOWN_PATH, path.span, message).label("unknown path");
        let known = paths::known(side);
        let prefix = if side == Side::Request { "request." } else { "service." };
        let whole =
            if path.text.starts_with(prefix) { path.text.to_string() } else { format!("{prefix}{}", path.text) };
        Box::new(match similar::nearest(&whole, known.iter().map(String::as_str)) {
            Some(near) if near != whole => found.help(format!("did you mean `{near}`?")),
            _ => found.help("the page on data lists the paths that are understood"),
        })
    }

    fn of_request(&self, field: &str, kind: Kind) -> Option<Place> {
        let policy = self.world.policy;
        let mut fields = policy.requests.get(&self.request)?.fields.as_slice();
        let (mut expr, mut optional, mut ty) = (Expr::Request, false, Type::Request(self.request.clone()));
        for name in field.split('.') {
            let found = fields.iter().find(|field| &*field.name == name)?;
            optional |= found.optional && found.default.is_none();
            ty = found.ty.clone();
            expr = Expr::Field(Box::new(expr), found.name.clone());
            fields = match &ty {
                Type::Record(record) => policy.records.get(record).map_or(&[][..], Vec::as_slice),
                _ => &[],
            };
        }
        Some(Place { expr, ty, optional, side: Side::Request, kind, direction: None })
    }

    fn of_service(&self, field: &str, kind: Kind) -> Option<Place> {
        let place = |expr: Expr, ty: Type, optional: bool, direction| {
            Some(Place { expr, ty, optional, side: Side::Service, kind, direction })
        };
        let subject = || Box::new(Expr::Subject);
        if field == paths::NAME {
            return place(Expr::Field(subject(), field.into()), Type::Text, false, None);
        }
        let traits = || self.traits.iter().map(|name| self.world.policy.traits.get(*name));
        // Every role must be able to state the fact.
        let fields: Option<Vec<_>> = traits().map(|t| t?.fields.get(field)).collect();
        if let Some(found) = fields.as_ref().and_then(|all| all.first()) {
            let optional = found.optional && found.default.is_none();
            return place(Expr::Field(subject(), field.into()), found.ty.clone(), optional, None);
        }
        let promises: Option<Vec<_>> = traits().map(|t| t?.guarantees.get(field)).collect();
        let found = *promises.as_ref()?.first()?;
        let whole = self.composed && found.composition.is_some();
        let expr = if whole { Expr::Total(field.into()) } else { Expr::Field(subject(), field.into()) };
        place(expr, found.ty.clone(), true, found.direction)
    }

    /// A condition of the request: what is not stated makes the single statement false.
    pub fn condition(&self, test: Test, findings: &mut Findings) -> Option<Expr> {
        self.test(test.positive(false), Side::Request, findings)
    }

    /// A demand on the service: what is not stated leaves it unmet, as an unknown does by itself.
    pub fn demand(&self, test: Test, findings: &mut Findings) -> Option<Expr> {
        self.test(test.positive(false), Side::Service, findings)
    }

    fn test(&self, test: Test, side: Side, findings: &mut Findings) -> Option<Expr> {
        let many = |parts: Vec<Test>, findings: &mut Findings| {
            let count = parts.len();
            let read: Vec<Expr> = parts.into_iter().filter_map(|part| self.test(part, side, findings)).collect();
            (read.len() == count).then_some(read)
        };
        match test {
            Test::And(parts) => many(parts, findings).map(conjunction),
            Test::Or(parts) => many(parts, findings).map(Expr::Or),
            single => match self.single(&single, side, findings) {
                Ok(expr) => Some(expr),
                Err(found) => {
                    findings.push(*found);
                    None
                }
            },
        }
    }

    /// One statement, with what must be known for it in a condition.
    fn single(&self, test: &Test, side: Side, findings: &mut Findings) -> Result<Expr, Wrong> {
        let (negated, statement) = match test {
            Test::Not(inner) => (true, &**inner),
            other => (false, other),
        };
        let Some(path) = statement.first_path() else { return Ok(Expr::Literal(Value::Bool(!negated))) };
        let place = self.visible(path, side)?;
        let mut needed = Vec::new();
        if place.optional {
            needed.push(Expr::Known(Box::new(place.expr.clone())));
        }
        let expr = match statement {
            Test::Exists(_) => return self.exists(path, place, negated),
            Test::Holds(_) => self.flag(path, &place, !negated)?,
            Test::Compare(_, op, operand) => {
                let (expr, other) = self.compared(path, &place, *op, operand, (negated, side), findings)?;
                needed.extend(other);
                expr
            }
            Test::And(_) | Test::Or(_) | Test::Not(_) => Expr::Literal(Value::Bool(!negated)),
        };
        if side == Side::Service {
            return Ok(expr);
        }
        needed.push(expr);
        Ok(conjunction(needed))
    }

    fn exists(&self, path: &Path, place: Place, negated: bool) -> Result<Expr, Wrong> {
        if let Kind::Marker(_) = place.kind {
            return Err(self.always_there(path, "a flag that is not set"));
        }
        if !place.optional {
            return Err(self.always_there(path, "what was left out"));
        }
        let known = Expr::Known(Box::new(place.expr));
        Ok(if negated { Expr::Not(Box::new(known)) } else { known })
    }

    fn always_there(&self, path: &Path, instead: &str) -> Wrong {
        let message =
            format!("`{}` always has a value in this package, which {instead} cannot be told from", path.text);
        let found = Diagnostic::error(&codes::UNKNOWN_PATH, path.span, message).label("never absent");
        Box::new(found.help("state the value that is meant instead of whether there is one"))
    }

    /// A fact that is true or false by itself.
    fn flag(&self, path: &Path, place: &Place, wanted: bool) -> Result<Expr, Wrong> {
        if let Kind::Marker(label) = place.kind {
            return self.marked(path, place, label, wanted);
        }
        if place.ty != Type::Bool {
            let message = format!("`{}` is {:#}, and not true or false by itself", path.text, place.ty);
            let found = Diagnostic::error(&codes::WRONG_KIND, path.span, message);
            return Err(Box::new(found.help("compare it with a value, or ask whether it `exists`")));
        }
        Ok(if wanted { place.expr.clone() } else { Expr::Not(Box::new(place.expr.clone())) })
    }

    /// A flag of the original that is a label here.
    fn marked(&self, path: &Path, place: &Place, label: &str, wanted: bool) -> Result<Expr, Wrong> {
        if !wanted {
            return Err(self.always_there(path, "a flag that was never set"));
        }
        let element = place.ty.element().cloned().unwrap_or(Type::Text);
        let label = self.value(&path.text, &Node::text(label, path.span), &element, Kind::Plain)?;
        Ok(Expr::In(Box::new(Expr::Literal(label)), Box::new(place.expr.clone())))
    }

    /// A comparison, and what else must be known for it.
    fn compared(
        &self,
        path: &Path,
        place: &Place,
        op: Op,
        operand: &Operand,
        (negated, side): (bool, Side),
        findings: &mut Findings,
    ) -> Result<(Expr, Option<Expr>), Wrong> {
        let left = || Box::new(place.expr.clone());
        let not = |expr: Expr| if negated { Expr::Not(Box::new(expr)) } else { expr };
        match (op, operand) {
            (Op::Compare(op), Operand::Value(Node { kind: Stated::Bool(value), .. }))
                if place.ty == Type::Bool || matches!(place.kind, Kind::Marker(_)) =>
            {
                let wanted = match op {
                    Comparison::Equal => *value,
                    Comparison::NotEqual => !*value,
                    _ => return Err(self.no_order(path, &place.ty)),
                };
                Ok((self.flag(path, place, wanted)?, None))
            }
            (Op::Compare(op), Operand::Value(node)) => {
                self.ordered(path, place, op)?;
                Self::unshown(path, place, op).into_iter().for_each(|wrong| findings.push(wrong));
                let value = self.value(&path.text, node, &place.ty, place.kind)?;
                Ok((Expr::Compare(op, left(), Box::new(Expr::Literal(value))), None))
            }
            (Op::Compare(op), Operand::Path(other)) => {
                self.ordered(path, place, op)?;
                let with = self.visible(other, side)?;
                if with.ty != place.ty {
                    return Err(self.other_type(other, &with.ty, &place.ty));
                }
                let both = [(path, place, op), (other, &with, super::form::turned(op))];
                let wrong = both.into_iter().filter_map(|(path, place, op)| Self::unshown(path, place, op));
                wrong.for_each(|wrong| findings.push(wrong));
                let known = with.optional.then(|| Expr::Known(Box::new(with.expr.clone())));
                Ok((Expr::Compare(op, left(), Box::new(with.expr)), known))
            }
            (Op::In, Operand::Value(node)) => {
                let wrong = Self::unshown(path, place, Comparison::Equal);
                wrong.into_iter().for_each(|wrong| findings.push(wrong));
                let Stated::List(_) = node.kind else {
                    let message = format!("behind `in` stands {}, and a list is needed", node.words());
                    return Err(Box::new(Diagnostic::error(&codes::WRONG_KIND, node.opening(), message)));
                };
                let value = self.value(&path.text, node, &Type::Set(Box::new(place.ty.clone())), place.kind)?;
                Ok((not(Expr::In(left(), Box::new(Expr::Literal(value)))), None))
            }
            (Op::Contains, Operand::Value(node)) => {
                let element = self.element(path, place)?;
                let value = self.value(&path.text, node, &element, Kind::Plain)?;
                Ok((not(Expr::In(Box::new(Expr::Literal(value)), left())), None))
            }
            (Op::In | Op::Contains, Operand::Path(other)) => {
                let with = self.visible(other, side)?;
                let (outer, outer_place, inner) =
                    if op == Op::In { (other, &with, place) } else { (path, place, &with) };
                let element = self.element(outer, outer_place)?;
                if element != inner.ty {
                    return Err(self.other_type(other, &with.ty, &place.ty));
                }
                let expr = Expr::In(Box::new(inner.expr.clone()), Box::new(outer_place.expr.clone()));
                let known = with.optional.then(|| Expr::Known(Box::new(with.expr.clone())));
                Ok((not(expr), known))
            }
        }
    }

    fn other_type(&self, path: &Path, found: &Type, wanted: &Type) -> Wrong {
        let message = format!("`{}` is {found:#}, which is not compared with {wanted:#}", path.text);
        Box::new(Diagnostic::error(&codes::WRONG_KIND, path.span, message).label("another type"))
    }

    fn element(&self, path: &Path, place: &Place) -> Result<Type, Wrong> {
        place.ty.element().cloned().ok_or_else(|| {
            let message = format!("`{}` is {:#}, which contains nothing", path.text, place.ty);
            Box::new(
                Diagnostic::error(&codes::WRONG_KIND, path.span, message).help("compare it with `==`, or use `in`"),
            )
        })
    }

    fn no_order(&self, path: &Path, ty: &Type) -> Wrong {
        let message = format!("`{}` is {ty:#}, of which nothing is more or less", path.text);
        Box::new(Diagnostic::error(&codes::WRONG_KIND, path.span, message).help("compare it with `==` or `!=`"))
    }

    /// Whether values of this type compare so.
    fn ordered(&self, path: &Path, place: &Place, op: Comparison) -> Result<(), Wrong> {
        let ordered = match &place.ty {
            Type::Int | Type::Decimal | Type::Ratio | Type::Money(_) => true,
            Type::Duration | Type::Date | Type::Instant => true,
            Type::Enum(name) => self.world.policy.enums.get(name).is_some_and(|declared| declared.ordered),
            _ => false,
        };
        let whole = matches!(place.ty, Type::Vector | Type::ComplexVector | Type::Record(_));
        let marker = matches!(place.kind, Kind::Marker(_));
        let equality = matches!(op, Comparison::Equal | Comparison::NotEqual);
        if whole || marker || (!ordered && !equality) { Err(self.no_order(path, &place.ty)) } else { Ok(()) }
    }

    /// What is wrong where a promise never shows what is asked of it.
    fn unshown(path: &Path, place: &Place, op: Comparison) -> Option<Diagnostic> {
        use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
        let (fits, way, signs) = match place.direction? {
            Direction::AtMost => (matches!(op, Less | LessOrEqual), "at most", "`<=` or `<`"),
            Direction::AtLeast => (matches!(op, Greater | GreaterOrEqual), "at least", "`>=` or `>`"),
        };
        if fits {
            return None;
        }
        let message =
            format!("`{}` is a promise of {way} so much, and none such shows that `{}` holds", path.text, op.word());
        let found = Diagnostic::error(&codes::WRONG_BOUND, path.span, message).label("cannot be shown");
        Some(found.help(format!("compare it with {signs}")))
    }

    /// A value by the type of what it is compared with, with the unit that the original leaves out.
    fn value(&self, of: &str, node: &Node, ty: &Type, kind: Kind) -> Result<Value, Wrong> {
        let node = with_unit(node, kind);
        let mut decoder =
            Decoder::new(Schema { policy: self.world.policy, services: Known::Services(self.world.services) });
        let value = decoder.value(&node, ty, &decode::Path::Root(of));
        decoder.finish(value).map_err(|found| {
            let first = found.into_iter().next();
            Box::new(
                first.unwrap_or_else(|| Diagnostic::error(&codes::MALFORMED, node.span, "the value cannot be read")),
            )
        })
    }

    /// The words of a list as a set of what a field holds.
    pub fn words(&self, words: &[Name], ty: &Type, span: Span) -> Result<Value, Wrong> {
        let nodes = words.iter().map(|word| Node::text(word.clone(), span)).collect();
        self.value("allow", &Node { kind: Stated::List(nodes), span }, ty, Kind::Plain)
    }
}

/// A bare number as the unit of its place has it.
pub(in crate::facts) fn with_unit(node: &Node, kind: Kind) -> Node {
    let text = match (&node.kind, kind) {
        (Stated::List(elements), _) => {
            let elements = elements.iter().map(|element| with_unit(element, kind)).collect();
            return Node { kind: Stated::List(elements), span: node.span };
        }
        (Stated::Number(number), Kind::Milliseconds) => match number.parse::<Decimal>() {
            Ok(amount) => format!("{amount}ms"),
            Err(_) => return node.clone(),
        },
        (Stated::Number(number), Kind::Dollars) => match number.parse::<Decimal>() {
            Ok(amount) => format!("{amount} USD"),
            Err(_) => return node.clone(),
        },
        (Stated::Number(number), Kind::Percentage) => match number.parse::<Decimal>() {
            Ok(amount) if amount > Decimal::from(1) => format!("{amount}%"),
            _ => return node.clone(),
        },
        _ => return node.clone(),
    };
    Node::text(text, node.span)
}

/// All of them, flat, each once.
fn conjunction(parts: Vec<Expr>) -> Expr {
    let mut flat: Vec<Expr> = Vec::new();
    for part in parts {
        let inner = match part {
            Expr::And(inner) => inner,
            other => vec![other],
        };
        for part in inner {
            if !flat.contains(&part) {
                flat.push(part);
            }
        }
    }
    match (flat.len(), flat.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            flat.extend(last);
            Expr::And(flat)
        }
    }
}
