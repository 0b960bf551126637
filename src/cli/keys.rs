//! Keys: 32 bytes each, as a line of hexadecimal digits in a file of their own.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::caller;
use super::shell::{Failure, Shell, Verdict};
use crate::base::{canonical, limits};
use crate::journal::SignKey;
use crate::world::{World as _, shown};

/// The bytes of a key that stands in a file.
pub fn read(shell: &Shell, path: &Path) -> Result<[u8; 32], Failure> {
    let text = shell.disk.read_text(path, limits::KEY_BYTES)?;
    canonical::unhex(text.trim_end()).ok_or_else(|| {
        let message = format!("`{}` is no key: a key is 64 digits from `0` to `f`", shown(path));
        Failure::Usage(format!("{message}\n  help: make one with `provost log keygen FILE`"))
    })
}

/// The public half of an Ed25519 key: as [`generate`] writes it, as PEM or as a JWK.
pub fn public(shell: &Shell, path: &Path) -> Result<[u8; 32], Failure> {
    let bytes = shell.disk.read(path, limits::KEY_SET_BYTES)?;
    let digits = std::str::from_utf8(&bytes).ok().and_then(|text| canonical::unhex(text.trim_end()));
    if let Some(key) = digits {
        return Ok(key);
    }
    caller::keys(shell, path)?.ed25519().ok_or_else(|| {
        let message = format!("`{}` is not one Ed25519 key", shown(path));
        let help =
            "name what `provost log keygen` writes into a file that ends in `.pub`, a PEM `PUBLIC KEY`, or a JWK";
        Failure::Usage(format!("{message}\n  help: {help}"))
    })
}

/// A signature: its 64 bytes, or a line of 128 digits.
pub fn signature(shell: &Shell, path: &Path) -> Result<[u8; 64], Failure> {
    let bytes = shell.disk.read(path, limits::KEY_BYTES)?;
    let digits = || canonical::unhex(std::str::from_utf8(&bytes).ok()?.trim_end());
    let read = <[u8; 64]>::try_from(bytes.as_slice()).ok().or_else(digits);
    read.ok_or_else(|| {
        let message =
            format!("`{}` is no signature: a signature is 64 bytes, or 128 digits from `0` to `f`", shown(path));
        Failure::Usage(message)
    })
}

/// `provost log keygen`: a key from the chance of the system, and beside it the public half for those who check signatures.
pub fn generate(shell: &Shell, path: &Path) -> Result<Verdict, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| Failure::Unexpected(format!("the system gives no chance: {e}")))?;
    let public = SignKey::new(seed).public();
    create(path, &canonical::hex(&seed), true)?;
    create(&super::log_file::beside(path, ".pub"), &public, false)?;
    shell.out(&public)?;
    Ok(Verdict::Yes)
}

/// Writes a key to a new file. One that exists is left alone: what was signed or masked with it would be lost.
fn create(path: &Path, text: &str, secret: bool) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::Usage(format!("`{}` cannot be made: {e}", shown(path)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if secret {
        only_ours(&mut options);
    }
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// A file that is made with these options can be read by its owner only, where the system knows owners.
pub fn only_ours(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}
