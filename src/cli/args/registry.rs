//! What `provost registry` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::registry::Which;

/// `provost registry`
#[derive(Debug, Subcommand)]
pub enum RegistryVerb {
    /// Make an empty registry; nothing happens where there is one.
    Init {
        /// The instant that the history records, as in `2026-11-21T00:00:00Z`; the present, where none is given.
        #[arg(long, value_name = "INSTANT")]
        now: Option<String>,
        /// How long to wait for whoever is writing, in seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        wait: u64,
    },
    /// Bring in the services of contract files, all or none; the same contract again changes nothing.
    Register(ContractArgs),
    /// Give services that are there the contracts of these files, all or none.
    Update(ContractArgs),
    /// Take services out, all or none.
    Remove {
        /// The services.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// How it is written.
        #[command(flatten)]
        writing: WritingArgs,
    },
    /// List the services.
    List {
        /// Only services with this text in their name.
        #[arg(long, value_name = "TEXT")]
        filter: Option<String>,
        /// Only services whose field `tags` has this element; may be given several times.
        #[arg(long, value_name = "TAG")]
        tag: Vec<String>,
    },
    /// Show one service.
    Get {
        /// The service.
        name: String,
        /// Write the file that it was registered from.
        #[arg(long)]
        source: bool,
        /// How long to wait for whoever is writing, in seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        wait: u64,
    },
    /// Find the services of which a condition is true, as in `"chat" in service.capabilities and service.latency <= 200ms`.
    Discover {
        /// The condition.
        expression: String,
        /// The trait whose services are meant; that of the manifest, where none is named.
        #[arg(long = "trait", value_name = "TRAIT")]
        trait_: Option<String>,
        /// The instant that `now` stands for; the present, where none is given.
        #[arg(long, value_name = "INSTANT")]
        now: Option<String>,
    },
    /// List the snapshots and what each changed.
    History {
        /// How long to wait for whoever is writing, in seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        wait: u64,
    },
    /// Read everything again and hold it against every digest; publish the snapshot in force if it is not.
    Verify {
        /// How long to wait for whoever is writing, in seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        wait: u64,
    },
}

impl RegistryVerb {
    /// Whether the verb can look at an older snapshot.
    pub fn looks_back(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Get { .. } | Self::Discover { .. })
    }
}

/// Contract files and how they are registered.
#[derive(Debug, Args)]
pub struct ContractArgs {
    /// The contracts: JSON, YAML or TOML files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The adapter that reads them; that of the manifest, where none is named, or else `provost`.
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
    /// The trait of the services; that of the manifest, where none is named.
    #[arg(long = "trait", value_name = "TRAIT")]
    pub trait_: Option<String>,
    /// How it is written.
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// How the registry is written.
#[derive(Debug, Args)]
pub struct WritingArgs {
    /// The instant that the history records, as in `2026-11-21T00:00:00Z`; the present, where none is given.
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// Refuse, with exit code 1, where the registry is no longer at this snapshot, by number or digest.
    #[arg(long, value_name = "SNAPSHOT")]
    pub expect: Option<Which>,
    /// How long to wait for whoever is writing, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub wait: u64,
}
