//! Coverage as a table, with what would have to be tested for the rest.

use super::atoms::{Atom, Stage};
use super::{Coverage, Covered, Seen, Share};
use crate::eval::Truth;
use crate::explain::table::{Align, table};

/// A table of the rules of each route, and behind it every value that no test has seen.
pub fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    let rules = coverage.rules();
    for of_route in rules.chunk_by(|a, b| a.0 == b.0) {
        let Some((route, ..)) = of_route.first() else { continue };
        let share = Share::of(of_route.iter().flat_map(|(_, _, run)| run.iter()));
        out.push_str(&format!("\ncoverage of route `{route}`: {}\n", told(share)));
        let mut rows = vec![["rule", "conditions", "seen", "of", ""].map(str::to_owned).to_vec()];
        for (_, rule, run) in of_route {
            let share = Share::of(*run);
            let (seen, all) = (share.seen.to_string(), share.all.to_string());
            rows.push(vec![rule.to_string(), run.len().to_string(), seen, all, format!("{}%", share.percent())]);
        }
        out.push_str(&table(2, &[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right], &rows));
        let open = of_route.iter().flat_map(|(_, _, run)| run.iter()).filter(|c| !c.atom.is_full(c.seen));
        if of_route.iter().flat_map(|(_, _, run)| run.iter()).all(|covered| covered.seen == Seen::default()) {
            out.push_str("\n  no test asks anything of this route\n");
            continue;
        }
        for (place, covered) in open.enumerate() {
            out.push_str(if place == 0 { "\n  not seen\n" } else { "" });
            out.push_str(&unseen(covered));
        }
    }
    out.push_str(&format!("\ncoverage: {}\n", told(coverage.share())));
    out.trim_start().to_owned()
}

fn told(share: Share) -> String {
    format!("{} of {} values of conditions seen ({}%)", share.seen, share.all, share.percent())
}

/// A condition with each value that no test has seen, and what a test would need.
fn unseen(covered: &Covered) -> String {
    let atom = &covered.atom;
    let place = if atom.path.is_empty() { atom.part.clone() } else { format!("{}, {}", atom.part, atom.path) };
    let mut out = format!("  {}, {place}: {}\n", atom.rule, atom.text);
    if covered.seen == Seen::default() {
        out.push_str(&format!("      never asked: {}\n", asking(atom)));
        return out;
    }
    for value in covered.unseen() {
        out.push_str(&format!("      never {}: {}\n", value.word(), needed(covered, value)));
    }
    out
}

/// What a test needs for a condition to be asked at all.
fn asking(atom: &Atom) -> String {
    let needs = match atom.stage {
        Stage::Request => "a test of this route",
        Stage::Denial => "a test whose request is valid",
        Stage::Candidates => "a test whose request is valid and not denied",
    };
    match (&atom.asked.when, &atom.asked.unless) {
        (None, None) => format!("write {needs}"),
        _ => format!("write {needs}, and to which the rule applies"),
    }
}

/// What a test needs for a condition to have a value.
fn needed(covered: &Covered, value: Truth) -> String {
    let atom = &covered.atom;
    match value {
        Truth::Unknown => {
            let missing: Vec<&str> = atom.missing.iter().map(String::as_str).collect();
            format!("ask it without {}", missing.join(" or "))
        }
        _ if atom.of_nobody => {
            format!("write a test with a request, signals or a time for which it is {}", value.word())
        }
        _ => format!("write a test in which it is {} of a candidate", value.word()),
    }
}
