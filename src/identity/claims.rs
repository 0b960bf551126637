//! The claims of a token (RFC 7519): whether it is in force, and which facts of a request it states.

use serde_json::Value as Json;

use super::{Fact, Refusal, Settings};
use crate::base::{Decimal, Instant, Name, canonical};
use crate::data::{Kind, Node};
use crate::facts::decode::{self, Schema};
use crate::ir::{Field, RequestType};
use crate::value::Type;

/// Whether a token is in force: not over, begun, of whom and for whom it has to be.
pub(super) fn in_force(claims: &Node, settings: &Settings, now: Instant) -> Result<(), Refusal> {
    let expires = instant(claims, "exp")?.ok_or_else(|| Refusal::MissingClaim("exp".to_owned()))?;
    let begins = instant(claims, "nbf")?;
    // What is stated and not needed has its type all the same.
    instant(claims, "iat")?;
    text(claims, "sub")?;
    let issuer = text(claims, "iss")?;
    let audience = audience(claims)?;
    // What cannot be added is far from every instant that there is.
    let shifted = |at: Instant, by: Decimal| at.seconds().add(by).unwrap_or(at.seconds());
    if shifted(expires, settings.leeway) <= now.seconds() {
        return Err(Refusal::Expired);
    }
    if begins.is_some_and(|begins| begins.seconds() > shifted(now, settings.leeway)) {
        return Err(Refusal::NotYet);
    }
    if !settings.issuers.is_empty() {
        let issuer = issuer.ok_or_else(|| Refusal::MissingClaim("iss".to_owned()))?;
        if settings.issuers.iter().all(|known| **known != *issuer) {
            return Err(Refusal::Issuer);
        }
    }
    match (audience, settings.audiences.is_empty()) {
        (None, true) => Ok(()),
        (Some(_), true) => Err(Refusal::UnexpectedAudience),
        (None, false) => Err(Refusal::MissingClaim("aud".to_owned())),
        (Some(all), false) => {
            let meant = all.iter().any(|one| settings.audiences.iter().any(|known| known == *one));
            if meant { Ok(()) } else { Err(Refusal::Audience) }
        }
    }
}

/// The facts that the claims state of this request, as a JSON object.
pub(super) fn facts(
    claims: &Node,
    settings: &Settings,
    request: &RequestType,
    schema: &Schema<'_>,
) -> Result<String, Refusal> {
    let mut facts = Vec::new();
    for (name, fact) in &settings.facts {
        let Some(field) = request.fields.iter().find(|field| field.name == *name) else { continue };
        match fact {
            Fact::Verified => facts.push((name.clone(), Kind::Bool(true))),
            Fact::Claim { claim, optional } => match claims.get(claim) {
                Some(node) => facts.push((name.clone(), typed(node, claim, field, schema)?)),
                None if *optional => {}
                None => return Err(Refusal::MissingClaim(claim.to_string())),
            },
        }
    }
    Ok(spell(facts))
}

/// What a claim says, in the spelling of data of its field's type.
fn typed(node: &Node, claim: &str, field: &Field, schema: &Schema<'_>) -> Result<Kind, Refusal> {
    let misfit = || Refusal::Claim { claim: claim.to_owned(), wanted: wanted(&field.ty) };
    let kind = match (&field.ty, &node.kind) {
        (Type::Instant, Kind::Number(digits)) => Kind::Text(seconds(digits).ok_or_else(misfit)?.to_string().into()),
        (Type::Set(_) | Type::List(_), Kind::Text(words)) => words_of(words, node).ok_or_else(misfit)?,
        (Type::Set(_), Kind::List(elements)) => Kind::List(once(elements)),
        (_, kind) => kind.clone(),
    };
    let node = Node { kind, span: node.span };
    // Whatever is wrong with it names what the claim says, and is not repeated.
    match decode::value(&node, &field.ty, schema) {
        Ok(_) => Ok(node.kind),
        Err(_) => Err(misfit()),
    }
}

