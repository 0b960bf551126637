//! Whether a signature is of a key over these bytes: the one place that names cryptography.

use ed25519_compact::{PublicKey, Signature};
use ring::hmac;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

/// HMAC with SHA-256, compared in constant time.
pub(super) fn hs256(secret: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret), bytes, signature).is_ok()
}

/// RSASSA-PKCS1-v1_5 with SHA-256, of exactly the length of the modulus. Modulus and exponent are big-endian without leading zeros.
pub(super) fn rs256(modulus: &[u8], exponent: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    let key = RsaPublicKeyComponents { n: modulus, e: exponent };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, bytes, signature).is_ok()
}

/// Ed25519, where the scalar of the signature and both points are in their one spelling and of full order.
pub(super) fn ed25519(key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    PublicKey::new(*key).verify(bytes, &Signature::new(*signature)).is_ok()
}

/// Whether this is the one spelling of a point that no signature fits by itself.
pub(super) fn is_point(key: &[u8; 32]) -> bool {
    PublicKey::new(*key).validate().is_ok()
}
