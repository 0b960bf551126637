//! Expectations: `// expect: P0203, P0204` on the line where a diagnostic begins, `# expect:` in YAML and TOML, and for
//! what cannot carry a comment a file `expect` with lines such as `models.json:3: P0702`, or `-: P0001` for a
//! diagnostic of no file.

use std::collections::{BTreeMap, BTreeSet};

use provost::base::Sources;
use provost::diag::Diagnostic;

use super::{Case, Outcome};

/// A line of a file; the file is `-` and the line 0 where there is none.
type Line = (String, usize);

/// What is expected, by line, each with the codes in order, repeated where a line has the same twice.
type Expected = BTreeMap<Line, Vec<String>>;

/// Every code that any case expects.
pub fn expected_codes() -> BTreeSet<String> {
    expected_in(&["syntax", "check", "decide", "explain", "suite", "import"])
}

/// Every lint that any case expects to find something.
pub fn expected_lints() -> BTreeSet<String> {
    expected_in(&["lint"])
}

fn expected_in(suites: &[&str]) -> BTreeSet<String> {
    suites
        .iter()
        .flat_map(|suite| super::cases(suite))
        .filter_map(|case| expected(&case).ok())
        .flat_map(|expected| expected.into_values().flatten())
        .collect()
}

/// Compares, and says for each file and line what is missing and what is too much.
pub fn compare(case: &Case, diagnostics: &[Diagnostic], sources: &Sources) -> Outcome {
    let mut open = expected(case)?;
    let mut wrong: BTreeMap<Line, Vec<String>> = BTreeMap::new();
    for found in diagnostics {
        let at = line_of(found, sources);
        let codes = open.entry(at.clone()).or_default();
        match codes.iter().position(|code| code == found.code.id) {
            Some(met) => drop(codes.remove(met)),
            None => wrong.entry(at).or_default().push(format!("not expected: {} {}", found.code.id, found.message)),
        }
    }
    for (at, codes) in open {
        let missing = codes.iter().map(|code| format!("expected, but not found: {code}"));
        wrong.entry(at).or_default().extend(missing);
    }
    wrong.retain(|_, lines| !lines.is_empty());
    if wrong.is_empty() { Ok(()) } else { Err(render(&wrong)) }
}

fn render(wrong: &BTreeMap<Line, Vec<String>>) -> String {
    let mut out = String::new();
    let mut last = None;
    for ((file, line), findings) in wrong {
        if last != Some(file) {
            out.push_str(&format!("{file}\n"));
            last = Some(file);
        }
        for finding in findings {
            out.push_str(&format!("  line {line}: {finding}\n"));
        }
    }
    out
}

fn line_of(found: &Diagnostic, sources: &Sources) -> Line {
    match sources.get(found.span.file) {
        Some(file) => (file.name.to_string(), file.position(found.span.start).0),
        None => ("-".to_owned(), 0),
    }
}

/// All expectations of a case.
fn expected(case: &Case) -> Result<Expected, String> {
    let mut all = Expected::new();
    for path in case.inputs() {
        let name = path.to_string_lossy().replace('\\', "/");
        let marker = match path.extension().and_then(|end| end.to_str()) {
            Some("provost") => "// expect:",
            Some("yaml" | "yml" | "toml") => "# expect:",
            _ => continue,
        };
        let text = case.read(&name).ok_or_else(|| format!("{name} is not text"))?;
        for (at, line) in text.lines().enumerate() {
            if let Some((_, list)) = line.split_once(marker) {
                all.entry((name.clone(), at + 1)).or_default().extend(codes(list, &name, at + 1)?);
            }
        }
    }
    for (at, line) in case.read("expect").unwrap_or_default().lines().enumerate() {
        let read = |place: &str| match place.rsplit_once(':') {
            Some((file, number)) => number.parse().ok().map(|number| (file.to_owned(), number)),
            None => (place == "-").then(|| ("-".to_owned(), 0)),
        };
        let (place, list) = line.split_once(": ").ok_or_else(|| format!("expect:{}: `{line}`", at + 1))?;
        let place = read(place).ok_or_else(|| format!("expect:{}: `{place}` is no place", at + 1))?;
        all.entry(place).or_default().extend(codes(list, "expect", at + 1)?);
    }
    Ok(all)
}

/// `P0203, P0204`; a slip here would otherwise expect nothing and pass.
fn codes(list: &str, file: &str, line: usize) -> Result<Vec<String>, String> {
    let is_number = |text: &str| text.len() == 5 && text.starts_with('P') && text[1..].parse::<u16>().is_ok();
    let is_code = |text: &str| is_number(text) || provost::lint::find(text).is_some();
    list.split(',')
        .map(str::trim)
        .map(
            |code| if is_code(code) { Ok(code.to_owned()) } else { Err(format!("{file}:{line}: `{code}` is no code")) },
        )
        .collect()
}

#[test]
fn what_is_missing_and_what_is_too_much_is_told_by_line() {
    use provost::base::Span;
    use provost::diag::Code;
    static FIRST: Code = Code { id: "P9001", title: "first" };
    static SECOND: Code = Code { id: "P9002", title: "second" };

    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("expect-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let text = "a // expect: P9001, P9001\nb // expect: P9002\nc\n";
    std::fs::write(dir.join("a.provost"), text).unwrap();
    std::fs::write(dir.join("expect"), "-: P9001\ndata.json:1: P9002\n").unwrap();
    let case = Case { name: "x/y".to_owned(), dir: dir.clone(), asserted: Default::default() };

    let mut sources = Sources::default();
    let file = sources.add("a.provost", text);
    let data = sources.add("data.json", "{}");
    let nowhere = Span { file: provost::base::FileId(9), start: 0, end: 0 };
    let at = |line: &str| Span::new(file, text.find(line).unwrap(), text.find(line).unwrap() + 1);
    let mut found = vec![
        Diagnostic::error(&FIRST, at("a "), "one"),
        Diagnostic::error(&FIRST, at("a "), "two"),
        Diagnostic::error(&FIRST, nowhere, "three"),
        Diagnostic::error(&SECOND, Span::new(data, 0, 1), "four"),
        Diagnostic::error(&SECOND, at("b "), "five"),
    ];
    assert_eq!(case.expect(&found, &sources), Ok(()));
    found.pop();
    found.push(Diagnostic::error(&SECOND, at("c\n"), "six"));
    let wrong = case.expect(&found, &sources).unwrap_err();
    assert_eq!(wrong, "a.provost\n  line 2: expected, but not found: P9002\n  line 3: not expected: P9002 six\n");
    std::fs::write(dir.join("expect"), "-: P901\n").unwrap();
    assert_eq!(case.expect(&found, &sources), Err("expect:1: `P901` is no code".to_owned()));
    std::fs::remove_dir_all(dir).unwrap();
}
