//! Broken files: each mistake is one diagnostic, at its place, and everything else stays.

use super::*;

fn lines(text: &str) -> Vec<(usize, String)> {
    let mut sources = crate::base::Sources::default();
    let id = sources.add("t", text);
    parse(id, text)
        .diagnostics
        .iter()
        .map(|d| {
            let line = sources.get(id).unwrap().position(d.span.start).0;
            (line, format!("{} {} [{}] {}", d.code.id, d.message, d.label, d.help.clone().unwrap_or_default()))
        })
        .collect()
}

#[test]
fn show_me() {
    let text = r#"
servce "x" is Model {
    a = 1
}
trait Model {
    context int
    family: string
    guarantee latency: duration at mst, composes by sum
    invariant context >= && 3
    price: usd = 5 min
}
rule one on completion {
    when request.data = confidential
    require service.regions within
    because reason is missing quotes
    deny when !request.ok
}
service "a" is Model {
    family: "gpt"
    context == 5
    name = 'single'
    accept on Completion request.data <= internal
    ok = "never closed
    good = 5
}
route r for C {
    primary: Model
    fallback Model[0..2]
    require x: a contains b
    requre y: b
    score primary {
        quality: 40 * 
        price: 5 whn x
        good: 3
    }
}
let x = { a, b
let y = 3 4
rule two on r {
    require a in { b, c
    because "x"
}
rule three on r { require (a or b  because "x" }
enum E { a b, c, 9x, d }
test "t" { route r with { a = 1 } expect primary = "x" }
mission m(tasks: list<Task>) limit steps x {
    state { a: int = 0  b bool }
    step one { set a 5  append b 3 }
    human two { ask "x" }
}
}
waiver "w" for rule_x { until 2026-13-01  approved "x"  because “smart” }
property p on r { always }
define f(a b) = 3
require x
record R { a: int = if b then c }
table t: L -> { a int } { L0 = 3 }
signal s for: int
let z = 
let last = "\q {a b} {" and 5 eur
"#;
    for (line, message) in lines(text) {
        println!("{line:3} {message}");
    }
}
