//! Keys as JSON (RFC 7517, RFC 7518, RFC 8037): one JWK, or a set of them.

use super::key::{Key, Material};
use super::{Algorithm, KeyRefusal, encoding};
use crate::base::Sources;
use crate::data::{self, Kind, Node};

/// The members of a key that must stay with whoever signs.
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth"];

/// Reads a JWK or a set. Keys of a set for another purpose are left out, and any that is damaged spoils the file.
pub(super) fn read(text: &str) -> Result<Vec<Key>, KeyRefusal> {
    let file = Sources::default().add("", "");
    let node = data::read_json(file, text).map_err(|_| KeyRefusal::Json)?;
    let keys: Vec<Key> = match (node.get("keys").map(|keys| &keys.kind), node.get("kty")) {
        (Some(Kind::List(keys)), None) => {
            let read: Result<Vec<Option<Key>>, KeyRefusal> = keys.iter().map(key).collect();
            read?.into_iter().flatten().collect()
        }
        (None, Some(_)) => key(&node)?.into_iter().collect(),
        _ => return Err(KeyRefusal::Json),
    };
    if keys.is_empty() { Err(KeyRefusal::NoKey) } else { Ok(keys) }
}

/// A key; nothing for one that is for another purpose, or of a kind that is not known.
fn key(node: &Node) -> Result<Option<Key>, KeyRefusal> {
    let kind = text(node, "kty")?.ok_or(KeyRefusal::Jwk("kty"))?;
    if kind != "oct" && PRIVATE.iter().any(|member| node.get(member).is_some()) {
        return Err(KeyRefusal::Private);
    }
    let algorithm = match kind {
        "RSA" => Algorithm::Rs256,
        "oct" => Algorithm::Hs256,
        "OKP" if text(node, "crv")? == Some("Ed25519") => Algorithm::EdDsa,
        _ => return Ok(None),
    };
    let name = text(node, "kid")?;
    if !is_meant(node, algorithm)? {
        return Ok(None);
    }
    let material = match algorithm {
        Algorithm::Rs256 => Material::rsa(&number(node, "n")?, &number(node, "e")?)?,
        Algorithm::Hs256 => Material::secret(&bytes(node, "k")?)?,
        Algorithm::EdDsa => Material::ed25519(&bytes(node, "x")?)?,
    };
    Ok(Some(Key { name: name.map(Into::into), material }))
}

/// Whether the key says itself that it checks signatures of this algorithm, or says nothing of that.
fn is_meant(node: &Node, algorithm: Algorithm) -> Result<bool, KeyRefusal> {
    let for_algorithm = text(node, "alg")?.is_none_or(|alg| alg == algorithm.word());
    let for_signatures = text(node, "use")?.is_none_or(|purpose| purpose == "sig");
    let for_checking = match node.get("key_ops").map(|node| &node.kind) {
        None => true,
        Some(Kind::List(all)) => all.iter().any(|node| matches!(&node.kind, Kind::Text(text) if &**text == "verify")),
        Some(_) => return Err(KeyRefusal::Jwk("key_ops")),
    };
    Ok(for_algorithm && for_signatures && for_checking)
}

fn text<'n>(node: &'n Node, member: &'static str) -> Result<Option<&'n str>, KeyRefusal> {
    match node.get(member).map(|node| &node.kind) {
        None => Ok(None),
        Some(Kind::Text(text)) => Ok(Some(text)),
        Some(_) => Err(KeyRefusal::Jwk(member)),
    }
}

fn bytes(node: &Node, member: &'static str) -> Result<Vec<u8>, KeyRefusal> {
    let text = text(node, member)?.ok_or(KeyRefusal::Jwk(member))?;
    encoding::base64url(text.as_bytes()).ok_or(KeyRefusal::Jwk(member))
}

/// A number in its fewest bytes (RFC 7518, section 2).
fn number(node: &Node, member: &'static str) -> Result<Vec<u8>, KeyRefusal> {
    let bytes = bytes(node, member)?;
    if bytes.first().is_none_or(|first| *first == 0) { Err(KeyRefusal::Jwk(member)) } else { Ok(bytes) }
}
