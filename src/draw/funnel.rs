//! A decision as a funnel: all candidates of a role at the top, those that are given to it at the bottom, and between them
//! each constraint with the number that it takes away.

use super::picture::{Flow, Kind, Line, Node, Picture, Share, clean, count, grouped, some};
use crate::base::Name;
use crate::explain::funnel::{self, Funnel, Row};
use crate::ir::{Policy, Services};
use crate::route::decision::{Decision, Ending, Failure};

/// Constraints of one role that are drawn.
const STEPS: usize = 24;

/// How the constraints of a role are counted.
const ORDER: &str = "each constraint counts those that none above it excluded; the one that excludes most comes first";
const PHASED: &str = "each constraint counts those that none above it excluded; they follow the phases of the route";

/// Draws how the constraints narrow the candidates of each role.
pub fn funnel(decision: &Decision, policy: &Policy, services: &Services) -> Picture {
    let route = &decision.route;
    let mut picture = Picture {
        title: format!("Funnel of {route}: {}", decision.ending.word()),
        description: format!("How the constraints of route {route} narrow the candidates of each role."),
        flow: Flow::Down,
        remarks: vec![format!("decided for {}", decision.inputs.now)],
        ..Picture::default()
    };
    match decision.ending {
        Ending::Denied => denied(&mut picture, decision),
        Ending::Invalid => invalid(&mut picture, decision),
        Ending::Routed | Ending::Unroutable => {
            let roles = policy.routes.get(route).map(|r| r.roles.as_slice()).unwrap_or_default();
            let stuck = decision.unroutable.as_ref().map(|u| &u.role);
            for role in roles {
                let funnel = funnel::funnel(decision, policy, services, &role.name);
                draw(&mut picture, decision, &funnel);
                if stuck == Some(&role.name) {
                    break;
                }
            }
            if !picture.groups.is_empty() {
                let phased = policy.routes.get(route).is_some_and(|route| !route.phases.is_empty());
                picture.remarks.push(if phased { PHASED } else { ORDER }.to_owned());
            }
        }
    }
    picture
}

fn request(picture: &mut Picture, decision: &Decision) -> usize {
    picture.node(Node {
        id: "request".to_owned(),
        kind: Kind::Request,
        caption: "request".to_owned(),
        title: decision.route.to_string(),
        ..Node::default()
    })
}

fn denied(picture: &mut Picture, decision: &Decision) {
    let from = request(picture, decision);
    for failure in &decision.denied_by {
        let because = failure.because.as_ref().map(|b| clean(b));
        let to = picture.node(Node {
            id: format!("denial {}", failure.constraint),
            kind: Kind::Denial,
            caption: "denied by".to_owned(),
            title: failure.constraint.to_string(),
            lines: because.into_iter().chain([unknown_word(failure)]).filter(|l| !l.is_empty()).collect(),
            ..Node::default()
        });
        picture.edge(from, to, Line::Arrow);
    }
}

fn unknown_word(failure: &Failure) -> String {
    match failure.missing.is_empty() {
        true => String::new(),
        false => {
            let missing: Vec<String> = failure.missing.iter().map(ToString::to_string).collect();
            format!("unknown: no {}", missing.join(", no "))
        }
    }
}

fn invalid(picture: &mut Picture, decision: &Decision) {
    let from = request(picture, decision);
    let problems = decision.invalid.iter().flatten().map(|p| p.message.clone()).collect();
    let to = picture.node(Node {
        id: "problems".to_owned(),
        kind: Kind::Denial,
        caption: "the request is invalid".to_owned(),
        title: "nothing was decided".to_owned(),
        lines: some(problems, STEPS),
        ..Node::default()
    });
    picture.edge(from, to, Line::Arrow);
}

