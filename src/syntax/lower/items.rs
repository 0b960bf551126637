//! Items: enums, records, traits, services, requests, signals, lets, defines and tables.

use crate::base::Span;
use crate::diag::Diagnostic;

use super::super::ast::{
    AcceptClause, Composition, DefineItem, Direction, EntryOp, EnumItem, Expr, ExprKind, GuaranteeDecl, Ident,
    Invariant, Item, ItemKind, LetItem, MeasurementDecl, Path, RecordItem, RequestItem, ServiceEntry, ServiceItem,
    SignalItem, TableItem, TableRow, Text, TraitItem,
};
use super::super::codes;
use super::super::grammar::{Pair, Rule};
use super::{Lower, Part, child, children, has, members};

impl<'i> Lower<'i> {
    /// A whole item.
    pub fn item(&mut self, pair: &Pair<'i>) -> Option<Item> {
        let span = self.span(pair);
        let mut inner = pair.clone().into_inner();
        let front = self.front(&inner.next()?);
        let head = inner.next()?;
        let kind = self.declaration(&head, members(inner), span);
        Some(Item { front, kind, span })
    }

    /// The declaration of a head and its members; `Error` where a part without which there is no such item is missing.
    pub fn declaration(&mut self, head: &Pair<'i>, members: Vec<Part<'i>>, span: Span) -> ItemKind {
        let made = match head.as_rule() {
            Rule::enum_head => self.enum_item(head, members).map(ItemKind::Enum),
            Rule::record_head => self.record_item(head, members).map(ItemKind::Record),
            Rule::trait_head => self.trait_item(head, members).map(ItemKind::Trait),
            Rule::service_head => self.service_item(head, members).map(ItemKind::Service),
            Rule::request_head => self.request_item(head, members).map(ItemKind::Request),
            Rule::signal_decl => self.signal_item(head).map(ItemKind::Signal),
            Rule::let_decl => self.let_item(head).map(ItemKind::Let),
            Rule::define_decl => self.define_item(head).map(ItemKind::Define),
            Rule::table_head => self.table_item(head, members).map(ItemKind::Table),
            Rule::route_head => self.route_item(head, members).map(ItemKind::Route),
            Rule::rule_head => self.rule_item(head, members).map(ItemKind::Rule),
            Rule::waiver_head => self.waiver_item(head, members).map(ItemKind::Waiver),
            Rule::test_head => self.test_item(head, members, span).map(ItemKind::Test),
            Rule::property_head => self.property_item(head, members, span).map(ItemKind::Property),
            Rule::mission_head => self.mission_item(head, members).map(ItemKind::Mission),
            _ => None,
        };
        made.unwrap_or_else(|| ItemKind::Error { name: self.name_of(head) })
    }

    /// The name that a head declares, a word or a text.
    pub fn name_of(&mut self, head: &Pair<'i>) -> Option<Ident> {
        if let Some(word) = self.word_in(head) {
            return Some(word);
        }
        self.text_in(head).map(|name| Ident { text: name.text, span: name.span })
    }

    /// A text that names an item.
    pub(super) fn name_text(&mut self, head: &Pair<'i>) -> Option<Text> {
        let name = self.text_in(head)?;
        self.check_length(&name.text, name.span);
        Some(name)
    }

    /// Puts a part in its place, or reports that the place is taken.
    pub(super) fn once<T>(&mut self, place: &mut Option<(T, Span)>, value: Option<T>, span: Span, what: &str) {
        let Some(value) = value else { return };
        match place {
            None => *place = Some((value, span)),
            Some((_, first)) => {
                let error = Diagnostic::error(&codes::TWICE, span, format!("{what} is said twice"))
                    .label("said again")
                    .related(*first, "first said here");
                self.report(error);
            }
        }
    }

    fn enum_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<EnumItem> {
        let members = parts.iter().filter_map(|part| self.name_of(&part.pair)).collect();
        Some(EnumItem { name: self.word_in(head)?, ordered: has(head, Rule::kw_ordered), members })
    }

    fn record_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<RecordItem> {
        let fields = parts.iter().filter_map(|part| self.field(&part.pair)).collect();
        Some(RecordItem { name: self.word_in(head)?, fields })
    }

    fn trait_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<TraitItem> {
        let name = self.word_in(head)?;
        let extends = self.path_list(head);
        let (fields, guarantees, measurements, invariants) = (vec![], vec![], vec![], vec![]);
        let mut item = TraitItem { name, extends, fields, guarantees, measurements, invariants };
        for Part { pair, .. } in &parts {
            match pair.as_rule() {
                Rule::field => item.fields.extend(self.field(pair)),
                Rule::guarantee => item.guarantees.extend(self.guarantee(pair)),
                Rule::measurement => item.measurements.extend(self.measurement(pair)),
                _ => item.invariants.extend(self.invariant(pair)),
            }
        }
        Some(item)
    }

    fn path_list(&mut self, head: &Pair<'i>) -> Vec<Path> {
        child(head, Rule::paths).map(|list| self.paths_in(&list)).unwrap_or_default()
    }

