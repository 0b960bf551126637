//! `rules/caio` asks for a token: what a verified one opens, and that nothing of it is kept.

use std::path::Path;
use std::process::{Command, Output};

const CASE: &str = "tests/cases/cli/who-asks-is-said-by-a-token";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn provost(arguments: &[&str]) -> Output {
    let usual = ["--package", "rules/caio", "route", "caio", "--set", "intent=chat", "--set", "needs=chat"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_provost"));
    command.args(usual).args(["--now", "2026-11-21T00:00:00Z"]).args(arguments);
    command.current_dir(root()).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_conversation_is_routed_for_whoever_shows_a_token() {
    let file = |name: &str| format!("{CASE}/{name}");
    for (token, key) in
        [("hs256.jwt", "secret.key"), ("rs256.jwt", "rsa.pem"), ("eddsa.jwt", "ed.pem"), ("eddsa.jwt", "keys.json")]
    {
        let output = provost(&["--token", &file(token), "--key", &file(key)]);
        assert_eq!(output.status.code(), Some(0), "{token}: {}", text(&output));
        assert!(text(&output).contains("\"harbour-chat\""), "{token}");
    }
    let nobody = provost(&[]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(text(&nobody).contains("caio.authentication"));
    let stated = [
        "--set",
        "authenticated=true",
        "--set",
        "permissions=chat.use",
        "--set",
        "trust_level=5",
        "--set",
        "token_expires=2027-01-01T00:00:00Z",
    ];
    let claimed = provost(&stated);
    assert_eq!(claimed.status.code(), Some(2));
    assert!(claimed.stdout.is_empty());
    let trusted: Vec<&str> = stated.iter().copied().chain(["--trusted-caller"]).collect();
    assert_eq!(provost(&trusted).status.code(), Some(0));
}

#[test]
fn neither_token_nor_key_is_kept_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (token, key) = (format!("{CASE}/hs256.jwt"), format!("{CASE}/secret.key"));
    let (log, certificate) = (at("decisions.log"), at("certificate.json"));
    let output = provost(&["--token", &token, "--key", &key, "--log", &log, "--certificate", &certificate]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let read = |path: &str| String::from_utf8(std::fs::read(root().join(path)).unwrap()).unwrap();
    let secrets: Vec<String> = read(&token)
        .trim_end()
        .split('.')
        .map(str::to_owned)
        .chain([read(&key).trim_end().to_owned(), "hs256.jwt".to_owned()])
        .collect();
    for kept in [text(&output), std::fs::read_to_string(&log).unwrap(), std::fs::read_to_string(&certificate).unwrap()]
    {
        assert!(kept.contains("\"ada\"") || kept.contains("harbour-chat"));
        for secret in &secrets {
            assert!(!kept.contains(secret.as_str()), "{secret}");
        }
    }
}
