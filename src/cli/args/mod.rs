//! The command line, declared: what can be typed, and the words that explain it.

mod author;
mod decide;
mod registry;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use author::*;
pub use decide::*;
pub use registry::*;

use crate::registry::Which;

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
    /// The folder of the registry of services, in the place of the one that the manifest names.
    #[arg(long, global = true, value_name = "DIR")]
    pub registry: Option<PathBuf>,
    /// Decide on this snapshot of the registry, by its number or digest, in the place of the one in force.
    #[arg(long, global = true, value_name = "SNAPSHOT")]
    pub snapshot: Option<Which>,
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
    /// Whether the verb uses the services of a registry, and whether it can use those of an older snapshot.
    pub fn uses_registry(&self) -> (bool, bool) {
        match self {
            Self::Route(_)
            | Self::WhyNot(_)
            | Self::WhatIf(_)
            | Self::Graph(_)
            | Self::Enforce(_)
            | Self::Replay(_)
            | Self::Mission(_) => (true, true),
            Self::Explain(args) => (args.from.is_none(), args.from.is_none()),
            Self::Registry(verb) => (true, verb.looks_back()),
            _ => (false, false),
        }
    }

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
    /// Hold what was measured against what a decision promised.
    Enforce(EnforceArgs),
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
    /// Register services while decisions are made, find them, and look at what was.
    #[command(subcommand)]
    Registry(RegistryVerb),
    /// Prove properties over every request.
    Prove,
    /// Run and resume bounded workflows.
    #[command(subcommand)]
    Mission(super::mission::args::MissionVerb),
}
