//! `[identity]` of a manifest: what is believed of tokens, and which fields of the package's requests they fill.

use std::collections::BTreeMap;

use crate::base::similar::nearest;
use crate::base::{Decimal, Name, Span, calendar};
use crate::data::{Key, Kind, Node};
use crate::diag::Diagnostic;
use crate::identity::{Algorithm, Fact, Settings};
use crate::ir::{Field, Policy};
use crate::resolve::{Program, codes::MANIFEST};
use crate::syntax::ast::ItemKind;
use crate::value::{Type, Value};

/// The most seconds by which clocks may differ: more would be a longer life for every token.
const MOST_LEEWAY: i64 = 300;
/// Claims that are instants in seconds since 1970.
const INSTANTS: &[&str] = &["exp", "nbf", "iat"];

/// What the packages say, by the request type whose fields are filled. A package speaks of its own request types.
pub(super) fn settings(
    policy: &Policy,
    program: &Program,
    stated: &[(usize, Node)],
) -> (BTreeMap<Name, Settings>, Vec<Diagnostic>) {
    let mut all = BTreeMap::new();
    let mut found = Vec::new();
    for (package, node) in stated {
        let mut reader = Reader { settings: Settings::default(), fields: Vec::new(), found: Vec::new() };
        reader.table(node);
        let own = program.items.iter().filter(|d| d.package == *package);
        let own = own.filter(|d| matches!(d.item.kind, ItemKind::Request(_))).map(|d| &d.name);
        let own: Vec<(&Name, &[Field])> =
            own.filter_map(|name| Some((name, policy.requests.get(name)?.fields.as_slice()))).collect();
        // A package that did not parse may have lost the field, and that was said.
        if !program.items.is_empty() {
            reader.fields(&own);
        }
        for (name, fields) in own {
            if fields.iter().any(|field| reader.settings.fills(&field.name)) {
                all.insert(name.clone(), reader.settings.clone());
            }
        }
        found.append(&mut reader.found);
    }
    (all, found)
}

struct Reader {
    settings: Settings,
    /// Where each field is named, and where what fills it.
    fields: Vec<(Span, Span)>,
    found: Vec<Diagnostic>,
}

