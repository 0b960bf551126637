//! The size of expressions, with every call of a definition counted in full: what bounds the evaluator.

use super::{Checker, codes};
use crate::base::{Span, limits};
use crate::diag::Diagnostic;
use crate::ir::Expr as Ir;
use crate::ir::walk::children;

/// Depth along the longest branch, and number of nodes.
#[derive(Clone, Copy)]
struct Size {
    depth: usize,
    nodes: usize,
}

impl Checker<'_> {
    /// Reports an expression that would be too deep or too large to evaluate.
    pub(super) fn check_size(&mut self, expr: &Ir, span: Span) {
        let size = self.size(expr);
        let (what, found, limit) = match size {
            Size { depth, .. } if depth > 2 * limits::EXPRESSION_DEPTH => ("deep", depth, 2 * limits::EXPRESSION_DEPTH),
            Size { nodes, .. } if nodes > limits::EXPRESSION_SIZE => ("large", nodes, limits::EXPRESSION_SIZE),
            _ => return,
        };
        let message =
            format!("this expression is too {what}: {found}, with all definitions that it calls; at most {limit}");
        let diagnostic = Diagnostic::error(&codes::TOO_LARGE, span, message).label(format!("too {what}"));
        self.report(
            diagnostic.help("split it into constraints of their own, or call fewer definitions inside each other"),
        );
    }

    fn size(&self, expr: &Ir) -> Size {
        let mut size = Size { depth: 0, nodes: 1 };
        for child in children(expr) {
            let part = self.size(child);
            size = Size { depth: size.depth.max(part.depth), nodes: size.nodes.saturating_add(part.nodes) };
        }
        if let Ir::Call(name, _) = expr
            && let Some((depth, nodes)) = self.sizes.get(name)
        {
            size = Size { depth: size.depth.max(*depth), nodes: size.nodes.saturating_add(*nodes) };
        }
        Size { depth: size.depth.saturating_add(1), nodes: size.nodes }
    }

    /// Remembers the size of a definition for those that call it.
    pub(super) fn remember_size(&mut self, name: &crate::base::Name, expr: &Ir) {
        let size = self.size(expr);
        self.sizes.insert(name.clone(), (size.depth, size.nodes));
    }
}
