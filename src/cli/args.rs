//! The command line, declared: what can be typed, and the words that explain it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::diff::DiffArgs;
use super::doc::DocArgs;

/// Decides which service may do a piece of work, and proves it.
///
/// Exit codes: 0 yes (routed, clean, passed), 1 a definite no (denied, unroutable, failed), 2 the input is wrong, 3
/// anything unexpected, 4 a mission waits for an answer.
#[derive(Debug, Parser)]
#[command(name = "provost", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Arguments {
    /// The folder of the package, or of a workspace; the current one, where none is named.
    #[arg(long, global = true, value_name = "DIR")]
    pub package: Option<PathBuf>,
    /// The package of the workspace that is meant; all of them, or the one that has the route, where none is named.
    #[arg(short = 'p', long = "member", global = true, value_name = "NAME")]
    pub member: Option<String>,
    /// How results and diagnostics are written.
    #[arg(long, global = true, value_enum, default_value_t = Report::Text)]
    pub format: Report,
    /// What is to be done.
    #[command(subcommand)]
    pub verb: Verb,
}

/// How results are written, by a verb that knows only two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// How results are written; what a verb does not know it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Report {
    /// For people.
    Text,
    /// For machines.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// JUnit XML, for build servers.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// The code quality report of GitLab.
    Gitlab,
}

impl Report {
    /// Every way, in order.
    pub const ALL: &[Self] = &[Self::Text, Self::Json, Self::Sarif, Self::Junit, Self::Github, Self::Gitlab];

    /// The word by which it is asked for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }

    /// The nearest of the two ways that every verb knows.
    pub fn plain(self) -> Format {
        if self == Self::Text { Format::Text } else { Format::Json }
    }
}

impl Verb {
    /// The ways in which the verb can write its results.
    pub fn reports(&self) -> &'static [Report] {
        match self {
            Self::Check => Report::ALL,
            Self::Test(args) if args.record.is_none() => Report::ALL,
            Self::Lint(args) if !args.list => Report::ALL,
            Self::Diff(_) => &[Report::Text, Report::Json, Report::Sarif, Report::Github, Report::Gitlab],
            _ => &[Report::Text, Report::Json],
        }
    }
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Begin a package that checks, routes and tests at once.
    New(NewArgs),
    /// Read everything and say all that is wrong.
    Check,
    /// Bring source files into their one form.
    Fmt(FmtArgs),
    /// Find what is allowed and still not right.
    Lint(LintArgs),
    /// Print the page of a lint.
    ExplainLint {
        /// The lint.
        name: String,
    },
    /// Run the tests of a package.
    Test(TestArgs),
    /// Decide a request and write the decision as JSON.
    Route(RouteArgs),
    /// Decide a request and explain the decision to a person.
    Explain(ExplainArgs),
    /// Say why one service was not chosen, and the least that would have to change.
    WhyNot(WhyNotArgs),
    /// Decide a request twice, as it is and with changes, and show the difference.
    WhatIf(WhatIfArgs),
    /// Check a certificate with the independent verifier.
    Verify(VerifyArgs),
    /// Check or list a log of decisions.
    #[command(subcommand)]
    Log(LogVerb),
    /// Decide every request of a log again, under the same package or another.
    Replay(ReplayArgs),
    /// Compare two versions of a package by what they mean.
    Diff(DiffArgs),
    /// Write a site about a package, to be read in a browser.
    Doc(DocArgs),
    /// Draw traits, uses, a route, or the funnel of a decision.
    Graph(GraphArgs),
    /// Say whether the package that has a registry of models can select one: the switch, the version, the counts.
    Health,
    /// Turn data of a foreign schema into contracts.
    Import(ImportArgs),
    /// Write checked contracts as data.
    Export(ExportArgs),
    /// Write the JSON Schema of decisions, of contract data, or of one package's contracts.
    Schema(SchemaArgs),
    /// Write the completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual page.
    Man,
    /// Judge a run of a layer without calling a model, and write its manifest and its report.
    ///
    /// Exit codes: 0 the files are written, 2 something stands against the run and nothing is written, 3 nothing stands
    /// against the run and the files cannot be written.
    DryRun(DryRunArgs),
    /// Prove properties over every request.
    Prove,
    /// Run and resume bounded workflows.
    #[command(subcommand)]
    Mission(super::mission::args::MissionVerb),
}

