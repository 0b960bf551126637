//! What the readers make of sound, broken and hostile data.

use super::*;
use crate::base::Sources;

fn sources(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let file = sources.add("f", text);
    (sources, file)
}

fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(text) => format!("#{text}"),
        Kind::Text(text) => format!("{text:?}"),
        Kind::List(elements) => format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(",")),
        Kind::Map(entries) => {
            let all: Vec<String> = entries.iter().map(|(k, v)| format!("{}:{}", k.text, shown(v))).collect();
            format!("{{{}}}", all.join(","))
        }
    }
}

/// `line:column code` of everything found.
fn errors(format: Format, text: &str) -> Vec<String> {
    let (sources, file) = sources(text);
    let found = read_as(format, file, text).expect_err("this is accepted");
    found
        .iter()
        .map(|d| {
            let (line, column) = sources.get(d.span.file).unwrap().position(d.span.start);
            format!("{line}:{column} {}", d.code.id)
        })
        .collect()
}

fn reads(format: Format, text: &str) -> String {
    let (_, file) = sources(text);
    shown(&read_as(format, file, text).unwrap_or_else(|found| panic!("{text}: {found:?}")))
}

/// Every leaf and key with the text under its span.
fn spans(format: Format, text: &str) -> Vec<String> {
    fn walk(node: &Node, sources: &Sources, out: &mut Vec<String>) {
        out.push(sources.text(node.span).to_owned());
        match &node.kind {
            Kind::List(elements) => elements.iter().for_each(|e| walk(e, sources, out)),
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
                out.push(sources.text(key.span).to_owned());
                walk(value, sources, out);
            }),
            _ => {}
        }
    }
    let (sources, file) = sources(text);
    let mut out = Vec::new();
    walk(&read_as(format, file, text).unwrap(), &sources, &mut out);
    out
}

#[test]
fn the_three_formats_give_the_same_tree() {
    let json = r#"{"a": {"b": [1, -2.5e-3, "x", true], "ä": "é"}, "c": "2026-12-31"}"#;
    let yaml = "a:\n  b: [1, -2.5e-3, x, true]\n  ä: 'é'\nc: 2026-12-31\n";
    let toml = "c = 2026-12-31\n[a]\nb = [1, -2.5e-3, \"x\", true]\n\"ä\" = \"é\"\n";
    let tree = "{a:{b:[#1,#-2.5e-3,\"x\",true],ä:\"é\"},c:\"2026-12-31\"}";
    assert_eq!(reads(Format::Json, json), tree);
    assert_eq!(reads(Format::Yaml, yaml), tree);
    assert_eq!(reads(Format::Toml, toml), "{c:\"2026-12-31\",a:{b:[#1,#-2.5e-3,\"x\",true],ä:\"é\"}}");
}

#[test]
fn spans_hold_exactly_what_is_written() {
    assert_eq!(
        spans(Format::Json, "{ \"ä\": [ 12, \"é\" ] }"),
        ["{ \"ä\": [ 12, \"é\" ] }", "\"ä\"", "[ 12, \"é\" ]", "12", "\"é\""]
    );
    assert_eq!(
        spans(Format::Yaml, "ä:\n  - 12\n  - 'é'\n  - ü u # c\nb: [x, y ]\n"),
        [
            "ä:\n  - 12\n  - 'é'\n  - ü u # c\nb: [x, y ]",
            "ä",
            "- 12\n  - 'é'\n  - ü u",
            "12",
            "'é'",
            "ü u",
            "b",
            "[x, y ]",
            "x",
            "y"
        ]
    );
    assert_eq!(
        spans(Format::Toml, "\"ä\" = [ 12, 'é' ]"),
        ["\"ä\" = [ 12, 'é' ]", "\"ä\"", "[ 12, 'é' ]", "12", "'é'"]
    );
}

