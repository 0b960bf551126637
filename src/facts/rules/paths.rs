//! What a path of the original is called in the package: the one table of names, for rules and for requests.

use crate::facts::adapter::caio::read::{Reading, Row};
use crate::facts::adapter::caio::tables;

/// How a bare number at a path is meant, and what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As the field's type writes it.
    Plain,
    /// A bare number counts milliseconds.
    Milliseconds,
    /// A bare number counts dollars.
    Dollars,
    /// A share; above one it counts in hundredths.
    Percentage,
    /// A flag of the original that is a member of a set here.
    Marker(&'static str),
    /// One text or several, all of which are in a set here.
    Elements,
}

/// Where something stands in the original, the field that states it here, and how it is written there.
pub type Named = (&'static str, &'static str, Kind);

use Kind::{Dollars, Elements, Marker, Milliseconds, Percentage, Plain};

/// The request. A field of a record is behind a point.
pub const REQUEST: &[Named] = &[
    ("intent", "intent", Plain),
    ("intent.type", "intent", Plain),
    ("intent.domain", "domain", Plain),
    ("requirements", "needs", Elements),
    ("requirements.capability", "needs", Elements),
    ("requirements.capabilities", "needs", Elements),
    ("requirements.guarantees.accuracy", "min_accuracy", Plain),
    ("requirements.guarantees.accuracy.min", "min_accuracy", Plain),
    ("requirements.guarantees.accuracy.bound.min", "min_accuracy", Plain),
    ("requirements.guarantees.availability", "min_availability", Percentage),
    ("requirements.guarantees.availability.min", "min_availability", Percentage),
    ("requirements.guarantees.availability.target", "min_availability", Percentage),
    ("requirements.guarantees.throughput", "min_throughput", Plain),
    ("requirements.guarantees.throughput.min", "min_throughput", Plain),
    ("requirements.guarantees.latency", "guaranteed_within", Milliseconds),
    ("requirements.guarantees.latency.max", "guaranteed_within", Milliseconds),
    ("requirements.guarantees.latency.bound.max", "guaranteed_within", Milliseconds),
    ("requirements.guarantees.latency_ms", "guaranteed_within", Milliseconds),
    ("requirements.guarantees.determinism", "deterministic", Plain),
    ("requirements.guarantees.determinism.eq", "deterministic", Plain),
    ("requirements.max_latency_ms", "guaranteed_within", Milliseconds),
    ("requirements.data_locality", "data_locality", Plain),
    ("requirements.constraints.requires_gpu", "requires_gpu", Plain),
    ("requirements.constraints.requires_internet", "requires_internet", Plain),
    ("requirements.constraints.data_locality", "data_locality", Plain),
    ("requirements.constraints.max_latency_ms", "guaranteed_within", Milliseconds),
    ("requirements.constraints.min_throughput_tokens_per_sec", "min_throughput", Plain),
    ("requirements.constraints.max_cost_per_token", "max_token_price", Dollars),
    ("constraints.requires_gpu", "requires_gpu", Plain),
    ("constraints.requires_internet", "requires_internet", Plain),
    ("constraints.data_locality", "data_locality", Plain),
    ("constraints.max_latency_ms", "max_latency", Milliseconds),
    ("constraints.min_throughput_tokens_per_sec", "min_throughput", Plain),
    ("constraints.max_cost_per_token", "max_token_price", Dollars),
    ("constraints.max_cost", "max_cost", Dollars),
    ("max_latency_ms", "max_latency", Milliseconds),
    ("max_cost", "max_cost", Dollars),
    ("priority", "priority", Plain),
    ("context.priority", "priority", Plain),
    ("context.user_id", "subject", Plain),
    ("context.user_trust_level", "trust_level", Plain),
    ("context.rfs_metrics.resonance", "metrics.resonance", Plain),
    ("context.rfs_metrics.recall", "metrics.recall", Plain),
    ("context.psi_i", "intent_field", Plain),
    ("context.psi_rfs", "memory_field", Plain),
    ("user.id", "subject", Plain),
    ("user.permissions", "permissions", Elements),
    ("user.trust_level", "trust_level", Plain),
    ("data.sensitive", "labels", Marker("sensitive")),
    ("data.contains_pii", "labels", Marker("contains_pii")),
    ("data.medical_data", "labels", Marker("medical_data")),
    ("traits.conservative.max_risk", "persona.max_risk", Plain),
    ("traits.risk_tolerance", "persona.risk_tolerance", Plain),
    ("traits.confidential", "persona.confidential", Plain),
    ("policies.require_encryption", "require_encryption", Plain),
    ("policies.allow_external_services", "allow_external", Plain),
];

