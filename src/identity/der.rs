//! As much of DER (X.690) as a public key takes: the one spelling of it, and nothing behind it.

use super::KeyRefusal;
use super::key::Material;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// `rsaEncryption`, 1.2.840.113549.1.1.1
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-Ed25519`, 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// A `SubjectPublicKeyInfo` (RFC 5280, RFC 8410): what PEM calls `PUBLIC KEY`.
pub(super) fn public_key(bytes: &[u8]) -> Result<Material, KeyRefusal> {
    let (kind, parameters, key) = info(bytes).ok_or(KeyRefusal::Der)?;
    match kind {
        RSA if parameters == [NULL, 0] => rsa_public_key(key),
        ED25519 if parameters.is_empty() => Material::ed25519(key),
        RSA | ED25519 => Err(KeyRefusal::Der),
        _ => Err(KeyRefusal::Kind),
    }
}

/// An `RSAPublicKey` (RFC 8017): what PEM calls `RSA PUBLIC KEY`.
pub(super) fn rsa_public_key(bytes: &[u8]) -> Result<Material, KeyRefusal> {
    let numbers = || {
        let body = whole(bytes, SEQUENCE)?;
        let (modulus, rest) = next(body, INTEGER)?;
        let exponent = whole(rest, INTEGER)?;
        Some((positive(modulus)?, positive(exponent)?))
    };
    let (modulus, exponent) = numbers().ok_or(KeyRefusal::Der)?;
    Material::rsa(modulus, exponent)
}

/// Whether the bytes are one sequence from their first to their last, as every key and every certificate in DER is.
pub(super) fn is_sequence(bytes: &[u8]) -> bool {
    whole(bytes, SEQUENCE).is_some()
}

/// The kind of a key, the parameters of the kind, and the key.
fn info(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let body = whole(bytes, SEQUENCE)?;
    let (algorithm, rest) = next(body, SEQUENCE)?;
    let (kind, parameters) = next(algorithm, OBJECT)?;
    // The first byte counts the bits that the last byte does not use.
    match whole(rest, BIT_STRING)?.split_first()? {
        (0, key) => Some((kind, parameters, key)),
        _ => None,
    }
}

/// The value of an element with this tag, and what follows it.
fn next(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(*short), rest),
        // Two bytes of length are more than any key has; each length has one spelling.
        0x81 => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length), rest)
        }
        0x82 => {
            let (length, rest) = rest.split_at_checked(2)?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let shortest = match short {
        0x81 => length >= 0x80,
        0x82 => length >= 0x100,
        _ => true,
    };
    if *found != tag || !shortest { None } else { rest.split_at_checked(length) }
}

/// The value of the one element that these bytes are.
fn whole(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    next(bytes, tag).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// A positive integer without the zero before its first bit, which DER demands exactly where that bit is set.
fn positive(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0, rest @ ..] => (*rest.first()? >= 0x80).then_some(rest),
        [first, ..] => (*first < 0x80).then_some(bytes),
        [] => None,
    }
}
