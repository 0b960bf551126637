//! Types, fields and parameters.

use crate::base::limits;

use super::super::ast::{FieldDecl, Param, TypeExpr, TypeKind};
use super::super::grammar::{Pair, Rule};
use super::{Lower, child, children, has};

impl<'i> Lower<'i> {
    /// The type directly under a pair.
    pub(super) fn type_in(&mut self, pair: &Pair<'i>) -> Option<TypeExpr> {
        let ty = child(pair, Rule::type_expr)?;
        Some(self.type_expr(&ty))
    }

    pub(super) fn type_expr(&mut self, pair: &Pair<'i>) -> TypeExpr {
        self.fresh();
        let span = self.span(pair);
        let optional = has(pair, Rule::question);
        if self.depth >= limits::EXPRESSION_DEPTH {
            self.too_deep(span);
            return TypeExpr { kind: TypeKind::Error, optional, span };
        }
        self.depth += 1;
        let kind = pair.clone().into_inner().next().and_then(|inner| self.type_kind(&inner));
        self.depth -= 1;
        TypeExpr { kind: kind.unwrap_or(TypeKind::Error), optional, span }
    }

    fn type_kind(&mut self, pair: &Pair<'i>) -> Option<TypeKind> {
        Some(match pair.as_rule() {
            Rule::type_set => TypeKind::Set(Box::new(self.type_in(pair)?)),
            Rule::type_list => TypeKind::List(Box::new(self.type_in(pair)?)),
            Rule::type_service => TypeKind::Service(self.path_in(pair)),
            Rule::type_record => TypeKind::Record(children(pair, Rule::field).filter_map(|f| self.field(&f)).collect()),
            Rule::path => TypeKind::Name(self.path(pair)?),
            _ => return None,
        })
    }

    pub(super) fn field(&mut self, pair: &Pair<'i>) -> Option<FieldDecl> {
        Some(FieldDecl {
            front: self.front_in(pair),
            name: self.word_in(pair)?,
            ty: self.type_in(pair)?,
            default: self.expr_in(pair),
        })
    }

    /// The parameters of the list directly under a pair.
    pub(super) fn params_in(&mut self, pair: &Pair<'i>) -> Vec<Param> {
        let Some(list) = child(pair, Rule::params) else { return Vec::new() };
        children(&list, Rule::param).filter_map(|p| self.param(&p)).collect()
    }

    fn param(&mut self, pair: &Pair<'i>) -> Option<Param> {
        Some(Param { name: self.word_in(pair)?, ty: self.type_in(pair)? })
    }
}
