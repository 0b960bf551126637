//! Tokens forged in the usual ways.

use proptest::prelude::*;

use super::*;
use crate::identity::Part;

/// What a token with this header, signed by the secret, comes to.
fn headed(header: &str) -> Result<String, Refusal> {
    told(&token(header, &plain(), by_secret), &secret(), &settings(), NOW)
}

/// A line of the tokens that were made with a key that nobody has any more.
fn kept(name: &str) -> &'static str {
    let lines = include_str!("data/rs256.txt").lines();
    lines.filter_map(|line| line.split_once(' ')).find(|(known, _)| *known == name).unwrap().1
}

fn rsa() -> Keys {
    Keys::read("rsa.pem", include_bytes!("data/rsa.pem")).unwrap()
}

#[test]
fn a_token_without_a_signature_is_refused_in_any_letters() {
    for none in ["none", "None", "NONE", "nOnE"] {
        for signature in ["", "AAAA"] {
            for key in [secret(), public(), rsa()] {
                let token = token(&format!(r#"{{"alg":"{none}"}}"#), &plain(), |_| Vec::new());
                assert_eq!(told(&format!("{token}{signature}"), &key, &settings(), NOW), Err(Refusal::Unsigned));
            }
        }
    }
    for odd in
        ["none ", "ｎone", "", "hs256", "HS256 ", "HS384", "HS512", "RS384", "PS256", "ES256", "EdDSA25519", "Ed25519"]
    {
        assert_eq!(headed(&format!(r#"{{"alg":"{odd}"}}"#)), Err(Refusal::UnknownAlgorithm), "{odd}");
    }
    assert_eq!(headed(r#"{"typ":"JWT"}"#), Err(Refusal::UnknownAlgorithm));
    for odd in ["null", "true", "5", r#"["HS256"]"#, r#"{"alg":"HS256"}"#] {
        assert_eq!(headed(&format!(r#"{{"alg":{odd}}}"#)), Err(Refusal::Parameter("alg")), "{odd}");
    }
}

#[test]
fn a_public_key_is_never_taken_for_a_secret() {
    use Algorithm::{EdDsa, Hs256, Rs256};
    for name in ["hs256-with-pem", "hs256-with-pem-trimmed", "hs256-with-der", "hs256-with-modulus"] {
        let refused = Err(Refusal::OtherAlgorithm { token: Hs256, key: Rs256 });
        assert_eq!(told(kept(name), &rsa(), &settings(), NOW), refused, "{name}");
    }
    // Whatever a token says, the key decides.
    let refused = |token: &str, key: &Keys| told(token, key, &settings(), NOW).unwrap_err();
    assert_eq!(refused(&hs256(&plain()), &public()), Refusal::OtherAlgorithm { token: Hs256, key: EdDsa });
    assert_eq!(refused(kept("valid"), &secret()), Refusal::OtherAlgorithm { token: Rs256, key: Hs256 });
    assert_eq!(refused(&token(EDDSA, &plain(), by_pair), &rsa()), Refusal::OtherAlgorithm { token: EdDsa, key: Rs256 });
}

#[test]
fn an_algorithm_that_is_not_listed_is_not_believed() {
    let settings = Settings { algorithms: [Algorithm::EdDsa].into(), ..settings() };
    assert_eq!(told(&hs256(&plain()), &secret(), &settings, NOW), Err(Refusal::NotListed(Algorithm::Hs256)));
    assert!(told(&token(EDDSA, &plain(), by_pair), &public(), &settings, NOW).is_ok());
}

#[test]
fn only_the_one_padding_of_rsa_is_believed() {
    let facts = r#"{"authenticated":true,"expires":"2026-11-21T01:00:00Z","permissions":["chat.use","memory.read"],"subject":"ada","trust_level":5}"#;
    let jwk = Keys::read("rsa.jwk", include_bytes!("data/rsa.jwk")).unwrap();
    let pkcs1 = Keys::read("rsa.pem", include_bytes!("data/rsa-pkcs1.pem")).unwrap();
    for key in [rsa(), jwk, pkcs1] {
        assert_eq!(told(kept("valid"), &key, &settings(), NOW), Ok(facts.to_owned()));
    }
    let names = include_str!("data/rs256.txt").lines().filter_map(|line| line.split(' ').next());
    let forged: Vec<&str> = names.filter(|name| *name != "valid" && !name.starts_with("hs256")).collect();
    assert_eq!(forged.len(), 17);
    for name in forged {
        assert_eq!(told(kept(name), &rsa(), &settings(), NOW), Err(Refusal::Signature), "{name}");
    }
}

#[test]
fn a_signature_of_ed25519_has_one_spelling() {
    // The order of the group, which a scalar can be enlarged by without another effect (RFC 8032, section 5.1).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let enlarged = |bytes: &[u8]| {
        let mut signature = by_pair(bytes);
        let mut carry = 0_u16;
        for (byte, more) in signature[32..].iter_mut().zip(ORDER) {
            carry += u16::from(*byte) + u16::from(more);
            *byte = u8::try_from(carry & 0xff).unwrap();
            carry >>= 8;
        }
        signature
    };
    assert!(told(&token(EDDSA, &plain(), by_pair), &public(), &settings(), NOW).is_ok());
    type Bend = fn(Vec<u8>) -> Vec<u8>;
    let bends: [Bend; 5] = [
        |s| s[..63].to_vec(),
        |s| [s, vec![0]].concat(),
        |_| Vec::new(),
        |_| vec![0; 64],
        |s| [&s[32..], &s[..32]].concat(),
    ];
    let bent = bends.map(|bend| token(EDDSA, &plain(), |bytes| bend(by_pair(bytes))));
    for forged in bent.iter().chain([&token(EDDSA, &plain(), enlarged)]) {
        assert_eq!(told(forged, &public(), &settings(), NOW), Err(Refusal::Signature));
    }
}

#[test]
fn another_payload_needs_another_signature() {
    let (mine, richer) = (hs256(&plain()), hs256(&claims("trust_level", "9")));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (mine, richer) = (parts(&mine), parts(&richer));
    let swapped = format!("{}.{}.{}", mine[0], richer[1], mine[2]);
    assert_eq!(told(&swapped, &secret(), &settings(), NOW), Err(Refusal::Signature));
    // What is expired is not even looked at before the signature holds.
    let over = token(HS256, &claims("exp", "1"), |_| vec![0; 32]);
    assert_eq!(told(&over, &secret(), &settings(), NOW), Err(Refusal::Signature));
    for length in [0, 1, 16, 31, 33, 64] {
        let cut = token(HS256, &plain(), |bytes| by_secret(bytes).into_iter().cycle().take(length).collect());
        assert_eq!(told(&cut, &secret(), &settings(), NOW), Err(Refusal::Signature), "{length}");
    }
}

#[test]
fn a_token_has_three_parts() {
    let token = hs256(&plain());
    let refused = |text: &str| told(text, &secret(), &settings(), NOW).unwrap_err();
    assert_eq!(refused(""), Refusal::Empty);
    assert_eq!(refused("\n"), Refusal::Empty);
    assert_eq!(refused("abc"), Refusal::Parts("one part".to_owned()));
    assert_eq!(refused(token.rsplit_once('.').unwrap().0), Refusal::Parts("2 parts".to_owned()));
    assert_eq!(refused(&format!("{token}.")), Refusal::Parts("4 parts".to_owned()));
    assert_eq!(refused(&format!("{token}..")), Refusal::Encrypted);
    assert_eq!(refused(".."), Refusal::Shape(Part::Header));
    assert_eq!(refused(&format!("{token}{}", "A".repeat(20_000))), Refusal::TooLong(token.len() + 20_000));
    for (at, part) in [(0, Part::Header), (1, Part::Payload), (2, Part::Signature)] {
        let padded: Vec<String> = token
            .split('.')
            .enumerate()
            .map(|(n, text)| if n == at { format!("{text}=") } else { text.to_owned() })
            .collect();
        assert_eq!(refused(&padded.join(".")), Refusal::Encoding(part));
    }
    for odd in ["é", "％", "\u{200b}", "\0", "+", "/", "%2E", "\t"] {
        assert_eq!(refused(&token.replacen('.', &format!("{odd}."), 1)), Refusal::Encoding(Part::Header), "{odd:?}");
    }
}

#[test]
fn a_token_has_one_reading() {
    let shape = |part| Err(Refusal::Shape(part));
    for header in [
        "[]",
        "5",
        "null",
        "\"HS256\"",
        "",
        "{",
        r#"{"alg":"HS256"} x"#,
        r#"{"alg":"HS256",}"#,
        "{'alg':'HS256'}",
        "\u{feff}{}",
    ] {
        assert_eq!(headed(header), shape(Part::Header), "{header}");
    }
    assert_eq!(headed(r#"{"alg":"none","alg":"HS256"}"#), Err(Refusal::Twice(Part::Header)));
    assert_eq!(headed(r#"{"alg":"HS256","\u0061lg":"none"}"#), Err(Refusal::Twice(Part::Header)));
    let of = |claims: &str| told(&hs256(claims), &secret(), &settings(), NOW);
    for claims in ["[]", "5", "null", "\"ada\"", "", "{\"exp\":}", "\u{feff}{}"] {
        assert_eq!(of(claims), shape(Part::Payload), "{claims}");
    }
    assert_eq!(of(&plain().replace('}', r#","sub":"eve"}"#)), Err(Refusal::Twice(Part::Payload)));
    assert_eq!(of(&plain().replace('}', r#","x":{"a":1,"a":2}}"#)), Err(Refusal::Twice(Part::Payload)));
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(of(&plain().replace('}', &format!(r#","x":{deep}}}"#))), shape(Part::Payload));
    // Bytes that are no UTF-8, and half of a pair of surrogates.
    let raw = |bytes: &[u8]| {
        let signed = format!("{}.{}", base64url(HS256.as_bytes()), base64url(bytes));
        told(&format!("{signed}.{}", base64url(&by_secret(signed.as_bytes()))), &secret(), &settings(), NOW)
    };
    assert_eq!(raw(b"{\"sub\":\"\xff\"}"), shape(Part::Payload));
    assert_eq!(of(&claims("sub", r#""\ud800""#)), shape(Part::Payload));
    // A name that looks like another is another name.
    assert_eq!(of(&claims("sub", r#""аda""#)).unwrap(), FACTS.replace("ada", "аda"));
}

#[test]
fn a_token_brings_no_key_and_asks_for_no_extension() {
    assert_eq!(headed(r#"{"alg":"HS256","crit":["exp"],"exp":5}"#), Err(Refusal::Critical));
    assert_eq!(headed(r#"{"alg":"HS256","crit":[]}"#), Err(Refusal::Critical));
    for (name, value) in [
        ("jku", r#""https://example.org/keys""#),
        ("x5u", r#""https://example.org/chain""#),
        ("jwk", r#"{"kty":"oct","k":"AAAA"}"#),
        ("x5c", r#"["AAAA"]"#),
    ] {
        assert_eq!(headed(&format!(r#"{{"alg":"HS256","{name}":{value}}}"#)), Err(Refusal::OwnKey(name)));
    }
    for (name, value) in
        [("cty", r#""JWT""#), ("b64", "false"), ("b64", "true"), ("typ", r#""dpop+jwt""#), ("typ", "5"), ("kid", "5")]
    {
        assert_eq!(headed(&format!(r#"{{"alg":"HS256","{name}":{value}}}"#)), Err(Refusal::Parameter(name)), "{name}");
    }
    for fine in
        [r#""typ":"jwt""#, r#""typ":"at+jwt""#, r#""x5t":"AAAA""#, r#""kid":"../../dev/null""#, r#""zip":"DEF""#]
    {
        assert!(headed(&format!(r#"{{"alg":"HS256",{fine}}}"#)).is_ok(), "{fine}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_token_with_one_other_byte_is_refused(at in 0_usize..4096, byte: u8, kind in 0_usize..3) {
        let (token, keys) = match kind {
            0 => (hs256(&plain()), secret()),
            1 => (token(EDDSA, &plain(), by_pair), public()),
            _ => (kept("valid").to_owned(), rsa()),
        };
        let mut bytes = token.into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let (policy, services) = (Policy::default(), Services::default());
        let schema = Schema { policy: &policy, services: Known::Services(&services) };
        prop_assert!(identify(&bytes, &keys, &settings(), super::at(NOW), &request(), &schema).is_err());
    }

    #[test]
    fn whatever_is_shown_for_a_token_is_refused_and_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[A-Za-z0-9_.{}\"-]{0,300}") {
        let (policy, services) = (Policy::default(), Services::default());
        let schema = Schema { policy: &policy, services: Known::Services(&services) };
        for token in [bytes.as_slice(), text.as_bytes()] {
            prop_assert!(identify(token, &secret(), &settings(), super::at(NOW), &request(), &schema).is_err());
        }
        // A key is read, or refused.
        let _ = Keys::read("key", &bytes);
        let _ = Keys::read("key", text.as_bytes());
    }
}
