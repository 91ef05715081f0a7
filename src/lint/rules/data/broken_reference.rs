//! rows whose reference leads nowhere
//!
//! `field customer: id -> customers` reads the row of `customers` with that key. Where there is none, all that is read
//! through it is missing: the row is in the total, and in no segment, so that the parts do not add up to the whole. Load
//! the source that is referred to anew, or with those that have gone since.
//!
//! A key that stands in several rows, so that a reference would multiply the rows that refer to it, is an error of the
//! data (E0825). Rows without a value of `time` are not looked at, nor references of sources without `time`.
//!
//! Sources: E. F. Codd, "A Relational Model of Data for Large Shared Data Banks", *CACM* 13 (6), 1970 (referential
//! integrity); R. Kimball and M. Ross, *The Data Warehouse Toolkit*, 3rd ed. 2013, ch. 20 (late arriving dimensions).
//!
//! ## 中文
//!
//! 引用落空的行
//!
//! `field customer: id -> customers` 读取 `customers` 中该键的那一行。找不到时，由它读取的一切都缺失：这一行在合计里，
//! 却不在任何分组里，各部分之和就不等于总体。重新加载被引用的来源，或把后来删去的也包括进来。
//! 键有多行、引用会使行数成倍增加的，是数据错误（E0825）。没有 `time` 值的行、没有 `time` 的来源不作判断。

use crate::design::{FieldId, FieldPath, SourceId};
use crate::lint::Needs;
use crate::lint::rows::{self, EVER};
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("D08", "broken-reference"),
    needs: Needs::Data,
    source: include_str!("broken_reference.rs"),
    check,
    ..Rule::STATIC
};

/// Values that are shown.
const SHOWN: usize = 3;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let mut asked = Vec::new();
    let mut asks = Vec::new();
    for (at, source) in context.design.sources.iter().enumerate() {
        let id = SourceId(at as u32);
        let Some(time) = source.time.filter(|_| facts.source(id).is_some()) else { continue };
        for (at, field) in source.fields.iter().enumerate() {
            let target = field.refers.and_then(|target| context.design.sources.get(target.index()));
            let Some((target, key)) = target.and_then(|target| Some((target, *target.key.first()?))) else { continue };
            let own = FieldId(at as u32);
            let known = rows::is_known(rows::own_field(own));
            let partner = rows::field(FieldPath { via: vec![own], field: key });
            let alone = rows::both(known.clone(), rows::is_missing(partner));
            asks.push((rows::count(id, time, Some(alone)), EVER));
            asks.push((rows::count(id, time, Some(known)), EVER));
            asked.push((source, field, target));
        }
    }
    let answers = facts.aggregates(&asks);
    for ((source, field, target), (counts, asks)) in asked.into_iter().zip(answers.chunks(2).zip(asks.chunks(2))) {
        let ([Some(alone), Some(all)], [(ask, window), _]) = (counts, asks) else { continue };
        if *alone == 0.0 {
            continue;
        }
        let (title, name, there) = (source.naming.title(), &field.name, target.naming.title());
        let values = facts.examples(ask, *window, name, SHOWN);
        let values = values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ");
        let finding = Finding::at(
            field.span,
            say!("rows of `{title}` refer to nothing in `{there}`", "“{title}”有的行在“{there}”中找不到"),
        );
        let said = say!("{alone} of {all} rows, such as {values}", "{all} 行里的 {alone} 行，例如 {values}");
        findings.push(finding.saying(said).help(say!(
            "load `{there}` with all that is referred to; what is read through `{name}` is missing in these rows",
            "把“{there}”补全；这些行由 `{name}` 读取的内容都缺失"
        )));
    }
}
