//! A route, compiled: its roles with their candidates, its constraints as instances, its scores.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bits::Bits;
use super::code::Code;
use super::columns::{Column, Partition, Partitions, Reads};
use super::compile::{Compiler, Scope};
use super::instances;
use super::names::Names;
use super::pipeline::{Pipeline, pipeline};
use super::reads::reads;
use crate::base::{Date, Name};
use crate::ir::{self, At, Cardinality, Effect, Expr};

/// A set of roles, one bit each; a route has at most [`crate::base::limits::ROLES`].
pub type Roles = u64;

/// A route, compiled. The default is a route without anything, in which expressions of no route are evaluated.
#[derive(Clone, Debug, Default)]
pub struct RoutePlan {
    /// Its name.
    pub name: Name,
    /// The request type.
    pub request: Name,
    /// The names of the request's fields in declared order.
    pub fields: Vec<Name>,
    /// What must be true of the request.
    pub invariants: Vec<InvariantPlan>,
    /// The roles in declared order.
    pub roles: Vec<RolePlan>,
    /// The constraints by name; `accept` and the route's `score` are among them.
    pub constraints: Vec<ConstraintPlan>,
    /// The denials, by name and then as written.
    pub denials: Vec<Denial>,
    /// The instances, by constraint, clause and role.
    pub instances: Vec<Instance>,
    /// The services' own conditions: for each service, its codes.
    pub accepts: BTreeMap<usize, Vec<AcceptPlan>>,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// What a decision gives besides the services, by name.
    pub outputs: Vec<(Name, Code)>,
    /// The constraint `score`, which excludes candidates without a score.
    pub score: usize,
}

/// An invariant of a request type.
#[derive(Clone, Debug)]
pub struct InvariantPlan {
    /// The condition.
    pub code: Code,
    /// Why.
    pub because: Option<Name>,
    /// Where it is written.
    pub at: At,
}

/// A role.
#[derive(Clone, Debug)]
pub struct RolePlan {
    /// Its name.
    pub name: Name,
    /// Its trait.
    pub trait_: Name,
    /// How many it takes at least.
    pub lo: usize,
    /// How many it takes at most.
    pub hi: usize,
    /// Whether it is a list.
    pub list: bool,
    /// The services of its trait.
    pub candidates: Bits,
    /// The score terms.
    pub terms: Vec<TermPlan>,
    /// What decides between candidates of equal score, in order; at last their names do.
    pub ties: Vec<TieKeyPlan>,
    /// Whether the score of a candidate depends on the whole assignment.
    pub dynamic: bool,
    /// The roles on which the score depends, itself left out.
    pub depends: Roles,
    /// Whether the scores of a list depend on the list as a whole.
    pub of_whole: bool,
    /// Which candidates score alike, where the score only reads columns.
    pub partition: Option<Arc<Partition>>,
    /// Which candidates no instance between roles, and no other role's score, can tell apart.
    pub alike: Option<Arc<Partition>>,
}

/// A score term.
#[derive(Clone, Debug)]
pub struct TermPlan {
    /// Its name.
    pub name: Name,
    /// What it adds.
    pub value: Code,
    /// Counts only where this is true.
    pub when: Option<Code>,
    /// The roles that must be filled for it to count.
    pub named: Roles,
    /// Where it is written.
    pub at: At,
}

/// A key that decides between candidates of equal score.
#[derive(Clone, Debug)]
pub struct TieKeyPlan {
    /// What is compared, of a candidate alone.
    pub value: Code,
    /// Whether the greatest wins.
    pub descending: bool,
}

/// A constraint.
#[derive(Clone, Debug)]
pub struct ConstraintPlan {
    /// Its name.
    pub name: Name,
    /// Why.
    pub because: Option<Name>,
    /// Whether it is never offered for relaxation.
    pub protected: bool,
    /// Where its denials stand among those that fire; the last, where nothing is said.
    pub order: u32,
    /// Where it is written.
    pub at: At,
}

