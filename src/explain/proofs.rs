//! A decision as a set of proofs: one for each phase of its route, and behind them who ranks first and what is promised.
//!
//! The set says nothing that the certificate does not hold: it is the same decision, arranged by what people ask of it.
//! `docs/reference/proofs.md` describes it.

use serde_json::{Map, Value as Json, json};

use super::Told;
use super::phases::{Chapter, Leaving, Story, story};
use crate::base::Name;
use crate::ir::LAST_PHASES;
use crate::route::DecideError;
use crate::route::decision::{Chosen, Ending, Failure, Rejected};
use crate::route::held::{Held, How};
use crate::route::json;
use crate::route::trace::Trace;

/// The proofs of a decision whose certificate the verifier has let pass; nothing where the request could not be read.
///
/// Whoever calls this has seen to it that the verifier derived this very decision: what is said to be valid rests on that.
pub fn proofs(told: &Told<'_>) -> Result<Option<Json>, DecideError> {
    let (Some(trace), Some(story)) = (told.trace, story(told)?) else { return Ok(None) };
    let held = trace.held()?;
    let [choice, promised] = LAST_PHASES;
    let mut all = Vec::new();
    for (at, chapter) in story.phases.iter().enumerate() {
        let valid = valid(told, trace, &story, at);
        all.push(match *chapter.phase.name == *choice {
            true => optimization(told, trace, chapter, valid)?,
            false => phase(told, chapter, &held, valid),
        });
    }
    let decision = told.decision;
    let routed = decision.ending == Ending::Routed;
    all.push(json!({
        "name": promised,
        "valid": routed.then_some(true),
        "bounds": decision.guarantees.iter().map(|(name, bound)| (name.to_string(), Json::from(bound.as_str()))).collect::<Map<_, _>>(),
        "outputs": decision.outputs.iter().map(|(name, value)| (name.to_string(), Json::from(value.clone()))).collect::<Map<_, _>>(),
    }));
    Ok(Some(json!({
        "schema": "provost.proofs/1",
        "decision_id": decision.id(),
        "route": &*decision.route,
        "outcome": decision.ending.word(),
        "inputs": json::inputs(&decision.inputs),
        "first_empty": first_empty(told, &story),
        "proofs": all,
    })))
}

fn first_empty(told: &Told<'_>, story: &Story<'_>) -> Option<Json> {
    let (empty, phase) = (story.empty.as_ref()?, story.empty_phase()?);
    let role = told.route()?.roles.get(empty.role)?;
    Some(json!({ "phase": &*phase.name, "role": &*role.name, "because": phase.because.as_deref() }))
}

/// Whether everybody who is chosen satisfies a phase; or, where nobody is, whether somebody passes it. Nothing where the
/// certificate does not establish either.
fn valid(told: &Told<'_>, trace: &Trace<'_>, story: &Story<'_>, at: usize) -> Option<bool> {
    let chapter = story.phases.get(at)?;
    let told_here = |name: &Name| chapter.phase.constraints.contains(name);
    let Some(empty) = &story.empty else {
        let denied = told.decision.denied_by.iter().any(|denied| told_here(&denied.constraint));
        return match told.decision.ending {
            Ending::Routed => Some(true),
            _ => denied.then_some(false),
        };
    };
    let before = || story.phases.iter().take(at.saturating_add(1)).map(|chapter| &chapter.phase);
    let counted = |name: &Name| before().any(|phase| phase.constraints.contains(name));
    let enough = trace.outcome.route.roles.iter().zip(&chapter.roles).all(|(role, of)| of.left >= role.lo);
    match at.cmp(&empty.phase) {
        // How many are left by themselves says that all fit together only where nothing is asked of several at once.
        std::cmp::Ordering::Less => {
            let joint = trace.outcome.route.instances.iter().filter(|instance| !instance.unary);
            let mut names = joint.filter_map(|joint| trace.outcome.route.constraints.get(joint.constraint));
            (enough && !names.any(|constraint| counted(&constraint.name))).then_some(true)
        }
        std::cmp::Ordering::Equal => {
            let core = told.decision.unroutable.as_ref().is_some_and(|unroutable| unroutable.core.iter().all(counted));
            (!enough || core).then_some(false)
        }
        std::cmp::Ordering::Greater => None,
    }
}

