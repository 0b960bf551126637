//! The examples that the standards publish.

use super::*;
use crate::identity::{Part, signed, token::verified};

fn line(name: &str) -> &'static str {
    let lines = include_str!("data/rfc.txt").lines();
    lines.filter_map(|line| line.split_once(' ')).find(|(known, _)| *known == name).unwrap().1
}

fn example(name: &str) -> (&'static str, Keys) {
    (line(name), Keys::read("key", line(&format!("{name}-key")).as_bytes()).unwrap())
}

#[test]
fn the_tokens_of_rfc_7515_verify() {
    for name in ["7515-a1", "7515-a2"] {
        let (token, key) = example(name);
        let claims = verified(token.as_bytes(), &key, &settings()).unwrap();
        assert!(claims.get("http://example.com/is_root").is_some(), "{name}");
        assert_eq!(told(token, &key, &settings(), 1_300_819_380), Err(Refusal::Expired), "{name}");
        assert_eq!(
            told(token, &key, &settings(), 1_300_819_379),
            Err(Refusal::MissingClaim("sub".to_owned())),
            "{name}"
        );
        let (other, _) = example(if name == "7515-a1" { "7515-a2" } else { "7515-a1" });
        assert!(matches!(verified(other.as_bytes(), &key, &settings()), Err(Refusal::OtherAlgorithm { .. })), "{name}");
    }
}

#[test]
fn the_signature_of_rfc_8037_verifies_over_what_is_no_token() {
    let (token, key) = example("8037-a4");
    // The signature holds, and what it is over are no claims.
    assert!(matches!(verified(token.as_bytes(), &key, &settings()), Err(Refusal::Shape(Part::Payload))));
    let other = token.replace("RXhh", "RXhi");
    assert!(matches!(verified(other.as_bytes(), &key, &settings()), Err(Refusal::Signature)));
}

#[test]
fn the_signatures_of_rfc_8032_verify() {
    for (key, bytes, signature) in [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            [].as_slice(),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            &[0x72],
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ] {
        let (key, signature) = (canonical::unhex(key).unwrap(), canonical::unhex(signature).unwrap());
        assert!(signed(&key, bytes, &signature));
        assert!(!signed(&key, b"other", &signature));
    }
}
