//! Why the store of a registry does not do what it was asked.

use std::io::{self, ErrorKind};
use std::path::Path;

use thiserror::Error;

use crate::registry::Refusal;
use crate::world::shown;

/// Why the store of a registry does not do what it was asked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// There is no registry.
    #[error("there is no registry in `{folder}`")]
    Missing {
        /// The folder.
        folder: String,
    },
    /// Others have been writing all the time.
    #[error("the registry in `{folder}` is being written, and was not free within {seconds} s")]
    Busy {
        /// The folder.
        folder: String,
        /// How long was waited.
        seconds: u64,
    },
    /// What is on the disk is not what was written there.
    #[error("`{path}` is damaged: {reason}")]
    Damaged {
        /// The file.
        path: String,
        /// What shows it.
        reason: String,
    },
    /// Somebody else has moved the registry.
    #[error("the registry is no longer at snapshot {expected}: it is at {number}, {digest}")]
    Moved {
        /// The snapshot that was expected.
        expected: String,
        /// The number of the snapshot in force.
        number: u64,
        /// Its digest.
        digest: String,
    },
    /// What was asked is done and durable, and readers do not see it yet.
    #[error("the change is stored as snapshot {number}, and could not be published: {why}")]
    Unpublished {
        /// The number of the snapshot.
        number: u64,
        /// Why it was not published.
        why: String,
    },
    /// Operations that cannot take effect; none did.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    /// The system refuses.
    #[error("`{path}`: {reason}")]
    System {
        /// The file or folder.
        path: String,
        /// What the system says.
        reason: String,
        /// What to do, where that is known.
        help: Option<&'static str>,
    },
}

impl StoreError {
    /// What to do, where that is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some("make one with `provost registry init`".to_owned()),
            Self::Busy { .. } => Some("try again, or wait longer with `--wait SECONDS`".to_owned()),
            Self::Damaged { path, .. } if path.ends_with(super::CURRENT) => {
                Some("`provost registry verify` publishes it anew from the store".to_owned())
            }
            Self::Damaged { .. } => {
                Some("nothing is written to it any more; put a copy of the folder in its place".to_owned())
            }
            Self::Moved { .. } => Some("look at `registry history`, and decide again what is to be done".to_owned()),
            Self::Unpublished { .. } => {
                Some("`provost registry verify` publishes it, once the folder can be written".to_owned())
            }
            Self::System { help, .. } => help.map(str::to_owned),
            Self::Refused(_) => None,
        }
    }
}

/// What the system says, without its error number, and what there is to do about it.
pub(super) fn system(path: &Path, error: &io::Error) -> StoreError {
    let help = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room on the disk, and try again"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Some(
            "whoever writes or looks at the past needs a folder that can be written, with its files; the snapshot in force needs no more than reading",
        ),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => Some("a registry is a folder; name another place"),
        _ => None,
    };
    StoreError::System { path: shown(path), reason: error.kind().to_string(), help }
}
