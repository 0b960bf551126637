//! Human steps in a terminal: the question on standard error, the answer from standard input.

use std::io::{BufRead as _, Read as _};

use crate::base::limits;
use crate::cli::shell::{Failure, Shell};
use crate::mission::engine::Pending;
use crate::mission::{Answer, Data, spelling};

/// Asks one question; nothing where standard input has ended.
pub fn ask(shell: &Shell, step: &str, pending: &Pending, actor: Option<&str>) -> Result<Option<Answer>, Failure> {
    let question = &pending.question;
    shell.remark(&format!("{step}: {}", question.prompt.as_deref().unwrap_or("may this go on?")));
    if let Some(options) = &question.options {
        let options: Vec<String> = options.iter().map(spelled).collect();
        shell.remark(&format!("  options: {}", options.join(", ")));
    }
    let actor = match actor {
        Some(actor) => actor.to_owned(),
        None => {
            shell.remark("  who answers?");
            match line()? {
                Some(actor) => actor,
                None => return Ok(None),
            }
        }
    };
    shell.remark("  approve, reject, or a value?");
    let Some(given) = line()? else { return Ok(None) };
    let mut answer = Answer { actor, token: Some(pending.token.clone()), ..Answer::default() };
    match given.as_str() {
        "approve" | "a" | "yes" | "y" => answer.decision = "approve".to_owned(),
        "reject" | "r" | "no" | "n" => answer.decision = "reject".to_owned(),
        other => {
            answer.decision = "input".to_owned();
            answer.value = Some(value(other));
        }
    }
    Ok(Some(answer))
}

/// A value as it is typed: JSON, or else a text as it stands.
pub fn value(text: &str) -> Data {
    match crate::data::read_json(crate::base::FileId(0), text) {
        Ok(node) => Data::of(&node),
        Err(_) => Data::text(text),
    }
}

/// A value as a person reads it.
pub fn spelled(value: &Data) -> String {
    match value {
        Data::Text(text) => text.clone(),
        other => spelling::canonical(other).unwrap_or_else(|_| "NaN".to_owned()),
    }
}

/// A line of standard input without the space around it; an empty one is left out, and the end is nothing.
fn line() -> Result<Option<String>, Failure> {
    loop {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(limits::SOURCE_BYTES as u64).read_line(&mut text);
        match read {
            Ok(0) => return Ok(None),
            Ok(_) if text.trim().is_empty() => {}
            Ok(_) => return Ok(Some(text.trim().to_owned())),
            Err(error) => return Err(Failure::Usage(format!("standard input cannot be read: {error}"))),
        }
    }
}
