//! What the verbs take that decide, explain, draw, verify and keep decisions.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// A request and everything else that a decision depends on.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// The request: a JSON, YAML or TOML file, or `-` for JSON on standard input.
    #[arg(long, value_name = "FILE|-")]
    pub request: Option<PathBuf>,
    /// The adapter that understands the request, where it is not in the package's own form: `caio`.
    #[arg(long, value_name = "NAME", requires = "request")]
    pub request_adapter: Option<String>,
    /// Set a field of the request, as in `needs=ocr,chat`; may be given several times.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// The signals: a JSON, YAML or TOML file.
    #[arg(long, value_name = "FILE")]
    pub signals: Option<PathBuf>,
    /// The instant of the decision, as in `2026-11-21T00:00:00Z`; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// Who asks.
    #[command(flatten)]
    pub caller: CallerArgs,
}

/// Who asks.
#[derive(Clone, Debug, Default, Args)]
pub struct CallerArgs {
    /// A token (JWT) that says who asks, checked as `[identity]` of the manifest says.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub token: Option<PathBuf>,
    /// The key that the token is signed with: PEM `PUBLIC KEY`, a JWK or a set of them, or a secret.
    #[arg(long, value_name = "FILE", requires = "token")]
    pub key: Option<PathBuf>,
    /// Believe what the request itself says of who asks: whoever runs this has verified it.
    #[arg(long)]
    pub trusted_caller: bool,
    /// Whether only a change is looked at that nobody acts on: then it may go beyond what a token states.
    #[arg(skip)]
    pub hypothetical: bool,
}

/// `provost route`
#[derive(Debug, Args)]
pub struct RouteArgs {
    /// The route.
    pub route: String,
    /// The request and what else the decision depends on.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Write the decision's certificate to this file.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Append the decision and its facts to this log.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// How the log is written.
    #[command(flatten)]
    pub logging: LoggingArgs,
}

/// How an entry of a log is written.
#[derive(Debug, Args)]
pub struct LoggingArgs {
    /// Mask these fields of the request in the log, besides those of `[log] mask` in the manifest.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', requires = "log")]
    pub mask: Vec<String>,
    /// The key that masked values are salted with.
    #[arg(long, value_name = "FILE", requires = "log")]
    pub mask_key: Option<PathBuf>,
    /// Append what opens the masked values to this file, which is as secret as they are.
    #[arg(long, value_name = "FILE", requires = "log")]
    pub openings: Option<PathBuf>,
    /// Sign the head of the log with this key.
    #[arg(long, value_name = "FILE", requires = "log")]
    pub sign_key: Option<PathBuf>,
}

/// `provost enforce`
#[derive(Debug, Args)]
pub struct EnforceArgs {
    /// The certificate of a decision; or the decision alone, which proves nothing, with the package that it was made under.
    #[arg(long, value_name = "FILE")]
    pub decision: PathBuf,
    /// What was measured, by guarantee: a JSON, YAML or TOML file, or `-` for JSON on standard input.
    #[arg(long, value_name = "FILE|-")]
    pub result: PathBuf,
    /// The detached Ed25519 signature of the result: 64 bytes, or 128 hexadecimal digits. Without a good one, nothing is enforced.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub signature: Option<PathBuf>,
    /// The public key that the result is signed with, as `provost log keygen` or PEM `PUBLIC KEY` writes it, or as a JWK.
    #[arg(long, value_name = "FILE", requires = "signature")]
    pub key: Option<PathBuf>,
    /// Append the outcome to this log.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// The instant that the log records, as in `2026-11-21T00:00:00Z`; the present, where none is given.
    #[arg(long, value_name = "INSTANT", requires = "log")]
    pub now: Option<String>,
    /// Mask the outcome in the log, salted with this key; all that is shown is whether every promise was kept.
    #[arg(long, value_name = "FILE", requires = "log")]
    pub mask_key: Option<PathBuf>,
    /// Append what opens the masked outcome to this file, which is as secret as it is.
    #[arg(long, value_name = "FILE", requires = "mask_key")]
    pub openings: Option<PathBuf>,
    /// Sign the head of the log with this key.
    #[arg(long, value_name = "FILE", requires = "log")]
    pub sign_key: Option<PathBuf>,
}

/// `provost log`
#[derive(Debug, Subcommand)]
pub enum LogVerb {
    /// Find what was edited, dropped, repeated, moved or cut off.
    Verify {
        /// The log.
        file: PathBuf,
        /// The head that anchors its end; the file beside it that ends in `.head`, where none is named.
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
        /// Openings of masked values, each of which must fit.
        #[arg(long, value_name = "FILE")]
        openings: Option<PathBuf>,
        /// The key that the head must be signed with.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// List the entries.
    Show {
        /// The log.
        file: PathBuf,
    },
    /// Check a log and sign its head.
    Sign {
        /// The log.
        file: PathBuf,
        /// The key.
        #[arg(long, value_name = "FILE")]
        sign_key: PathBuf,
    },
    /// Keep the one entry that stands behind a head that did not announce it, and set a torn line aside.
    Recover {
        /// The log.
        file: PathBuf,
        /// The key, where the head is signed.
        #[arg(long, value_name = "FILE")]
        sign_key: Option<PathBuf>,
    },
    /// Make a key for signing or masking, and write its public half beside it.
    Keygen {
        /// The file to make.
        file: PathBuf,
    },
}

/// `provost replay`
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The log.
    pub file: PathBuf,
    /// A field of the services with a number, summed over whoever is primary, before and now.
    #[arg(long, value_name = "FIELD")]
    pub cost: Option<String>,
    /// Decide each entry on the snapshot of the registry that its decision names, and not on the one in force.
    #[arg(long, conflicts_with = "snapshot")]
    pub recorded: bool,
    /// Openings of masked entries, which cannot be decided again without.
    #[arg(long, value_name = "FILE")]
    pub openings: Option<PathBuf>,
}

