//! Tokens of an issuer that shares no code with what checks them, and tokens forged in the usual ways.

mod forged;
mod keys;
mod published;

use ed25519_compact::{KeyPair, Seed};

use super::{Algorithm, Fact, Keys, Refusal, Settings, identify};
use crate::base::{Decimal, Instant, canonical};
use crate::facts::decode::{Known, Schema};
use crate::ir::{Field, Policy, RequestType, Services};
use crate::value::Type;

/// 2026-11-21T00:00:00Z
const NOW: i64 = 1_795_219_200;
/// An hour later.
const EXP: i64 = NOW + 3600;
const SECRET: &[u8; 32] = b"an-unsafe-secret-known-to-anyone";
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const EDDSA: &str = r#"{"alg":"EdDSA","typ":"JWT"}"#;

/// Base64url by arithmetic on one long number, as no decoder here does it.
fn base64url(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push(0);
    }
    let digit = |six: &[u8]| digits[six.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit))] as char;
    bits.chunks(6).map(digit).collect()
}

fn token(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
    let signature = base64url(&sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// HMAC as the log of decisions works it out, by another library.
fn by_secret(bytes: &[u8]) -> Vec<u8> {
    canonical::unhex::<32>(&canonical::keyed(SECRET, bytes)).unwrap().to_vec()
}

fn pair() -> KeyPair {
    KeyPair::from_seed(Seed::new([7; 32]))
}

fn by_pair(bytes: &[u8]) -> Vec<u8> {
    pair().sk.sign(bytes, None).to_vec()
}

fn hs256(claims: &str) -> String {
    token(HS256, claims, by_secret)
}

fn secret() -> Keys {
    Keys::read("secret", SECRET).unwrap()
}

fn public() -> Keys {
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(&*pair().pk));
    Keys::read("key", jwk.as_bytes()).unwrap()
}

fn request() -> RequestType {
    let field = |name: &str, ty: Type| Field { name: name.into(), ty, optional: true, default: None };
    let fields = vec![
        field("authenticated", Type::Bool),
        field("subject", Type::Text),
        field("permissions", Type::Set(Box::new(Type::Text))),
        field("trust_level", Type::Int),
        field("expires", Type::Instant),
        field("nick", Type::Text),
    ];
    RequestType { fields, invariants: Vec::new() }
}

fn settings() -> Settings {
    let claim = |field: &str, claim: &str, optional| (field.into(), Fact::Claim { claim: claim.into(), optional });
    Settings {
        algorithms: Algorithm::ALL.iter().copied().collect(),
        facts: vec![
            ("authenticated".into(), Fact::Verified),
            claim("subject", "sub", false),
            claim("permissions", "permissions", false),
            claim("trust_level", "trust_level", false),
            claim("expires", "exp", false),
            claim("nick", "nickname", true),
        ],
        ..Settings::default()
    }
}

fn at(seconds: i64) -> Instant {
    Instant::from_seconds(Decimal::from(seconds)).unwrap()
}

fn told(token: &str, keys: &Keys, settings: &Settings, now: i64) -> Result<String, Refusal> {
    let (policy, services) = (Policy::default(), Services::default());
    let schema = Schema { policy: &policy, services: Known::Services(&services) };
    identify(token.as_bytes(), keys, settings, at(now), &request(), &schema)
}

/// The claims of everybody, with one more or one other; without it where it says nothing.
fn claims(name: &str, value: &str) -> String {
    let exp = EXP.to_string();
    let usual = [("sub", r#""ada""#), ("permissions", r#"["read","write"]"#), ("trust_level", "5"), ("exp", &exp)];
    let others = usual.iter().filter(|(claim, _)| *claim != name).copied().chain([(name, value)]);
    let stated: Vec<String> =
        others.filter(|(_, value)| !value.is_empty()).map(|(n, v)| format!("\"{n}\":{v}")).collect();
    format!("{{{}}}", stated.join(","))
}

fn plain() -> String {
    claims("", "")
}

/// What a token of the secret with this claim comes to.
fn with(name: &str, value: &str) -> Result<String, Refusal> {
    told(&hs256(&claims(name, value)), &secret(), &settings(), NOW)
}

fn misfit(claim: &str) -> impl Fn(&Result<String, Refusal>) -> bool {
    move |result| matches!(result, Err(Refusal::Claim { claim: named, .. }) if named == claim)
}

const FACTS: &str = r#"{"authenticated":true,"expires":"2026-11-21T01:00:00Z","permissions":["read","write"],"subject":"ada","trust_level":5}"#;

#[test]
fn a_signed_token_states_facts_and_nothing_else() {
    assert_eq!(told(&hs256(&plain()), &secret(), &settings(), NOW), Ok(FACTS.to_owned()));
    assert_eq!(told(&token(EDDSA, &plain(), by_pair), &public(), &settings(), NOW), Ok(FACTS.to_owned()));
    // What is not asked for is not told, and what is optional is told where it is there.
    assert_eq!(with("email", r#""ada@example.org""#), Ok(FACTS.to_owned()));
    assert!(with("nickname", r#""A""#).unwrap().contains(r#""nick":"A""#));
}

#[test]
fn a_line_end_behind_the_token_is_none_of_it() {
    let token = hs256(&plain());
    for text in [format!("{token}\n"), format!("{token}\r\n")] {
        assert_eq!(told(&text, &secret(), &settings(), NOW), Ok(FACTS.to_owned()));
    }
    for text in [
        format!(" {token}"),
        format!("{token} "),
        format!("\n{token}"),
        format!("{token}\n\n"),
        format!("Bearer {token}"),
    ] {
        assert!(matches!(told(&text, &secret(), &settings(), NOW), Err(Refusal::Encoding(_))), "{text:?}");
    }
}

#[test]
fn permissions_are_a_list_or_words_between_single_spaces() {
    assert_eq!(with("permissions", r#""read write""#), Ok(FACTS.to_owned()));
    assert_eq!(with("permissions", r#"["read","write","read"]"#), Ok(FACTS.to_owned()));
    assert!(with("permissions", r#""""#).unwrap().contains(r#""permissions":[]"#));
    assert!(with("permissions", "[]").unwrap().contains(r#""permissions":[]"#));
    for wrong in [
        r#""read  write""#,
        r#"" read""#,
        r#""read ""#,
        "5",
        "true",
        "null",
        r#"{"read":true}"#,
        "[1]",
        r#"["read",["write"]]"#,
        "[null]",
    ] {
        assert!(misfit("permissions")(&with("permissions", wrong)), "{wrong}");
    }
}

#[test]
fn a_token_is_over_at_the_instant_it_names() {
    let over = |exp: i64, now: i64| told(&hs256(&claims("exp", &exp.to_string())), &secret(), &settings(), now);
    assert!(over(NOW + 1, NOW).is_ok());
    assert_eq!(over(NOW, NOW), Err(Refusal::Expired));
    assert_eq!(over(NOW - 1, NOW), Err(Refusal::Expired));
    assert_eq!(over(0, NOW), Err(Refusal::Expired));
    // A part of a second before the end is before the end.
    let now = "2026-11-21T00:59:59.999999999Z".parse().unwrap();
    let (policy, services) = (Policy::default(), Services::default());
    let schema = Schema { policy: &policy, services: Known::Services(&services) };
    assert!(identify(hs256(&plain()).as_bytes(), &secret(), &settings(), now, &request(), &schema).is_ok());
}

#[test]
fn a_token_begins_at_the_instant_it_names() {
    assert!(with("nbf", &NOW.to_string()).is_ok());
    assert_eq!(with("nbf", &(NOW + 1).to_string()), Err(Refusal::NotYet));
}

#[test]
fn clocks_differ_by_the_leeway_and_no_more() {
    let settings = Settings { leeway: Decimal::from(30), ..settings() };
    let at = |claim: &str, seconds: i64| told(&hs256(&claims(claim, &seconds.to_string())), &secret(), &settings, NOW);
    assert!(at("exp", NOW - 29).is_ok());
    assert_eq!(at("exp", NOW - 30), Err(Refusal::Expired));
    assert!(at("nbf", NOW + 30).is_ok());
    assert_eq!(at("nbf", NOW + 31), Err(Refusal::NotYet));
    // The last instant that there is has no leeway behind it, and does not come round again.
    assert!(at("exp", 253_402_300_799).is_ok());
}

#[test]
fn instants_are_whole_seconds() {
    for claim in ["exp", "nbf", "iat"] {
        for wrong in [
            r#""1795222800""#,
            "1795222800.0",
            "1795222800.5",
            "1.7952228e9",
            "1795222800e0",
            "-1",
            "-0",
            "null",
            "true",
            "[1795222800]",
            "{}",
            r#""NaN""#,
            r#""Infinity""#,
            "253402300800",
            "999999999999",
            "99999999999999999999999999",
            "1e400",
            r#""2026-11-21T01:00:00Z""#,
        ] {
            assert!(misfit(claim)(&with(claim, wrong)), "{claim}: {wrong}");
        }
        for wrong in
            ["NaN", "Infinity", "-Infinity", "0x6A", "01795222800", "+1795222800", "1_795_222_800", "1795222800."]
        {
            assert_eq!(with(claim, wrong), Err(Refusal::Shape(super::Part::Payload)), "{claim}: {wrong}");
        }
    }
}

#[test]
fn claims_that_are_needed_are_there_and_of_their_type() {
    for claim in ["sub", "permissions", "trust_level", "exp"] {
        assert_eq!(with(claim, ""), Err(Refusal::MissingClaim(claim.to_owned())));
    }
    for (claim, wrong) in [
        ("sub", "5"),
        ("sub", "null"),
        ("sub", r#"["ada"]"#),
        ("trust_level", r#""5""#),
        ("trust_level", "5.5"),
        ("trust_level", "true"),
        ("trust_level", "null"),
        ("trust_level", "99999999999999999999"),
        ("trust_level", "[5]"),
        ("nickname", "7"),
        ("nickname", "null"),
        ("iss", "5"),
        ("aud", "5"),
        ("aud", r#"["a",5]"#),
        ("aud", "null"),
    ] {
        assert!(misfit(claim)(&with(claim, wrong)), "{claim}: {wrong}");
    }
}

#[test]
fn a_token_is_of_whom_and_for_whom_it_has_to_be() {
    let settings = Settings {
        issuers: vec!["me".into(), "you".into()],
        audiences: vec!["us".into(), "here".into()],
        ..settings()
    };
    let told_of = |iss: &str, aud: &str| {
        let claims = plain().replace('}', &format!("{iss}{aud}}}"));
        told(&hs256(&claims), &secret(), &settings, NOW)
    };
    assert!(told_of(r#","iss":"you""#, r#","aud":"us""#).is_ok());
    assert!(told_of(r#","iss":"me""#, r#","aud":["them","here"]"#).is_ok());
    assert_eq!(told_of("", r#","aud":"us""#), Err(Refusal::MissingClaim("iss".to_owned())));
    assert_eq!(told_of(r#","iss":"ME""#, r#","aud":"us""#), Err(Refusal::Issuer));
    assert_eq!(told_of(r#","iss":"me/""#, r#","aud":"us""#), Err(Refusal::Issuer));
    assert_eq!(told_of(r#","iss":"me""#, ""), Err(Refusal::MissingClaim("aud".to_owned())));
    assert_eq!(told_of(r#","iss":"me""#, r#","aud":"us ""#), Err(Refusal::Audience));
    assert_eq!(told_of(r#","iss":"me""#, r#","aud":[]"#), Err(Refusal::Audience));
    assert_eq!(with("aud", r#""us""#), Err(Refusal::UnexpectedAudience));
    assert_eq!(with("aud", "[]"), Err(Refusal::UnexpectedAudience));
    assert!(with("iss", r#""whoever""#).is_ok());
}

#[test]
fn whoever_shows_no_token_is_nobody() {
    assert_eq!(settings().stranger(&request()), r#"{"authenticated":false}"#);
}

#[test]
fn no_reason_repeats_what_the_token_says_or_the_key() {
    let words = ["sesame-open", "an-unsafe-secret"];
    let hidden = |text: String| words.iter().all(|word| !text.contains(word)) && !text.contains(&base64url(SECRET));
    for claim in ["sub", "permissions", "trust_level", "exp", "nbf", "iss", "aud", "nickname"] {
        let said = with(claim, r#"{"x":"sesame-open"}"#).unwrap_err();
        assert!(hidden(format!("{said} {said:?} {:?}", said.help())), "{said}");
    }
    let said = told(&token(r#"{"alg":"sesame-open"}"#, &plain(), by_secret), &secret(), &settings(), NOW).unwrap_err();
    assert!(hidden(format!("{said} {said:?}")));
    assert_eq!(format!("{:?}", secret()), "[Hs256]");
}
