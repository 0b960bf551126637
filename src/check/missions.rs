//! Missions: bounded, typed, and acyclic before anything runs.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::duplicate;
use super::scope::{Bound, Scope, Unknown, Variable};
use super::{Checker, codes};
use crate::base::similar::nearest;
use crate::base::{Name, Span, limits};
use crate::diag::Diagnostic;
use crate::graph;
use crate::ir::Field;
use crate::ir::mission::{Body, Mission, Operation, Step};
use crate::resolve::{Declared, Program};
use crate::syntax::ast::{FieldDecl, Ident, ItemKind, MissionItem, MissionStep};
use crate::value::Type;

/// Steps that a mission may take where it says nothing.
const STEPS: i64 = 5;
/// Human steps that a mission may take where it says nothing.
const HUMAN_STEPS: i64 = 2;

impl Checker<'_> {
    /// First what every mission takes and holds, then the steps, then what follows from missions that run each other.
    pub(super) fn check_missions(&mut self) {
        let program: &Program = self.program;
        let mut declared = Vec::new();
        for decl in &program.items {
            if let ItemKind::Mission(item) = &decl.item.kind {
                let scope = self.declare_mission(decl, item);
                declared.push((decl, item, scope));
            }
        }
        for (decl, item, scope) in &mut declared {
            let steps = self.check_steps(decl, item, scope);
            if let Some(mission) = self.missions.get_mut(&decl.name) {
                mission.logs = steps.iter().any(writes_log);
                mission.steps = steps;
            }
        }
        let nested = self.nested_missions();
        if let Some(cycle) = graph::cycle(&nested) {
            let why = "missions cannot run each other in a circle, so that every mission ends";
            self.report_cycle(&codes::MISSION, "mission", &cycle, why);
            return;
        }
        let counts = counts(&nested, &self.missions);
        for (decl, item, _) in &declared {
            self.check_limits(decl, item, &counts);
        }
        for (name, count) in counts {
            if let Some(mission) = self.missions.get_mut(&name) {
                mission.count = count.0;
            }
        }
    }

    fn declare_mission(&mut self, decl: &Declared, item: &MissionItem) -> Scope {
        let mut scope = Scope { package: decl.package, now: true, signals: true, ..Scope::default() };
        let mut params = Vec::new();
        for param in &item.params {
            let ty = self.type_of(decl.package, &param.ty, false);
            let optional = param.ty.optional;
            let fresh = self.mission_name(&mut scope, &param.name, ty.clone(), optional);
            params.extend(ty.filter(|_| fresh).map(|ty| {
                let name = param.name.text.clone();
                Field { name, ty, optional, default: None }
            }));
        }
        let mut state = Vec::new();
        for field in &item.state {
            state.extend(self.state_field(decl, &mut scope, field));
        }
        let author = decl.item.front.annotations.iter().find(|a| &*a.name.text == "author");
        let mission = Mission {
            name: decl.name.clone(),
            params,
            state,
            author: author.and_then(|a| a.args.first()).map(|arg| arg.text.clone()),
            logs: false,
            steps: Vec::new(),
            count: item.steps.len(),
            docs: decl.item.front.docs.clone(),
            at: self.at(decl.name_span),
        };
        self.missions.insert(decl.name.clone(), mission);
        scope
    }

    fn state_field(&mut self, decl: &Declared, scope: &mut Scope, field: &FieldDecl) -> Option<Field> {
        let ty = self.type_of(decl.package, &field.ty, false);
        let optional = field.ty.optional;
        let mut default = None;
        if let (Some(ty), Some(written)) = (&ty, &field.default) {
            default = self.constant(decl.package, written, ty, "a first value").flatten();
        } else if ty.is_some() && !optional {
            let message = format!("`{}` has no first value", field.name.text);
            let diagnostic = Diagnostic::error(&codes::MISSION, field.name.span, message).label("begins as nothing");
            self.report(diagnostic.help("give it one, as in `count: int = 0`, or let it begin unknown with `?`"));
        }
        let fresh = self.mission_name(scope, &field.name, ty.clone(), optional);
        ty.filter(|_| fresh).map(|ty| Field { name: field.name.text.clone(), ty, optional, default })
    }

    fn mission_name(&mut self, scope: &mut Scope, name: &Ident, ty: Option<Type>, optional: bool) -> bool {
        if let Some(first) = scope.variable(&name.text) {
            let first = first.span;
            self.report(duplicate("name", name, first));
            return false;
        }
        let unknown = if optional { Unknown::Possibly } else { Unknown::Never };
        let (name, span, bound) = (name.text.clone(), name.span, Bound::Exact);
        scope.variables.push(Variable { name, span, ty, unknown, bound });
        true
    }

    fn check_steps(&mut self, decl: &Declared, item: &MissionItem, scope: &mut Scope) -> Vec<Step> {
        if item.steps.is_empty() {
            let message = format!("mission `{}` has no steps", decl.name);
            self.report(Diagnostic::error(&codes::EMPTY, decl.name_span, message));
        }
        self.check_order(item);
        let order = order(&item.steps);
        let mut steps: BTreeMap<usize, Step> = BTreeMap::new();
        // Checked as they are written, so that messages stand in that order.
        for (number, step) in item.steps.iter().enumerate() {
            if let (Some(place), Some(step)) =
                (order.iter().position(|o| *o == number), self.check_step(scope, item, step))
            {
                steps.insert(place, step);
            }
        }
        steps.into_values().collect()
    }

    /// The steps, those of missions that are run included, are counted before anything runs.
    fn check_limits(&mut self, decl: &Declared, item: &MissionItem, counts: &BTreeMap<Name, (usize, usize)>) {
        let Some((steps, human)) = counts.get(&decl.name) else { return };
        let stated =
            [("steps", *steps, item.step_limit, STEPS), ("human steps", *human, item.human_limit, HUMAN_STEPS)];
        for (what, count, limit, otherwise) in stated {
            let (most, span) = limit.unwrap_or((otherwise, decl.name_span));
            let most = usize::try_from(most).unwrap_or(0).min(limits::MISSION_STEPS);
            if count <= most {
                continue;
            }
            let nested =
                if what == "steps" && count > item.steps.len() { ", with the missions that it runs" } else { "" };
            let message = format!("mission `{}` has {count} {what}{nested}; its limit is {most}", decl.name);
            let diagnostic = Diagnostic::error(&codes::MISSION, span, message).label("the limit");
            self.report(diagnostic.help("raise the limit, as in `limit steps 8, human 2`, or split the mission"));
        }
    }

    fn check_order(&mut self, item: &MissionItem) {
        let mut edges = graph::Edges::new();
        for (i, step) in item.steps.iter().enumerate() {
            if let Some(first) = item.steps.iter().take(i).find(|s| s.name.text == step.name.text) {
                self.report(duplicate("step", &step.name, first.name.span));
            }
            for before in &step.after {
                if !item.steps.iter().any(|s| s.name.text == before.text) {
                    let message = format!("the mission has no step `{}`", before.text);
                    let near = nearest(&before.text, item.steps.iter().map(|s| &*s.name.text));
                    self.report(Diagnostic::error(&codes::MISSION, before.span, message).suggest(before.span, near));
                }
            }
            let befores: BTreeSet<Name> = step.after.iter().map(|b| b.text.clone()).collect();
            edges.entry(step.name.text.clone()).or_default().extend(befores);
        }
        if let Some(cycle) = graph::cycle(&edges) {
            let path: Vec<String> = cycle.iter().map(|n| format!("`{n}`")).collect();
            if let Some(step) = item.steps.iter().find(|s| Some(&s.name.text) == cycle.first()) {
                let message = format!("the steps wait for each other: {}", path.join(" → "));
                self.report(
                    Diagnostic::error(&codes::MISSION, step.name.span, message).help("remove one of the `after`s"),
                );
            }
        }
    }

    /// Which missions each mission runs.
    fn nested_missions(&self) -> graph::Edges {
        let runs = |mission: &Mission| -> BTreeSet<Name> { run(mission).cloned().collect() };
        self.missions.iter().map(|(name, mission)| (name.clone(), runs(mission))).collect()
    }

    /// Whether a mission that is run waits for nobody: a step that runs it happens whole or not at all.
    pub(super) fn check_unattended(&mut self, mission: &Name, span: Span) {
        let program: &Program = self.program;
        let Some(ItemKind::Mission(item)) = program.by_name(mission).map(|decl| &decl.item.kind) else { return };
        let human = item.steps.iter().find(|s| matches!(s.body, crate::syntax::ast::StepBody::Human { .. }));
        if let Some(step) = human {
            let message = format!("mission `{mission}` asks a person, and a step that runs it cannot wait");
            let diagnostic = Diagnostic::error(&codes::MISSION, span, message).label("would wait");
            let diagnostic = diagnostic.related(step.name.span, "asked here");
            self.report(diagnostic.help("ask in the mission that runs it, and hand the answer over as an argument"));
        }
    }
}

