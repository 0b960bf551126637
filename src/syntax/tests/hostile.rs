//! Inputs that nobody writes: deep, huge, broken at random. Reading ends, soon, and says where it is wrong.

use super::*;

/// Reads anything at all, and holds what must hold of the result.
fn survives(text: &str) -> Parsed {
    let parsed = parse(FileId(7), text);
    for diagnostic in &parsed.diagnostics {
        let places = diagnostic.related.iter().map(|l| l.span).chain([diagnostic.span]);
        let edits = diagnostic.fixes.iter().flat_map(|f| f.edits.iter().map(|(span, _)| *span));
        for span in places.chain(edits) {
            assert_eq!(span.file, FileId(7));
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{span:?} in {} bytes", text.len());
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} cuts a character");
        }
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'));
    }
    if parsed.diagnostics.is_empty() {
        assert!(!format!("{:?}", parsed.file).contains("Error"), "an error node without a diagnostic: {text}");
    }
    parsed
}

fn codes_of(text: &str) -> Vec<&'static str> {
    survives(text).diagnostics.iter().map(|d| d.code.id).collect()
}

#[test]
fn nesting_is_refused_before_it_is_read() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("{ a: ", "}"), ("all x in xs: (", ")"), ("min(", ")")]
    {
        for depth in [100, 5_000] {
            let text = format!("let a = {}1{}\nlet b = 2\n", open.repeat(depth), close.repeat(depth));
            let parsed = survives(&text);
            assert_eq!(parsed.diagnostics.len(), 1, "{open} {depth} {:#?}", parsed.diagnostics);
            assert_eq!(parsed.diagnostics[0].code.id, "P0110");
            assert!(matches!(&parsed.file.items[1].kind, ItemKind::Let(item) if &*item.name.text == "b"));
        }
        let text = format!("let a = {}1{}\n", open.repeat(60), close.repeat(60));
        assert!(codes_of(&text).is_empty() || open.contains("all"), "{open}");
    }
    for open in ["(", "[", "{", "f(", "set<", "a[", "not (", "if (", "{ a: ["] {
        let text = format!("let a = {}", open.repeat(5_000));
        assert!(!codes_of(&text).is_empty());
    }
}

#[test]
fn chains_without_brackets_are_refused_too() {
    for (link, end) in [
        ("all x in xs: ", "y"),
        ("any x in ", "y: z"),
        ("if a then b else ", "c"),
        ("if a then ", "b"),
        ("if ", "b"),
        ("not ", "a"),
        ("- ", "a"),
        ("known ", "a"),
        ("a implies ", "a"),
        ("a ?? ", "a"),
        ("a + ", "a"),
        ("a * ", "a"),
        ("a == ", "a"),
        ("if a then b else not all x in - ", "c: d"),
    ] {
        for depth in [500, 2_000] {
            let text = format!("let a = {}{end}\nlet b = 2\n", link.repeat(depth));
            let parsed = survives(&text);
            assert!(parsed.diagnostics.iter().any(|d| d.code.id == "P0110" || d.code.id == "P0116"), "{link} {depth}");
            assert_eq!(parsed.file.items.len(), 2, "{link} {depth}");
        }
    }
    for (link, end) in [(".a", ""), ("[a]", ""), (".a+", "")] {
        assert_eq!(codes_of(&format!("let a = b{}{end}\n", link.repeat(10_000))), ["P0110"], "{link}");
    }
    let text = format!("trait T {{ a: {}int{} }}", "set<".repeat(10_000), ">".repeat(10_000));
    assert_eq!(codes_of(&text), ["P0110"]);
    let (expr, diagnostics) = parse_expression(FileId(0), &"(".repeat(20_000));
    assert!(expr.kind == ExprKind::Error && diagnostics[0].code.id == "P0110");
}

#[test]
fn rows_may_be_long_and_the_limit_is_within_reach() {
    for word in ["and", "or"] {
        let text = format!("let a = {}a", format!("a {word} ").repeat(10_000));
        assert!(codes_of(&text).is_empty());
    }
    assert!(codes_of(&format!("let a = {{ {} }}", "a, ".repeat(20_000))).is_empty());
    // The deepest that is allowed still fits the stack of a small thread.
    for text in [
        format!("let a = {}1{}", "(".repeat(64), ")".repeat(64)),
        format!("let a = {}c", "if a then b else ".repeat(100)),
        format!("let a = {}c", "all x in xs: ".repeat(100)),
        format!("let a = {}1{}", "if a then (".repeat(60), ") else 2".repeat(60)),
        format!("let a = {}a", "a + ".repeat(100)),
    ] {
        assert!(codes_of(&text).is_empty(), "{text} {:#?}", survives(&text).diagnostics);
    }
    let many: String = (0..300).map(|i| format!("    q{i}: if a then 1 else 2\n")).collect();
    assert!(codes_of(&format!("route r for C {{\n score p {{\n{many} }}\n}}")).is_empty());
    let many = "    require all x in xs: if x then y else z\n".repeat(300);
    assert!(codes_of(&format!("rule r on c {{\n{many}\n}}")).is_empty());
}

#[test]
fn depth_costs_no_more_than_length() {
    for (open, close) in [
        ("(", ")"),
        ("{ a, ", "}"),
        ("{ a: ", "}"),
        ("[ a, ", "]"),
        ("f(a, ", ")"),
        ("count(x in ", ")"),
        ("sum(x for x in ", ")"),
        ("[x for x in ", "]"),
        ("a[", "]"),
        ("(if a then ", " else b)"),
        ("(all x in ", ": c)"),
        ("{ known (", ")}"),
    ] {
        // Whole, and broken in the middle: a rule that tried anything twice would need 2^60 steps.
        for middle in ["1", "1 1", "", "=", "\"", "]"] {
            survives(&format!("let a = {}{middle}{}", open.repeat(60), close.repeat(60)));
            survives(&format!("rule r on c {{ require {}{middle}{} }}", open.repeat(60), close.repeat(60)));
        }
    }
}

