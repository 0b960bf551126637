//! Who asks: `--token`, `--key` and `--trusted-caller`.

use std::path::Path;

use super::args::CallerArgs;
use super::shell::{Failure, Shell};
use crate::base::{Instant, Name, limits};
use crate::data::Node;
use crate::facts::decode::{Known, Schema};
use crate::identity::{self, Keys};
use crate::package::Package;
use crate::plan::Plan;
use crate::world::{World as _, shown};

/// What a request says before anybody looked at who asks.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// Its type.
    pub request_type: &'a Name,
    /// Its file.
    pub node: &'a Node,
    /// The assignments on top of it.
    pub set: &'a [(String, String)],
}

/// The facts of whoever asks, as JSON; nothing where the caller vouches for them, or where the package asks for none.
///
/// What a token fills is never taken from the request, whether a token is shown or not.
pub fn facts(
    shell: &Shell,
    plan: &Plan,
    package: &Package,
    stated: Stated<'_>,
    args: &CallerArgs,
    now: Instant,
) -> Result<Option<String>, Failure> {
    let believed = package.identity.get(stated.request_type);
    let declared = plan.policy.requests.get(stated.request_type);
    let (Some(believed), Some(declared)) = (believed, declared) else {
        return match &args.token {
            None => Ok(None),
            Some(_) => {
                let message = format!("nothing says what a token fills of `{}`", stated.request_type);
                let help = "say it in `[identity]` of `provost.toml`, where the request type is declared";
                Err(Failure::Usage(format!("{message}\n  help: {help}")))
            }
        };
    };
    let changes = match (args.trusted_caller, &args.token) {
        (true, None) => return Ok(None),
        (true, Some(_)) if args.hypothetical => &[],
        (true, Some(_)) => {
            let message = "`--token` and `--trusted-caller` are two ways to say who asks";
            return Err(Failure::Usage(format!("{message}\n  help: leave one of them out")));
        }
        (false, _) => stated.set,
    };
    let claimed: Vec<String> =
        believed.stated(stated.node, changes).into_iter().map(|field| format!("`{field}`")).collect();
    if !claimed.is_empty() {
        let message = format!("the request states {}, which only a token may state", claimed.join(", "));
        let help = "show a token with `--token FILE --key FILE`; whoever has verified the caller already says `--trusted-caller`";
        return Err(Failure::Usage(format!("{message}\n  help: {help}")));
    }
    match (&args.token, &args.key) {
        (Some(token), Some(key)) => {
            let keys = keys(shell, key)?;
            let bytes = shell.disk.read(token, limits::TOKEN_BYTES)?;
            let schema = Schema { policy: &plan.policy, services: Known::Services(&plan.services) };
            let facts = identity::identify(&bytes, &keys, believed, now, declared, &schema);
            facts.map(Some).map_err(|refusal| {
                let help = refusal.help().map(|help| format!("\n  help: {help}")).unwrap_or_default();
                Failure::Usage(format!("the token in `{}` is refused: {refusal}{help}", shown(token)))
            })
        }
        _ => Ok(Some(believed.stranger(declared))),
    }
}

/// The keys of a file.
pub fn keys(shell: &Shell, path: &Path) -> Result<Keys, Failure> {
    let bytes = shell.disk.read(path, limits::KEY_SET_BYTES)?;
    Keys::read(&shown(path), &bytes)
        .map_err(|refusal| Failure::Usage(format!("`{}` {refusal}\n  help: {}", shown(path), refusal.help())))
}
