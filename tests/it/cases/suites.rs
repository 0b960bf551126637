//! One function per suite: the only file here that knows the stages.

use std::fs;
use std::path::Path;

use provost::base::{Name, Sources};
use provost::data::{self, Node};
use provost::facts::{request, signals};
use provost::{package, syntax};

use super::{Case, Outcome};

/// Parses every source of the case and compares what is found with the `expect` comments.
pub fn syntax(case: &Case) -> Outcome {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    for path in case.inputs().iter().filter(|path| path.extension().is_some_and(|end| end == "provost")) {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = case.read(&name).ok_or_else(|| format!("{name} is not text"))?;
        let file = sources.add(&*name, &*text);
        diagnostics.extend(syntax::parse(file, &text).diagnostics);
    }
    case.expect(&diagnostics, &sources)
}

/// Checks the package and compares what is found with the `expect` comments. A `request.json` or `signals.json` in the
/// folder is read against the package too; the request's type is named in `request`. A file `prelude` names a source in
/// `docs/preludes/` that belongs to the package.
pub fn check(case: &Case) -> Outcome {
    let mut world = case.world();
    if let Some(prelude) = case.word("prelude") {
        let name = format!("{prelude}.provost");
        let text = fs::read(crate::house::root().join("docs/preludes").join(&name));
        world = world.with(name, text.map_err(|error| format!("prelude: {error}"))?);
    }
    let mut package = package::open(&world, Path::new("."));
    let mut read = |name: &str| -> Option<Node> {
        let text = case.read(name)?;
        let file = package.sources.add(name, &*text);
        data::read(file, name, &text).map_err(|found| package.diagnostics.extend(found)).ok()
    };
    let (request, signals) = (read("request.json"), read("signals.json"));
    let ty: Name = case.word("request").unwrap_or_default().into();
    let refused = request.and_then(|node| request::request(&package.policy, &package.services, &ty, &node).err());
    package.diagnostics.extend(refused.unwrap_or_default());
    let refused = signals.and_then(|node| signals::signals(&package.policy, &package.services, &node).err());
    package.diagnostics.extend(refused.unwrap_or_default());
    case.expect(&package.diagnostics, &package.sources)
}

/// Decides `request.json` on the route named in `route` with `signals.json`, and compares with `decision.snap`.
pub fn decide(_case: &Case) -> Outcome {
    Err("this suite does not run yet".to_owned())
}

/// Explains the same decision in words, and compares with `explanation.snap`.
pub fn explain(_case: &Case) -> Outcome {
    Err("this suite does not run yet".to_owned())
}
