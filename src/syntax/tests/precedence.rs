//! Which operator takes what.

use super::*;

/// An expression with every bracket written, names and signs as in the language.
fn show(expr: &Expr) -> String {
    let list = |all: &[Expr], by: &str| all.iter().map(show).collect::<Vec<_>>().join(by);
    match &expr.kind {
        ExprKind::Name(path) => match &path.package {
            Some(package) => format!("{}::{}", package.text, path.name.text),
            None => path.name.text.to_string(),
        },
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Int(i) => i.to_string(),
        ExprKind::Decimal(d) => d.to_string(),
        ExprKind::Percent(d) => format!("{d} as ratio"),
        ExprKind::Money(d, c) => format!("{d} {}", c.code()),
        ExprKind::Duration(d) => format!("{d} seconds"),
        ExprKind::Date(d) => d.to_string(),
        ExprKind::Instant(i) => i.to_string(),
        ExprKind::Text(parts) => parts
            .iter()
            .map(|p| match p {
                TextPart::Plain(t) => format!("{t:?}"),
                TextPart::Value(e) => format!("<{}>", show(e)),
            })
            .collect::<Vec<_>>()
            .join("~"),
        ExprKind::Set(all) => format!("{{{}}}", list(all, ", ")),
        ExprKind::List(all) => format!("[{}]", list(all, ", ")),
        ExprKind::Record(all) => {
            format!(
                "{{{}}}",
                all.iter().map(|(n, e)| format!("{}: {}", n.text, show(e))).collect::<Vec<_>>().join(", ")
            )
        }
        ExprKind::Field(base, name) => format!("{}.{}", show(base), name.text),
        ExprKind::Closure(base) => format!("{}+", show(base)),
        ExprKind::Index(base, key) => format!("{}[{}]", show(base), show(key)),
        ExprKind::Call(path, args) => format!("{}({})", path.name.text, list(args, ", ")),
        ExprKind::Not(e) => format!("(not {})", show(e)),
        ExprKind::Neg(e) => format!("(-{})", show(e)),
        ExprKind::Known(e) => format!("(known {})", show(e)),
        ExprKind::And(all) => format!("({})", list(all, " and ")),
        ExprKind::Or(all) => format!("({})", list(all, " or ")),
        ExprKind::Binary(op, a, b) => format!("({} {op:?} {})", show(a), show(b)),
        ExprKind::Is(e, path) => format!("({} is {})", show(e), path.name.text),
        ExprKind::If(c, a, b) => format!("(if {} then {} else {})", show(c), show(a), show(b)),
        ExprKind::Quantified { all, var, over, body } => {
            format!("({} {} in {}: {})", if *all { "all" } else { "any" }, var.text, show(over), show(body))
        }
        ExprKind::Fold(op, FoldBody::Values(all)) => format!("{op:?}({})", list(all, ", ")),
        ExprKind::Fold(op, FoldBody::Generator(g)) => format!("{op:?}({})", show_generator(g)),
        ExprKind::Comprehension(g) => format!("[{}]", show_generator(g)),
        ExprKind::Error => "ERROR".to_owned(),
    }
}

fn show_generator(g: &Comprehension) -> String {
    let mut text = g.take.as_ref().map(|t| format!("{} for ", show(t))).unwrap_or_default();
    text += &format!("{} in {}", g.var.text, show(&g.over));
    if let Some(filter) = &g.filter {
        text += &format!(" where {}", show(filter));
    }
    if let Some((order, desc)) = &g.order {
        text += &format!(" order by {}{}", show(order), if *desc { " desc" } else { "" });
    }
    if let Some(limit) = &g.limit {
        text += &format!(" limit {}", show(limit));
    }
    text
}

