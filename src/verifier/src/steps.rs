//! One function for each kind of step of a certificate.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::decision::Derivation;
use crate::eval::Assignment;
use crate::json::Json;
use crate::judge::{Groups, Judged, groups_json, ranges_json};
use crate::members::{Checked, list, member, text};
use crate::tree::{Search, State, Subtrees};
use crate::value::Name;
use crate::{Refusal, Report};

/// The steps of a certificate, taken one after another.
pub struct Steps<'a, 'p> {
    /// What is derived.
    pub derivation: &'a Derivation<'a, 'p>,
    /// The steps that are left.
    pub left: std::slice::Iter<'a, Json>,
    /// What was established.
    pub report: &'a mut Report,
}

/// Constraints by name.
type Names = BTreeSet<String>;

fn refuse<T>(step: &str, reason: impl Into<String>) -> Checked<T> {
    Err(Refusal::new(step, reason))
}

/// Texts in ascending order.
fn sorted_names(json: &Json, key: &str, step: &str) -> Checked<Names> {
    let names: Vec<&str> = list(json, key)?.iter().filter_map(Json::text).collect();
    if !names.is_sorted_by(|a, b| a < b) || names.len() != list(json, key)?.len() {
        return refuse(step, format!("`{key}` is not in order"));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

impl<'a, 'p> Steps<'a, 'p> {
    /// The next step, of this kind and with these keys.
    fn next(&mut self, kind: &str, keys: &[&str]) -> Checked<&'a Json> {
        self.report.steps += 1;
        match self.left.next() {
            Some(step) if step.has_keys(keys) && text(step, "step")? == kind => Ok(step),
            Some(_) => refuse(kind, "another step stands in its place"),
            None => refuse(kind, "the step is missing"),
        }
    }

    fn roles(&self) -> usize {
        self.derivation.own.len()
    }

    /// All constraints that judge somebody.
    fn all(&self) -> Names {
        self.derivation.judge.instances.iter().map(|instance| instance.constraint.clone()).collect()
    }

    /// The trees in which only these constraints count.
    fn search(&self, step: &str, counting: &Names, must: Option<(usize, Name)>) -> Checked<Search<'a, 'p>> {
        let instances = &self.derivation.judge.instances;
        let candidates: usize = self.derivation.own.iter().map(Vec::len).sum();
        self.derivation.judge.world.charge((instances.len() + candidates) as u64)?;
        let counts = |number: usize| instances.get(number).is_some_and(|of| counting.contains(&of.constraint));
        let fails = |(number, judged): &(usize, Judged)| matches!(judged, Judged::Fails(_)) && counts(*number);
        let domain = |candidates: &Vec<(Name, crate::decision::Own)>| {
            candidates.iter().filter(|(_, own)| !own.iter().any(fails)).map(|(name, _)| name.clone()).collect()
        };
        Ok(Search {
            judge: self.derivation.judge,
            domains: self.derivation.own.iter().map(domain).collect(),
            between: instances.iter().filter(|of| !of.own && counting.contains(&of.constraint)).collect(),
            must,
            step: step.to_owned(),
            ranked: RefCell::default(),
        })
    }

    /// Whether the first roles can be filled when only these constraints count.
    fn fills(&self, step: &str, counting: &Names, roles: usize, branches: &[Json]) -> Checked<bool> {
        let roles: Vec<usize> = (0..roles).collect();
        let filled = self.search(step, counting, None)?.fill(State::new(self.roles()), &roles, branches, None)?;
        Ok(filled.is_some())
    }

    /// Every candidate of a role is in its domain, or excluded by all constraints that fail for it and by no other.
    pub fn domains(&mut self) -> Checked<()> {
        for (place, candidates) in self.derivation.own.iter().enumerate() {
            let role = &self.derivation.judge.program().route.roles.get(place).map_or("", |role| &*role.name);
            let step = self.next("domain", &["admitted", "candidates", "excluded", "role", "step"])?;
            let (mut admitted, mut excluded) = (BTreeSet::new(), Groups::new());
            for (at, (_, own)) in candidates.iter().enumerate() {
                let mut fails = false;
                for (number, judged) in own {
                    let of = self.derivation.judge.instances.get(*number);
                    if let (Judged::Fails(verdict), Some(of)) = (judged, of) {
                        excluded.entry((of.constraint.as_str(), of.clause, *verdict)).or_default().insert(at);
                        fails = true;
                    }
                }
                self.report.excluded += usize::from(fails);
                if !fails {
                    admitted.insert(at);
                }
            }
            self.report.candidates += candidates.len();
            let expected = Json::record([
                ("step", Json::from("domain")),
                ("role", Json::from(*role)),
                ("candidates", Json::Number(candidates.len() as i64)),
                ("admitted", ranges_json(&admitted)),
                ("excluded", groups_json(&excluded, "candidates")),
            ]);
            for (key, expected) in expected.object().unwrap_or(&[]) {
                if step.get(key) != Some(expected) {
                    return refuse(&format!("domain of `{role}`"), format!("`{key}` is not what the constraints say"));
                }
            }
        }
        Ok(())
    }

    /// The claimed assignment is admissible, and every option that ranks before it is refuted.
    pub fn assignment(&mut self, claim: &Assignment) -> Checked<()> {
        let step = self.next("assignment", &["branches", "step"])?;
        let search = self.search("assignment", &self.all(), None)?;
        let roles: Vec<usize> = (0..self.roles()).collect();
        let found = search.fill(State::new(roles.len()), &roles, list(step, "branches")?, Some(claim))?;
        match found {
            Some(found) if found.given == *claim => Ok(()),
            Some(_) => refuse("assignment", "the tree ends with other services than the decision"),
            None => refuse("assignment", "the tree ends without an assignment"),
        }
    }

    /// The first role that cannot be filled, the core, the relaxations.
    pub fn unroutable(&mut self, claim: &Json) -> Checked<()> {
        if !claim.has_keys(&["complete", "core", "relaxations", "role"])
            || claim.get("complete") != Some(&Json::Bool(true))
        {
            return refuse("unroutable", "nothing, or not everything, is said of why there is no assignment");
        }
        let role = text(claim, "role")?;
        let roles = &self.derivation.judge.program().route.roles;
        let Some(place) = roles.iter().position(|of| &*of.name == role) else {
            return refuse("unroutable", "no such role");
        };
        let step = self.next("filled", &["branches", "step"])?;
        if !self.fills("filled", &self.all(), place, list(step, "branches")?)? {
            return refuse("filled", "an earlier role cannot be filled either");
        }
        self.core(&sorted_names(claim, "core", "core")?, place)?;
        self.relaxations(list(claim, "relaxations")?, place)
    }

    /// The core suffices, and each member of it is needed.
    fn core(&mut self, core: &Names, place: usize) -> Checked<()> {
        let step = self.next("core", &["branches", "needed", "step"])?;
        if !core.is_subset(&self.all()) || self.fills("core", core, place + 1, list(step, "branches")?)? {
            return refuse("core", "its constraints leave an assignment");
        }
        let needed = list(step, "needed")?;
        if needed.len() != core.len() {
            return refuse("core", "it does not show of each member that it is needed");
        }
        for (name, tree) in core.iter().zip(needed) {
            let mut without = core.clone();
            without.remove(name);
            if !self.fills("core", &without, place + 1, tree.list().unwrap_or(&[]))? {
                return refuse("core", format!("`{name}` is not needed"));
            }
        }
        Ok(())
    }

    /// Each relaxation admits whom it says, and there is no other: whatever keeps one constraint of each relaxation, and
    /// all that are protected, leaves nobody.
    fn relaxations(&mut self, relaxations: &[Json], place: usize) -> Checked<()> {
        let constraints = &self.derivation.judge.program().route.constraints;
        let score = format!("{}.score", self.derivation.judge.program().route.name);
        let written = constraints.iter().filter(|of| of.protected).map(|of| of.name.clone());
        let protected: Names = written.chain([score]).collect();
        let (mut drops, mut obstacles) = (Vec::new(), BTreeSet::from([Names::new()]));
        for relaxation in relaxations {
            let drop = sorted_names(relaxation, "drop", "relaxation")?;
            if !drop.is_subset(&self.all())
                || !drop.is_disjoint(&protected)
                || !relaxation.has_keys(&["admits", "drop"])
            {
                return refuse("relaxation", "it drops what may not be dropped");
            }
            self.relaxation(&drop, list(relaxation, "admits")?, place)?;
            let larger = (obstacles.len() as u64).saturating_mul(drop.len() as u64);
            self.derivation.judge.world.charge(larger.saturating_mul(larger))?;
            obstacles = extended(&obstacles, &drop);
            drops.push((drop.len(), drop));
        }
        let apart = |(i, (_, a)): (usize, &(usize, Names))| {
            !drops.iter().enumerate().any(|(j, (_, b))| i != j && b.is_subset(a))
        };
        if !drops.is_sorted() || !drops.iter().enumerate().all(apart) {
            return refuse("relaxation", "not in order, or one contains another");
        }
        for obstacle in &obstacles {
            let step = self.next("obstacle", &["branches", "constraints", "step"])?;
            if sorted_names(step, "constraints", "obstacle")? != *obstacle {
                return refuse("obstacle", "its constraints are not one of each relaxation");
            }
            let counting = obstacle.union(&protected).cloned().collect();
            if self.fills("obstacle", &counting, place + 1, list(step, "branches")?)? {
                return refuse("obstacle", "its constraints leave an assignment");
            }
        }
        Ok(())
    }

    /// Everybody who can stand in a role without some constraints, and nobody else, is admitted.
    fn relaxation(&mut self, drop: &Names, admits: &[Json], place: usize) -> Checked<()> {
        let step = self.next("relaxation", &["branches", "step", "tried"])?;
        let counting: Names = self.all().difference(drop).cloned().collect();
        if !self.fills("relaxation", &counting, place + 1, list(step, "branches")?)? {
            return refuse("relaxation", "the roles cannot be filled without its constraints");
        }
        let mut tried = Subtrees::read(list(step, "tried")?).ok_or_else(|| Refusal::new("relaxation", "no trees"))?;
        let Some(role) = self.derivation.judge.program().route.roles.get(place) else {
            return refuse("relaxation", "no role");
        };
        let mut admitted = Vec::new();
        let search = self.search("relaxation", &counting, None)?;
        for (at, name) in search.domains.get(place).into_iter().flatten().enumerate() {
            let Some(branches) = tried.visit(at) else {
                return refuse("relaxation", format!("`{name}` was not tried"));
            };
            let empty = State::new(self.roles());
            let filled = if role.list {
                let search = self.search("relaxation", &counting, Some((place, name.clone())))?;
                search.fill(empty, &(0..=place).collect::<Vec<_>>(), branches, None)?.is_some()
            } else {
                let given = empty.after(place, role, 0, Some(name));
                let fits = search.failing(&given, place, Some(name))?.is_none();
                fits && search.fill(given, &(0..place).collect::<Vec<_>>(), branches, None)?.is_some()
            };
            if filled {
                admitted.push(Json::from(&**name));
            }
        }
        if !tried.are_canonical() || admitted != admits {
            return refuse("relaxation", "it admits others than it says");
        }
        Ok(())
    }
}

/// The smallest sets that share a member with each of those before and with one more.
fn extended(sets: &BTreeSet<Names>, with: &Names) -> BTreeSet<Names> {
    let mut larger: BTreeSet<Names> = BTreeSet::new();
    for set in sets {
        if !set.is_disjoint(with) {
            larger.insert(set.clone());
            continue;
        }
        for name in with {
            let mut one = set.clone();
            one.insert(name.clone());
            larger.insert(one);
        }
    }
    let smallest = |set: &&Names| !larger.iter().any(|other| other != *set && other.is_subset(set));
    larger.iter().filter(smallest).cloned().collect()
}

/// Reads who is given to each role.
pub fn claimed(derivation: &Derivation, roles: &Json) -> Option<Assignment> {
    let service = |json: &Json| json.get("service").and_then(Json::text).map(Name::from);
    let given = |role: &crate::program::Role| {
        let json = roles.get(&role.name)?;
        Some(match json {
            Json::Null if !role.list => Some(Vec::new()),
            Json::List(items) if role.list => Some(items.iter().map(service).collect::<Option<_>>()?),
            one => Some(vec![service(one)?]),
        })
    };
    derivation.judge.program().route.roles.iter().map(given).collect()
}

/// The step that follows the last one.
pub fn at_end(steps: &Steps) -> Checked<()> {
    if steps.left.len() == 0 { Ok(()) } else { refuse("steps", "there are more steps than the decision needs") }
}

/// Whether a document has a member of this kind; used before anything is read.
pub fn shape(document: &Json) -> Checked<()> {
    const KEYS: [&str; 9] = ["decision", "now", "policy", "request", "route", "schema", "services", "signals", "steps"];
    const WITH_REGISTRY: [&str; 10] =
        ["decision", "now", "policy", "registered", "request", "route", "schema", "services", "signals", "steps"];
    if !document.has_keys(&KEYS) && !document.has_keys(&WITH_REGISTRY) {
        return refuse("form", "the document does not have the members of a certificate");
    }
    if text(document, "schema")? != "provost.certificate/1" {
        return refuse("form", "not of the schema `provost.certificate/1`");
    }
    member(document, "policy").map(|_| ())
}
