//! `provost-verifier FILE [--format json]`: 0 verified, 1 refused, 2 not to be read.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this is the shell: it reads the file and prints the verdict"
)]

use std::io::Read as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (file, json) = match arguments.as_slice() {
        [file] | [file, "--format", "text"] | ["--format", "text", file] => (*file, false),
        [file, "--format", "json"] | ["--format", "json", file] => (*file, true),
        _ => {
            eprintln!("usage: provost-verifier FILE [--format text|json]");
            return ExitCode::from(2);
        }
    };
    let mut bytes = Vec::new();
    // One byte more than is accepted, so that a longer file is refused and not cut.
    let limit = provost_verifier::BYTES as u64 + 1;
    if let Err(error) = std::fs::File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
        eprintln!("{file}: {error}");
        return ExitCode::from(2);
    }
    let checked = provost_verifier::verify(&bytes);
    println!("{}", if json { provost_verifier::as_json(&checked) } else { provost_verifier::as_text(&checked) });
    ExitCode::from(u8::from(checked.is_err()))
}
