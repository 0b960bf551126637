//! The lock that writers hold, one at a time. It goes with the process that holds it, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use super::LOCK;
use super::error::{StoreError, system};
use crate::world::shown;

/// Between two looks at the lock.
const PAUSE: Duration = Duration::from_millis(2);

/// Holds the lock for as long as what is given lives; waits for others no longer than is said.
pub(super) fn exclusive(folder: &Path, patience: Duration) -> Result<File, StoreError> {
    let path = folder.join(LOCK);
    let failed = |error: &std::io::Error| match error.kind() {
        ErrorKind::NotFound => StoreError::Missing { folder: shown(folder) },
        _ => system(&path, error),
    };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(|e| failed(&e))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(system(&path, &error)),
            Err(TryLockError::WouldBlock) if began.elapsed() >= patience => {
                return Err(StoreError::Busy { folder: shown(folder), seconds: patience.as_secs() });
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
        }
    }
}
