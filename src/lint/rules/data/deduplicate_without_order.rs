//! doubles of which the order of the data decides
//!
//! `deduplicate by order_id keep latest changed_on` keeps the row that was changed last. Where two rows of one order have
//! the same day and differ, nothing says which is the later: the one that stands further down in the data stays, and an
//! export in another order gives another value. A field that tells them apart is wanted: a timestamp for the day, a
//! number that counts up.
//!
//! Doubles that differ without any `keep` are an error of the data (E0826).
//!
//! Sources: DAMA-DMBOK, 2nd ed. 2017, ch. 13 (uniqueness); I. P. Fellegi and A. B. Sunter, "A Theory for Record
//! Linkage", *JASA* 64 (328), 1969.
//!
//! ## 中文
//!
//! 由数据的先后决定留下哪一行
//!
//! `deduplicate by order_id keep latest changed_on` 留下最后改动的一行。同一订单的两行日期相同而内容不同时，没有什么能说明哪一行更晚：
//! 留下的是数据里靠后的一行，换一个导出顺序，数值就变了。要用能分出先后的字段：用时间戳代替日期，或用递增的编号。
//! 没有 `keep` 而内容不同的重复行是数据错误（E0826）。

use crate::design::{CleanKind, SourceId};
use crate::lint::Needs;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("D01", "deduplicate-without-order"),
    needs: Needs::Data,
    source: include_str!("deduplicate_without_order.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (at, source) in context.design.sources.iter().enumerate() {
        let Some(report) = facts.source(SourceId(at as u32)) else { continue };
        for (step, counted) in source.clean.iter().zip(&report.steps).filter(|(_, c)| c.undecided > 0) {
            let CleanKind::Deduplicate { keep: Some((_, field)), .. } = &step.kind else { continue };
            let Some(field) = source.fields.get(field.index()) else { continue };
            let (name, title, n) = (&field.name, source.naming.title(), counted.undecided);
            let finding = Finding::at(
                step.span,
                say!(
                    "`{name}` does not say which doubles of `{title}` stay",
                    "`{name}` 分不出“{title}”的重复行留下哪一行"
                ),
            )
            .saying(say!(
                "dropped although another row with the same `{name}` and other values stayed: {n}",
                "去掉的行里，与留下的行 `{name}` 相同而内容不同的有 {n} 行"
            ));
            findings.push(finding.label(field.span, say!("the same in both", "两行相同")).help(say!(
                "keep by a field that tells them apart: a timestamp, a number that counts up",
                "用能分出先后的字段：时间戳、递增的编号"
            )));
        }
    }
}
