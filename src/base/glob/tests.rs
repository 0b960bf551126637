//! What globs match, and what is refused.

use super::*;

fn matches(pattern: &str, path: &str) -> bool {
    Glob::new(pattern).unwrap().matches(&RelativePath::new(path).unwrap())
}

#[test]
fn stars_stay_within_a_name_and_two_of_them_cross_folders() {
    for (pattern, path) in [
        ("docs/**/*.md", "docs/a.md"),
        ("docs/**/*.md", "docs/x/y/a.md"),
        ("docs/**/*.md", "docs/.hidden.md"),
        ("**/a", "a"),
        ("**/a", "x/y/a"),
        ("docs/**", "docs/a"),
        ("docs/**", "docs/x/a"),
        ("**", "a/b"),
        ("a/**/**/b", "a/b"),
        ("*.json", "a.json"),
        ("a**b**c", "axbxc"),
        ("a*c", "ac"),
        ("?.md", "ü.md"),
        ("README.md", "./README.md"),
    ] {
        assert!(matches(pattern, path), "{pattern} {path}");
    }
    for (pattern, path) in [
        ("docs/**/*.md", "docs*.md"),
        ("docs/**/*.md", "docsX/a.md"),
        ("docs/**/*.md", "docs/a.mdx"),
        ("docs/**/*.md", "x/docs/a.md"),
        ("docs/**", "docs"),
        ("live_runs/**/*", "live_runs"),
        ("*.json", "a/b.json"),
        ("*.json", "a.jsonx"),
        ("README.md", "a/README.md"),
        ("README.md", "xREADME.md"),
        ("a+b*.md", "aab.md"),
        ("?.md", ".md"),
        ("?", "ab"),
    ] {
        assert!(!matches(pattern, path), "{pattern} {path}");
    }
}

#[test]
fn classes_and_braces_mean_what_a_shell_means_by_them() {
    for (pattern, path) in [
        ("[a-c]x", "bx"),
        ("[!a-c]x", "dx"),
        ("[^a]", "b"),
        ("[]]", "]"),
        ("[a-]", "-"),
        ("[*]", "*"),
        ("*.{md,txt}", "a.txt"),
        ("{docs,src/x}/**/*.md", "src/x/y/a.md"),
        ("a{,b{c,d}}", "a"),
        ("a{,b{c,d}}", "abd"),
        ("a,b", "a,b"),
    ] {
        assert!(matches(pattern, path), "{pattern} {path}");
    }
    for (pattern, path) in [("[a-c]x", "dx"), ("[!a-c]x", "bx"), ("*.{md,txt}", "a.pdf"), ("[*]", "x")] {
        assert!(!matches(pattern, path), "{pattern} {path}");
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    let many = "{a,b}".repeat(9);
    let deep = format!("{}a{}", "{".repeat(9), "}".repeat(9));
    let long = "a".repeat(limits::GLOB_BYTES + 1);
    for pattern in ["", "/a", "a//b", "a/", "./a", "a/../b", "[a", "[", "[b-a]", "[a/b]", "{a", "a}", "a\\b", "a\nb"] {
        assert!(Glob::new(pattern).is_err(), "{pattern:?}");
    }
    for pattern in [many, deep, long] {
        assert!(Glob::new(&pattern).is_err(), "{pattern:?}");
    }
}

#[test]
fn what_could_lead_elsewhere_is_no_path() {
    for (text, error) in [
        ("", PathError::Empty),
        (".", PathError::Empty),
        ("/a", PathError::Absolute),
        ("C:/a", PathError::Absolute),
        ("c:a", PathError::Absolute),
        ("a/../b", PathError::Parent),
        ("..", PathError::Parent),
        ("a\\..\\b", PathError::Backslash),
        ("a\0", PathError::Control),
        ("a\nb", PathError::Control),
        ("a/", PathError::Folder),
    ] {
        assert_eq!(RelativePath::new(text), Err(error), "{text:?}");
    }
    assert_eq!(RelativePath::new(&"a/".repeat(limits::PATH_BYTES)), Err(PathError::TooLong));
    assert_eq!(RelativePath::new("./a//b/./c").unwrap().as_str(), "a/b/c");
    assert_eq!(RelativePath::new("..a/...").unwrap().as_str(), "..a/...");
}

#[test]
fn a_single_name_is_found_anywhere_and_only_whole() {
    let env = Glob::new(".env").unwrap();
    let holds = |path| env.matches_a_name_of(&RelativePath::new(path).unwrap());
    assert!(env.is_one_name() && holds(".env") && holds("docs/.env/a.md") && holds("a/.env"));
    assert!(!holds(".envrc") && !holds("a.env") && !holds("docs/.env.md"));
    assert!(!Glob::new("a/.env").unwrap().is_one_name() && !Glob::new("**").unwrap().is_one_name());
}

#[test]
fn a_hostile_pattern_takes_no_more_time_than_its_length_times_that_of_the_path() {
    let pattern = format!("{}b", "a*".repeat(500));
    assert!(!matches(&pattern, &"a".repeat(4000)));
    let folders = format!("{}b", "**/a/".repeat(200));
    assert!(!matches(&folders, "a/".repeat(2000).trim_end_matches('/')));
}
