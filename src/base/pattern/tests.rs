//! What matches, what is refused, and that neither takes long.

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).unwrap().is_match(text)
}

#[test]
fn matches_what_it_should() {
    for (pattern, yes, no) in [
        ("abc", &["abc", "xabcx"][..], &["ab", "acb", ""][..]),
        ("^gpt-\\d+(\\.\\d+)?$", &["gpt-5", "gpt-5.2", "gpt-55.20"], &["gpt-", "gpt-5.", "xgpt-5", "gpt-5x"]),
        ("^(?:a|bc)*$", &["", "a", "bc", "abca"], &["b", "ab"]),
        ("^[a-c_]+$", &["abc_", "a"], &["", "d", "a-"]),
        ("^[^a-c]$", &["d", "\n", "é"], &["a", "", "dd"]),
        ("^[\\w.-]+@example\\.org$", &["a.b-c@example.org"], &["@example.org", "a@exampleXorg"]),
        ("^a{2}$", &["aa"], &["a", "aaa"]),
        ("^a{2,}$", &["aa", "aaaa"], &["a"]),
        ("^a{1,3}$", &["a", "aaa"], &["", "aaaa"]),
        ("^a{0}$", &[""], &["a"]),
        ("^.$", &["a", "é", "\r"], &["\n", "", "ab"]),
        ("a|^$|b", &["", "a", "xb"], &["c"]),
        ("^\\s\\S\\W\\D$", &[" a-x", "\t1 x"], &["aa-x", " aax"]),
        ("^\\\\\\{\\}\\]\\n$", &["\\{}]\n"], &["\\{}]"]),
        ("", &["", "a"], &[]),
        ("()", &["", "a"], &[]),
        ("^(a?){3}$", &["", "aaa"], &["aaaa"]),
        ("x*$", &["", "y"], &[]),
        ("[-a]", &["-", "a"], &["b"]),
        ("[a-]", &["-", "a"], &["b"]),
    ] {
        for text in yes {
            assert!(matches(pattern, text), "{pattern} should match {text:?}");
        }
        for text in no {
            assert!(!matches(pattern, text), "{pattern} should not match {text:?}");
        }
    }
}

#[test]
fn time_grows_with_length_alone() {
    let many = "a".repeat(20_000);
    assert!(!matches("^(a*)*b$", &many));
    assert!(!matches("^(a|a)*b$", &many));
    assert!(!matches("(a|aa)+$x", &many));
    let ladder = "a?".repeat(100) + &"a".repeat(100);
    assert!(matches(&format!("^{ladder}$"), &"a".repeat(100)));
}

#[test]
fn refuses_what_it_cannot_hold() {
    for pattern in ["(a{1000}){1000}", "((a{100}){100}){100}", "(a{1000}){1000}{1000}", "a{1001}"] {
        assert!(Pattern::new(pattern).is_err(), "{pattern}");
    }
    assert!(Pattern::new("(){1000}").is_ok());
    assert!(Pattern::new("((((){1000}){1000}){1000}){1000}").is_ok());
    assert!(Pattern::new("(((){1000}){0,1000}){0,1000}").is_err());
    assert!(Pattern::new(&"(".repeat(100_000)).is_err());
    assert!(Pattern::new(&"a".repeat(limits::PATTERN_STATES)).is_err());
}

#[test]
fn says_where_a_pattern_is_wrong() {
    for (pattern, at) in [
        ("a)", 1),
        ("(a", 1),
        ("é(a", 3),
        ("*a", 0),
        ("a**", 2),
        ("a+?", 2),
        ("a{", 1),
        ("a{2,1}", 1),
        ("a{x}", 1),
        ("}", 0),
        ("[a", 1),
        ("[]", 1),
        ("[b-a]", 1),
        ("[\\d-z]", 1),
        ("\\q", 1),
        ("\\", 1),
        ("(?=a)", 2),
        ("^*", 1),
    ] {
        assert_eq!(Pattern::new(pattern).map_err(|e| e.at), Err(at), "{pattern}");
    }
}

#[test]
fn never_fails_on_garbage() {
    let letters: Vec<char> = "ab\\dws[](){}|*+?^$.-,0123é\u{10ffff}\n".chars().collect();
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..20_000 {
        let length = random(12);
        let pattern: String = (0..length).map(|_| letters[random(letters.len())]).collect();
        let text: String = (0..random(12)).map(|_| letters[random(letters.len())]).collect();
        if let Ok(pattern) = Pattern::new(&pattern) {
            pattern.is_match(&text);
        }
    }
}