#[test]
fn yaml_scalars_follow_the_core_schema() {
    let text = "[~, null, '', yes, 'true', True, 0x1F, 0o17, 017, +5, .5, 5., 1e3, 1_000, 1.2.3, .inf, -.inf, .nan, 8s, $0.015, 1:30]";
    let tree = "[null,null,\"\",\"yes\",\"true\",true,#31,#15,#017,#5,#0.5,#5,#1e3,\"1_000\",\"1.2.3\",#.inf,#-.inf,#.nan,\"8s\",\"$0.015\",\"1:30\"]";
    assert_eq!(reads(Format::Yaml, text), tree);
    assert_eq!(reads(Format::Yaml, ""), "null");
    assert_eq!(reads(Format::Yaml, "a: |\n  12\nb: &x [1]\nc: *x\nd:\n"), "{a:\"12\\n\",b:[#1],c:[#1],d:null}");
}

#[test]
fn json_is_strict() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "nul",
        "NaN",
        "1 2",
        "{} x",
        "\"a",
        "\"\n\"",
        "[1 2]",
        "{\"a\" 1}",
        "/* */ 1",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\u0000\"",
        "\u{feff}{}",
        "{}\0",
        "[\"\\",
        "\"\\u12é4\"",
    ] {
        assert_eq!(errors(Format::Json, text).len(), 1, "{text:?}");
    }
    assert_eq!(reads(Format::Json, r#" "\ud83d\ude00\u00e9\/\n" "#), "\"😀é/\\n\"");
    assert_eq!(errors(Format::Json, "{\n  \"a\": tru\n}"), ["2:8 P0500"]);
}

#[test]
fn duplicate_keys_are_all_said() {
    assert_eq!(
        errors(Format::Json, "{\"a\":1,\n \"a\":2,\n \"b\":{\"x\":1,\"x\":2},\n \"a\":3 "),
        ["2:2 P0501", "3:13 P0501", "4:2 P0501", "4:8 P0500"]
    );
    assert_eq!(errors(Format::Yaml, "a: 1\nb: {x: 1, x: 2}\na: 3\n"), ["2:11 P0501", "3:1 P0501"]);
    assert_eq!(errors(Format::Toml, "a = 1\nb = {x = 1, x = 2}\na = 3\n"), ["2:13 P0501", "3:1 P0501"]);
}

#[test]
fn toml_says_several_errors() {
    assert!(errors(Format::Toml, "a = \nb = 1\nc = [1,\n").len() >= 2);
    assert_eq!(
        reads(Format::Toml, "a = 0xff\nb = 1_000\nc = inf\nd = 1979-05-27T07:32:00Z"),
        "{a:#255,b:#1000,c:#inf,d:\"1979-05-27T07:32:00Z\"}"
    );
}

#[test]
fn yaml_leaves_out_what_surprises() {
    for text in [
        "a: !!str 1",
        "--- a\n--- b\n",
        "[a]: 1",
        "{a: 1}: 2",
        "<<: {a: 1}",
        "a: &x [*x]",
        "&k a: 1\n*k : 2\n",
        "a: !t {b: 1}",
    ] {
        assert_eq!(errors(Format::Yaml, text).len(), 1, "{text:?}");
    }
    assert!(errors(Format::Yaml, "a: !!str 1").iter().all(|e| e.ends_with("P0503")));
}

#[test]
fn nesting_is_bounded_in_every_format() {
    for depth in [65, 300, 100_000] {
        for (format, open) in [
            (Format::Json, "["),
            (Format::Json, "{\"a\":"),
            (Format::Yaml, "["),
            (Format::Yaml, "- "),
            (Format::Yaml, "{a: "),
        ] {
            let found = errors(format, &open.repeat(depth));
            assert!(found.iter().all(|e| e.ends_with("P0502")), "{format:?} {open} {depth}: {found:?}");
        }
        let toml = format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!errors(Format::Toml, &toml).is_empty());
        assert!(errors(Format::Yaml, &"? ".repeat(depth)).iter().all(|e| e.ends_with("P0503")));
        let header = format!("[a{}]", ".a".repeat(depth));
        assert!(!errors(Format::Toml, &header).is_empty());
        let dotted = format!("a{} = 1", ".a".repeat(depth));
        assert!(!errors(Format::Toml, &dotted).is_empty());
    }
    let deepest = format!("{}{}", "[".repeat(64), "]".repeat(64));
    assert!(read_json(FileId(0), &deepest).is_ok());
    assert!(read_yaml(FileId(0), &deepest).is_ok());
}

