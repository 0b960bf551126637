//! Broken files: each mistake is one diagnostic, at its place, and everything else stays.

use super::*;
use crate::base::Sources;

/// Line, code and message of everything that is wrong with a text.
fn findings(text: &str) -> Vec<(usize, &'static str, String)> {
    let mut sources = Sources::default();
    let id = sources.add("t", text);
    let line = |d: &Diagnostic| sources.get(id).unwrap().position(d.span.start).0;
    parse(id, text).diagnostics.iter().map(|d| (line(d), d.code.id, d.message.clone())).collect()
}

/// The one thing that is wrong with a text: message and help.
fn slip(text: &str) -> (String, String) {
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics.len(), 1, "{text}\n{:#?}", parsed.diagnostics);
    let only = &parsed.diagnostics[0];
    (only.message.clone(), only.help.clone().unwrap_or_default())
}

/// The text with the first fix made.
fn fixed(text: &str) -> String {
    let parsed = parse(FileId(0), text);
    let (span, write) = &parsed.diagnostics[0].fixes[0].edits[0];
    format!("{}{write}{}", &text[..span.start as usize], &text[span.end as usize..])
}

#[test]
fn ten_mistakes_make_ten_diagnostics() {
    let text = r#"enum Region { us_east, eu_west }
servce "a" is Model {
    provider = openai
}
trait Model {
    context int
    family: string
    guarantee latency: duration at mst, composes by sum
}
service "b" is Model {
    family: "gpt"
    name = "never closed
    context = 5
}
route completion for Completion {
    primary: Model
    score primary {
        quality: 40 *
        price: 5
    }
    require fits: request.needs within service.capabilities
}
rule one on completion {
    when request.data = confidential
    require service.regions within { eu_west
    because "kept in the Union"
}
rule two on completion { deny when a && b  because "no" }
let last = 99 x
"#;
    let found = findings(text);
    let places: Vec<(usize, &str)> = found.iter().map(|(line, code, _)| (*line, *code)).collect();
    let want = [
        (2, "P0101"),
        (6, "P0100"),
        (8, "P0100"),
        (11, "P0100"),
        (12, "P0104"),
        (18, "P0100"),
        (24, "P0100"),
        (25, "P0102"),
        (28, "P0118"),
        (29, "P0100"),
    ];
    assert_eq!(places, want, "{found:#?}");
}

#[test]
fn what_is_right_stays_in_the_tree() {
    let text = r#"
trait Model { context int  family: string }
trait Other {
    context int
    /// The family.
    family: string
    guarantee latency: duration at most, composes by sum
    @protected invariant family != "" because "named"
}
route r for C {
    primary: Model
    score primary {
        quality: 40 *
        price: 5
    }
}
rule one on r {
    deny when b
    require a ==
    because "why"
}
mission m() limit steps 3 {
    state { a: int = 0 }
    step one { set a 5
        append a 3 }
}
enum E { a, 9x, b }
let z =
rule lost on r, { deny }
let end = 1
"#;
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics.len(), 8, "{:#?}", parsed.diagnostics);
    let items: Vec<&ItemKind> = parsed.file.items.iter().map(|i| &i.kind).collect();
    assert_eq!(items.len(), 9);
    assert!(matches!(items[0], ItemKind::Trait(t) if &*t.name.text == "Model"));
    let ItemKind::Trait(other) = items[1] else { panic!("{:?}", items[1]) };
    assert_eq!(other.fields.len(), 1);
    assert_eq!(other.fields[0].front.docs.as_deref(), Some("The family."));
    assert_eq!((other.guarantees.len(), other.invariants.len()), (1, 1));
    assert_eq!(&*other.invariants[0].front.annotations[0].name.text, "protected");
    assert!(matches!(items[2], ItemKind::Route(r) if r.roles.len() == 1 && r.scores[0].terms.len() == 1));
    assert!(matches!(items[3], ItemKind::Rule(r) if r.clauses.len() == 1 && r.because.is_some()));
    assert!(matches!(items[4], ItemKind::Mission(m) if m.state.len() == 1 && m.steps.len() == 1));
    assert!(matches!(items[5], ItemKind::Enum(e) if e.members.len() == 2));
    assert!(matches!(items[6], ItemKind::Error { name: Some(name) } if &*name.text == "z"));
    assert!(matches!(items[7], ItemKind::Error { name: Some(name) } if &*name.text == "lost"));
    assert!(matches!(items[8], ItemKind::Let(item) if &*item.name.text == "end"));
}