/// A demand that is asked once per decision.
#[derive(Clone, Debug)]
pub struct Denial {
    /// The constraint.
    pub constraint: usize,
    /// The guarded condition.
    pub rule: Rule,
    /// Where it is written.
    pub at: At,
}

/// A guarded condition and what may lift it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The guard.
    pub when: Option<Code>,
    /// The exemption.
    pub unless: Option<Code>,
    /// The condition.
    pub condition: Code,
    /// What the condition does.
    pub effect: Effect,
    /// The waivers.
    pub waivers: Vec<WaiverPlan>,
}

/// A waiver, compiled where it applies.
#[derive(Clone, Debug)]
pub struct WaiverPlan {
    /// Its name.
    pub name: Name,
    /// Its guard.
    pub when: Option<Code>,
    /// The last day on which it lifts.
    pub until: Date,
}

/// What an instance demands.
#[derive(Clone, Debug)]
pub enum Demand {
    /// A clause.
    Clause(Box<Rule>),
    /// What the candidate's own contract accepts.
    Accept,
}

/// One clause for one role's candidate, or for what several roles are given.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The constraint.
    pub constraint: usize,
    /// The clause's place in its constraint.
    pub clause: usize,
    /// Where the clause is written.
    pub at: At,
    /// What it demands.
    pub demand: Demand,
    /// The role whose candidate is the subject.
    pub candidate: Option<usize>,
    /// The single roles that it names; where one of them is not filled, the instance holds.
    pub named: Roles,
    /// The roles whose whole list matters, and the stages, where it names `total`.
    pub whole: Roles,
    /// All roles that matter.
    pub involves: Roles,
    /// Whether it is a condition on the candidates of one role alone.
    pub unary: bool,
    /// Which candidates the instance cannot tell apart, where it only reads columns of them.
    pub partition: Option<Arc<Partition>>,
    /// The same for each role that it names, or that is a stage of its `total`.
    pub partners: Vec<(usize, Option<Arc<Partition>>)>,
}

/// A service's own condition on requests.
#[derive(Clone, Debug)]
pub struct AcceptPlan {
    /// The condition.
    pub code: Code,
    /// Why.
    pub because: Option<Name>,
    /// Where it is written.
    pub at: At,
}

/// All routes of the compiler's policy.
pub fn routes(compiler: &mut Compiler<'_>) -> BTreeMap<Name, RoutePlan> {
    let mut partitions = Partitions::default();
    let policy = compiler.policy;
    policy.routes.iter().map(|(name, route)| (name.clone(), one(compiler, &mut partitions, name, route))).collect()
}

fn one(compiler: &mut Compiler<'_>, partitions: &mut Partitions, name: &Name, route: &ir::Route) -> RoutePlan {
    let policy = compiler.policy;
    let no_fields = Vec::new();
    let request = policy.requests.get(&route.request);
    let fields = request.map_or(&no_fields, |r| &r.fields);
    let roles: BTreeMap<Name, (usize, bool)> = route
        .roles
        .iter()
        .zip(0..)
        .map(|(role, i)| (role.name.clone(), (i, matches!(role.cardinality, Cardinality::List { .. }))))
        .collect();
    let pipeline = pipeline(compiler, route);
    let totals: Vec<Name> = pipeline.guarantees.iter().map(|g| g.name.clone()).collect();
    let scope = Scope::new(fields, &roles, &totals);
    let constraints = constraints(name, route);
    let stages = pipeline.stages.iter().fold(0, |set, stage| set | bit(stage.role));
    let place = instances::Place { scope: &scope, route, stages, constraints: &constraints };
    let mut plan = RoutePlan {
        name: name.clone(),
        request: route.request.clone(),
        fields: fields.iter().map(|field| field.name.clone()).collect(),
        invariants: Vec::new(),
        roles: route.roles.iter().map(|role| role_plan(compiler, &place, role)).collect(),
        denials: instances::denials(compiler, &place),
        instances: instances::instances(compiler, &place),
        accepts: accepts(compiler, &scope, &route.request),
        score: constraints.iter().position(|c| *c.name == score_name(name)).unwrap_or(usize::MAX),
        constraints,
        outputs: route.outputs.iter().map(|(name, e)| (name.clone(), compiler.expr(&scope, e))).collect(),
        pipeline,
    };
    for invariant in request.map_or(&[][..], |r| &r.invariants) {
        let code = compiler.expr(&scope, &invariant.condition);
        plan.invariants.push(InvariantPlan { code, because: invariant.because.clone(), at: invariant.at.clone() });
    }
    partition(compiler, partitions, &mut plan);
    plan
}

