//! Who asks: from a token to facts of a request, at the edge.
//!
//! *Takes* the text of a token (a JWS in its compact form, with the claims of a JWT), keys, what a package believes, and the
//! instant; *gives* the facts that the token states, or why it is refused. *Promises* that the key decides the algorithm and the
//! token never does, that no claim is looked at before the signature over it has held, that a token has one reading, and that
//! no reason repeats the token, what it states, or a key. *Leaves out* files and where keys come from, which are the shell's; how tokens
//! are issued, renewed or revoked; and what the facts are good for, which the policy says.
//!
//! What is believed is described in `docs/reference/identity.md`.

mod claims;
mod der;
mod encoding;
mod jwk;
mod key;
mod refusal;
mod signature;
mod token;

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{Decimal, Instant, Name};
use crate::data::{Kind, Node};
use crate::facts::decode::Schema;
use crate::ir::RequestType;

pub use key::Keys;
pub use refusal::{KeyRefusal, Part, Refusal};

/// How a token may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// HMAC with SHA-256: a secret that both sides share.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: &[Self] = &[Self::Hs256, Self::Rs256, Self::EdDsa];

    /// Its name in a header (RFC 7518, RFC 8037).
    pub fn word(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of exactly this name.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.word() == word)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a package believes of tokens, and which fields of its requests they fill: `[identity]` of its manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The algorithms that are believed.
    pub algorithms: BTreeSet<Algorithm>,
    /// The issuers that are believed; with none, the claim `iss` is not looked at.
    pub issuers: Vec<Name>,
    /// Whom tokens have to be meant for; with none, a token that is meant for anybody is refused.
    pub audiences: Vec<Name>,
    /// The seconds by which clocks may differ.
    pub leeway: Decimal,
    /// The fields of requests with what fills them.
    pub facts: Vec<(Name, Fact)>,
}

/// What fills a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Whether a token was verified.
    Verified,
    /// A claim of the token.
    Claim {
        /// Its name.
        claim: Name,
        /// Whether a token may leave it out.
        optional: bool,
    },
}

impl Settings {
    /// Whether a token fills this field.
    pub fn fills(&self, field: &str) -> bool {
        self.facts.iter().any(|(filled, _)| **filled == *field)
    }

    /// The fields of a request, and assignments to it, that only a token may state.
    pub fn stated<'a>(&self, node: &'a Node, set: &'a [(String, String)]) -> BTreeSet<&'a str> {
        let keys = match &node.kind {
            Kind::Map(entries) => entries.iter().map(|(key, _)| &*key.text).collect(),
            _ => Vec::new(),
        };
        let roots = set.iter().map(|(path, _)| path.split('.').next().unwrap_or(path));
        keys.into_iter().chain(roots).filter(|field| self.fills(field)).collect()
    }

    /// The facts of somebody who shows no token, as JSON: that nothing was verified.
    pub fn stranger(&self, request: &RequestType) -> String {
        let has = |field: &Name| request.fields.iter().any(|f| f.name == *field);
        let unverified = self.facts.iter().filter(|(field, fact)| *fact == Fact::Verified && has(field));
        claims::spell(unverified.map(|(field, _)| (field.clone(), Kind::Bool(false))).collect())
    }
}

/// The facts that a token states of whoever asks, as a JSON object of fields of the request.
pub fn identify(
    token: &[u8],
    keys: &Keys,
    settings: &Settings,
    now: Instant,
    request: &RequestType,
    schema: &Schema<'_>,
) -> Result<String, Refusal> {
    let stated = token::verified(token, keys, settings)?;
    claims::in_force(&stated, settings, now)?;
    claims::facts(&stated, settings, request, schema)
}

/// Whether these bytes were signed with the private half of an Ed25519 key: a detached signature, such as that of a result.
pub fn signed(key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    signature::ed25519(key, bytes, signature)
}

#[cfg(test)]
mod tests;