fn phase(told: &Told<'_>, chapter: &Chapter<'_>, held: &[Held], valid: Option<bool>) -> Json {
    let constraint = |name: &Name| {
        let written = told.route().and_then(|route| route.constraints.iter().find(|of| of.name == *name));
        let denied = told.decision.denied_by.iter().any(|denied| denied.constraint == *name);
        let valid = match told.decision.ending {
            Ending::Routed => Some(true),
            _ => denied.then_some(false),
        };
        let chosen = held.iter().filter(|held| held.constraint == *name).map(evidence);
        let proof = json!({
            "valid": valid,
            "because": written.and_then(|of| of.because.as_deref()),
            "chosen": chosen.collect::<Vec<_>>(),
        });
        (told.short(name).to_owned(), proof)
    };
    json!({
        "name": &*chapter.phase.name,
        "valid": valid,
        "because": chapter.phase.because.as_deref(),
        "constraints": chapter.phase.constraints.iter().map(constraint).collect::<Map<_, _>>(),
        "candidates": candidates(told, chapter),
    })
}

/// What became of the candidates of each role.
fn candidates(told: &Told<'_>, chapter: &Chapter<'_>) -> Json {
    let phase = &chapter.phase;
    let roles = chapter.roles.iter().map(|of| {
        let stopped = |leaving: &Leaving<'_>| {
            let by = leaving.rejected.by.iter().filter(|failure| phase.constraints.contains(&failure.constraint));
            json!({
                "service": &*leaving.rejected.service,
                "alone": !leaving.beside,
                "by": by.map(|failure| against(told, failure)).collect::<Vec<_>>(),
            })
        };
        let told = json!({
            "came": of.came,
            "left": of.left,
            "excluded": of.leaving.iter().map(stopped).collect::<Vec<_>>(),
            "excluded_before": of.also.iter().map(stopped).collect::<Vec<_>>(),
        });
        (of.role.to_string(), told)
    });
    Json::Object(roles.collect())
}

fn against(told: &Told<'_>, failure: &Failure) -> Json {
    json!({
        "constraint": told.short(&failure.constraint),
        "verdict": failure.verdict.word(),
        "what": failure.what,
        "left": failure.left,
        "relation": failure.relation,
        "right": failure.right,
        "missing": failure.missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// How a constraint holds for one who was chosen.
fn evidence(held: &Held) -> Json {
    let (role, service) = held.of.as_ref().map(|(role, service)| (&**role, &**service)).unzip();
    let mut evidence = json!({ "role": role, "service": service });
    let more = match &held.how {
        How::Holds(reason) => json!({
            "how": "holds",
            "what": reason.what,
            "left": reason.left,
            "relation": reason.relation,
            "right": reason.right,
        }),
        How::NotApplied => json!({ "how": "does not apply" }),
        How::Unfilled => json!({ "how": "names a role that is left empty" }),
        How::Lifted(waivers) => {
            json!({ "how": "lifted", "waivers": waivers.iter().map(|waiver| &**waiver).collect::<Vec<_>>() })
        }
    };
    if let (Json::Object(evidence), Json::Object(more)) = (&mut evidence, more) {
        evidence.extend(more);
    }
    evidence
}

/// Who ranks first, and who of those that nothing stands against ranks below.
fn optimization(
    told: &Told<'_>,
    trace: &Trace<'_>,
    chapter: &Chapter<'_>,
    valid: Option<bool>,
) -> Result<Json, DecideError> {
    let [choice, _] = LAST_PHASES;
    let mut roles = Map::new();
    for filled in &told.decision.roles {
        let rejected = |name: &Name| {
            let same = |rejected: &&Rejected| rejected.role == filled.role && rejected.service == *name;
            told.decision.rejected.iter().any(|rejected| same(&rejected))
        };
        let given = |name: &Name| filled.given.iter().any(|chosen| chosen.service == *name);
        let domain = trace.role(&filled.role).map(|role| trace.domain(role)).transpose()?.unwrap_or_default();
        let below = domain.iter().filter(|(name, _)| !given(name) && !rejected(name));
        let below = below.map(|(name, score)| json!({ "service": &**name, "score": score }));
        let role = json!({
            "chosen": filled.given.iter().map(chosen).collect::<Vec<_>>(),
            "below": below.collect::<Vec<_>>(),
        });
        roles.insert(filled.role.to_string(), role);
    }
    Ok(json!({ "name": choice, "valid": valid, "roles": roles, "candidates": candidates(told, chapter) }))
}

fn chosen(chosen: &Chosen) -> Json {
    let terms = chosen.terms.iter().map(|(name, value)| json!({ "name": &**name, "value": value }));
    json!({ "service": &*chosen.service, "score": chosen.score, "terms": terms.collect::<Vec<_>>() })
}
