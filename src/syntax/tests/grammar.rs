//! The grammar itself: no word reads as the beginning of a longer one, names are free, spans are exact.

use super::*;
use crate::syntax::grammar::{Rule, read};
use crate::syntax::words::words;

const GRAMMAR: &str = include_str!("../../../grammar/provost.pest");

/// Every keyword with its rule.
fn keywords() -> Vec<(Rule, &'static str)> {
    let all = Rule::all_rules().iter().filter(|rule| format!("{rule:?}").starts_with("kw_"));
    all.map(|rule| (*rule, words(*rule).trim_matches('`'))).collect()
}

#[test]
fn no_keyword_is_the_beginning_of_a_word() {
    assert!(keywords().len() > 80);
    for (rule, word) in keywords() {
        assert!(read(rule, word).is_ok(), "{word}");
        for letter in ["x", "_", "0"] {
            assert!(read(rule, &format!("{word}{letter}")).is_err(), "{word}{letter}");
        }
        assert!(GRAMMAR.contains(&format!("\"{word}\" ~ !wordc")), "{word}");
    }
    for text in ["truex", "notx", "allx", "counts", "sumx", "ifx", "knownx", "isx"] {
        assert!(matches!(good_expr(text).kind, ExprKind::Name(_)), "{text}");
    }
}

#[test]
fn every_keyword_can_name_a_field_and_a_member() {
    for (_, word) in keywords() {
        let text = format!(
            "record R {{ {word}: int  b: int = x\n {word}: bool }}\nlet a = r.{word} + {{ {word}: 1 }}.{word}\n\
             trait T {{ invariant a\n {word}: bool\n guarantee {word}: ratio at least\n {word}: int = 5 }}\n\
             service \"s\" is T {{ {word} = 1  {word} <= 2\n b = a\n {word} >= 3 }}"
        );
        assert_eq!(good(&text).items.len(), 4, "{word}");
    }
    for word in ["primary", "latency", "data", "limit", "state", "step", "at", "by", "count", "min", "order", "name"] {
        let text = format!(
            "route r for C {{ {word}: Model  require {word}: {word}.a == 1  score {word} {{ {word}: {word}.b when {word}.c }} \
             stages {word} then {word} }} enum E {{ {word} }} let {word} = [{word} for {word} in {word}]"
        );
        assert_eq!(good(&text).items.len(), 3, "{word}");
    }
}

#[test]
fn spans_end_where_the_words_end() {
    let text = "/// Doc.\n@owner(\"x\")\nrule a on b { // why\n  require x in y  // c\n  deny when  z /// not doc\n }";
    let text = &text.replace(" /// not doc", " // c");
    let file = good(text);
    let ItemKind::Rule(rule) = &file.items[0].kind else { panic!() };
    let under = |span: crate::base::Span| &text[span.start as usize..span.end as usize];
    assert!(under(file.items[0].span).starts_with("rule a") && under(file.items[0].span).ends_with('}'));
    assert_eq!(under(rule.clauses[0].span), "require x in y");
    assert_eq!(under(rule.clauses[1].span), "deny when  z");
    assert_eq!(under(file.items[0].front.annotations[0].span), "@owner(\"x\")");
    let text = "let a = \"é {b.c + count( x )} d\"";
    let ItemKind::Let(item) = &good(text).items[0].kind.clone() else { panic!() };
    let ExprKind::Text(parts) = &item.value.kind else { panic!() };
    let TextPart::Value(value) = &parts[1] else { panic!() };
    assert_eq!(&text[value.span.start as usize..value.span.end as usize], "b.c + count( x )");
}