#[test]
fn alias_bombs_do_not_go_off() {
    let mut wide = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..20 {
        let alias = format!("*a{}", i - 1);
        wide += &format!("a{i}: &a{i} [{}]\n", [alias.as_str(); 9].join(", "));
    }
    assert!(errors(Format::Yaml, &wide).iter().all(|e| e.ends_with("P0502")));
    let mut deep = String::from("a0: &a0 [x]\n");
    for i in 1..200 {
        deep += &format!("a{i}: &a{i} [*a{}]\n", i - 1);
    }
    assert!(errors(Format::Yaml, &deep).iter().all(|e| e.ends_with("P0502")));
}

#[test]
fn long_files_are_read_or_refused_in_reasonable_time() {
    let size = 10_000_000;
    let text = format!("\"{}\"", "x".repeat(size));
    assert!(read_json(FileId(0), &text).is_ok());
    assert!(read_yaml(FileId(0), &text).is_ok());
    assert!(read_json(FileId(0), &"1".repeat(size)).is_ok());
    assert!(read_json(FileId(0), &"{\"a\":1,\"a\":".repeat(size / 100)).is_err());
    let list = format!("[{}1]", "1,".repeat(size / 20));
    assert!(read_json(FileId(0), &list).is_ok());
    assert!(read_yaml(FileId(0), &list).is_ok());
    let duplicates = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(size / 20));
    assert_eq!(read_json(FileId(0), &duplicates).unwrap_err().len(), limits::ERRORS_PER_FILE);
    let huge = "x".repeat(limits::DATA_BYTES + 1);
    assert_eq!(read_json(FileId(0), &huge).unwrap_err().first().unwrap().code.id, "P0502");
}

#[test]
fn no_text_makes_a_reader_panic() {
    let parts = [
        "{", "}", "[", "]", ":", ",", "\"", "'", "- ", "\n", "  ", "a", "é", "&x ", "*x", "!t ", "|", ">", "#", "? ",
        "---\n", "...\n", "%", "1", "-", "=", ".", "\\u", "\t", "\r", "true", "\u{85}", "@", "`", "😀", "\"\"\"",
        "'''",
    ];
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(parts[(state >> 33) as usize % parts.len()]);
        }
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            let _ = read_as(format, FileId(0), &text);
        }
    }
}

#[test]
fn the_extension_names_the_format() {
    assert!(read(FileId(0), "x.YML", "a: 1").is_ok());
    assert_eq!(read(FileId(0), "x.ini", "a=1").unwrap_err().first().unwrap().code.id, "P0504");
}

#[test]
fn any_part_may_be_repeated_without_end() {
    let parts = [
        "a: 1\n",
        "[",
        "{",
        "- a\n",
        "- ",
        "\n",
        "# x\n",
        "'",
        "\"",
        "? a\n",
        "*a ",
        "&a ",
        "!a ",
        ": ",
        "a ",
        "a\n",
        "a,",
        "  ",
        "|\n",
        "é",
        "[a]\n",
        "{a: b}\n",
        "- &a b\n- *a\n",
        "\t",
        "a: |\n  x\n",
        "%a\n",
        "a = 1\n",
        "[[a]]\n",
        "a.",
        "a=[1]\n",
        "\\",
        "\"a\\",
        "[1,",
        "{\"a\":",
    ];
    for part in parts {
        let text = part.repeat(20_000 / part.len());
        for format in [Format::Json, Format::Yaml, Format::Toml] {
            let _ = read_as(format, FileId(0), &text);
            let _ = read_as(format, FileId(0), &format!("[{text}"));
        }
    }
}
