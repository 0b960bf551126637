//! Which keys are believed, and which are refused.

use super::*;
use crate::identity::KeyRefusal;

fn refused(bytes: impl AsRef<[u8]>) -> KeyRefusal {
    Keys::read("key", bytes.as_ref()).unwrap_err()
}

fn algorithms(bytes: impl AsRef<[u8]>) -> Vec<Algorithm> {
    Keys::read("key", bytes.as_ref()).unwrap().algorithms().collect()
}

fn okp(kid: &str, more: &str) -> String {
    format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{}"{more}}}"#, base64url(&*pair().pk))
}

/// Plain base64 of a public key in the form of PEM: the head that RFC 8410 gives, and the key.
fn spki() -> Vec<u8> {
    let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    der.extend(&*pair().pk);
    der
}

fn pem(label: &str, der: &[u8]) -> String {
    let digits = base64url(der).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - digits.len() % 4) % 4);
    format!("-----BEGIN {label}-----\n{digits}{padding}\n-----END {label}-----\n")
}

#[test]
fn a_key_decides_its_algorithm() {
    assert_eq!(algorithms(include_str!("data/rsa.pem")), [Algorithm::Rs256]);
    assert_eq!(algorithms(include_str!("data/rsa-pkcs1.pem")), [Algorithm::Rs256]);
    assert_eq!(algorithms(include_str!("data/rsa.jwk")), [Algorithm::Rs256]);
    assert_eq!(algorithms(pem("PUBLIC KEY", &spki())), [Algorithm::EdDsa]);
    assert_eq!(algorithms(pem("PUBLIC KEY", &spki()).replace('\n', "\r\n")), [Algorithm::EdDsa]);
    assert_eq!(algorithms(okp("a", "")), [Algorithm::EdDsa]);
    assert_eq!(algorithms(SECRET), [Algorithm::Hs256]);
}

