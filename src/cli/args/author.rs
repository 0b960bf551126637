//! What the verbs take that write, check, compare and document packages.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::decide::InputArgs;

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

/// `provost doc`
#[derive(Debug, Args)]
pub struct DocArgs {
    /// The folder to write, which may hold an earlier site; `site` in the package, where none is named.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `provost diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The old version: a folder, or a git revision of the package's folder, as in `main` or `HEAD~3`.
    pub old: String,
    /// The new version; the package as it stands in its folder, where none is named.
    pub new: Option<String>,
    /// From where on a change counts as breaking; each level contains the one before.
    #[arg(long, value_enum, default_value_t = DiffLevel::Contract)]
    pub level: DiffLevel,
    /// Decide the requests of this log under both versions.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Decide the requests of this folder under both versions; needs `--route`.
    #[arg(long, value_name = "DIR", requires = "route")]
    pub requests: Option<PathBuf>,
    /// The route of the requests.
    #[arg(long, value_name = "ROUTE", requires = "requests")]
    pub route: Option<String>,
    /// The signals for the requests: a JSON, YAML or TOML file.
    #[arg(long, value_name = "FILE", requires = "requests")]
    pub signals: Option<PathBuf>,
    /// The instant for which requests are decided and waivers are over; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
}

/// From where on a change counts as breaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffLevel {
    /// Whoever relies on a service, a request type, a route or a trait may get less.
    Contract,
    /// Some request may be decided otherwise.
    Decision,
    /// The package says something else, even if it decides the same.
    Source,
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
    /// The file to write: `.yaml`, `.toml` or `.json`, or `.provost` for rules; standard output, where none is named.
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
    /// Of the proofs of a decision.
    Proofs,
    /// Of contract data of any package.
    Contracts,
    /// Of the contract data of this package, with its own traits.
    Package,
    /// Of the manifest of a dry run.
    RunManifest,
}
