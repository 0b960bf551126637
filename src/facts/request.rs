//! A request from data: every field in declared order, defaults filled in.

use crate::base::{Name, similar};
use crate::diag::Diagnostic;
use crate::ir::{Policy, Services};
use crate::value::Value;

use super::decode::{Decoder, Known, Path, Schema};
use super::{Request, codes};
use crate::data::{Node, shortened};

/// Types a request. All that is wrong with it is said at once; its invariants are the evaluator's business.
pub fn request(
    policy: &Policy,
    services: &Services,
    request_type: &Name,
    node: &Node,
) -> Result<Request, Vec<Diagnostic>> {
    let Some(declared) = policy.requests.get(request_type) else {
        let message = format!("there is no request type `{}`", shortened(request_type));
        let found = Diagnostic::error(&codes::UNKNOWN_REQUEST, node.opening(), message);
        let near = similar::nearest(request_type, policy.requests.keys().map(|name| &**name));
        return Err(vec![match near {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found,
        }]);
    };
    let mut decoder = Decoder::new(Schema { policy, services: Known::Services(services) });
    let fields = decoder.fields(node, &declared.fields, request_type, &Path::Root(""));
    let request = fields.map(|fields| Request { ty: request_type.clone(), value: Value::Record(fields.into()) });
    decoder.finish(request)
}

/// What an `invalid` decision says of a request: the path of each field at fault, empty for the whole, and the message.
///
/// Every message about a part of a file begins with the part's path in back-ticks.
pub fn refusals(found: &[Diagnostic]) -> Vec<(String, String)> {
    let field = |message: &str| -> Option<String> {
        let (path, _) = message.strip_prefix('`')?.split_once('`')?;
        Some(path.to_owned())
    };
    found.iter().map(|d| (field(&d.message).unwrap_or_default(), d.message.clone())).collect()
}
