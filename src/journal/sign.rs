//! Signatures of heads: who vouches for the end of a log.

use ed25519_compact::{KeyPair, PublicKey, Seed, Signature};

use super::entry::{Head, Signed};
use crate::base::canonical;

/// A key that signs heads.
pub struct SignKey {
    pair: KeyPair,
}

impl SignKey {
    /// The key of a seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { pair: KeyPair::from_seed(Seed::new(seed)) }
    }

    /// The public half, in hexadecimal.
    pub fn public(&self) -> String {
        canonical::hex(&*self.pair.pk)
    }

    /// The head with a signature. Signing is deterministic: the same head and key give the same bytes.
    pub fn sign(&self, head: &Head) -> Head {
        let unsigned = Head { signed: None, ..head.clone() };
        let signature = self.pair.sk.sign(unsigned.text().trim_end(), None);
        let signed = Signed { key: self.public(), signature: canonical::hex(&*signature) };
        Head { signed: Some(signed), ..unsigned }
    }
}

/// What is wrong with the signature of a head; `public` is the key that is demanded, or none.
pub fn wrong(head: &Head, public: Option<&str>) -> Option<String> {
    let Some(signed) = &head.signed else {
        return public.map(|key| format!("is not signed; the signature of `{key}` is demanded"));
    };
    if let Some(key) = public.filter(|key| *key != signed.key) {
        return Some(format!("is signed with the key `{}`, and not with `{key}`", signed.key));
    }
    let unsigned = Head { signed: None, ..head.clone() };
    let fits = || {
        let key = PublicKey::new(canonical::unhex(&signed.key)?);
        let signature = Signature::new(canonical::unhex(&signed.signature)?);
        key.verify(unsigned.text().trim_end(), &signature).ok()
    };
    fits().is_none().then(|| "was edited: its signature is not of what it says".to_owned())
}