#[test]
fn an_unclosed_brace_does_not_swallow_the_file() {
    let text = "rule a on c {\n    require x\nrule b on c {\n    require y\n}\n@owner(\"x\")\nrule d on c { deny }\n";
    let found = findings(text);
    assert_eq!(found, [(1, "P0102", "this `{` is never closed".to_owned())]);
    assert_eq!(parse(FileId(0), text).file.items.len(), 3);
    let text = "rule a on c {\n    require f(x, y\n    because \"z\"\n}\nlet b = 1";
    assert_eq!(findings(text), [(2, "P0102", "this `(` is never closed".to_owned())]);
    let text = "rule a on c { deny }\n}\nlet b = 1";
    assert_eq!(findings(text), [(2, "P0103", "this `}` closes nothing".to_owned())]);
    let text = "rule a on c {\n    require x\n}\n    because \"y\"\n}\nlet b = 1";
    assert_eq!(findings(text), [(4, "P0100", "`because` stands outside of any item".to_owned())]);
}

#[test]
fn known_slips_say_what_to_write() {
    for (text, message, help) in [
        ("servce \"x\" is M { }", "no item begins with `servce`", "did you mean `service`?"),
        ("let a = b = c", "`=` compares nothing", "write `==` to compare"),
        ("let a = b && c", "`&&` is written `and`", "write `and`"),
        ("let a = b || c", "`||` is written `or`", "write `or`"),
        ("let a = !b", "`!` is written `not`", "write `not`"),
        ("let a = b => c", "`=>` is written `implies`", "write `implies`"),
        ("let a = b <> c", "`<>` is written `!=`", "write `!=`"),
        ("let a = b === c", "`===` is written `==`", "write `==`"),
        ("let a = 'b'", "`'` begins no text", "texts stand between double quotes: `\"text\"`"),
        ("let a = “b”", "`“` begins no text", "texts stand between double quotes: `\"text\"`"),
        ("let a = 5 min", "`min` is no unit", "the unit stands right behind the number: `5m`"),
        ("let a = 5min", "`5min` is not a number", "lengths of time are written `200ms`, `8s`, `5m`, `2h` and `30d`"),
        ("let a = 5 eur", "`eur` is no unit", "a currency is written in capitals: `5 EUR`"),
        ("let a = 5 XYZ", "`XYZ` is no currency", "amounts are written `$0.015` or with a currency's code, `0.02 EUR`"),
        (
            "let a = b contains c",
            "there is no operator `contains`",
            "the other way round: write `x in xs` instead of `xs contains x`",
        ),
        ("let a = b is not C", "`is not` is written the other way round", "write `not … is …`"),
        ("let a = b not in c", "`not` stands before a whole condition", "write `not a in b` instead of `a not in b`"),
        ("let a = b == not c", "`not` needs brackets here", "write `(not …)`"),
        ("let a = b < c < d", "two comparisons in a row", "join them with `and`, or put one of them in brackets"),
        ("let a = { b = c }", "expected `:`, found `=`", "the values of a record are given with `:`; `==` compares"),
        ("service \"a\" is M { b: 3 }", "expected `=`, found `:`", "values are given with `=`"),
        ("service \"a\" is M { b == 3 }", "`==` gives no value", "write `=` to give a value"),
        ("service \"a\" is M { b < 3 }", "a promise is not made with `<`", "a promise holds its own bound: write `<=`"),
        (
            "rule a on b { deny because no }",
            "the reason is not in quotes",
            "write the reason as a text: `because \"…\"`",
        ),
        ("rule z on r { deny request.x > 1 }", "a denial says when", "write `deny when …`"),
        ("record R { a int }", "expected `:` before `int`", "a name is followed by a colon: `a: int`"),
        (
            "let a = \"\\q\"",
            "`\\q` escapes nothing",
            "the escapes are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\{`, `\\}` and `\\u{41}`",
        ),
        ("let a = 2026-02-30", "`2026-02-30` does not exist", "days are written `2026-12-31`"),
        ("/// lost", "nothing stands below this", "put it above the item that it speaks of"),
        (
            "test \"x\" { expect routed }",
            "a test without a route",
            "name the route and the request: `route completion with { … }`",
        ),
        (
            "rule a on b { deny because \"{x}\" }",
            "nothing is computed in this text",
            "write `\\{` for the brace itself",
        ),
    ] {
        assert_eq!(slip(text), (message.to_owned(), help.to_owned()), "{text}");
    }
    assert_eq!(slip("rule a on b { deny because \"x\" because \"y\" }").0, "`because` is said twice");
    assert_eq!(slip("let a = ").0, "expected an expression behind `=`");
    assert_eq!(slip("let a = \"{1 2}\"").0, "expected an operator, found `2`");
}

#[test]
fn fixes_make_the_text_right() {
    for text in [
        "let a = b = c",
        "let a = b && c",
        "let a = !b",
        "let a = 'b c'",
        "let a = “b”",
        "let a = { b = c }",
        "service \"a\" is M { b: 3 }",
        "service \"a\" is M { b < 3 }",
        "servce \"x\" is M { }",
        "trait T { guarantee a: ratio at mst }",
    ] {
        good(&fixed(text));
    }
}
