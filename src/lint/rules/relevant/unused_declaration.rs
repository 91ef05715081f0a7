//! a source, field, unit or constant that nothing uses
//!
//! It has to be kept up, read and understood, and changes nothing. Measures and dimensions are outputs and are left alone;
//! so are keys, times, and fields that a dimension, a computed field, a reference or the cleaning reads. The fields of one
//! source are one finding.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! constant vat = 19%
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! constant vat = 19%
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! measure gross "Orders with tax" = count(orders) * (1 + vat)
//! ```
//!
//!
//! Sources: M. Fowler, *Refactoring*, 2nd ed. 2018 (speculative generality).
//!
//! ## 中文
//!
//! 没有用到的来源、字段、单位或常量
//!
//! 要有人维护、要有人读懂，却不起作用。度量和维度本身就是输出，不报；主键、时间字段，以及维度、计算字段、引用、清洗用到的字
//! 段也不报。一个来源的多个字段合为一条。

use crate::lint::rules::prelude::*;
use std::collections::BTreeSet;

use crate::design::{CleanKind, ConstantId, FieldId, FieldPath, FormulaKind, RowExpr, RowKind, SourceId};
use crate::lint::shape;
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("R14", "unused-declaration"),
    severity: Severity::Info,
    source: include_str!("unused_declaration.rs"),
    check,
    ..Rule::STATIC
};

#[derive(Default)]
struct Used {
    sources: BTreeSet<SourceId>,
    fields: BTreeSet<(SourceId, FieldId)>,
    constants: BTreeSet<ConstantId>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    // What could not be typed may be the use.
    if !context.is_sound_throughout() {
        return;
    }
    let used = used(context);
    let design = context.design;
    for (at, (source, node)) in design.sources.iter().zip(&context.model.sources).enumerate() {
        let id = SourceId(at as u32);
        let name = source.naming.title();
        if !used.sources.contains(&id) {
            findings.push(unused(Finding::at(
                node.place(),
                say!("nothing reads the source `{name}`", "没有用到来源“{name}”"),
            )));
            continue;
        }
        let idle: Vec<_> = source
            .fields
            .iter()
            .enumerate()
            .filter(|(f, _)| !used.fields.contains(&(id, FieldId(*f as u32))))
            .map(|(_, field)| field)
            .collect();
        let Some((first, rest)) = idle.split_first() else { continue };
        let names = idle.iter().map(|f| format!("`{}`", f.name)).collect::<Vec<_>>();
        let (en, zh) = (names.join(", "), names.join("、"));
        let finding = Finding::at(first.span, say!("nothing reads {en} of `{name}`", "没有用到“{name}”的字段 {zh}"));
        findings
            .push(unused(rest.iter().fold(finding, |finding, f| finding.label(f.span, say!("nor this", "还有这里")))));
    }
    for (at, (constant, node)) in design.constants.iter().zip(&context.model.constants).enumerate() {
        if !used.constants.contains(&ConstantId(at as u32)) {
            let name = &constant.naming.name;
            findings.push(unused(Finding::at(
                node.place(),
                say!("nothing uses the constant `{name}`", "没有用到常量“{name}”"),
            )));
        }
    }
    let words = words_used(context);
    for node in &context.model.units {
        let name = node.name();
        if !name.is_empty() && !words.contains(name) {
            findings
                .push(unused(Finding::at(node.place(), say!("nothing has the unit `{name}`", "没有用到单位“{name}”"))));
        }
    }
}

fn unused(finding: Finding) -> Finding {
    finding.saying(say!("unused", "未使用")).help(say!("take it out, or use it", "删去，或用起来"))
}