/// The set of one role.
pub fn bit(role: usize) -> Roles {
    u32::try_from(role).ok().and_then(|role| 1u64.checked_shl(role)).unwrap_or(0)
}

/// The name of the constraint that excludes candidates without a score.
fn score_name(route: &str) -> String {
    format!("{route}.score")
}

/// The argument of `@order`, which the check holds to be a number.
fn order(annotations: &[(Name, Vec<Name>)]) -> u32 {
    let stated = annotations.iter().find(|(name, _)| &**name == ir::ORDER).and_then(|(_, args)| args.first());
    stated.and_then(|text| text.parse().ok()).unwrap_or(u32::MAX)
}

/// The constraints by name, each name once, with the two that nobody writes.
fn constraints(name: &Name, route: &ir::Route) -> Vec<ConstraintPlan> {
    let written = route.constraints.iter().map(|c| ConstraintPlan {
        name: c.name.clone(),
        because: c.because.clone(),
        protected: c.protected,
        order: order(&c.annotations),
        at: c.at.clone(),
    });
    let unwritten = |name: Name, protected: bool| ConstraintPlan {
        name,
        because: None,
        protected,
        order: u32::MAX,
        at: route.at.clone(),
    };
    let mut all: Vec<ConstraintPlan> = written.collect();
    all.push(unwritten(Name::from(ir::ACCEPT), false));
    all.push(unwritten(Name::from(score_name(name)), true));
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.dedup_by(|again, first| again.name == first.name);
    all
}

fn role_plan(compiler: &mut Compiler<'_>, place: &instances::Place<'_, '_>, role: &ir::Role) -> RolePlan {
    let number = place.scope.roles.get(&role.name).map_or(0, |(number, _)| *number);
    let (lo, hi, list) = match role.cardinality {
        Cardinality::One => (1, 1, false),
        Cardinality::Optional => (0, 1, false),
        Cardinality::List { lo, hi } => (lo, hi, true),
    };
    let scope = place.scope.with_candidate(number);
    let mut depends = 0;
    let mut terms = Vec::new();
    let mut whole_list = false;
    for term in place.route.scores.get(&role.name).into_iter().flatten() {
        let exprs: Vec<&Expr> = std::iter::once(&term.value).chain(&term.when).collect();
        let names = Names::of(compiler.policy, exprs);
        let mut named = place.roles(&names);
        whole_list |= list && named & bit(number) != 0;
        depends |= if names.total { place.stages } else { 0 } | named;
        whole_list |= names.total;
        named &= !place.lists() & !bit(number);
        let value = compiler.expr(&scope, &term.value);
        let when = term.when.as_ref().map(|when| compiler.expr(&scope, when));
        terms.push(TermPlan { name: term.name.clone(), value, when, named, at: term.at.clone() });
    }
    depends &= !bit(number);
    let mut ties = Vec::new();
    for key in place.route.ties.get(&role.name).into_iter().flatten() {
        ties.push(TieKeyPlan { value: compiler.expr(place.scope, &key.value), descending: key.descending });
    }
    let implements = |s: &ir::Service| s.traits.contains(&role.trait_);
    let candidates = compiler.services.values().zip(0..).filter(|(s, _)| implements(s)).map(|(_, number)| number);
    RolePlan {
        name: role.name.clone(),
        trait_: role.trait_.clone(),
        lo,
        hi,
        list,
        candidates: Bits::of(compiler.services.len(), candidates),
        terms,
        ties,
        dynamic: depends != 0 || whole_list,
        depends,
        of_whole: list && whole_list,
        partition: None,
        alike: None,
    }
}

