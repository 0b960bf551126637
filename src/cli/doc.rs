//! `provost doc`: the site of a package, written as a whole.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{DocArgs, Format};
use super::shell::{Failure, Shell, Verdict};
use crate::base::Name;
use crate::package::Package;
use crate::site::{self, Site};
use crate::world::shown;

/// The file that says of a folder that it may be replaced by the next site.
const MARK: &str = ".provost-doc";

/// Writes the site.
pub fn run(shell: &Shell, args: &DocArgs) -> Result<Verdict, Failure> {
    let mut packages: Vec<(Name, Package)> = Vec::new();
    for ((name, _), opened) in shell.folders()?.into_iter().zip(shell.packages()?) {
        packages.push((name, shell.sound(opened)?.package));
    }
    if packages.is_empty() {
        return Err(Failure::Usage("the workspace has no members".to_owned()));
    }
    let borrowed: Vec<(Name, &Package)> = packages.iter().map(|(name, package)| (name.clone(), package)).collect();
    let site = site::site(&borrowed);
    let out = args.out.clone().unwrap_or_else(|| shell.dir.join("site"));
    publish(&site, &out)?;
    match shell.format {
        Format::Json => shell
            .out(&format!("{:#}", json!({ "schema": "provost.doc/1", "out": shown(&out), "files": site.len() })))?,
        Format::Text => shell.out(&format!("{}: {} files; begin with `index.html`", shown(&out), site.len()))?,
    }
    Ok(Verdict::Yes)
}

/// Writes all files beside the folder and then takes its place, so that nobody reads half a site. A folder that holds anything but
/// an earlier site is left alone.
fn publish(site: &Site, out: &Path) -> Result<(), Failure> {
    let taken = super::disk::holds_anything(out);
    if taken && !out.join(MARK).is_file() {
        return Err(Failure::Usage(format!(
            "`{}` holds something else than a site\n  help: name another folder with `--out DIR`, or empty this one",
            shown(out)
        )));
    }
    let Some(name) = out.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Err(Failure::Usage(format!(
            "`{}` is no name of a folder\n  help: name one, as in `--out site`",
            shown(out)
        )));
    };
    super::disk::make_folder_of(out)?;
    let beside = |what: &str| out.with_file_name(format!(".{name}.{}.{what}", std::process::id()));
    let (fresh, stale) = (beside("new"), beside("old"));
    let done = fill(site, &fresh).and_then(|()| exchange(out, &fresh, &stale));
    // What is left of either is of no use; the first error says more than a failure to clean up after it.
    let _ = fs::remove_dir_all(&fresh);
    done.map_err(|error| Failure::Usage(format!("`{}` cannot be written: {error}", shown(out))))?;
    let _ = fs::remove_dir_all(&stale);
    Ok(())
}

fn fill(site: &Site, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut made: Option<PathBuf> = None;
    for (path, text) in site {
        let file = folder.join(path);
        if let Some(parent) = file.parent().filter(|parent| made.as_deref() != Some(*parent)) {
            fs::create_dir_all(parent)?;
            made = Some(parent.to_path_buf());
        }
        fs::write(file, text)?;
    }
    fs::write(folder.join(MARK), "This folder is replaced by the next run of provost doc.\n")
}

/// Puts a folder in the place of another; what stood there is back where that fails.
fn exchange(out: &Path, fresh: &Path, stale: &Path) -> std::io::Result<()> {
    let stood = out.exists();
    if stood {
        fs::rename(out, stale)?;
    }
    fs::rename(fresh, out).inspect_err(|_| {
        if stood {
            let _ = fs::rename(stale, out);
        }
    })
}