/// Promises and prices of a service, beside what the tables of the adapter `caio` name.
const SERVICE: &[Named] = &[
    ("latency", "latency", Milliseconds),
    ("latency.max", "latency", Milliseconds),
    ("latency.max_ms", "latency", Milliseconds),
    ("latency.bound.max", "latency", Milliseconds),
    ("latency_ms", "latency", Milliseconds),
    ("max_latency_ms", "latency", Milliseconds),
    ("latency.p50", "latency_p50", Milliseconds),
    ("latency.p50_ms", "latency_p50", Milliseconds),
    ("latency.p95", "latency_p95", Milliseconds),
    ("latency.p95_ms", "latency_p95", Milliseconds),
    ("latency.p99", "latency_p99", Milliseconds),
    ("latency.p99_ms", "latency_p99", Milliseconds),
    ("p50_latency_ms", "latency_p50", Milliseconds),
    ("p95_latency_ms", "latency_p95", Milliseconds),
    ("p99_latency_ms", "latency_p99", Milliseconds),
    ("accuracy", "accuracy", Plain),
    ("accuracy.min", "accuracy", Plain),
    ("accuracy.bound.min", "accuracy", Plain),
    ("availability", "availability", Percentage),
    ("availability.min", "availability", Percentage),
    ("availability.target", "availability", Percentage),
    ("availability.bound.min", "availability", Percentage),
    ("throughput", "throughput", Plain),
    ("throughput.min", "throughput", Plain),
    ("throughput.bound.min", "throughput", Plain),
    ("throughput_tokens_per_sec", "throughput", Plain),
    ("determinism", "determinism", Plain),
    ("determinism.eq", "determinism", Plain),
    ("security", "security", Plain),
    ("resonance_quality", "resonance_quality", Plain),
    ("interference", "interference", Plain),
    ("conductivity", "conductivity", Plain),
    ("capacity_margin", "capacity_margin", Plain),
    ("aead_exact_recall", "exact_recall", Plain),
    ("pde_stability", "stability_gain", Plain),
    ("cost", "price", Dollars),
    ("price", "price", Dollars),
    ("cost_per_request", "price", Dollars),
    ("cost_per_token", "token_price", Dollars),
    ("capabilities", "capabilities", Elements),
    ("constraints.rate_limit.per_minute", "rate_per_minute", Plain),
    ("constraints.rate_limit.per_hour", "rate_per_hour", Plain),
    ("constraints.context_length.max_tokens", "context", Plain),
    ("service_id", NAME, Plain),
    ("id", NAME, Plain),
];

/// The field that stands for the name by which a service is known.
pub const NAME: &str = "name";

/// The sections of a contract whose keys the tables of the adapter name.
const SECTIONS: &[(&str, &[Row])] = &[
    ("", tables::TOP),
    ("constraints", tables::CONSTRAINTS),
    ("cost", tables::COST),
    ("privacy", tables::PRIVACY),
    ("alignment", tables::ALIGNMENT),
    ("api", tables::API),
    ("metadata", tables::METADATA),
];

/// Whose fact a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The request's.
    Request,
    /// The candidate's.
    Service,
}

/// The field behind a path of the request, without `request.`.
pub fn of_request(path: &str) -> Option<(&'static str, Kind)> {
    REQUEST.iter().find(|(known, ..)| *known == path).map(|(_, field, kind)| (*field, *kind))
}

/// The field behind a path of a service, without `service.`: with its section or, where that is clear, without.
pub fn of_service(path: &str) -> Option<(&'static str, Kind)> {
    let path = path.strip_prefix("guarantees.").unwrap_or(path);
    if let Some((_, field, kind)) = SERVICE.iter().find(|(known, ..)| *known == path) {
        return Some((field, *kind));
    }
    let (section, key) = match path.split_once('.') {
        Some((section, key)) => (Some(section), key),
        None => (None, path),
    };
    let sections = SECTIONS.iter().filter(|(name, _)| section.is_none_or(|section| *name == section));
    let (_, field, reading) = sections.flat_map(|(_, rows)| rows.iter()).find(|(known, ..)| *known == key)?;
    let kind = match reading {
        Reading::Money => Dollars,
        Reading::Texts | Reading::List => Elements,
        _ => Plain,
    };
    Some((field, kind))
}

/// Every path of a side, for whoever mistyped one.
pub fn known(side: Side) -> Vec<String> {
    match side {
        Side::Request => REQUEST.iter().map(|(path, ..)| format!("request.{path}")).collect(),
        Side::Service => {
            let promised = SERVICE.iter().map(|(path, ..)| format!("service.{path}"));
            let stated = SECTIONS.iter().flat_map(|(section, rows)| {
                rows.iter().map(move |(key, ..)| match *section {
                    "" => format!("service.{key}"),
                    section => format!("service.{section}.{key}"),
                })
            });
            promised.chain(stated).collect()
        }
    }
}