#[test]
fn every_form_of_the_tree_is_read() {
    let text = r#"
mission m(a: list<core::T>, b: set<int>?) limit human 2, steps 9 {
    state { a: int = 0, b: string? }
    /// First.
    @x(1, "two", three, 97%) step one { increment a  increment a by 2  merge b { c: 1 }  unset b  copy a b  noop
        fail "{a}"  route core::r with { x: 1 } into b  route r.critic with {} into b
        run n.x with {} into a  run n with { a: 1 } }
    human two after one, one when a > 0 { ask "ok?" into b }
    human ready { ask "go on?" }
    human choose { ask "which?" options [1, a + 1] by ["ceo"] into a }
    step three when a after two { append a -1 }
}
test "t" {
    at 2026-11-21T10:00:00Z
    route r with { a: 1 }
    signals { healthy("o3") = false  core::load = 40%, x = 1 }
    expect routed  expect denied  expect denied by core::x  expect unroutable by r.a  expect invalid
    expect "o3" rejected  expect "o3" rejected by r.b  expect "o3" == primary
    case "first" { with { a: 2 }  at 2026-11-22  signals { x = 2 }  expect not routed  expect "o3" not rejected by r.b }
    case "last" { expect score of a >= -3.5  expect not waived by "w"  expect waived  expect not a.uses+ overlaps b }
}
property p on r { never routed }
property q on core::r { never a.b == c  when d }
table t: int -> { a: service<M>?, b: service } { -1 = { a: "x" }  2 = {}  AAA = 1 BBB = 2, "k" = 3 }
route r for C {
    a: core::M[0..2]  b: M?
    stages a then b  c after a, b
    /// Doc.
    @protected require x: a because "y"
    require all f in a: f != b
}
rule x on r.a, core::s { unless a  exclude a  exclude service when b  deny }
signal s: ratio = 1.5
define f() : bool = true
enum E ordered { a, "b-c", }
"#;
    let file = good(text);
    let ItemKind::Mission(mission) = &file.items[0].kind else { panic!() };
    assert_eq!((mission.step_limit.unwrap().0, mission.human_limit.unwrap().0), (9, 2));
    assert_eq!(mission.steps.len(), 5);
    let StepBody::Operations(operations) = &mission.steps[0].body else { panic!() };
    assert_eq!(operations.len(), 11);
    assert_eq!(mission.steps[0].front.annotations[0].args.len(), 4);
    assert_eq!(mission.steps[1].after.len(), 2);
    let asked = |step: usize| match &mission.steps[step].body {
        StepBody::Human { options, by, into, .. } => (options.is_some(), by.is_some(), into.is_some()),
        StepBody::Operations(_) => panic!(),
    };
    assert_eq!([asked(1), asked(2), asked(3)], [(false, false, true), (false, false, false), (true, true, true)]);
    let ItemKind::Test(test) = &file.items[1].kind else { panic!() };
    assert_eq!((test.signals.len(), test.expects.len(), test.at.is_some()), (3, 8, true));
    let cases: Vec<_> = test.cases.iter().map(|c| (c.change.is_some(), c.at.is_some(), c.signals.len())).collect();
    assert_eq!(cases, [(true, true, 1), (false, false, 0)]);
    let negated: Vec<bool> = test.cases.iter().flat_map(|c| &c.expects).map(|e| e.negated).collect();
    assert_eq!(negated, [true, true, false, true, false, false]);
    let ItemKind::Table(table) = &file.items[4].kind else { panic!() };
    assert_eq!(table.rows.len(), 5);
    let ItemKind::Route(route) = &file.items[5].kind else { panic!() };
    assert_eq!((route.roles.len(), route.stages.len(), route.after.len(), route.requires.len()), (2, 1, 1, 2));
    assert_eq!(route.roles[0].cardinality, Cardinality::List { lo: 0, hi: 2 });
    assert!(route.requires[1].label.is_none() && route.requires[0].because.is_some());
    let ItemKind::Rule(rule) = &file.items[6].kind else { panic!() };
    assert_eq!((rule.targets.len(), rule.clauses.len()), (2, 3));
}

#[test]
fn codes_are_declared_once_and_in_their_range() {
    let mut all: Vec<&str> = codes::ALL.iter().map(|code| code.id).collect();
    assert!(all.iter().all(|id| id.starts_with("P01") && id.len() == 5));
    all.dedup();
    assert_eq!(all.len(), codes::ALL.len());
}