#[test]
fn what_must_stay_with_whoever_signs_is_refused() {
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        assert_eq!(refused(pem(label, b"whatever")), KeyRefusal::Private, "{label}");
    }
    let both = format!("{}{}", include_str!("data/rsa.pem"), pem("PRIVATE KEY", b"whatever"));
    assert_eq!(refused(both), KeyRefusal::Private);
    assert_eq!(refused(okp("a", r#","d":"AAAA""#)), KeyRefusal::Private);
    assert_eq!(refused(format!(r#"{{"keys":[{}]}}"#, okp("a", r#","d":"AAAA""#))), KeyRefusal::Private);
    assert_eq!(refused(r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#), KeyRefusal::Private);
}

#[test]
fn keys_with_which_signatures_can_be_made_up_are_refused() {
    assert_eq!(refused(include_str!("data/rsa-1024.pem")), KeyRefusal::Bits(1024));
    assert_eq!(refused(include_str!("data/rsa-e1.pem")), KeyRefusal::Exponent);
    assert_eq!(refused(include_str!("data/rsa-e3.pem")), KeyRefusal::Exponent);
    assert_eq!(refused(include_str!("data/rsa-even.pem")), KeyRefusal::Modulus);
    let jwk = include_str!("data/rsa.jwk");
    for (exponent, wrong) in [
        ("AQ", KeyRefusal::Exponent),
        ("Aw", KeyRefusal::Exponent),
        ("AQAA", KeyRefusal::Exponent),
        ("AAEAAQ", KeyRefusal::Jwk("e")),
        ("", KeyRefusal::Jwk("e")),
        ("AQAB=", KeyRefusal::Jwk("e")),
        ("AQAAAAAAAAAAAAAAAAAAAAAAAQ", KeyRefusal::Exponent),
    ] {
        assert_eq!(refused(jwk.replace("AQAB", exponent)), wrong, "{exponent}");
    }
    // The points of small order, and a point in a spelling that is not its own.
    for point in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",
    ] {
        let bytes: [u8; 32] = canonical::unhex(point).unwrap();
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(&bytes));
        assert_eq!(refused(jwk), KeyRefusal::Point, "{point}");
    }
    assert_eq!(refused(format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(&[1; 31]))), KeyRefusal::Der);
}

#[test]
fn keys_that_are_damaged_or_of_another_kind_are_refused() {
    assert_eq!(refused(""), KeyRefusal::Empty);
    assert_eq!(refused(" \n\t"), KeyRefusal::Empty);
    assert_eq!(refused(include_str!("data/ec.pem")), KeyRefusal::Kind);
    assert_eq!(refused(pem("EC PUBLIC KEY", &spki())), KeyRefusal::Kind);
    assert_eq!(refused(pem("CERTIFICATE", b"whatever")), KeyRefusal::Certificate);
    let rsa = include_str!("data/rsa.pem");
    assert_eq!(refused(rsa.repeat(2)), KeyRefusal::Pem);
    assert_eq!(refused(format!("Subject: me\n{rsa}")), KeyRefusal::Pem);
    assert_eq!(refused(rsa.replace("END PUBLIC", "END OTHER")), KeyRefusal::Pem);
    assert_eq!(refused(rsa.split_at(rsa.len() / 2).0), KeyRefusal::Pem);
    assert_eq!(refused(pem("RSA PUBLIC KEY", &spki())), KeyRefusal::Der);
    for at in 0..spki().len() - 32 {
        let mut der = spki();
        der[at] ^= 1;
        assert!(matches!(refused(pem("PUBLIC KEY", &der)), KeyRefusal::Der | KeyRefusal::Kind), "{at}");
    }
    let longer = [spki(), vec![0]].concat();
    assert_eq!(refused(pem("PUBLIC KEY", &longer)), KeyRefusal::Der);
    for json in ["{}", "[]", r#"{"keys":{}}"#, "{", r#"{"keys":[],"kty":"oct"}"#, r#"{"kty":"oct","kty":"oct"}"#] {
        assert_eq!(refused(json), KeyRefusal::Json, "{json}");
    }
    assert_eq!(refused(r#"{"keys":[]}"#), KeyRefusal::NoKey);
    assert_eq!(refused(r#"{"keys":[5]}"#), KeyRefusal::Jwk("kty"));
    assert_eq!(refused(r#"{"kty":"OKP","crv":"Ed25519"}"#), KeyRefusal::Jwk("x"));
}

#[test]
fn a_secret_is_long_and_is_no_public_key() {
    assert_eq!(refused("password\n"), KeyRefusal::Short(8));
    assert_eq!(refused(&SECRET[..31]), KeyRefusal::Short(31));
    assert_eq!(refused([&SECRET[..31], b"\n"].concat()), KeyRefusal::Short(31));
    // The end of a line is no part of a text; in other bytes it is one.
    assert_eq!(Keys::read("k", SECRET), Keys::read("k", &[SECRET, b"\r\n".as_slice()].concat()));
    let bytes = [&[0xc3_u8; 31], b"\n".as_slice()].concat();
    assert_eq!(algorithms(&bytes), [Algorithm::Hs256]);
    let short = format!(r#"{{"kty":"oct","k":"{}"}}"#, base64url(&SECRET[..31]));
    assert_eq!(refused(short), KeyRefusal::Short(31));
    let digits: String = include_str!("data/rsa.pem").lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(refused(&digits), KeyRefusal::NoSecret);
    assert_eq!(refused(digits.replace('+', "-").replace('/', "_").trim_end_matches('=')), KeyRefusal::NoSecret);
    assert_eq!(refused(spki()), KeyRefusal::NoSecret);
    assert_eq!(refused("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxIzTCJZ2vdEkW me@here"), KeyRefusal::NoSecret);
    assert_eq!(refused(format!("\u{feff}{}", include_str!("data/rsa.jwk"))), KeyRefusal::NoSecret);
    for name in ["keys/gateway.PUB", "key.pem", "jwks.json", "key.der"] {
        assert_eq!(Keys::read(name, SECRET), Err(KeyRefusal::NoSecret), "{name}");
    }
}

#[test]
fn a_name_chooses_among_keys_and_reaches_nothing_else() {
    let oct = format!(r#"{{"kty":"oct","kid":"s","k":"{}"}}"#, base64url(SECRET));
    let others = r#"{"kty":"EC","crv":"P-256","kid":"c"},{"kty":"oct","kid":"w","use":"enc","k":"AA"},{"kty":"RSA","kid":"p","alg":"PS256"}"#;
    let set = format!(r#"{{"keys":[{},{oct},{others}]}}"#, okp("e", r#","use":"sig","key_ops":["verify"]"#));
    let keys = Keys::read("set", set.as_bytes()).unwrap();
    assert_eq!(keys.algorithms().collect::<Vec<_>>(), [Algorithm::EdDsa, Algorithm::Hs256]);
    let named = |kid: &str| {
        let header = format!(
            r#"{{"alg":"HS256"{}}}"#,
            if kid.is_empty() { String::new() } else { format!(r#","kid":"{kid}""#) }
        );
        told(&token(&header, &plain(), by_secret), &keys, &settings(), NOW)
    };
    assert!(named("s").is_ok());
    assert_eq!(named("e"), Err(Refusal::OtherAlgorithm { token: Algorithm::Hs256, key: Algorithm::EdDsa }));
    assert_eq!(named(""), Err(Refusal::NoKeyNamed));
    for stranger in ["c", "w", "p", "S", "s ", "../../dev/null", "s' OR '1'='1"] {
        assert_eq!(named(stranger), Err(Refusal::UnknownKey), "{stranger}");
    }
    let twice = format!(r#"{{"keys":[{},{}]}}"#, okp("e", ""), okp("e", ""));
    assert_eq!(refused(twice), KeyRefusal::Twice);
    // One key with a name is that of no other.
    let one = Keys::read("one", oct.as_bytes()).unwrap();
    let of = |kid: &str| {
        told(&token(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#), &plain(), by_secret), &one, &settings(), NOW)
    };
    assert!(of("s").is_ok());
    assert_eq!(of("other"), Err(Refusal::UnknownKey));
    for (more, wrong) in [
        (r#","use":"enc""#, KeyRefusal::NoKey),
        (r#","alg":"ES256""#, KeyRefusal::NoKey),
        (r#","key_ops":["sign"]"#, KeyRefusal::NoKey),
        (r#","use":5"#, KeyRefusal::Jwk("use")),
    ] {
        assert_eq!(refused(okp("e", more)), wrong, "{more}");
    }
}
