//! Who was given to each role, with scores term by term and the margin to the next.

use super::Told;
use super::table::{Align, table};
use crate::base::Decimal;
use crate::route::decision::{Chosen, Filled};

/// The assignment, one line a service.
pub fn assignment(told: &Told<'_>) -> String {
    let mut rows = Vec::new();
    for filled in &told.decision.roles {
        let role = filled.role.to_string();
        match filled.given.as_slice() {
            [] => rows.push(vec![role, "nobody".to_owned(), String::new()]),
            given => {
                for (i, chosen) in given.iter().enumerate() {
                    let name = if i == 0 { role.clone() } else { String::new() };
                    let margin = if i + 1 == given.len() { margin(told, filled, chosen) } else { String::new() };
                    rows.push(vec![name, format!("`{}`", chosen.service), format!("{}{margin}", score(chosen))]);
                }
            }
        }
    }
    table(2, &[Align::Left, Align::Left, Align::Left], &rows)
}

/// `score 31.3 = quality 38.8 + price -7.5`
pub fn score(chosen: &Chosen) -> String {
    match chosen.terms.as_slice() {
        [] => "not scored".to_owned(),
        terms => {
            let terms: Vec<String> = terms.iter().map(|(name, value)| format!("{name} {value}")).collect();
            format!("score {} = {}", chosen.score, terms.join(" + "))
        }
    }
}

/// How far the next in the domain that was not taken is behind the last that was.
fn margin(told: &Told<'_>, filled: &Filled, last: &Chosen) -> String {
    if let Some((ties, next)) = last.ties.as_ref().and_then(|ties| Some((ties, ties.tied.first()?))) {
        let (own, other) = ((&*last.service, &*ties.keys), (&*next.service, &*next.keys));
        let reason = super::ties::reason(told.route(), &filled.role, own, other);
        let others = match ties.tied.len() {
            1 => String::new(),
            all => format!(" and {} more", all - 1),
        };
        let at = if last.terms.is_empty() { String::new() } else { format!(" at {}", last.score) };
        return format!("; tied with `{}`{others}{at}: {reason}", next.service);
    }
    let Some(trace) = told.trace else { return String::new() };
    let Some(domain) = trace.role(&filled.role).and_then(|role| trace.domain(role).ok()) else { return String::new() };
    let rejected = |name: &str| told.decision.rejected.iter().any(|r| r.role == filled.role && *r.service == *name);
    let given = |name: &str| filled.given.iter().any(|c| *c.service == *name);
    let next = domain.iter().find(|(name, _)| !given(name) && !rejected(name));
    match next {
        None => "; nobody else is eligible".to_owned(),
        Some((name, Some(score))) => match last.score.sub(*score) {
            Some(Decimal::ZERO) => format!("; as good as `{name}`, whose name comes later"),
            Some(ahead) => format!("; {ahead} ahead of `{name}`"),
            None => String::new(),
        },
        Some((_, None)) => String::new(),
    }
}
