//! a mean duration over closed cases, and nothing counts the open ones
//!
//! How long closed cases took says nothing about those that are still open, and closing only the easy ones makes the
//! mean better. Where the end of a duration may be missing, something in the design must look at the rows without it:
//! `count(tickets where closed is missing)`, as an indicator or a measure.
//!
//! ```kpi,fails
//! source tickets { from: csv("tickets.csv"), time: opened
//!   field opened: date
//!   field closed: date?
//! }
//! indicator solving "Time to solve" {
//!   formula: avg(tickets.closed - opened)
//!   unit: days, direction: lower, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source tickets { from: csv("tickets.csv"), time: opened
//!   field opened: date
//!   field closed: date?
//! }
//! measure backlog = count(tickets where closed is missing)
//! indicator solving "Time to solve" {
//!   formula: avg(tickets.closed - opened)
//!   unit: days, direction: lower, frequency: monthly
//! }
//! ```
//!
//! Sources: E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", *JASA* 53, 1958
//! (censoring); D. Reinertsen, *The Principles of Product Development Flow*, 2009 (queues).
//!
//! ## 中文
//!
//! 平均时长只算已结的，没有数未结的
//!
//! 已结的个案用了多久，说明不了仍未结的；只结容易的，平均就变好。时长的终点可能缺失时，设计里要有看这些行的：`count(tickets where closed is missing)`，
//! 做成指标或度量都行。

use crate::lint::rules::prelude::*;
use std::collections::BTreeSet;

use crate::design::{AggregateFunction, FieldPath, FormulaKind, RowKind, SourceId};
use crate::lint::shape::rows_of;

pub const RULE: Rule = Rule {
    code: Code::new("M19", "open-cases-ignored"),
    source: include_str!("open_cases_ignored.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    // The ends that some filter asks for as missing, or that some count goes by.
    let mut watched: BTreeSet<(SourceId, FieldPath)> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let indicators = context.sound().map(|(_, i, _)| &i.formula);
    for formula in indicators.chain(context.measures().map(|(_, m, _)| &m.formula)) {
        context.deep_beyond(&mut seen, formula, &mut |f| {
            let (source, filter) = match &f.kind {
                FormulaKind::Aggregate(a) => {
                    // A count by the end: what came less what went is what is open.
                    if a.function == AggregateFunction::Count {
                        watched.insert((a.source, FieldPath { via: Vec::new(), field: a.time }));
                    }
                    (a.source, a.filter.as_ref())
                }
                FormulaKind::Set(atom) => (atom.source, atom.filter.as_ref()),
                _ => return,
            };
            filter.into_iter().for_each(|filter| {
                filter.each(&mut |row| {
                    if let RowKind::IsMissing { operand, .. } = &row.kind
                        && let RowKind::Field(path) = &operand.kind
                    {
                        watched.insert((source, path.clone()));
                    }
                });
            });
        });
    }
    for (id, indicator, _) in context.sound() {
        let FormulaKind::Aggregate(aggregate) = &context.core(&indicator.formula).kind else { continue };
        let mean = matches!(
            aggregate.function,
            AggregateFunction::Avg | AggregateFunction::Median | AggregateFunction::Percentile(_)
        );
        let Some(argument) = rows_of(aggregate).next().filter(|_| mean) else { continue };
        let rows = crate::analysis::rows::Rows::new(context.design, aggregate.source);
        let mut ends = Vec::new();
        argument.each(&mut |row| {
            if let RowKind::Elapsed { to, .. } = &row.kind
                && let RowKind::Field(path) = &to.kind
            {
                ends.push(path);
            }
        });
        let open = ends.into_iter().find_map(|path| {
            let (_, field) = rows.field(path)?;
            (field.optional && !watched.contains(&(aggregate.source, path.clone()))).then_some(field)
        });
        let Some(end) = open else { continue };
        let (name, title) = (indicator.naming.title(), &end.name);
        let source = context.design.sources.get(aggregate.source.index()).map_or("", |s| s.naming.name.as_str());
        findings.push(
            Finding::at(
                indicator.formula.span.0,
                say!(
                    "`{name}` looks at closed cases only, and nothing counts the open ones",
                    "“{name}”只看已结的个案，没有数未结的"
                ),
            )
            .saying(say!("rows without `{title}` are skipped", "没有“{title}”的行被跳过"))
            .label(end.span, say!("may be missing", "可能缺失"))
            .help(say!(
                "add a measure: `count({source} where {title} is missing)`",
                "加一个度量：`count({source} where {title} is missing)`"
            ))
            .of(id),
        );
    }
}