/// The chain of one role.
fn draw(picture: &mut Picture, decision: &Decision, funnel: &Funnel) {
    let group = picture.groups.len();
    picture.groups.push(funnel.role.to_string());
    let of = funnel.candidates;
    let mut above = picture.node(Node {
        id: format!("{} candidates", funnel.role),
        kind: Kind::Trait,
        caption: "everybody of the trait".to_owned(),
        title: count(of, "candidate"),
        share: Some(Share { left: of, of, ..Share::default() }),
        group: Some(group),
        ..Node::default()
    });
    let counted = || funnel.rows.iter().filter(|r| r.counted > 0);
    for row in counted().take(STEPS) {
        let node = step(decision, funnel, row, group);
        above = next(picture, above, node);
    }
    let further: Vec<&Row> = counted().skip(STEPS).collect();
    if let Some(last) = further.last() {
        let excluded = further.iter().map(|r| r.counted).sum();
        let unknown = further.iter().map(|r| r.counted_unknown).sum();
        let node = Node {
            id: format!("{} further", funnel.role),
            kind: Kind::Rest,
            caption: format!("{} more excluded", grouped(excluded)),
            title: count(further.len(), "further constraint"),
            share: Some(Share { left: last.survivors, lost: excluded - unknown, unknown, of }),
            group: Some(group),
            ..Node::default()
        };
        above = next(picture, above, node);
    }
    above = next(picture, above, eligible(decision, funnel, group));
    if decision.ending == Ending::Routed {
        next(picture, above, given(decision, funnel, group));
    }
}

fn next(picture: &mut Picture, above: usize, node: Node) -> usize {
    let below = picture.node(node);
    picture.edge(above, below, Line::Arrow);
    below
}

fn short(decision: &Decision, constraint: &Name) -> String {
    let own = constraint.strip_prefix(&*decision.route).and_then(|rest| rest.strip_prefix('.'));
    own.unwrap_or(constraint).to_owned()
}

/// `41 excluded, 9 of them unknown`
fn step(decision: &Decision, funnel: &Funnel, row: &Row, group: usize) -> Node {
    let unknown = match row.counted_unknown {
        0 => String::new(),
        all if all == row.counted => ", unknown".to_owned(),
        some => format!(", {} of them unknown", grouped(some)),
    };
    Node {
        id: format!("{} {}", funnel.role, row.constraint),
        kind: if row.constraint.starts_with(&format!("{}.", decision.route)) { Kind::Own } else { Kind::Rule },
        caption: format!("{} excluded{unknown}", grouped(row.counted)),
        title: short(decision, &row.constraint),
        lines: vec![format!("{} left", grouped(row.survivors))],
        share: Some(Share {
            left: row.survivors,
            lost: row.counted.saturating_sub(row.counted_unknown),
            unknown: row.counted_unknown,
            of: funnel.candidates,
        }),
        group: Some(group),
    }
}

fn eligible(decision: &Decision, funnel: &Funnel, group: usize) -> Node {
    let silent: Vec<String> =
        funnel.rows.iter().filter(|r| r.counted == 0).map(|r| short(decision, &r.constraint)).collect();
    let lines = match silent.len() {
        0 => Vec::new(),
        n => vec![format!("{} excluded nobody else", count(n, "constraint"))],
    };
    Node {
        id: format!("{} eligible", funnel.role),
        kind: match (funnel.eligible, decision.ending) {
            (0, Ending::Routed) => Kind::Rest,
            (0, _) => Kind::Denial,
            _ => Kind::Role,
        },
        caption: if funnel.eligible == 0 { "something stands against each" } else { "nothing stands against" }
            .to_owned(),
        title: format!("{} eligible", grouped(funnel.eligible)),
        lines,
        share: Some(Share { left: funnel.eligible, of: funnel.candidates, ..Share::default() }),
        group: Some(group),
    }
}

fn given(decision: &Decision, funnel: &Funnel, group: usize) -> Node {
    let given = decision.role(&funnel.role).map(|f| f.given.as_slice()).unwrap_or_default();
    let mut names = given.iter().map(|chosen| chosen.service.to_string());
    let (kind, title) = match names.next() {
        Some(first) => (Kind::Chosen, first),
        None => (Kind::Rest, "nobody".to_owned()),
    };
    let caption = match given {
        [] => "the role stays empty".to_owned(),
        [only] if !only.terms.is_empty() => format!("given · score {}", only.score),
        [_] => "given".to_owned(),
        many => format!("given · {} in order", many.len()),
    };
    Node {
        id: format!("{} given", funnel.role),
        kind,
        caption,
        title,
        lines: names.collect(),
        group: Some(group),
        ..Node::default()
    }
}