/// `provost verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The certificate. With `--package DIR`, its policy must be that of the package.
    pub file: PathBuf,
}

/// `provost explain`
#[derive(Debug, Args)]
#[command(override_usage = "provost explain ROUTE [OPTIONS]\n       provost explain --from FILE [OPTIONS]")]
pub struct ExplainArgs {
    /// The route; none with `--from`.
    #[arg(required_unless_present = "from")]
    pub route: Option<String>,
    /// Explain the decision of this certificate, after it has been verified. With `--package DIR`, its policy must be
    /// that of the package.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["route", "request", "set", "signals", "now", "token", "key", "trusted_caller", "certificate"])]
    pub from: Option<PathBuf>,
    /// The request and what else the decision depends on.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Write the decision's certificate to this file.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Show everything: every service with every reason.
    #[arg(short, long)]
    pub verbose: bool,
    /// Write the proofs of the decision as JSON instead, phase by phase, after its certificate has been verified.
    #[arg(long, conflicts_with = "verbose")]
    pub proofs: bool,
}

/// `provost why-not`
#[derive(Debug, Args)]
pub struct WhyNotArgs {
    /// The route.
    pub route: String,
    /// The service that was not chosen.
    pub service: String,
    /// The role it is asked about; the first role that its traits fit, where none is named.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// The request and what else the decision depends on.
    #[command(flatten)]
    pub inputs: InputArgs,
}

/// `provost what-if`
#[derive(Debug, Args)]
pub struct WhatIfArgs {
    /// The route.
    pub route: String,
    /// The request as it is.
    #[arg(long, value_name = "FILE|-")]
    pub request: Option<PathBuf>,
    /// The adapter that understands the request, where it is not in the package's own form: `caio`.
    #[arg(long, value_name = "NAME", requires = "request")]
    pub request_adapter: Option<String>,
    /// A change to the request, as in `region=eu_west`; may be given several times.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// The signals as they are.
    #[arg(long, value_name = "FILE")]
    pub signals: Option<PathBuf>,
    /// The signals as they would be.
    #[arg(long, value_name = "FILE")]
    pub then_signals: Option<PathBuf>,
    /// The instant of the decision as it is.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// The instant as it would be.
    #[arg(long, value_name = "INSTANT")]
    pub then_now: Option<String>,
    /// Who asks, before and after.
    #[command(flatten)]
    pub caller: CallerArgs,
}

/// `provost graph`
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// What is drawn.
    #[arg(value_enum)]
    pub what: Picture,
    /// The route, for `route` and `funnel`.
    pub route: Option<String>,
    /// The notation.
    #[arg(long, value_enum, default_value_t = Notation::Svg)]
    pub notation: Notation,
    /// The file to write; standard output, where none is named.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The request and what else the decision depends on, for `funnel`.
    #[command(flatten)]
    pub inputs: InputArgs,
}

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Picture {
    /// The lattice of traits.
    Traits,
    /// Which service uses which.
    Uses,
    /// A route with its roles and constraints.
    Route,
    /// How the constraints narrow the candidates of a decision.
    Funnel,
}

/// How it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
    /// A picture.
    Svg,
}

/// `provost dry-run`
#[derive(Debug, Args)]
pub struct DryRunArgs {
    /// The layer, as in `L2`.
    #[arg(long, value_name = "LAYER")]
    pub layer: String,
    /// The model that would do the work.
    #[arg(long, value_name = "MODEL")]
    pub primary: String,
    /// The model that would check the work.
    #[arg(long, value_name = "MODEL")]
    pub critic: String,
    /// The folder for the manifest and the report; made, where there is none.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What the operator has to say.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub notes: Option<String>,
    /// Something that was found; may be given several times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub finding: Vec<String>,
    /// Something that is to be done; may be given several times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub action: Vec<String>,
    /// A path that the run would read; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub input: Vec<String>,
    /// A kind of output that the run would give; may be given several times.
    #[arg(long, value_name = "KIND")]
    pub output: Vec<String>,
    /// A tool that the run would use; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub tool: Vec<String>,
    /// What would be handed to the layer: a JSON file that points at things and holds none of them.
    #[arg(long, value_name = "FILE")]
    pub envelope: Option<PathBuf>,
    /// Refuse a critic of the same provider as the primary.
    #[arg(long)]
    pub provider_diversity: bool,
    /// Write the certificate of the decision beside the manifest.
    #[arg(long)]
    pub with_certificate: bool,
    /// The identity of the run, instead of the computed one.
    #[arg(long, value_name = "ID")]
    pub run_id: Option<String>,
    /// The instant of the run, as in `2026-11-21T00:00:00Z`; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// Never ask the clock, so that the same run has the same bytes: where `--now` names no instant, it is
    /// `2026-01-10T12:00:00+00:00`.
    #[arg(long)]
    pub deterministic: bool,
}
