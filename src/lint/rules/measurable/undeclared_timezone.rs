//! timestamps are cut into days, and nobody says whose days
//!
//! A call at 23:30 in Shanghai is one of the same day there and of an earlier hour in London. Where a source is placed
//! in time by timestamps the calendar must have a time zone, or days are those of UTC.
//!
//! The fix writes the zone as `UTC`, which is what holds now; put the zone there in which the days are lived.
//!
//! ```kpi,fails
//! source calls { from: csv("calls.csv"), time: started
//!   field started: timestamp
//! }
//! indicator received "Calls received" {
//!   formula: count(calls)
//!   unit: 1, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! calendar { timezone: "Asia/Shanghai" }
//! source calls { from: csv("calls.csv"), time: started
//!   field started: timestamp
//! }
//! indicator received "Calls received" {
//!   formula: count(calls)
//!   unit: 1, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: IANA Time Zone Database; ISO 8601-1:2019.
//!
//! ## 中文
//!
//! 时间戳要切成日，却没有写明时区
//!
//! 上海 23:30 的来电，在上海是当天，在伦敦是更早的钟点。按时间戳排列的来源，日历要写明时区，否则按 UTC 的日。
//! 修复：写成 `UTC`，即现在的算法；请改为真正过日子的时区。

use crate::design::FieldKind;
use crate::lint::rules::prelude::*;
use crate::source::{FileId, Span};
use crate::syntax::ast::Item;

pub const RULE: Rule = Rule {
    code: Code::new("M21", "undeclared-timezone"),
    fix: FixKind::Proposed,
    source: include_str!("undeclared_timezone.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.design.calendar.timezone.is_some() || !context.graph_is_whole() {
        return;
    }
    let timed = context.design.sources.iter().find_map(|source| {
        let field = source.fields.get(source.time?.index())?;
        (field.kind == FieldKind::Timestamp).then_some((source, field))
    });
    let Some((source, field)) = timed else { return };
    let (title, name) = (source.naming.title(), &field.name);
    let finding = Finding::at(
        field.span,
        say!("`{title}` has timestamps, and the calendar no time zone", "“{title}”用时间戳，日历却没有时区"),
    )
    .saying(say!("`{name}` is cut into days of UTC", "“{name}”按 UTC 的日切分"))
    .help(say!(
        "add `calendar {{ timezone: \"Asia/Shanghai\" }}`, or yours",
        "写 `calendar {{ timezone: \"Asia/Shanghai\" }}`，或你们的时区"
    ));
    let title = say!("write the zone that holds now", "写上现在所用的时区");
    findings.push(match context.model.calendar.as_ref() {
        Some(node) => match context.insert(node, &[], "timezone: \"UTC\"") {
            Some(edit) => finding.fix(title, vec![edit]),
            None => finding,
        },
        None => match above_all(context, field.span.file) {
            Some(top) => {
                finding.fix(title, vec![Edit { span: top, text: "calendar { timezone: \"UTC\" }\n\n".to_string() }])
            }
            None => finding,
        },
    });
}

/// Before the first declaration of a file and the comments on the lines right above it.
fn above_all(context: &Context<'_>, file: FileId) -> Option<Span> {
    let (text, parse) = context.files().iter().find(|(f, _)| f.id == file)?;
    let first = parse.file.items.iter().find(|item| !matches!(item, Item::Use(_)))?;
    let mut line = text.line_of(first.span().start);
    let comment = |line: usize| text.text.get(text.line_range(line)).is_some_and(|l| l.trim_start().starts_with("//"));
    while line > 1 && comment(line - 1) {
        line -= 1;
    }
    let start = text.line_range(line).start;
    Some(Span::new(file, start, start))
}
