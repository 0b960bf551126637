//! Random keys for ties.

use std::collections::BTreeMap;

use provost::base::Name;
use provost::ir::*;

use super::generate::{field, int, lit, n, request, text};
use super::rng::Rng;

/// Keys of every kind, one behind the other: such as are often unknown, the same for many, or the same for all.
pub fn ties(rng: &mut Rng, roles: &[Role]) -> BTreeMap<Name, Vec<TieKey>> {
    let own = |name: &str| field(Expr::Subject, name);
    let mut ties = BTreeMap::new();
    for role in roles {
        if rng.chance(40) {
            continue;
        }
        let mut keys = Vec::new();
        for _ in 0..1 + rng.below(3) {
            let value = match rng.below(9) {
                0 => own("tier"),
                1 => own("provider"),
                2 => own("cost"),
                3 => own("latency"),
                4 => own("name"),
                5 => Expr::Function(Function::Draw, vec![request("region"), own("name")]),
                6 => Expr::Function(Function::Draw, vec![lit(text("a:b")), own("name")]),
                7 => Expr::Coalesce(Box::new(own("quality")), Box::new(Expr::Signal(n("load"), None))),
                _ => {
                    let healthy = Expr::Signal(n("healthy"), Some(Box::new(Expr::Subject)));
                    Expr::If(Box::new(healthy), Box::new(int(1)), Box::new(request("level")))
                }
            };
            keys.push(TieKey { value, descending: rng.chance(35) });
        }
        ties.insert(role.name.clone(), keys);
    }
    ties
}