/// `provost new`
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The folder to make; its last part is the package's name.
    pub dir: PathBuf,
}

/// `provost fmt`
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Source files and folders of them, or `-` for standard input; the sources of the package or workspace, where none
    /// is named.
    #[arg(value_name = "PATH|-")]
    pub paths: Vec<PathBuf>,
    /// Write nothing, and list the files that are not formatted.
    #[arg(long)]
    pub check: bool,
    /// Write nothing, and show what would change.
    #[arg(long, conflicts_with = "check")]
    pub diff: bool,
}

/// `provost lint`
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Apply the fixes after which every decision is the same.
    #[arg(long)]
    pub fix: bool,
    /// Apply all fixes, also those that somebody has to look at.
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// The findings that are known; `lint-baseline.json` beside the manifest, where none is named.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found now to the baseline, and know it from then on.
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes"])]
    pub write_baseline: bool,
    /// The instant by which waivers have expired, as in `2026-11-21T00:00:00Z`; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// List all lints.
    #[arg(long)]
    pub list: bool,
}

/// `provost test`
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Only tests whose name holds this text; a case is called `test: case`.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How many tests run at a time; as many as there are processors, where nothing is said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Show which conditions the tests have seen true, false and unknown.
    #[arg(long)]
    pub coverage: bool,
    /// Fail where the tests have seen less than this of the conditions.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u16).range(0..=100))]
    pub min: Option<u16>,
    /// Run again whenever a file changes.
    #[arg(long)]
    pub watch: bool,
    /// Stop watching after so many runs.
    #[arg(long, value_name = "N", requires = "watch", hide = true)]
    pub runs: Option<u32>,
    /// Run nothing: turn a request into a test that expects its present outcome.
    #[arg(long, value_name = "ROUTE", conflicts_with_all = ["filter", "coverage", "min", "watch"])]
    pub record: Option<String>,
    /// The name of the recorded test.
    #[arg(long, value_name = "NAME", requires = "record")]
    pub name: Option<String>,
    /// The file that the recorded test is appended to; `tests/recorded.provost` of the package, where none is named.
    #[arg(long, value_name = "FILE", requires = "record")]
    pub into: Option<PathBuf>,
    /// The request to record, and what else its decision depends on.
    #[command(flatten)]
    pub inputs: InputArgs,
}

/// A request and everything else that a decision depends on.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// The request: a JSON, YAML or TOML file, or `-` for JSON on standard input.
    #[arg(long, value_name = "FILE|-")]
    pub request: Option<PathBuf>,
    /// Set a field of the request, as in `needs=ocr,chat`; may be given several times.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// The signals: a JSON, YAML or TOML file.
    #[arg(long, value_name = "FILE")]
    pub signals: Option<PathBuf>,
    /// The instant of the decision, as in `2026-11-21T00:00:00Z`; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["route", "request", "set", "signals", "now", "certificate"])]
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

/// `provost import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file to read.
    pub file: PathBuf,
    /// The adapter that understands it.
    #[arg(long, value_name = "NAME")]
    pub adapter: String,
    /// The trait of the package that the services implement.
    #[arg(long = "trait", value_name = "TRAIT")]
    pub trait_: Option<String>,
    /// An option of the adapter, as in `mode=chat`; may be given several times.
    #[arg(long = "option", value_name = "NAME=VALUE")]
    pub options: Vec<String>,
    /// The file to write, `.yaml`, `.toml` or `.json`; YAML on standard output, where none is named.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `provost export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Only services whose name holds this text.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// The file to write, `.yaml`, `.toml` or `.json`; YAML on standard output, where none is named.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `provost schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which schema.
    #[arg(value_enum)]
    pub what: Schema,
}

/// The schemas that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// Of a decision.
    Decision,
    /// Of contract data of any package.
    Contracts,
    /// Of the contract data of this package, with its own traits.
    Package,
    /// Of the manifest of a dry run.
    RunManifest,
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
    #[arg(long, value_name = "INSTANT", conflicts_with = "deterministic")]
    pub now: Option<String>,
    /// Use the instant `2026-01-10T12:00:00+00:00`, so that the same run has the same bytes.
    #[arg(long)]
    pub deterministic: bool,
}
