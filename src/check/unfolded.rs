//! How much of a row an expression computes. A computed field stands for its formula wherever it is named, so fields that
//! name each other twice over grow twofold with each: a design of a few lines would keep an engine busy for ever.

use std::collections::{BTreeSet, HashMap};

use crate::design::{
    Bound, CleanKind, CompareOp, Design, FieldId, FieldPath, Formula, FormulaKind, RowExpr, RowFunction, RowKind,
    ScalarFunction, SourceId,
};
use crate::diagnostic::codes::types::TOO_MANY_PARTS;
use crate::diagnostic::{Diagnostic, Diagnostics, say};
use crate::source::Span;

/// Parts at most: far more than anybody writes, and few enough to be computed.
const MOST: u64 = 5_000;

type Place = (SourceId, FieldId);

/// Reports the fields and formulas that stand for more.
pub fn judge(design: &Design, sink: &mut Diagnostics) {
    let mut sizes = Sizes { design, known: HashMap::new() };
    for (at, source) in design.sources.iter().enumerate() {
        let id = SourceId(at as u32);
        for (at, field) in source.fields.iter().enumerate().filter(|(_, f)| f.computed.is_some()) {
            let place = (id, FieldId(at as u32));
            if sizes.field(place) > MOST {
                let name = &field.name;
                sink.push(too_many(field.span, say!("the field `{name}` stands for", "字段 `{name}` 展开为")));
                // Who names it is not told again.
                sizes.known.insert(place, 1);
            }
        }
        for step in &source.clean {
            if let CleanKind::DropWhere(condition) = &step.kind {
                sizes.judge(id, condition, sink);
            }
        }
    }
    let measures = design.measures.iter().map(|m| &m.formula);
    let levels = design.indicators.iter().flat_map(|i| {
        let levels = i.thresholds.iter().chain(&i.stretches).chain(&i.worsts).map(|l| &l.value);
        i.targets.iter().map(|t| &t.value).chain(levels).flat_map(ends)
    });
    let mut waiting: Vec<&Formula> =
        design.indicators.iter().map(|i| &i.formula).chain(measures).chain(levels).collect();
    while let Some(formula) = waiting.pop() {
        match &formula.kind {
            FormulaKind::Aggregate(a) => {
                for expr in [&a.argument, &a.weight, &a.filter].into_iter().flatten() {
                    sizes.judge(a.source, expr, sink);
                }
            }
            FormulaKind::Set(atom) => {
                if let Some(filter) = &atom.filter {
                    sizes.judge(atom.source, filter, sink);
                }
            }
            _ => waiting.extend(formula.operands()),
        }
    }
}

fn ends(bound: &Bound) -> Vec<&Formula> {
    match bound {
        Bound::One(value) => vec![value],
        Bound::Range(low, high) => vec![low, high],
    }
}

fn too_many(span: Span, what: crate::diagnostic::Words) -> Diagnostic {
    Diagnostic::error(TOO_MANY_PARTS, span, say!("{} more than {MOST} parts", "{}超过 {MOST} 个部分", what))
        .saying(say!("cannot be computed for every row", "无法逐行计算"))
        .help(say!(
            "a computed field stands for its formula wherever it is named: name it once, or have the data hold it",
            "计算字段写到哪里，公式就展开到哪里：只写一次，或让数据直接提供它"
        ))
}

struct Sizes<'d> {
    design: &'d Design,
    known: HashMap<Place, u64>,
}

impl<'d> Sizes<'d> {
    fn judge(&mut self, source: SourceId, expr: &RowExpr, sink: &mut Diagnostics) {
        let mut paths = Vec::new();
        self.paths(source, expr, &mut paths);
        paths.into_iter().for_each(|place| {
            self.field(place);
        });
        if self.size(source, expr) > MOST {
            sink.push(too_many(expr.span.0, say!("this stands for", "这里展开为")));
        }
    }