impl Reader {
    fn wrong(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::error(&MANIFEST, span, message).help(help));
    }

    fn table(&mut self, node: &Node) {
        for (key, value) in self.entries(node, &["algorithms", "issuer", "audience", "leeway", "facts"]) {
            match &*key.text {
                "algorithms" => self.algorithms(value),
                "issuer" => self.settings.issuers = self.names(key, value),
                "audience" => self.settings.audiences = self.names(key, value),
                "leeway" => self.leeway(value),
                "facts" => {
                    for (key, value) in self.entries(value, &[]) {
                        self.fact(key, value);
                    }
                }
                _ => {}
            }
        }
        for (wanted, example) in [
            ("algorithms", "write `algorithms = [\"RS256\"]`"),
            ("facts", "write `[identity.facts]` and `subject = \"sub\"`"),
        ] {
            if matches!(node.kind, Kind::Map(_)) && node.get(wanted).is_none() {
                self.wrong(node.opening(), format!("`[identity]` says no `{wanted}`"), example);
            }
        }
    }

    /// The entries of a table, those that are not known reported. No known keys: every key is one.
    fn entries<'n>(&mut self, node: &'n Node, known: &[&str]) -> Vec<(&'n Key, &'n Node)> {
        let Kind::Map(entries) = &node.kind else {
            let message = format!("expected a table, found {}", node.words());
            self.found.push(Diagnostic::error(&MANIFEST, node.opening(), message));
            return Vec::new();
        };
        for (key, _) in entries.iter().filter(|(key, _)| !known.is_empty() && !known.contains(&&*key.text)) {
            let message = format!("`[identity]` knows no `{}` here", key.text);
            let found = Diagnostic::error(&MANIFEST, key.span, message).label("unknown key");
            let list: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
            self.found.push(match nearest(&key.text, known.iter().copied()) {
                near @ Some(_) => found.suggest(key.span, near),
                None => found.help(format!("it knows {}", list.join(", "))),
            });
        }
        entries.iter().map(|(key, value)| (key, value)).collect()
    }

    fn algorithms(&mut self, node: &Node) {
        let list = "write one or more of `HS256`, `RS256` and `EdDSA` into a list";
        let elements = match &node.kind {
            Kind::List(elements) if !elements.is_empty() => elements,
            _ => return self.wrong(node.opening(), "`algorithms` lists no algorithm", list),
        };
        for element in elements {
            let word = if let Kind::Text(word) = &element.kind { &**word } else { "" };
            match Algorithm::of(word) {
                Some(algorithm) => {
                    self.settings.algorithms.insert(algorithm);
                }
                None if word.eq_ignore_ascii_case("none") => {
                    self.wrong(element.span, "a token without a signature is never believed", list);
                }
                None => {
                    let message = format!("{} is no algorithm that tokens are checked with", element.words());
                    self.wrong(element.opening(), message, list);
                }
            }
        }
    }

    /// One text or a list of them, none of them empty.
    fn names(&mut self, key: &Key, node: &Node) -> Vec<Name> {
        let word = |node: &Node| match &node.kind {
            Kind::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let names: Option<Vec<Name>> = match &node.kind {
            Kind::List(elements) if !elements.is_empty() => elements.iter().map(word).collect(),
            _ => word(node).map(|name| vec![name]),
        };
        names.unwrap_or_else(|| {
            let message = format!("`{}` takes a text or a list of texts, and none is empty", key.text);
            self.wrong(node.opening(), message, "leave it out if nothing is demanded");
            Vec::new()
        })
    }

    fn leeway(&mut self, node: &Node) {
        let seconds = if let Kind::Text(text) = &node.kind { calendar::parse_duration(text) } else { None };
        match seconds.filter(|s| !s.is_negative() && *s <= Decimal::from(MOST_LEEWAY)) {
            Some(seconds) => self.settings.leeway = seconds,
            None => self.wrong(
                node.opening(),
                "`leeway` takes a duration from nothing to five minutes",
                "write `leeway = \"30s\"`",
            ),
        }
    }

    /// `field = "claim"`, `field = { claim = "claim", optional = true }` or `field = { verified = true }`.
    fn fact(&mut self, key: &Key, node: &Node) {
        let fact = match &node.kind {
            Kind::Text(claim) => Some(Fact::Claim { claim: claim.clone(), optional: false }),
            Kind::Map(_) => {
                let entries = self.entries(node, &["claim", "optional", "verified"]);
                let of =
                    |wanted: &str| entries.iter().find(|(key, _)| &*key.text == wanted).map(|(_, node)| &node.kind);
                match (of("claim"), of("optional"), of("verified")) {
                    (None, None, Some(Kind::Bool(true))) => Some(Fact::Verified),
                    (Some(Kind::Text(claim)), None, None) => {
                        Some(Fact::Claim { claim: claim.clone(), optional: false })
                    }
                    (Some(Kind::Text(claim)), Some(Kind::Bool(optional)), None) => {
                        Some(Fact::Claim { claim: claim.clone(), optional: *optional })
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let named = |fact: &Fact| !matches!(fact, Fact::Claim { claim, .. } if claim.is_empty());
        match fact.filter(named) {
            Some(fact) => {
                self.settings.facts.push((key.text.clone(), fact));
                self.fields.push((key.span, node.opening()));
            }
            None => {
                let message = format!("what fills `{}` is not understood", key.text);
                let help = "write the name of a claim, `{ claim = \"…\", optional = true }` or `{ verified = true }`";
                self.wrong(node.opening(), message, help);
            }
        }
    }

    /// Holds what fills the fields against the request types of the package.
    fn fields(&mut self, own: &[(&Name, &[Field])]) {
        let facts = self.settings.facts.clone();
        for ((name, fact), (key, value)) in facts.iter().zip(self.fields.clone()) {
            let mut known = false;
            for (request, fields) in own {
                if let Some(field) = fields.iter().find(|field| field.name == *name) {
                    known = true;
                    self.field(request, field, fact, key, value);
                }
            }
            if !known {
                let message = format!("no request of this package has a field `{name}` to fill");
                let found = Diagnostic::error(&MANIFEST, key, message).label("unknown field");
                let fields = own.iter().flat_map(|(_, fields)| fields.iter()).map(|field| &*field.name);
                self.found.push(match nearest(name, fields) {
                    near @ Some(_) => found.suggest(key, near),
                    None => found.help("name a field of a request type, without its type"),
                });
            }
        }
    }

    fn field(&mut self, request: &Name, field: &Field, fact: &Fact, key: Span, value: Span) {
        let (name, ty) = (&field.name, &field.ty);
        match fact {
            Fact::Verified if *ty != Type::Bool => {
                let message =
                    format!("`{name}` of `{request}` is {ty:#}, and whether a token was verified is a `bool`");
                self.wrong(value, message, "name the claim that fills it");
            }
            Fact::Claim { claim, .. } if INSTANTS.contains(&&**claim) && *ty != Type::Instant => {
                let message = format!("`{name}` of `{request}` is {ty:#}, and the claim `{claim}` is an instant");
                self.wrong(value, message, "fill a `datetime` from it");
            }
            Fact::Claim { .. } if !is_claimed(ty) => {
                let message = format!("`{name}` of `{request}` is {ty:#}, which no claim fills");
                let help =
                    "claims fill `bool`, `int`, `decimal`, `string`, `datetime`, enums, and sets and lists of those";
                self.wrong(value, message, help);
            }
            _ => {}
        }
        let optional = matches!(fact, Fact::Claim { optional: true, .. });
        if optional && !field.optional && field.default.is_none() {
            let message = format!("`{name}` of `{request}` has to be stated, and a token may leave its claim out");
            self.wrong(value, message, "make the claim required or the field optional");
        }
        if let Some(default) = field.default.as_ref().filter(|default| !says_nothing(default)) {
            let message =
                format!("`{name}` of `{request}` has the default `{default}`, also for whoever shows no token");
            self.wrong(
                key,
                message,
                "give the field a default that says nothing, such as `false`, `0` or `{}`, or none",
            );
        }
    }
}

/// Whether JSON as tokens hold it spells values of a type.
fn is_claimed(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::Decimal | Type::Text | Type::Instant | Type::Enum(_) => true,
        Type::Set(element) | Type::List(element) => {
            is_claimed(element) && **element != Type::Instant && element.element().is_none()
        }
        Type::Ratio | Type::Money(_) | Type::Duration | Type::Date | Type::Record(_) | Type::Request(_) => false,
        Type::Service(_) | Type::Vector | Type::ComplexVector => false,
    }
}

/// Whether a value is the nothing of its type: what is true of whoever shows no token must not open anything.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Int(number) => *number == 0,
        Value::Number(number, _) => *number == Decimal::from(0),
        Value::Text(text) => text.is_empty(),
        Value::List(elements) | Value::Set(elements) => elements.is_empty(),
        Value::Member(_) | Value::Date(_) | Value::Instant(_) | Value::Service(_) | Value::Record(_) => false,
        Value::Vector(_) | Value::Complex(_) => false,
    }
}