/// The missions that a mission runs, once for each time.
fn run(mission: &Mission) -> impl Iterator<Item = &Name> {
    mission.steps.iter().flat_map(operations).filter_map(|operation| match operation {
        Operation::Run { mission, .. } => Some(mission),
        _ => None,
    })
}

fn operations(step: &Step) -> &[Operation] {
    match &step.body {
        Body::Operations(operations) => operations,
        Body::Ask { .. } => &[],
    }
}

fn writes_log(step: &Step) -> bool {
    operations(step).iter().any(|operation| matches!(operation, Operation::Log(_)))
}

/// The steps and human steps of every mission, those of the missions that it runs included. The graph has no cycle.
fn counts(nested: &graph::Edges, missions: &BTreeMap<Name, Mission>) -> BTreeMap<Name, (usize, usize)> {
    let mut counts: BTreeMap<Name, (usize, usize)> = BTreeMap::new();
    // Every round settles at least the missions all of whose nested ones are settled.
    for _ in 0..missions.len() {
        for (name, mission) in missions {
            let ready =
                nested.get(name).is_none_or(|n| n.iter().all(|n| counts.contains_key(n) || !missions.contains_key(n)));
            if !ready || counts.contains_key(name) {
                continue;
            }
            let human = mission.steps.iter().filter(|s| matches!(s.body, Body::Ask { .. })).count();
            let own = (mission.steps.len().max(mission.count), human);
            let total = run(mission)
                .filter_map(|n| counts.get(n))
                .fold(own, |(a, b), (steps, human)| (a.saturating_add(*steps), b.saturating_add(*human)));
            counts.insert(name.clone(), total);
        }
        if counts.len() == missions.len() {
            break;
        }
    }
    counts
}

/// The order in which steps run: as they stand, but none before the steps that it comes after.
fn order(steps: &[MissionStep]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < steps.len() {
        let done = |name: &Ident| {
            let place = steps.iter().position(|s| s.name.text == name.text);
            place.is_none_or(|place| order.contains(&place))
        };
        let next = steps.iter().enumerate().find(|(i, step)| !order.contains(i) && step.after.iter().all(done));
        match next {
            Some((i, _)) => order.push(i),
            // A circle, which was reported.
            None => break,
        }
    }
    order
}
