//! The ways through `if` and `otherwise` in computed fields. What an evaluation asks for is noted, and of the rows that it
//! read the engine is asked how many go each way.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use bigdecimal::{BigDecimal, Signed};

use crate::design::{
    Aggregate, AggregateFunction, Design, DimensionId, FieldId, FieldPath, RowExpr, RowKind, RowType, SourceId,
};
use crate::diagnostic::Diagnostic;
use crate::evaluate::{Branch, Way};
use crate::plan::{Answer, Answers, Leaf, Request, RowSample, SetTerm, Slice, SliceTest, SourceFacts};
use crate::source::Origin;
use crate::value::{Number, Quantity, Window};

/// Answers as another does, and notes what was asked.
pub(super) struct Noting<'a> {
    answers: &'a dyn Answers,
    requests: RefCell<HashSet<Request>>,
}

impl Answers for Noting<'_> {
    fn facts(&self, source: SourceId) -> Option<&SourceFacts> {
        self.answers.facts(source)
    }

    fn answer(&self, requests: &[Request]) -> Result<Vec<Answer>, Vec<Diagnostic>> {
        self.requests.borrow_mut().extend(requests.iter().cloned());
        self.answers.answer(requests)
    }

    fn sample(&self, leaf: &Leaf, window: Window, slice: &Slice, limit: usize) -> Result<RowSample, Vec<Diagnostic>> {
        self.answers.sample(leaf, window, slice, limit)
    }
}

impl<'a> Noting<'a> {
    pub fn new(answers: &'a dyn Answers) -> Noting<'a> {
        Noting { answers, requests: RefCell::default() }
    }

    /// The ways that at least one row went, in the fields that were read.
    pub fn taken(&self, design: &Design) -> Result<BTreeSet<Branch>, Vec<Diagnostic>> {
        let mut readings = Readings { design, found: HashSet::new() };
        for request in self.requests.borrow().iter() {
            readings.request(request);
        }
        let mut asked: Vec<(Branch, Request)> = Vec::new();
        for (rows, read) in &readings.found {
            asked.extend(ways(design, rows.source, read).into_iter().map(|(way, path)| (way, rows.going(path))));
        }
        // In the order of the text, as everything that is asked.
        asked.sort_by_key(|(branch, _)| *branch);
        let (branches, requests): (Vec<Branch>, Vec<Request>) = asked.into_iter().unzip();
        let answers = self.answers.answer(&requests)?;
        let went = branches.into_iter().zip(answers).filter(|(_, answer)| match answer {
            Answer::Value { value: Some(Number::Decimal(n)), .. } => n.is_positive(),
            Answer::Value { value: Some(Number::Float(n)), .. } => *n > 0.0,
            Answer::Value { value: None, .. } | Answer::Count(_) | Answer::Members(_) => false,
        });
        Ok(went.map(|(branch, _)| branch).collect())
    }
}

/// The rows of a source of which something is read.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Rows {
    source: SourceId,
    time: FieldId,
    window: Window,
    slice: Slice,
    filter: Option<RowExpr>,
    /// A balance only reads the rows of certain days.
    function: AggregateFunction,
}

impl Rows {
    /// How many of them a condition holds for: more than 0 where it does for any.
    fn going(&self, path: RowExpr) -> Request {
        let aggregate = Aggregate {
            function: self.function.clone(),
            source: self.source,
            time: self.time,
            argument: Some(one_if(path)),
            weight: None,
            filter: self.filter.clone(),
        };
        Request::Aggregate { aggregate: Arc::new(aggregate), window: self.window, slice: self.slice.clone() }
    }
}

/// What was read, and of which rows.
struct Readings<'d> {
    design: &'d Design,
    found: HashSet<(Rows, RowExpr)>,
}

impl Readings<'_> {
    fn request(&mut self, request: &Request) {
        match request {
            Request::Aggregate { aggregate, window, slice } => {
                let Aggregate { function, source, time, argument, weight, filter } = aggregate.as_ref();
                let function = match function {
                    AggregateFunction::Opening | AggregateFunction::Closing | AggregateFunction::AverageBalance => {
                        function.clone()
                    }
                    _ => AggregateFunction::Count,
                };
                let (filter, slice) = (filter.clone(), slice.clone());
                let rows = Rows { source: *source, time: *time, window: *window, slice, filter, function };
                self.leaf(rows, argument.iter().chain(weight).cloned().collect());
            }
            Request::Count(term) => self.set(term),
            Request::Members { dimension, leaves } => {
                for (leaf, window, slice) in leaves {
                    let (time, filter) = match leaf {
                        Leaf::Aggregate(a) => (a.time, &a.filter),
                        Leaf::Set(s) => (s.time, &s.filter),
                    };
                    let rows = Rows {
                        source: leaf.source(),
                        time,
                        window: *window,
                        slice: slice.clone(),
                        filter: filter.clone(),
                        function: AggregateFunction::Count,
                    };
                    let member = self.member(leaf.source(), *dimension);
                    self.leaf(rows, member.into_iter().collect());
                }
            }
        }
    }

    fn set(&mut self, term: &SetTerm) {
        let mut waiting = vec![term];
        while let Some(term) = waiting.pop() {
            match term {
                SetTerm::Empty => {}
                SetTerm::Operation { left, right, .. } => waiting.extend([left.as_ref(), right.as_ref()]),
                SetTerm::Atom { atom, window, slice } => {
                    let rows = Rows {
                        source: atom.source,
                        time: atom.time,
                        window: *window,
                        slice: slice.clone(),
                        filter: atom.filter.clone(),
                        function: AggregateFunction::Count,
                    };
                    self.leaf(rows, vec![field(atom.key.clone())]);
                }
            }
        }
    }

    /// What is read of the rows that the filter lets through, then the filter of those of the slice, then the dimensions of
    /// the slice.
    fn leaf(&mut self, rows: Rows, read: Vec<RowExpr>) {
        let sliced = Rows { filter: None, ..rows.clone() };
        let placed = Rows { slice: Slice::default(), ..sliced.clone() };
        for condition in &rows.slice.conditions {
            let member = self.member(rows.source, condition.dimension);
            self.found.extend(member.map(|m| (placed.clone(), m)));
            if let SliceTest::InSet { set, .. } = &condition.test {
                self.set(set);
            }
        }
        self.found.insert((placed, field(FieldPath { via: Vec::new(), field: rows.time })));
        self.found.extend(rows.filter.clone().map(|filter| (sliced, filter)));
        self.found.extend(read.into_iter().map(|read| (rows.clone(), read)));
    }

    fn member(&self, source: SourceId, dimension: DimensionId) -> Option<RowExpr> {
        let dimension = self.design.dimensions.get(dimension.index())?;
        dimension.field_in(source).cloned().map(field)
    }
}

