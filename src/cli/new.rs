//! `provost new`: a package that checks, routes and tests at once.

use super::args::NewArgs;
use super::disk;
use super::shell::{Failure, Shell, Verdict};
use crate::world::{World as _, shown};

/// What a new package holds. `{name}` becomes its name.
const FILES: &[(&str, &str)] = &[
    ("provost.toml", include_str!("new/provost.toml")),
    ("contracts/models.provost", include_str!("new/models.provost")),
    ("rules/routes.provost", include_str!("new/routes.provost")),
    ("tests/routes.provost", include_str!("new/tests.provost")),
    ("requests/summary.json", include_str!("new/summary.json")),
];

/// Makes the folder and everything in it; refuses one that holds anything already.
pub fn run(shell: &Shell, args: &NewArgs) -> Result<Verdict, Failure> {
    let name = args.dir.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let message = format!("`{name}` is not a package name\n  help: use letters, digits, `_` and `-`");
        return Err(Failure::Usage(message));
    }
    if disk::holds_anything(&args.dir) {
        let message = format!("`{}` exists already and is not empty; nothing was written", shown(&args.dir));
        return Err(Failure::Usage(message));
    }
    for (path, text) in FILES {
        let path = args.dir.join(path);
        disk::make_folder_of(&path)?;
        shell.disk.write_atomic(&path, text.replace("{name}", name).as_bytes())?;
    }
    let dir = shown(&args.dir);
    shell.out(&format!(
        "`{dir}` is ready:\n  cd {dir}\n  provost check\n  provost test\n  provost explain summary --request requests/summary.json"
    ))?;
    Ok(Verdict::Yes)
}