    fn guarantee(&mut self, pair: &Pair<'i>) -> Option<GuaranteeDecl> {
        let direction = if has(pair, Rule::at_most) {
            Some(Direction::AtMost)
        } else {
            has(pair, Rule::at_least).then_some(Direction::AtLeast)
        };
        let composition = child(pair, Rule::composes).and_then(|c| child(&c, Rule::composition));
        let composition = composition.map(|word| match word.as_str() {
            "sum" => Composition::Sum,
            "min" => Composition::Min,
            "max" => Composition::Max,
            "product" => Composition::Product,
            "and" => Composition::And,
            _ => Composition::Or,
        });
        let front = self.front_in(pair);
        let (name, ty) = (self.word_in(pair)?, self.type_in(pair)?);
        let measured_as = child(pair, Rule::measured_as).and_then(|part| self.expr_in(&part));
        Some(GuaranteeDecl { front, name, ty, direction, composition, measured_as, span: self.span(pair) })
    }

    fn measurement(&mut self, pair: &Pair<'i>) -> Option<MeasurementDecl> {
        let front = self.front_in(pair);
        let (name, ty) = (self.word_in(pair)?, self.type_in(pair)?);
        Some(MeasurementDecl { front, name, ty, span: self.span(pair) })
    }

    fn invariant(&mut self, pair: &Pair<'i>) -> Option<Invariant> {
        let front = self.front_in(pair);
        let condition = self.expr_in(pair)?;
        Some(Invariant { front, condition, because: self.because_in(pair), span: self.span(pair) })
    }

    /// The reason directly under a pair.
    pub(super) fn because_in(&mut self, pair: &Pair<'i>) -> Option<Text> {
        let because = child(pair, Rule::because)?;
        self.text_in(&because)
    }

    fn service_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<ServiceItem> {
        let name = self.name_text(head)?;
        let traits = self.path_list(head);
        let mut item = ServiceItem { name, traits, entries: vec![], accepts: vec![] };
        for Part { pair, .. } in &parts {
            match pair.as_rule() {
                Rule::entry => item.entries.extend(self.entry(pair)),
                _ => item.accepts.extend(self.accept(pair)),
            }
        }
        Some(item)
    }

    fn entry(&mut self, pair: &Pair<'i>) -> Option<ServiceEntry> {
        let sign = child(pair, Rule::entry_sign)?;
        let op = match sign.as_str() {
            "<=" => EntryOp::AtMost,
            ">=" => EntryOp::AtLeast,
            _ => EntryOp::Is,
        };
        Some(ServiceEntry { name: self.word_in(pair)?, op, op_span: self.span(&sign), value: self.expr_in(pair)? })
    }

    fn accept(&mut self, pair: &Pair<'i>) -> Option<AcceptClause> {
        let front = self.front_in(pair);
        let request = self.path_in(pair)?;
        let condition = self.expr_in(pair)?;
        Some(AcceptClause { front, request, condition, because: self.because_in(pair), span: self.span(pair) })
    }

    fn request_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<RequestItem> {
        let mut item = RequestItem { name: self.word_in(head)?, fields: vec![], invariants: vec![] };
        for Part { pair, .. } in &parts {
            match pair.as_rule() {
                Rule::field => item.fields.extend(self.field(pair)),
                _ => item.invariants.extend(self.invariant(pair)),
            }
        }
        Some(item)
    }

    fn signal_item(&mut self, pair: &Pair<'i>) -> Option<SignalItem> {
        Some(SignalItem {
            name: self.word_in(pair)?,
            subject: self.path_in(pair),
            ty: self.type_in(pair)?,
            default: self.expr_in(pair),
        })
    }

    fn let_item(&mut self, pair: &Pair<'i>) -> Option<LetItem> {
        Some(LetItem { name: self.word_in(pair)?, ty: self.type_in(pair), value: self.expr_in(pair)? })
    }

    fn define_item(&mut self, pair: &Pair<'i>) -> Option<DefineItem> {
        let params = self.params_in(pair);
        let name = self.word_in(pair)?;
        Some(DefineItem { name, params, result: self.type_in(pair), body: self.expr_in(pair)? })
    }

    fn table_item(&mut self, head: &Pair<'i>, parts: Vec<Part<'i>>) -> Option<TableItem> {
        let name = self.word_in(head)?;
        let mut types = children(head, Rule::type_expr);
        let key = self.type_expr(&types.next()?);
        let value = self.type_expr(&types.next()?);
        let rows = parts.iter().filter_map(|part| self.row(&part.pair)).collect();
        Some(TableItem { name, key, value, rows })
    }

    fn row(&mut self, pair: &Pair<'i>) -> Option<TableRow> {
        let key = self.row_key(&child(pair, Rule::row_key)?)?;
        Some(TableRow { key, value: self.expr_in(pair)? })
    }

    fn row_key(&mut self, pair: &Pair<'i>) -> Option<Expr> {
        let inner = pair.clone().into_inner().find(|p| p.as_rule() != Rule::minus)?;
        let span = self.span(&inner);
        self.fresh();
        let kind = match inner.as_rule() {
            Rule::text => self.text_value(&inner).0,
            Rule::path => ExprKind::Name(self.path(&inner)?),
            _ => self.literal(&inner),
        };
        let key = Expr { kind, span };
        if !has(pair, Rule::minus) {
            return Some(key);
        }
        Some(Expr { kind: ExprKind::Neg(Box::new(key)), span: self.span(pair) })
    }
}