    /// The parts of a field. With a list and not by recursion: fields may name each other in a long chain.
    fn field(&mut self, place: Place) -> u64 {
        let mut waiting = vec![place];
        let mut begun: BTreeSet<Place> = BTreeSet::new();
        while let Some(at) = waiting.last().copied() {
            if self.known.contains_key(&at) {
                waiting.pop();
                continue;
            }
            let field = self.design.sources.get(at.0.index()).and_then(|s| s.fields.get(at.1.index()));
            let Some(computed) = field.and_then(|f| f.computed.as_ref()) else {
                self.known.insert(at, 1);
                continue;
            };
            let mut named = Vec::new();
            self.paths(at.0, computed, &mut named);
            named.retain(|place| !self.known.contains_key(place) && !begun.contains(place));
            // The second time all that it names is known, or stands in a circle, which is reported.
            if begun.insert(at) && !named.is_empty() {
                waiting.extend(named);
                continue;
            }
            let size = self.size(at.0, computed);
            self.known.insert(at, size);
        }
        self.known.get(&place).copied().unwrap_or(1)
    }

    fn paths(&self, source: SourceId, expr: &RowExpr, found: &mut Vec<Place>) {
        let mut waiting = vec![expr];
        while let Some(expr) = waiting.pop() {
            if let RowKind::Field(path) = &expr.kind {
                found.extend(self.end(source, path));
            }
            waiting.extend(expr.operands());
        }
    }

    /// All that `a otherwise b otherwise …` tries: the engine is given one list of it.
    fn alternatives(&self, source: SourceId, expr: &RowExpr) -> u64 {
        let (mut waiting, mut size) = (vec![expr], 0_u64);
        while let Some(expr) = waiting.pop() {
            match &expr.kind {
                RowKind::Otherwise(a, b) => waiting.extend([&**a, &**b]),
                _ => size = size.saturating_add(self.size(source, expr)),
            }
        }
        size
    }

    fn end(&self, source: SourceId, path: &FieldPath) -> Option<Place> {
        let mut at = source;
        for step in &path.via {
            at = self.design.sources.get(at.index())?.fields.get(step.index())?.refers?;
        }
        Some((at, path.field))
    }

    /// How often columns and literals stand in what the engine is told to compute; some forms repeat their operands.
    fn size(&self, source: SourceId, expr: &RowExpr) -> u64 {
        super::step(|| self.size_of(source, expr))
    }

    fn size_of(&self, source: SourceId, expr: &RowExpr) -> u64 {
        let of = |x: &RowExpr| self.size(source, x);
        let all = || expr.operands().into_iter().map(of).fold(0, u64::saturating_add);
        match &expr.kind {
            RowKind::Field(path) => self.end(source, path).and_then(|p| self.known.get(&p)).copied().unwrap_or(1),
            RowKind::Compare { op, left, right } => {
                let literal = |x: &RowExpr| matches!(x.kind, RowKind::Number(_) | RowKind::Text(_) | RowKind::Date(_));
                let equal = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
                let times = if literal(left) || literal(right) { 1 + u64::from(equal) } else { 6 };
                all().saturating_mul(times)
            }
            RowKind::Between { operand, .. } => all().saturating_add(of(operand)).saturating_mul(6),
            RowKind::InList { operand, items, .. } => {
                of(operand).saturating_mul(2 * items.len() as u64).saturating_add(all())
            }
            RowKind::If { condition, .. } => all().saturating_add(of(condition)),
            RowKind::Otherwise(..) => self.alternatives(source, expr).saturating_mul(2),
            RowKind::Function { function, args } => match function {
                RowFunction::Scalar(ScalarFunction::Min | ScalarFunction::Max | ScalarFunction::Clamp) => {
                    let mut sizes = args.iter().map(of);
                    let first = sizes.next().unwrap_or(1);
                    sizes.fold(first, |a, b| a.saturating_add(b).saturating_mul(2))
                }
                RowFunction::Scalar(ScalarFunction::Abs) => all(),
                RowFunction::Scalar(_) => all().saturating_mul(6),
                RowFunction::Workdays => {
                    // Each day that differs from what its weekday says is asked for.
                    let calendar = &self.design.calendar;
                    all().saturating_mul(8 + 2 * (calendar.holidays.len() + calendar.workdays.len()) as u64)
                }
                RowFunction::Year | RowFunction::Month | RowFunction::Weekday => all(),
            },
            _ => all().max(1),
        }
    }
}