/// The ways through the computed fields that an expression over the rows of a source reads, each with the condition under
/// which a row goes it. A list: fields may name each other in a long chain.
fn ways(design: &Design, source: SourceId, read: &RowExpr) -> Vec<(Branch, RowExpr)> {
    let mut found = Vec::new();
    // An expression, the condition under which it is computed, and whether it is of a field.
    let mut waiting: Vec<(RowExpr, Option<RowExpr>, bool)> = vec![(read.clone(), None, false)];
    while let Some((expr, path, computed)) = waiting.pop() {
        let under = |condition: RowExpr| match &path {
            None => condition,
            Some(path) => truth(RowKind::And(Box::new(path.clone()), Box::new(condition)), path),
        };
        let arms = match &expr.kind {
            RowKind::Field(at) => {
                let field = computed_at(design, source, at);
                waiting.extend(field.map(|field| (field.clone().through(&at.via), path, true)));
                continue;
            }
            RowKind::If { condition, then, otherwise } => {
                let holds = under(condition.as_ref().clone());
                let fails = under(truth(RowKind::Not(condition.clone()), condition));
                waiting.push((condition.as_ref().clone(), path.clone(), computed));
                waiting.push((then.as_ref().clone(), Some(holds.clone()), computed));
                waiting.extend(otherwise.as_ref().map(|x| (x.as_ref().clone(), Some(fails.clone()), computed)));
                [(expr.span.0, Way::Then, holds), (expr.span.0, Way::Else, fails)]
            }
            RowKind::Otherwise(left, right) => {
                let is = |negated| under(truth(RowKind::IsMissing { operand: left.clone(), negated }, left));
                waiting.push((left.as_ref().clone(), path.clone(), computed));
                waiting.push((right.as_ref().clone(), Some(is(false)), computed));
                [(right.span.0, Way::Known, is(true)), (right.span.0, Way::Otherwise, is(false))]
            }
            _ => {
                waiting.extend(expr.operands().into_iter().map(|x| (x.clone(), path.clone(), computed)));
                continue;
            }
        };
        if computed {
            found.extend(arms.map(|(span, way, path)| ((span, way), path)));
        }
    }
    found
}

/// What computes a field; None for a stored one.
fn computed_at<'d>(design: &'d Design, source: SourceId, path: &FieldPath) -> Option<&'d RowExpr> {
    let field_of = |source: SourceId, field: FieldId| design.sources.get(source.index())?.fields.get(field.index());
    let owner = path.via.iter().try_fold(source, |at, step| field_of(at, *step)?.refers)?;
    field_of(owner, path.field)?.computed.as_ref()
}

/// The ways through an expression itself, whatever the fields that it reads.
pub(super) fn branches(expr: &RowExpr) -> BTreeSet<Branch> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        match &expr.kind {
            RowKind::If { .. } => found.extend([(expr.span.0, Way::Then), (expr.span.0, Way::Else)]),
            RowKind::Otherwise(_, right) => {
                found.extend([(right.span.0, Way::Known), (right.span.0, Way::Otherwise)]);
            }
            _ => {}
        }
        waiting.extend(expr.operands());
    }
    found
}

fn truth(kind: RowKind, of: &RowExpr) -> RowExpr {
    RowExpr { kind, ty: RowType::Bool, span: of.span }
}

/// `if condition then 1`
fn one_if(condition: RowExpr) -> RowExpr {
    let span = condition.span;
    let ty = RowType::Number { quantity: Quantity::default(), exact: true };
    let one = RowExpr { kind: RowKind::Number(BigDecimal::from(1)), ty: ty.clone(), span };
    let kind = RowKind::If { condition: Box::new(condition), then: Box::new(one), otherwise: None };
    RowExpr { kind, ty, span }
}

/// Its type is that of the field, which nothing here asks.
fn field(path: FieldPath) -> RowExpr {
    RowExpr { kind: RowKind::Field(path), ty: RowType::Text, span: Origin::default() }
}
