//! The answer as JSON, with keys that stay: `docs/reference/why-not.md` describes them.

use serde_json::{Value as Json, json};

use super::super::repair::change::{Change, Edit, Facts, Place, literal, typed};
use super::super::repair::{Repair, Repairs};
use super::{Report, Standing};
use crate::route::decision::{Chosen, Failure};

/// The answer as JSON.
pub fn json(report: &Report<'_>) -> Json {
    let score = match &report.standing {
        Standing::Chosen(own) => json!({ "own": chosen(own), "chosen": chosen(own) }),
        Standing::Lost { own, to } => json!({ "own": chosen(own), "chosen": chosen(to) }),
        _ => Json::Null,
    };
    let all = |failures: &[Failure]| failures.iter().map(failure).collect::<Vec<_>>();
    json!({
        "schema": "provost.why-not/1",
        "route": &*report.told.decision.route,
        "role": &*report.role,
        "service": &*report.service,
        "outcome": report.told.decision.ending.word(),
        "standing": report.standing.word(),
        "score": score,
        "denied_by": all(&report.told.decision.denied_by),
        "failures": all(&report.alone),
        "failures_between_roles": all(&report.between),
        "repairs": report.repairs.as_ref().map(|repairs| all_repairs(report, repairs)),
        "decision_id": report.told.decision.id(),
    })
}

fn all_repairs(report: &Report<'_>, repairs: &Repairs) -> Json {
    json!({
        "request": repair(report, &repairs.request),
        "contract": repair(report, &repairs.contract),
        "mixed": repairs.mixed.as_ref().map(|mixed| repair(report, mixed)),
    })
}

fn repair(report: &Report<'_>, repair: &Repair) -> Json {
    match repair {
        Repair::Found { changes, facts } => {
            let changes: Vec<Json> = changes.iter().map(|c| change(report, c, facts)).collect();
            json!({ "result": "found", "changes": changes })
        }
        Repair::Blocked(by) => {
            json!({ "result": "blocked", "by": by.iter().map(|name| &**name).collect::<Vec<_>>() })
        }
        Repair::Nothing => json!({ "result": "nothing" }),
        Repair::Limit => json!({ "result": "limit" }),
    }
}

fn change(report: &Report<'_>, change: &Change, facts: &Facts) -> Json {
    let (of, field) = match &change.place {
        Place::Request(path) => ("request", path.join(".")),
        Place::Contract(field) => ("contract", field.to_string()),
        Place::Trait(name) => ("trait", name.to_string()),
        Place::Signal(name, _) => ("signal", name.to_string()),
    };
    let value = |facts: &Facts| facts.value(&change.place, &report.service);
    let edit = match &change.edit {
        Edit::Set(None) => "leave out",
        Edit::Set(Some(_)) => "set",
        Edit::Add(_) => "add",
        Edit::Remove(_) => "remove",
    };
    let after = value(facts);
    let set = typed(after.as_ref()).filter(|_| of == "request").map(|text| format!("{field}={text}"));
    json!({
        "of": of,
        "field": field,
        "edit": edit,
        "before": value(&report.facts).as_ref().map(literal),
        "after": after.as_ref().map(literal),
        "set": set,
    })
}

fn chosen(chosen: &Chosen) -> Json {
    let terms = chosen.terms.iter().map(|(name, value)| json!({ "name": &**name, "value": value }));
    let mut json = json!({ "service": &*chosen.service, "score": chosen.score, "terms": terms.collect::<Vec<_>>() });
    if let (Json::Object(json), Some(ties)) = (&mut json, &chosen.ties) {
        json.insert("keys".to_owned(), json!(ties.keys));
    }
    json
}

fn failure(failure: &Failure) -> Json {
    json!({
        "constraint": &*failure.constraint,
        "verdict": failure.verdict.word(),
        "because": failure.because.as_deref(),
        "at": &*failure.at,
        "left": failure.left,
        "right": failure.right,
        "missing": failure.missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