#[test]
fn operators_bind_in_the_stated_order() {
    for (text, want) in [
        ("a implies b or c and not d == e", "(a Implies (b or (c and (not (d Equal e)))))"),
        ("a implies b implies c", "(a Implies (b Implies c))"),
        ("a and b and c or d or e", "((a and b and c) or d or e)"),
        ("(a and b) and c", "((a and b) and c)"),
        ("a + b * c - d", "((a Add (b Multiply c)) Subtract d)"),
        ("a - b - c", "((a Subtract b) Subtract c)"),
        ("a / b / c", "((a Divide b) Divide c)"),
        ("a * b ?? c", "(a Multiply (b Coalesce c))"),
        ("a ?? b ?? c", "(a Coalesce (b Coalesce c))"),
        ("-a.x ?? b", "((-a.x) Coalesce b)"),
        ("- -5", "(-(-5))"),
        ("-25 * (a / $0.01)", "((-25) Multiply (a Divide 0.01 USD))"),
        ("not known budget or budget > $0", "((not (known budget)) or (budget Greater 0 USD))"),
        ("known r.budget and x", "((known r.budget) and x)"),
        ("not not a", "(not (not a))"),
        ("not a and b", "((not a) and b)"),
        (
            "service.latency <= request.max_latency ?? 30s",
            "(service.latency LessOrEqual (request.max_latency Coalesce 30 seconds))",
        ),
        ("x starts with \"a\" and y ends with \"b\"", "((x StartsWith \"a\") and (y EndsWith \"b\"))"),
        ("service is core::Audited and b", "((service is Audited) and b)"),
        ("not service is Audited", "(not (service is Audited))"),
        ("a in b.c and d within e or f overlaps g", "(((a In b.c) and (d Within e)) or (f Overlaps g))"),
        ("1 + if a then b else c + 2", "(1 Add (if a then b else (c Add 2)))"),
        ("a and all x in xs: x.p and q", "(a and (all x in xs: (x.p and q)))"),
        ("any x in a + b: all y in x.ys: y", "(any x in (a Add b): (all y in x.ys: y))"),
        ("if a then b else if c then d else e", "(if a then b else (if c then d else e))"),
        ("layers[request.layer].primary", "layers[request.layer].primary"),
        ("core::f(a, b).c", "f(a, b).c"),
        ("{ a: 1, b: { } }", "{a: 1, b: {}}"),
        ("{ a, b, }", "{a, b}"),
        ("[ 0.1, -0.2 ]", "[0.1, (-0.2)]"),
        ("{ core::a }", "{core::a}"),
        ("min(a, b) + count(xs)", "(Min(a, b) Add Count(xs))"),
        ("sum(x.price for x in xs where x.on)", "Sum(x.price for x in xs where x.on)"),
        ("count(x in xs where x > 1)", "Count(x in xs where (x Greater 1))"),
        (
            "[x.title for x in xs where P order by x.priority desc limit 3]",
            "[x.title for x in xs where P order by x.priority desc limit 3]",
        ),
        ("count + min - order * limit", "((count Add min) Subtract (order Multiply limit))"),
    ] {
        assert_eq!(show(&good_expr(text)), want, "{text}");
    }
}

#[test]
fn a_sign_behind_a_field_is_the_closure_only_where_nothing_is_added() {
    for (text, want) in [
        ("all s in service.uses+: s.regions within EU", "(all s in service.uses+: (s.regions Within EU))"),
        ("a.b + c", "(a.b Add c)"),
        ("a.b+c", "(a.b Add c)"),
        ("a.b+ c", "(a.b Add c)"),
        ("count(a.b+)", "Count(a.b+)"),
        ("a.b+ overlaps c", "(a.b+ Overlaps c)"),
        ("x in a.b+ and c", "((x In a.b+) and c)"),
        ("a.b+ + c", "(a.b+ Add c)"),
        ("a.b+ == c", "(a.b+ Equal c)"),
        ("count(x in a.b+ where x.c)", "Count(x in a.b+ where x.c)"),
        ("uses+", "uses+"),
        ("a.uses+.b", "a.uses+.b"),
        ("x in a.uses+ // all\n and y", "((x In a.uses+) and y)"),
    ] {
        assert_eq!(show(&good_expr(text)), want, "{text}");
    }
}

#[test]
fn literals_are_read_exactly() {
    for (text, want) in [
        ("200_000", "200000"),
        ("97%", "0.97 as ratio"),
        ("$0.015", "0.015 USD"),
        ("-$5", "(-5 USD)"),
        ("0.02 EUR", "0.02 EUR"),
        ("0.02EUR", "0.02 EUR"),
        ("200ms", "0.2 seconds"),
        ("1.5s", "1.5 seconds"),
        ("30d", "2592000 seconds"),
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31T12:00:00Z", "2026-12-31T12:00:00Z"),
        (r#""a\"\\\n\t\{\}\u{41}""#, r#""a\"\\\n\t{}A""#),
        (r#""""#, r#""""#),
        (r#""{count(xs)} done""#, r#"<Count(xs)>~" done""#),
        (r#""{ {a} }{b}""#, r#"<{a}>~<b>"#),
        (r#"x matches "^a\d{2,3}\"$""#, r#"(x Matches "^a\\d{2,3}\\\"$")"#),
    ] {
        assert_eq!(show(&good_expr(text)), want, "{text}");
    }
}
