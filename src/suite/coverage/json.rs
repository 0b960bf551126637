//! Coverage as JSON.

use serde_json::{Value as Json, json};

use super::{Coverage, Covered, Share};

/// Every condition with what was seen of it, by route and rule.
pub fn json(coverage: &Coverage) -> Json {
    let rules: Vec<Json> = coverage
        .rules()
        .into_iter()
        .map(|(route, rule, run)| {
            let conditions: Vec<Json> = run.iter().map(condition).collect();
            json!({ "route": &**route, "rule": &**rule, "share": share(Share::of(run)), "conditions": conditions })
        })
        .collect();
    json!({ "schema": "provost.coverage/1", "share": share(coverage.share()), "rules": rules })
}

fn share(of: Share) -> Json {
    json!({ "seen": of.seen, "all": of.all, "percent": of.percent() })
}

fn condition(covered: &Covered) -> Json {
    let atom = &covered.atom;
    let seen: Vec<&str> =
        atom.values().iter().filter(|value| covered.seen.has(**value)).map(|value| value.word()).collect();
    let missing: Vec<&str> = covered.unseen().map(|value| value.word()).collect();
    json!({
        "part": atom.part,
        "path": atom.path,
        "condition": atom.text,
        "seen": seen,
        "unseen": missing,
        "unknown_without": atom.missing.iter().collect::<Vec<_>>(),
    })
}