fn accepts(compiler: &mut Compiler<'_>, scope: &Scope<'_>, request: &Name) -> BTreeMap<usize, Vec<AcceptPlan>> {
    let mut all = BTreeMap::new();
    for (number, service) in compiler.services.values().enumerate() {
        let mut own = Vec::new();
        for accept in service.accepts.iter().filter(|a| a.request == *request) {
            let code = compiler.expr(scope, &accept.condition);
            own.push(AcceptPlan { code, because: accept.because.clone(), at: accept.at.clone() });
        }
        if !own.is_empty() {
            all.insert(number, own);
        }
    }
    all
}

/// Finds out which candidates the conditions and scores cannot tell apart.
fn partition(compiler: &Compiler<'_>, partitions: &mut Partitions, plan: &mut RoutePlan) {
    use super::code::Who;
    let (columns, services) = (compiler.columns.as_slice(), compiler.services.len());
    let totals: Vec<usize> = plan.pipeline.guarantees.iter().map(|g| g.column).collect();
    let stages = plan.pipeline.stages.iter().fold(0, |set, stage| set | bit(stage.role));
    let of_role = |codes: &[&Code], who: Who, totals: &[usize]| {
        let mut all = Reads::default();
        codes.iter().for_each(|code| all.add(&reads(code, who, totals)));
        all
    };
    let mut joint = vec![Reads::default(); plan.roles.len()];
    for instance in &mut plan.instances {
        let Demand::Clause(rule) = &instance.demand else { continue };
        let codes = rule.codes();
        let subject = of_role(&codes, Who::Subject, &[]);
        instance.partition = partitions.of(&subject, columns, services);
        if instance.unary {
            continue;
        }
        if let Some(of) = instance.candidate.and_then(|role| joint.get_mut(role)) {
            of.add(&subject);
        }
        for (role, all) in joint.iter_mut().enumerate().filter(|(role, _)| instance.involves & bit(*role) != 0) {
            let totals = if stages & bit(role) == 0 { &[][..] } else { &totals };
            let mut read = of_role(&codes, Who::Role(role), totals);
            read.whole |= plan.roles.get(role).is_some_and(|r| r.list) && instance.whole & bit(role) != 0;
            all.add(&read);
            if (instance.named | instance.whole) & bit(role) != 0 {
                instance.partners.push((role, partitions.of(&read, columns, services)));
            }
        }
    }
    score_partitions(plan, partitions, columns, services, &mut joint);
}

fn score_partitions(
    plan: &mut RoutePlan,
    partitions: &mut Partitions,
    columns: &[Column],
    services: usize,
    joint: &mut [Reads],
) {
    use super::code::Who;
    let dynamic = plan.roles.iter().any(|role| role.dynamic);
    for (role, all) in plan.roles.iter_mut().zip(joint) {
        let codes = role.terms.iter().flat_map(|term| std::iter::once(&term.value).chain(&term.when));
        let mut own = Reads::default();
        codes.for_each(|code| own.add(&reads(code, Who::Subject, &[])));
        role.partition = if role.dynamic { None } else { partitions.of(&own, columns, services) };
        // Where scores depend on the assignment, no two candidates are taken to be alike.
        all.whole |= dynamic;
        role.alike = partitions.of(all, columns, services);
    }
}

impl Rule {
    /// Every code of it, waivers' guards included.
    pub fn codes(&self) -> Vec<&Code> {
        let waivers = self.waivers.iter().filter_map(|waiver| waiver.when.as_ref());
        self.when.iter().chain(&self.unless).chain(std::iter::once(&self.condition)).chain(waivers).collect()
    }
}
