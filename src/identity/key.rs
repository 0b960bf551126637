//! Keys: what is believed to sign. A key decides by itself which algorithm it is for.

use std::collections::BTreeSet;
use std::fmt;

use super::{Algorithm, KeyRefusal, Refusal, der, encoding, jwk, signature};
use crate::base::Name;

/// The bits of the smallest RSA key that is believed.
const LEAST_BITS: usize = 2048;
/// The bits of the largest.
const MOST_BITS: usize = 8192;
/// The bytes of the shortest secret (RFC 7518, section 3.2).
const LEAST_SECRET: usize = 32;
/// The endings of files that hold something else than a secret.
const NOT_SECRETS_END: &[&str] = &[".pub", ".pem", ".der", ".crt", ".cer", ".jwk", ".jwks", ".json"];
/// The beginnings of public keys of SSH, and of text in an encoding in which PEM and JSON would not be seen.
const NOT_SECRETS_BEGIN: &[&[u8]] = &[b"ssh-", b"ecdsa-", b"---- BEGIN", b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe"];

/// What a signature is checked with.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Material {
    /// For `HS256`.
    Secret(Vec<u8>),
    /// For `RS256`: modulus and exponent, big-endian without leading zeros.
    Rsa(Vec<u8>, Vec<u8>),
    /// For `EdDSA`.
    Ed25519([u8; 32]),
}

impl Material {
    /// A secret that cannot be guessed.
    pub fn secret(bytes: &[u8]) -> Result<Self, KeyRefusal> {
        match bytes.len() {
            0..LEAST_SECRET => Err(KeyRefusal::Short(bytes.len())),
            _ => Ok(Self::Secret(bytes.to_vec())),
        }
    }

    /// An RSA key within the limits.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyRefusal> {
        let leading = modulus.first().map_or(0, |first| first.leading_zeros());
        let bits = modulus.len() * 8 - usize::try_from(leading).unwrap_or_default();
        let number = exponent.iter().take(9).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        if !(LEAST_BITS..=MOST_BITS).contains(&bits) {
            Err(KeyRefusal::Bits(bits))
        } else if modulus.last().is_none_or(|last| last % 2 == 0) {
            Err(KeyRefusal::Modulus)
        } else if number % 2 == 0 || !(65_537..1 << 33).contains(&number) {
            Err(KeyRefusal::Exponent)
        } else {
            Ok(Self::Rsa(modulus.to_vec(), exponent.to_vec()))
        }
    }

    /// An Ed25519 key that no signature fits by itself.
    pub fn ed25519(bytes: &[u8]) -> Result<Self, KeyRefusal> {
        let key: [u8; 32] = bytes.try_into().map_err(|_| KeyRefusal::Der)?;
        if signature::is_point(&key) { Ok(Self::Ed25519(key)) } else { Err(KeyRefusal::Point) }
    }

    /// The one algorithm that the key is for.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Secret(_) => Algorithm::Hs256,
            Self::Rsa(..) => Algorithm::Rs256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether a signature is of this key over these bytes.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(secret) => signature::hs256(secret, bytes, signature),
            Self::Rsa(modulus, exponent) => signature::rs256(modulus, exponent, bytes, signature),
            Self::Ed25519(key) => signature.try_into().is_ok_and(|signature| signature::ed25519(key, bytes, signature)),
        }
    }
}

/// A key and its name.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Its `kid`.
    pub name: Option<Name>,
    /// What it is.
    pub material: Material,
}

/// The keys of one file. What it shows of itself for debugging holds none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    keys: Vec<Key>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.algorithms()).finish()
    }
}

impl Keys {
    /// Reads the keys of a file: PEM, a JWK, a set of JWKs, or a secret. Its name only tells what is no secret.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, KeyRefusal> {
        let text = bytes.trim_ascii();
        if text.is_empty() {
            return Err(KeyRefusal::Empty);
        }
        let keys = if holds(bytes, b"-----BEGIN") {
            vec![Key { name: None, material: pem(bytes)? }]
        } else if text.starts_with(b"{") || text.starts_with(b"[") {
            jwk::read(std::str::from_utf8(bytes).map_err(|_| KeyRefusal::Json)?)?
        } else {
            vec![Key { name: None, material: Material::secret(secret(name, bytes)?)? }]
        };
        let names: Vec<&Name> = keys.iter().filter_map(|key| key.name.as_ref()).collect();
        match names.iter().collect::<BTreeSet<_>>().len() == names.len() {
            true => Ok(Self { keys }),
            false => Err(KeyRefusal::Twice),
        }
    }

    /// The algorithms of the keys.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.keys.iter().map(|key| key.material.algorithm())
    }

    /// The one Ed25519 key, where that is what there is.
    pub fn ed25519(&self) -> Option<[u8; 32]> {
        match self.keys.as_slice() {
            [Key { material: Material::Ed25519(key), .. }] => Some(*key),
            _ => None,
        }
    }

    /// The key of a token: the one of its name, or the only one. A name chooses among keys and reaches nothing else.
    pub(super) fn choose(&self, name: Option<&str>) -> Result<&Material, Refusal> {
        let chosen = match (name, self.keys.as_slice()) {
            // A key that has no name may be meant by any.
            (Some(name), [key]) => key.name.as_ref().is_none_or(|known| **known == *name).then_some(key),
            (Some(name), keys) => keys.iter().find(|key| key.name.as_deref() == Some(name)),
            (None, [key]) => Some(key),
            (None, _) => return Err(Refusal::NoKeyNamed),
        };
        chosen.map(|key| &key.material).ok_or(Refusal::UnknownKey)
    }
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// One block of PEM (RFC 7468), with nothing around it but white space.
fn pem(bytes: &[u8]) -> Result<Material, KeyRefusal> {
    if holds(bytes, b"PRIVATE KEY-----") {
        return Err(KeyRefusal::Private);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| KeyRefusal::Pem)?.trim_ascii();
    let block = || {
        let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
        let body = rest.strip_suffix(&format!("-----END {label}-----"))?;
        let digits: Vec<u8> = body.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        Some((label, encoding::base64(&digits)?))
    };
    match block().ok_or(KeyRefusal::Pem)? {
        ("PUBLIC KEY", der) => der::public_key(&der),
        ("RSA PUBLIC KEY", der) => der::rsa_public_key(&der),
        ("CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE", _) => Err(KeyRefusal::Certificate),
        _ => Err(KeyRefusal::Kind),
    }
}

/// The secret of a file. A file of text loses the end of its one line, which editors add; any other is taken byte for byte.
///
/// What is a public key in another form is known to everybody, and is no secret.
fn secret<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b [u8], KeyRefusal> {
    let line = bytes.strip_suffix(b"\n").map_or(bytes, |line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_text = line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let digits: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
    let encoded = encoding::unpadded(&digits).is_some_and(|der| der::is_sequence(&der));
    let name = name.to_ascii_lowercase();
    let public = NOT_SECRETS_END.iter().any(|end| name.ends_with(end))
        || der::is_sequence(bytes)
        || encoded
        || NOT_SECRETS_BEGIN.iter().any(|start| bytes.trim_ascii_start().starts_with(start));
    match public {
        true => Err(KeyRefusal::NoSecret),
        false => Ok(if is_text { line } else { bytes }),
    }
}