fn used(context: &Context<'_>) -> Used {
    let design = context.design;
    let mut used = Used::default();
    let mut formulas: Vec<&crate::design::Formula> = design.measures.iter().map(|m| &m.formula).collect();
    for indicator in &design.indicators {
        formulas.push(&indicator.formula);
        let levels = indicator.thresholds.iter().chain(&indicator.stretches).chain(&indicator.worsts).map(|l| &l.value);
        let bounds =
            indicator.targets.iter().map(|t| &t.value).chain(levels).chain(indicator.baseline.iter().map(|b| &b.value));
        for bound in bounds {
            match bound {
                crate::design::Bound::One(x) => formulas.push(x),
                crate::design::Bound::Range(x, y) => formulas.extend([x, y]),
            }
        }
    }
    let mut waiting = formulas;
    while let Some(formula) = waiting.pop() {
        match &formula.kind {
            FormulaKind::Aggregate(a) => {
                used.sources.insert(a.source);
                used.fields.insert((a.source, a.time));
                for row in shape::rows_of(a) {
                    rows(context, a.source, row, &mut used);
                }
            }
            FormulaKind::Set(s) => {
                used.sources.insert(s.source);
                used.fields.insert((s.source, s.time));
                path(context, s.source, &s.key, &mut used);
                if let Some(filter) = &s.filter {
                    rows(context, s.source, filter, &mut used);
                }
            }
            FormulaKind::Constant(id) => {
                used.constants.insert(*id);
            }
            _ => {}
        }
        waiting.extend(formula.operands());
    }
    for dimension in &design.dimensions {
        for (source, field) in &dimension.fields {
            path(context, *source, field, &mut used);
        }
    }
    for (at, source) in design.sources.iter().enumerate() {
        let id = SourceId(at as u32);
        used.fields.extend(source.key.iter().chain(&source.time).map(|f| (id, *f)));
        for (f, field) in source.fields.iter().enumerate() {
            if let Some(computed) = &field.computed {
                rows(context, id, computed, &mut used);
            }
            // A reference is a use of what it leads to only where something reads through it; it says what the column is.
            if field.refers.is_some() {
                used.fields.insert((id, FieldId(f as u32)));
            }
        }
        for step in &source.clean {
            match &step.kind {
                CleanKind::Deduplicate { by, keep } => {
                    used.fields.extend(by.iter().chain(keep.iter().map(|(_, f)| f)).map(|f| (id, *f)));
                }
                CleanKind::DropWhere(condition) => rows(context, id, condition, &mut used),
                CleanKind::DropInvalid | CleanKind::BlankInvalid => {}
            }
        }
    }
    used
}

fn rows(context: &Context<'_>, source: SourceId, expr: &RowExpr, used: &mut Used) {
    expr.each(&mut |r| match &r.kind {
        RowKind::Field(field) => path(context, source, field, used),
        RowKind::Constant(id) => {
            used.constants.insert(*id);
        }
        _ => {}
    });
}

/// Every field on the way, and the sources that the way leads through.
fn path(context: &Context<'_>, source: SourceId, path: &FieldPath, used: &mut Used) {
    let mut at = source;
    for via in &path.via {
        used.fields.insert((at, *via));
        let field = context.design.sources.get(at.index()).and_then(|s| s.fields.get(via.index()));
        let Some(next) = field.and_then(|f| f.refers) else { return };
        used.sources.insert(next);
        at = next;
    }
    used.fields.insert((at, path.field));
}

/// Every word outside texts and comments, but for the names of the units where they are declared: what may be a use of one.
fn words_used<'a>(context: &Context<'a>) -> BTreeSet<&'a str> {
    let declared: BTreeSet<Span> = context.model.units.iter().map(|n| n.place()).collect();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = BTreeSet::new();
    for (file, parse) in context.files() {
        let text: &'a str = &file.text;
        let mut comments = parse.comments.iter().map(|c| c.span).peekable();
        let mut quoted = false;
        let mut at = 0;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            if comments.next_if(|comment| comment.end as usize <= at).is_some() {
                continue;
            }
            if let Some(comment) = comments.peek().filter(|comment| comment.start as usize <= at) {
                at = comment.end as usize;
                continue;
            }
            let rest = text.get(at..).unwrap_or("");
            if c == '\\' && quoted {
                at += rest.chars().take(2).map(char::len_utf8).sum::<usize>();
            } else if word(c) && !quoted {
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                if !declared.contains(&Span::new(file.id, at, at + end)) {
                    words.extend(rest.get(..end));
                }
                at += end;
            } else {
                quoted ^= c == '"';
                at += c.len_utf8();
            }
        }
    }
    words
}
