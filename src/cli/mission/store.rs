//! The folder of missions: one file each, replaced whole, under a lock.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::limits;
use crate::cli::log_file;
use crate::cli::shell::{Failure, Shell};
use crate::data::read_json;
use crate::mission::Data;
use crate::mission::record::Record;
use crate::world::{World, shown};

/// The folder that is used where none is named.
pub const DEFAULT: &str = ".provost/missions";

/// The file of a mission in a folder.
pub fn path(folder: &Path, id: &str) -> Result<PathBuf, Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if id.is_empty() || id.len() > 128 || id.starts_with('.') || !id.chars().all(fits) {
        let help = "an id is made of letters, digits, `_`, `-` and `.`, and begins with no dot";
        return Err(Failure::Usage(format!("`{id}` is no id of a mission\n  help: {help}")));
    }
    Ok(folder.join(format!("{id}.json")))
}

/// The file that is meant: a path to one, or an id in the folder.
pub fn find(folder: &Path, which: &str) -> Result<PathBuf, Failure> {
    if which.ends_with(".json") { Ok(PathBuf::from(which)) } else { path(folder, which) }
}

/// Reads the file of a mission.
pub fn read(shell: &Shell, path: &Path) -> Result<Record, Failure> {
    let text = shell.disk.read_text(path, limits::MISSION_BYTES)?;
    let wrong = |why: String| Failure::Usage(format!("`{}` is no file of a mission: {why}", shown(path)));
    let node = read_json(crate::base::FileId(0), &text)
        .map_err(|found| wrong(found.first().map_or_else(String::new, |d| d.message.clone())))?;
    Record::read(&Data::of(&node)).map_err(wrong)
}

/// Replaces the file of a mission: a reader, and whoever comes after a crash, sees the old one or the new one.
pub fn write(world: &dyn World, path: &Path, record: &Record) -> Result<(), Failure> {
    let text = record
        .text()
        .map_err(|_| Failure::Usage("the mission holds a number that JSON cannot write, such as `NaN`".to_owned()))?;
    if text.len() > limits::MISSION_BYTES {
        return Err(Failure::Usage(format!("the mission is larger than {} bytes", limits::MISSION_BYTES)));
    }
    Ok(world.write_atomic(path, text.as_bytes())?)
}

/// Makes the folder, and holds the lock of one mission in it until the value is dropped.
pub fn hold(path: &Path) -> Result<fs::File, Failure> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|e| Failure::Usage(format!("`{}` cannot be made: {e}", shown(folder))))?;
    }
    log_file::lock(path)
}

/// The missions of a folder, by path.
pub fn list(shell: &Shell, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found: Vec<PathBuf> = Vec::new();
    let failed = |e: std::io::Error| Failure::Usage(format!("`{}` cannot be listed: {e}", shown(folder)));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path.file_name().is_none_or(crate::world::is_hidden);
        if !hidden && path.extension().is_some_and(|e| e == "json") && shell.disk.is_file(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
