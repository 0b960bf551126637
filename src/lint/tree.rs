//! The expressions of an item, for lints that look at what was written rather than at what it means.

use crate::syntax::ast::{
    Claim, Expect, ExpectKind, Expr, ExprKind, FieldDecl, FoldBody, Invariant, ItemKind, MissionItem, Operation,
    RouteItem, RuleClauseKind, SignalSetting, StepBody, TextPart,
};

/// The direct parts of an expression, in the order in which they are written.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Error
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Decimal(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(..)
        | ExprKind::Duration(_)
        | ExprKind::Date(_)
        | ExprKind::Instant(_)
        | ExprKind::Name(_) => Vec::new(),
        ExprKind::Text(parts) => {
            parts.iter().filter_map(|part| if let TextPart::Value(e) = part { Some(e) } else { None }).collect()
        }
        ExprKind::Set(parts)
        | ExprKind::List(parts)
        | ExprKind::Call(_, parts)
        | ExprKind::And(parts)
        | ExprKind::Or(parts) => parts.iter().collect(),
        ExprKind::Record(fields) => fields.iter().map(|(_, value)| value).collect(),
        ExprKind::Field(a, _)
        | ExprKind::Closure(a)
        | ExprKind::Not(a)
        | ExprKind::Neg(a)
        | ExprKind::Known(a)
        | ExprKind::Is(a, _) => vec![a],
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => vec![a, b],
        ExprKind::If(a, b, c) => vec![a, b, c],
        ExprKind::Quantified { over, body, .. } => vec![over, body],
        ExprKind::Fold(_, FoldBody::Values(values)) => values.iter().collect(),
        ExprKind::Fold(_, FoldBody::Generator(c)) | ExprKind::Comprehension(c) => {
            let mut parts: Vec<&Expr> = c.take.iter().chain([&c.over]).chain(&c.filter).collect();
            parts.extend(c.order.iter().map(|(by, _)| by));
            parts.extend(&c.limit);
            parts
        }
    }
}

/// Goes through an expression and all its parts, each before its own.
pub fn each<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    for child in children(expr) {
        each(child, visit);
    }
}

/// The text of an expression, in brackets where it is more than a fact or a number.
pub fn atom(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '%');
    if text.chars().all(plain) { text.to_owned() } else { format!("({text})") }
}

/// The whole expressions of an item: conditions, values, defaults, bounds.
pub fn expressions(kind: &ItemKind) -> Vec<&Expr> {
    match kind {
        ItemKind::Enum(_) | ItemKind::Error { .. } => Vec::new(),
        ItemKind::Record(item) => defaults_of(&item.fields),
        ItemKind::Trait(item) => {
            let measured = item.guarantees.iter().filter_map(|guarantee| guarantee.measured_as.as_ref());
            [defaults_of(&item.fields), measured.collect(), conditions_of(&item.invariants)].concat()
        }
        ItemKind::Service(item) => {
            item.entries.iter().map(|e| &e.value).chain(item.accepts.iter().map(|a| &a.condition)).collect()
        }
        ItemKind::Request(item) => [defaults_of(&item.fields), conditions_of(&item.invariants)].concat(),
        ItemKind::Signal(item) => item.default.iter().collect(),
        ItemKind::Let(item) => vec![&item.value],
        ItemKind::Define(item) => vec![&item.body],
        ItemKind::Table(item) => item.rows.iter().flat_map(|row| [&row.key, &row.value]).collect(),
        ItemKind::Route(item) => of_route(item),
        ItemKind::Rule(item) => {
            let clauses = item.clauses.iter().filter_map(|clause| match &clause.kind {
                RuleClauseKind::Require(condition) => Some(condition),
                RuleClauseKind::Exclude { when, .. } | RuleClauseKind::Deny { when } => when.as_ref(),
            });
            item.when.iter().chain(&item.unless).chain(clauses).collect()
        }
        ItemKind::Waiver(item) => item.when.iter().collect(),
        ItemKind::Test(item) => {
            let mut all = vec![&item.request];
            all.extend(of_expectations(&item.signals, &item.expects));
            for case in &item.cases {
                all.extend(&case.change);
                all.extend(of_expectations(&case.signals, &case.expects));
            }
            all
        }
        ItemKind::Property(item) => {
            let claim = match &item.claim {
                Claim::Always(condition) | Claim::Never(condition) => Some(condition),
                Claim::AlwaysDenied | Claim::NeverDenied | Claim::AlwaysRouted | Claim::NeverRouted => None,
            };
            item.when.iter().chain(claim).collect()
        }
        ItemKind::Mission(item) => of_mission(item),
    }
}

fn of_route(item: &RouteItem) -> Vec<&Expr> {
    let terms = item.scores.iter().flat_map(|block| &block.terms);
    let scores = terms.flat_map(|term| std::iter::once(&term.value).chain(&term.when));
    let ties = item.ties.iter().flat_map(|ties| &ties.keys).map(|key| &key.value);
    let outputs = item.outputs.iter().map(|output| &output.value);
    item.requires.iter().map(|require| &require.condition).chain(scores).chain(ties).chain(outputs).collect()
}

fn of_expectations<'a>(signals: &'a [SignalSetting], expects: &'a [Expect]) -> impl Iterator<Item = &'a Expr> {
    let expected = expects.iter().filter_map(|expect| match &expect.kind {
        ExpectKind::Condition(asked) | ExpectKind::Kept { result: asked, .. } => Some(asked),
        _ => None,
    });
    signals.iter().map(|setting| &setting.value).chain(expected)
}

fn of_mission(item: &MissionItem) -> Vec<&Expr> {
    let mut all = defaults_of(&item.state);
    for step in &item.steps {
        all.extend(&step.when);
        match &step.body {
            StepBody::Human { ask, options, by, .. } => {
                all.extend(std::iter::once(ask).chain(options.as_deref()).chain(by.as_deref()))
            }
            StepBody::Operations(operations) => all.extend(operations.iter().filter_map(|operation| match operation {
                Operation::Set(_, e) | Operation::Append(_, e) | Operation::Merge(_, e) | Operation::Fail(e) => Some(e),
                Operation::Increment(_, e) => e.as_ref(),
                Operation::Route { request, .. } => Some(request),
                Operation::Mission { args, .. } => Some(args),
                Operation::Unset(_) | Operation::Copy(..) | Operation::Noop(_) => None,
            })),
        }
    }
    all
}

fn defaults_of(fields: &[FieldDecl]) -> Vec<&Expr> {
    fields.iter().filter_map(|field| field.default.as_ref()).collect()
}

fn conditions_of(invariants: &[Invariant]) -> Vec<&Expr> {
    invariants.iter().map(|invariant| &invariant.condition).collect()
}