/// What a claim has to be to fill a field of this type.
fn wanted(ty: &Type) -> String {
    match ty {
        Type::Set(_) | Type::List(_) => format!("{ty:#}, as a list, or as a text of words with one space between them"),
        Type::Instant => WHOLE.to_owned(),
        _ => format!("{ty:#}"),
    }
}

/// The elements of a text such as the `scope` of OAuth (RFC 6749, section 3.3), each once.
fn words_of(words: &str, node: &Node) -> Option<Kind> {
    if words.is_empty() {
        return Some(Kind::List(Vec::new()));
    }
    let words: Vec<&str> = words.split(' ').collect();
    let elements: Vec<Node> = words.iter().map(|word| Node::text(*word, node.span)).collect();
    (!words.contains(&"")).then(|| Kind::List(once(&elements)))
}

/// The elements, each once: a permission that is named twice is no other permission.
fn once(elements: &[Node]) -> Vec<Node> {
    let mut kept: Vec<Node> = Vec::new();
    for element in elements {
        if kept.iter().all(|other| other.kind != element.kind) {
            kept.push(element.clone());
        }
    }
    kept
}

const WHOLE: &str = "a whole number of seconds since 1970";

/// A claim that is an instant; nothing where it is not stated.
fn instant(claims: &Node, claim: &str) -> Result<Option<Instant>, Refusal> {
    let misfit = || Refusal::Claim { claim: claim.to_owned(), wanted: WHOLE.to_owned() };
    match claims.get(claim).map(|node| &node.kind) {
        None => Ok(None),
        Some(Kind::Number(digits)) => seconds(digits).map(Some).ok_or_else(misfit),
        Some(_) => Err(misfit()),
    }
}

/// An instant in plain digits: no sign, no fraction, no exponent, and a year that there is.
fn seconds(digits: &str) -> Option<Instant> {
    if digits.is_empty() || digits.len() > 12 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Instant::from_seconds(Decimal::from(digits.parse::<i64>().ok()?))
}

fn text<'n>(claims: &'n Node, claim: &str) -> Result<Option<&'n str>, Refusal> {
    match claims.get(claim).map(|node| &node.kind) {
        None => Ok(None),
        Some(Kind::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::Claim { claim: claim.to_owned(), wanted: "a text".to_owned() }),
    }
}

/// `aud`: one text, or a list of them.
fn audience(claims: &Node) -> Result<Option<Vec<&Name>>, Refusal> {
    fn word(node: &Node) -> Option<&Name> {
        if let Kind::Text(text) = &node.kind { Some(text) } else { None }
    }
    let stated = match claims.get("aud") {
        None => return Ok(None),
        Some(Node { kind: Kind::List(all), .. }) => all.iter().map(word).collect(),
        Some(one) => word(one).map(|one| vec![one]),
    };
    let misfit = || Refusal::Claim { claim: "aud".to_owned(), wanted: "a text or a list of texts".to_owned() };
    stated.map(Some).ok_or_else(misfit)
}

/// Facts as a JSON object, by name.
pub(super) fn spell(mut facts: Vec<(Name, Kind)>) -> String {
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = "{".to_owned();
    for (name, kind) in &facts {
        canonical::write_key(name, &mut out);
        write(kind, &mut out);
    }
    out.push('}');
    out
}

fn write(kind: &Kind, out: &mut String) {
    match kind {
        Kind::Text(text) => canonical::write_text(text, out),
        // The digits stay as they are.
        Kind::Number(digits) => out.push_str(digits),
        Kind::List(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(&element.kind, out);
            }
            out.push(']');
        }
        Kind::Bool(value) => out.push_str(&Json::Bool(*value).to_string()),
        // A field takes neither, which typing has said.
        Kind::Null | Kind::Map(_) => out.push_str("null"),
    }
}
