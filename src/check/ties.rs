//! The keys that decide between candidates of equal score.

use std::collections::BTreeMap;

use super::Checker;
use super::compare::Needs;
use crate::base::Name;
use crate::ir::{Route, TieKey};
use crate::resolve::Declared;
use crate::syntax::ast::RouteItem;

impl Checker<'_> {
    /// The keys of each role that states some. A key is about one candidate, so that it says the same whatever the other roles are
    /// given; it may be unknown, and then decides after those that are known.
    pub(super) fn ties(&mut self, decl: &Declared, item: &RouteItem, route: &Route) -> BTreeMap<Name, Vec<TieKey>> {
        let mut ties = BTreeMap::new();
        let mut places = BTreeMap::new();
        for written in &item.ties {
            let roles = self.named_once(item, route, &written.roles, &mut places, "order of ties of role");
            let mut scope = self.route_scope(decl.package, &decl.name, route, &roles);
            scope.candidate_only = true;
            scope.totals = None;
            let mut keys = Vec::new();
            for key in &written.keys {
                // Where no role is there, the mistake has been reported, and nothing is known of `service`.
                if roles.is_empty() {
                    break;
                }
                let typed = self.expr(&mut scope, &key.value, None);
                if let Some(ty) = &typed.ty {
                    self.check_ordered(ty, Needs::TieKey, key.value.span);
                }
                self.check_size(&typed.expr, key.value.span);
                keys.push(TieKey { value: typed.expr, descending: key.descending });
            }
            ties.extend(roles.into_iter().map(|role| (role, keys.clone())));
        }
        ties
    }
}
