//! The suite `cli`: a file `cmd` with lines such as `$ provost check`, run one after the other against the built program
//! in a copy of the folder. `cmd.snap` holds what each wrote and how it ended.
//!
//! A line is split at spaces, with single or double quotes around what holds some; `< FILE` gives a file as standard
//! input, and `NAME=value` before `provost` a variable of its environment; `$ cat FILE` shows a file, for what a command
//! wrote. Lines without `$` are remarks.
//!
//! A file `from` names a folder of the project, such as `rules/layers`, that the case's own files are laid over. What is
//! in such a folder changes for other reasons than the case, so digests are not shown then. `$ replace FILE OLD NEW` changes
//! the one place of a file at which a text stands (`\n` in it is a line feed), and `$ list FOLDER` shows the names in a folder, if there is one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Case, Outcome};

/// A command that runs longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs all commands of a case.
pub fn cli(case: &Case) -> Outcome {
    let script = case.read("cmd").ok_or("there is no file `cmd`")?;
    let folder = Copy::of(case);
    let mut transcript = Vec::new();
    for line in script.lines().filter_map(|line| line.strip_prefix("$ ")) {
        transcript.push(format!("$ {line}\n{}", step(line, &folder.place)?));
    }
    if transcript.is_empty() {
        return Err("the file `cmd` holds no line that begins with `$ `".to_owned());
    }
    let here = folder.place.to_string_lossy().into_owned();
    let version = concat!("provost ", env!("CARGO_PKG_VERSION"));
    let text = transcript.join("\n").replace(&here, "[CASE]").replace(version, "provost [VERSION]");
    let text = if case.word("from").is_some() { without_digests(&text) } else { text };
    case.snapshot("cmd", &text);
    Ok(())
}

/// One command, and what it did.
fn step(line: &str, place: &Path) -> Result<String, String> {
    let mut words = split(line)?;
    let input = match words.iter().position(|word| word == "<") {
        Some(at) if at + 2 == words.len() => words.pop().inspect(|_| drop(words.pop())),
        Some(_) => return Err(format!("`{line}`: `<` and one file stand at the end")),
        None => None,
    };
    let mut variables = Vec::new();
    while let Some((name, value)) = words.first().and_then(|word| word.split_once('=')) {
        variables.push((name.to_owned(), value.to_owned()));
        words.remove(0);
    }
    match words.split_first() {
        Some((program, arguments)) if program == "provost" => provost(arguments, &variables, input.as_deref(), place),
        Some((program, [file])) if program == "cat" => {
            fs::read_to_string(place.join(file)).map_err(|e| format!("`{line}`: {e}"))
        }
        Some((program, [file, old, new])) if program == "replace" => {
            replace(&place.join(file), &old.replace("\\n", "\n"), &new.replace("\\n", "\n"))
        }
        Some((program, [folder])) if program == "list" => Ok(list(&place.join(folder))),
        _ => Err(format!("`{line}`: only `provost`, `cat FILE`, `replace FILE OLD NEW` and `list FOLDER` are known")),
    }
}

/// Changes the one place at which a text stands.
fn replace(path: &Path, old: &str, new: &str) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
    match text.matches(old).count() {
        1 => fs::write(path, text.replace(old, new)).map(|()| String::new()).map_err(|e| e.to_string()),
        count => Err(format!("`{old}` stands {count} times in `{}`", path.display())),
    }
}

/// The names in a folder, hidden ones as well.
fn list(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else { return "[no folder]\n".to_owned() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.iter().map(|name| format!("{name}\n")).collect()
}

/// A text with every digest left out.
fn without_digests(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split("sha256:").enumerate() {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        // Whole, or shortened for a person.
        let is_digest = at > 0 && (digits == 64 || part[digits..].starts_with('…'));
        out.push_str(if at > 0 { "sha256:" } else { "" });
        out.push_str(if is_digest { "[DIGEST]" } else { "" });
        out.push_str(if is_digest { &part[digits..] } else { part });
    }
    out
}

/// Runs the program with nothing of the environment but what the line states, so that no machine differs.
fn provost(
    arguments: &[String],
    variables: &[(String, String)],
    input: Option<&str>,
    place: &Path,
) -> Result<String, String> {
    let (out, err) = (place.with_extension("stdout"), place.with_extension("stderr"));
    let stdin = match input {
        Some(file) => Stdio::from(File::open(place.join(file)).map_err(|e| format!("`{file}`: {e}"))?),
        None => Stdio::null(),
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_provost"))
        .args(arguments)
        .current_dir(place)
        .env_clear()
        .envs(variables.iter().cloned())
        .stdin(stdin)
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .map_err(|e| e.to_string())?;
    let began = Instant::now();
    let ended = loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break status,
            None if began.elapsed() > PATIENCE => {
                child.kill().and_then(|()| child.wait()).map_err(|e| e.to_string())?;
                return Err(format!("`provost {}` did not end", arguments.join(" ")));
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let code = ended.code().map_or_else(|| "by a signal".to_owned(), |code| code.to_string());
    let mut shown = String::new();
    for (title, path) in [("stdout", out), ("stderr", err)] {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        fs::remove_file(path).unwrap();
        if !text.is_empty() {
            let end = if text.ends_with('\n') { "" } else { "[no line feed]\n" };
            shown.push_str(&format!("[{title}]\n{text}{end}"));
        }
    }
    Ok(format!("{shown}[exit] {code}\n"))
}

/// The words of a line; quotes hold spaces together.
fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { Err(format!("`{line}`: a quote is not closed")) } else { Ok(words) }
}

/// A copy of the case that goes away with its owner.
struct Copy {
    place: PathBuf,
}

impl Copy {
    fn of(case: &Case) -> Self {
        let name = format!("{}-{}", case.name.replace('/', "-"), std::process::id());
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let copy = Self { place };
        fs::create_dir_all(&copy.place).unwrap();
        if let Some(from) = case.word("from") {
            let from = crate::house::root().join(from);
            let mut beneath = Vec::new();
            super::collect(&from, &mut beneath);
            for path in beneath {
                let to = copy.place.join(path.strip_prefix(&from).unwrap());
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(path, to).unwrap();
            }
        }
        for path in case.inputs().iter().filter(|path| path.as_os_str() != "cmd" && path.as_os_str() != "from") {
            let to = copy.place.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(case.dir.join(path), to).unwrap();
        }
        copy
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A folder left behind in the build output harms nobody.
        let _ = fs::remove_dir_all(&self.place);
    }
}

#[test]
fn lines_are_split_at_spaces_outside_quotes() {
    assert_eq!(split("provost a  \"b c\" 'd \"e' f''").unwrap(), ["provost", "a", "b c", "d \"e", "f"]);
    assert!(split("a \"b").is_err());
}
