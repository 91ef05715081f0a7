//! a rating without its scale
//!
//! 4.2 of 5 is not 4.2 of 10. A field of a survey that is averaged or summed has to say what its lowest and highest answer
//! are, `integer point 1..5`: for the reader, for the check of the data, and for every rule that asks what is possible.
//!
//! Only fields of sources with `origin: survey` or `feedback` are looked at, and of those only numbers without a unit or
//! with one of a scale: minutes and euros have no ends.
//!
//! ```kpi,fails
//! source answers {
//!   origin: survey, from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer
//! }
//! indicator happy "Mean score" { formula: avg(answers.score), unit: 1, direction: higher, frequency: monthly }
//! ```
//!
//! ```kpi
//! source answers {
//!   origin: survey, from: csv("answers.csv"), time: day
//!   field day: date
//!   field score: integer 0..10
//! }
//! indicator happy "Mean score" { formula: avg(answers.score), unit: 1, direction: higher, frequency: monthly }
//! ```
//!
//! Sources: ISO 10004:2018 (scales in satisfaction surveys); D. Dillman et al., *Internet, Phone, Mail, and Mixed-Mode
//! Surveys*, 4th ed. 2014.
//!
//! ## 中文
//!
//! 评分没有写明量表范围
//!
//! 满分 5 分的 4.2 与满分 10 分的 4.2 不是一回事。问卷里要求平均或求和的字段要写明最低和最高分，如 `integer point 1..5`。只检查 `origin` 为 `survey` 或 `feedback`
//! 的来源中，没有单位或单位为量表的数字字段。

use crate::lint::rules::prelude::*;

use std::collections::BTreeSet;

use crate::design::{AggregateFunction, FormulaKind, RowKind};
use crate::value::unit::Base;

pub const RULE: Rule = Rule {
    code: Code::new("S07", "undeclared-scale"),
    source: include_str!("undeclared_scale.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let (mut told, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let indicators = context.sound().map(|(id, indicator, _)| (Some(id), &indicator.formula));
    for (id, formula) in indicators.chain(context.measures().map(|(_, m, _)| (None, &m.formula))) {
        context.deep_beyond(&mut seen, formula, &mut |f| {
            let FormulaKind::Aggregate(aggregate) = &f.kind else { return };
            let counts = matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::CountDistinct);
            let Some(argument) = &aggregate.argument else { return };
            let RowKind::Field(path) = &argument.kind else { return };
            let Some(source) = context.design.sources.get(aggregate.source.index()) else { return };
            if counts || !path.via.is_empty() || !context.is_survey(aggregate.source) {
                return;
            }
            let Some(field) = source.fields.get(path.field.index()) else { return };
            let scale = field
                .unit
                .as_ref()
                .is_none_or(|u| u.quantity.is_plain() || matches!(u.quantity.single(), Some(Base::Scale(_))));
            let open = field.domain.as_ref().is_none_or(|(low, high)| low.is_none() || high.is_none());
            if !field.kind.is_number() || !scale || !open || !told.insert((aggregate.source, path.field)) {
                return;
            }
            let name = &field.name;
            let finding =
                Finding::at(field.span, say!("`{name}` is a rating without its scale", "评分“{name}”没有写明量表范围"))
                    .saying(say!("from what to what?", "从几分到几分？"))
                    .label(f.span.0, say!("computed with here", "在此参与计算"))
                    .help(say!(
                        "give its ends, for example `integer point 1..5`",
                        "写明两端，例如 `integer point 1..5`"
                    ));
            findings.push(match id {
                Some(id) => finding.of(id),
                None => finding,
            });
        });
    }
}
