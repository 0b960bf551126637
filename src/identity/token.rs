//! A token in its compact form (RFC 7515): its parts, its header, its signature.

use super::key::Keys;
use super::{Algorithm, Part, Refusal, Settings, encoding};
use crate::base::{Sources, limits};
use crate::data::{self, Kind, Node, codes};

/// What a header says that brings or names a key. A key that comes with what it is to check proves nothing.
const OWN_KEYS: &[&str] = &["jku", "jwk", "x5u", "x5c"];
/// What `typ` may say: tokens of other types are signed by the same keys and mean something else (RFC 8725, section 3.11).
const TYPES: &[&str] = &["jwt", "at+jwt", "application/jwt", "application/at+jwt"];

/// The claims of a token that one of the keys has signed, as a map.
pub(super) fn verified(token: &[u8], keys: &Keys, settings: &Settings) -> Result<Node, Refusal> {
    // The end of the one line, which editors and shells add, is no part of the token.
    let token = token.strip_suffix(b"\n").map_or(token, |line| line.strip_suffix(b"\r").unwrap_or(line));
    if token.is_empty() {
        return Err(Refusal::Empty);
    }
    if token.len() > limits::TOKEN_BYTES {
        return Err(Refusal::TooLong(token.len()));
    }
    let parts: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err(match parts.len() {
            5 => Refusal::Encrypted,
            1 => Refusal::Parts("one part".to_owned()),
            count => Refusal::Parts(format!("{count} parts")),
        });
    };
    let decoded = |part: Part, text: &[u8]| encoding::base64url(text).ok_or(Refusal::Encoding(part));
    let stated = map(Part::Header, decoded(Part::Header, header)?)?;
    let body = decoded(Part::Payload, payload)?;
    let signature = decoded(Part::Signature, signature)?;
    let (algorithm, name) = said(&stated)?;
    let key = keys.choose(name)?;
    if key.algorithm() != algorithm {
        return Err(Refusal::OtherAlgorithm { token: algorithm, key: key.algorithm() });
    }
    if !settings.algorithms.contains(&algorithm) {
        return Err(Refusal::NotListed(algorithm));
    }
    // What is signed are the two parts as they stand in the token.
    let signed = token.get(..header.len() + 1 + payload.len()).unwrap_or_default();
    if !key.verifies(signed, &signature) {
        return Err(Refusal::Signature);
    }
    map(Part::Payload, body)
}

/// The algorithm and the name of the key that a header states, if it states nothing that is not understood.
fn said(header: &Node) -> Result<(Algorithm, Option<&str>), Refusal> {
    if header.get("crit").is_some() {
        return Err(Refusal::Critical);
    }
    if let Some(own) = OWN_KEYS.iter().find(|own| header.get(own).is_some()) {
        return Err(Refusal::OwnKey(own));
    }
    // A payload that is another token, or that is not encoded (RFC 7797).
    if let Some(other) = ["cty", "b64"].into_iter().find(|other| header.get(other).is_some()) {
        return Err(Refusal::Parameter(other));
    }
    if text(header, "typ")?.is_some_and(|typ| !TYPES.contains(&typ.to_ascii_lowercase().as_str())) {
        return Err(Refusal::Parameter("typ"));
    }
    let algorithm = text(header, "alg")?.ok_or(Refusal::UnknownAlgorithm)?;
    if algorithm.eq_ignore_ascii_case("none") {
        return Err(Refusal::Unsigned);
    }
    Ok((Algorithm::of(algorithm).ok_or(Refusal::UnknownAlgorithm)?, text(header, "kid")?))
}

fn text<'n>(header: &'n Node, parameter: &'static str) -> Result<Option<&'n str>, Refusal> {
    match header.get(parameter).map(|node| &node.kind) {
        None => Ok(None),
        Some(Kind::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::Parameter(parameter)),
    }
}

/// A part as a map, read by the reader that refuses a key stated twice.
fn map(part: Part, bytes: Vec<u8>) -> Result<Node, Refusal> {
    let text = String::from_utf8(bytes).map_err(|_| Refusal::Shape(part))?;
    let file = Sources::default().add("", "");
    let node = data::read_json(file, &text).map_err(|found| {
        let twice = found.iter().all(|diagnostic| diagnostic.code.id == codes::DUPLICATE_KEY.id);
        if twice { Refusal::Twice(part) } else { Refusal::Shape(part) }
    })?;
    if matches!(node.kind, Kind::Map(_)) { Ok(node) } else { Err(Refusal::Shape(part)) }
}
