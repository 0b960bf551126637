//! Which key states which fact, and how it is read.

use super::read::{Reading, Row};

/// What must be stated: the fact, its key, and what to do.
pub(super) const REQUIRED: &[(&str, &str, &str)] = &[
    ("service_id", "service_id", "state the name of the service in small letters, digits, `-` and `_`"),
    ("title", "name", "state `name`, the name that people read"),
    ("version", "version", "state `version`, such as `1.0.0`"),
    ("capabilities", "capabilities", "state `capabilities`, a list of what the service can do"),
    ("api", "api", "state `api` with `protocol`, `base_url` and `endpoints`"),
];

/// The sections of a contract.
pub(super) const SECTIONS: &[&str] = &[
    "service",
    "service_id",
    "id",
    "capabilities",
    "guarantees",
    "constraints",
    "cost",
    "privacy",
    "alignment",
    "api",
    "invariants",
    "metadata",
    "base_url",
    "protocol",
    "cost_per_token",
];

/// What stands at the top of a contract.
pub(in crate::facts) const TOP: &[Row] = &[
    ("name", "title", Reading::Text),
    ("version", "version", Reading::Version),
    ("description", "description", Reading::Text),
    ("contract_path", "contract_path", Reading::Text),
    ("required_permissions", "required_permissions", Reading::Texts),
    ("required_trust_level", "required_trust_level", Reading::Count),
    ("public", "public", Reading::Flag),
    ("route", "placement", Reading::OneOf(&["internal", "external", "hybrid"])),
    ("encoding", "encoding", Reading::Field),
];

/// `constraints`
pub(in crate::facts) const CONSTRAINTS: &[Row] = &[
    ("max_concurrent_requests", "max_concurrent_requests", Reading::Count),
    ("max_tokens_per_request", "max_tokens_per_request", Reading::Count),
    ("max_tokens", "max_tokens", Reading::Count),
    ("max_images", "max_images", Reading::Count),
    ("supported_languages", "languages", Reading::Texts),
    ("requires_gpu", "requires_gpu", Reading::Flag),
    ("requires_internet", "requires_internet", Reading::Flag),
    ("data_locality", "data_locality", Reading::Text),
    ("cost", "price", Reading::Money),
    ("risk", "risk", Reading::Share),
];

/// `constraints.rate_limit`
pub(in crate::facts) const RATE_LIMIT: &[Row] =
    &[("per_minute", "rate_per_minute", Reading::Count), ("per_hour", "rate_per_hour", Reading::Count)];

/// `constraints.context_length`
pub(in crate::facts) const CONTEXT_LENGTH: &[Row] = &[("max_tokens", "context", Reading::Count)];

/// `cost`; its currency is read first.
pub(in crate::facts) const COST: &[Row] = &[
    ("model", "cost_model", Reading::OneOf(&["per_token", "per_request"])),
    ("base_cost", "base_price", Reading::Money),
    ("token_cost", "token_price", Reading::Money),
    ("per_token", "token_price", Reading::Money),
    ("per_request", "price", Reading::Money),
    ("per_image", "image_price", Reading::Money),
];

/// `privacy`
pub(in crate::facts) const PRIVACY: &[Row] = &[
    ("data_locality", "data_locality", Reading::Text),
    ("encryption", "encryption", Reading::Flag),
    ("encryption_type", "encryption_type", Reading::Text),
    ("data_retention", "data_retention", Reading::Text),
    ("gdpr_compliant", "gdpr_compliant", Reading::Flag),
    ("hipaa_compliant", "hipaa_compliant", Reading::Flag),
];

/// `alignment`
pub(in crate::facts) const ALIGNMENT: &[Row] = &[
    ("safety_level", "safety_level", Reading::Text),
    ("content_filtering", "content_filtering", Reading::Flag),
    ("bias_mitigation", "bias_mitigation", Reading::Flag),
    ("toxicity_filtering", "toxicity_filtering", Reading::Flag),
];

/// `api`, but for its endpoints.
pub(in crate::facts) const API: &[Row] = &[
    ("protocol", "protocol", Reading::OneOf(&["http", "grpc", "native"])),
    ("base_url", "base_url", Reading::Uri),
    ("health_endpoint", "health_endpoint", Reading::Text),
];

/// `metadata`
pub(in crate::facts) const METADATA: &[Row] = &[
    ("tags", "tags", Reading::Texts),
    ("category", "category", Reading::Text),
    ("provider", "provider", Reading::Text),
    ("documentation", "documentation", Reading::Text),
    ("documentation_url", "documentation", Reading::Text),
    ("api_version", "api_version", Reading::Text),
];

/// An element of `api.endpoints`.
pub(super) const ENDPOINT: &[Row] = &[
    ("path", "path", Reading::Text),
    ("method", "method", Reading::Text),
    ("input_schema", "input_schema", Reading::Text),
    ("output_schema", "output_schema", Reading::Text),
];

/// An element of `invariants`, but for the parts that have parts.
pub(super) const INVARIANT: &[Row] = &[
    ("id", "id", Reading::Text),
    ("description", "description", Reading::Text),
    ("formula", "formula", Reading::Text),
    ("math_thesis_reference", "reference", Reading::Text),
];

/// `verification` of an invariant, where it is no path.
pub(super) const VERIFICATION: &[Row] = &[
    ("type", "verification", Reading::OneOf(&["notebook", "telemetry", "ci_gate", "artifact"])),
    ("path", "verification_path", Reading::Text),
    ("frequency", "frequency", Reading::OneOf(&["per_write", "per_query", "per_signal", "continuous", "on_demand"])),
];

/// `artifact` of an invariant, where it is no path.
pub(super) const ARTIFACT: &[Row] = &[("path", "artifact", Reading::Text), ("checks", "checks", Reading::List)];