#[test]
fn too_much_is_refused() {
    let text = "// x\n".repeat(limits::SOURCE_BYTES / 5 + 1);
    assert_eq!(codes_of(&text), ["P0111"]);
    let item = format!("let a = {{ {} }}\nlet b = 1", "abcdefgh, ".repeat(limits::ITEM_BYTES / 10));
    let parsed = survives(&item);
    assert_eq!(parsed.diagnostics[0].code.id, "P0111");
    assert!(matches!(&parsed.file.items[0].kind, ItemKind::Error { name: Some(name) } if &*name.text == "a"));
    assert!(matches!(parsed.file.items[1].kind, ItemKind::Let(_)));
    assert_eq!(codes_of(&format!("let {} = 1", "a".repeat(limits::NAME_BYTES + 1))), ["P0113"]);
    assert_eq!(codes_of("let a = 99999999999999999999"), ["P0105"]);
}

#[test]
fn errors_are_counted_beyond_the_limit() {
    let text = "let a = = 1\n".repeat(250);
    let parsed = survives(&text);
    assert_eq!(parsed.diagnostics.len(), limits::ERRORS_PER_FILE + 1);
    let last = parsed.diagnostics.last().unwrap();
    assert_eq!((last.code.id, last.message.as_str()), ("P0199", "150 more errors in this file are not shown"));
}

#[test]
fn characters_that_lie_are_refused() {
    assert_eq!(codes_of("let a = \"x\0y\""), ["P0112"]);
    assert_eq!(codes_of("// \u{202e} evil\nlet a = 1"), ["P0112"]);
    assert_eq!(codes_of("// a comment\rlet a = 1\r\n"), ["P0112"], "an editor shows the item, the parser would not");
    assert!(codes_of("\0\0\0").contains(&"P0112"));
    assert!(codes_of("\u{feff}let a = 1\r\nlet b = 2\r\n").is_empty());
    assert_eq!(codes_of("\u{feff}let a 1").len(), 1);
    assert_eq!(decode(b"ab\xffc"), Err(2));
    assert_eq!(decode("é".as_bytes()), Ok("é".to_owned()));
}

#[test]
fn nothing_is_a_file_too() {
    for text in ["", " \n", "// only words\n", "\u{feff}", "//// four"] {
        assert!(codes_of(text).is_empty(), "{text}");
    }
    for text in ["///", "/// x\n", "@", "@a", "@a(", "}", "{", "\"", "let", "é", "let é = 1", "rule", "/", "\\", "'"]
    {
        assert!(!codes_of(text).is_empty(), "{text}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

#[test]
fn mutants_of_good_files_are_survived() {
    let sources: Vec<&str> = examples::ALL.to_vec();
    let joined = sources.join("\n");
    let pieces: Vec<&str> = joined.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut rounds = 0;
    while rounds < 200 {
        rounds += 1;
        let mut text: Vec<char> = sources[random.below(sources.len())].chars().collect();
        for _ in 0..=random.below(6) {
            let at = random.below(text.len());
            match random.below(5) {
                0 => drop(text.drain(at..(at + random.below(30)).min(text.len()))),
                1 => drop(text.splice(at..at, pieces[random.below(pieces.len())].chars())),
                2 => {
                    text[at] = ['{', '}', '(', ')', '"', '\n', ':', '=', '.', '+', '@', '/', 'é', '\0', '$', '<']
                        [random.below(16)]
                }
                3 => text.truncate(at.max(1)),
                _ => {
                    let (from, to) = (random.below(text.len()), random.below(text.len()));
                    text.swap(from, to);
                }
            }
            if text.is_empty() {
                text.push('x');
            }
        }
        survives(&text.into_iter().collect::<String>());
    }
    assert!(rounds > 20);
}

#[test]
fn the_same_slip_over_and_over_costs_no_more_than_its_length() {
    let pieces = [
        "( ] ",
        "}",
        "{",
        "@a\n",
        "(\n@a\n",
        "///x\n",
        "{\n///x\n",
        "let a = = 1\n",
        "rule r on c {\n",
        "\"",
        "a ",
        "1 ",
        "é",
        "rule r on c { require } ",
        "route r for c {\n p q\n",
        "trait T { a b\n c: int\n",
        "= ",
        "count ",
        "all ",
        "if ",
        "} let a = = 1 ",
        "a.b+ ",
        "\"{a} ",
        "enum E { a b, ",
        "a: b ",
        "x = (\n",
        "' ",
        "\\",
        "require x in (\n",
    ];
    for piece in pieces {
        for head in ["", "rule r on c {\n", "let a = "] {
            survives(&format!("{head}{}", piece.repeat(4_000 / piece.len())));
        }
    }
}

#[test]
fn an_item_goes_on_where_a_line_looks_like_another() {
    for text in [
        "let a =\n    request is Foo\nlet b = 1",
        "let a = b or\nservice in c and\nrule == d\nlet b = 1",
        "define f(service: Model, request: C) =\n    service.x and\n    request in y\nlet b = 1",
        "record R {\nrequest: int\nservice: string\nrule: bool\n}\nlet b = 1",
        "test \"t\" {\nroute r with { }\nexpect routed\n}\nlet b = 1",
    ] {
        assert_eq!(good(text).items.len(), 2, "{text}");
    }
}
