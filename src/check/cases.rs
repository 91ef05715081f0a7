//! `test` blocks: the tables that they give and what they expect.

use bigdecimal::BigDecimal;

use super::scope::{Entity, Poison, Scope};
use super::targets::constant;
use super::{formula, values};
use crate::design::{
    CleanKind, Expectation, Field, FieldId, FieldKind, GivenTable, IndicatorId, MeasureId, Outcome, SourceId, Subject,
    Test, Type,
};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, closest, codes, say};
use crate::model::keys::{STATUSES, list};
use crate::model::{Model, Node};
use crate::source::Span;
use crate::syntax::ast::{self, Entry, Expect, Given, GivenRow, Name};
use crate::value::Unit;
use crate::value::calendar::{parse_date, parse_timestamp};

pub fn tests(
    model: &Model,
    computed: &[Vec<&ast::Field>],
    units: &Units,
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Vec<Test> {
    model.tests.iter().map(|node| test(node, computed, units, scope, sink)).collect()
}

/// The units of measures and indicators as values are expected in them; None where there is none, or it is not known.
pub struct Units<'u> {
    pub measures: Vec<Option<&'u Unit>>,
    pub indicators: Vec<Option<&'u Unit>>,
}

fn test(node: &Node, written: &[Vec<&ast::Field>], units: &Units, scope: &Scope, sink: &mut Diagnostics) -> Test {
    values::text_at(&node.keys, "note", sink);
    let mut test = Test {
        span: node.decl.span,
        title: node.decl.label.as_ref().map(|l| l.text.clone()).unwrap_or_default(),
        given: Vec::new(),
        expect: Vec::new(),
    };
    let mut seen: Vec<&Name> = Vec::new();
    let mut expects = false;
    let entries = node.decl.block.as_ref().map_or(&[][..], |b| &b.entries);
    for entry in entries {
        match entry {
            Entry::Given(given) => {
                if let Some(first) = seen.iter().find(|n| n.text == given.source.text) {
                    sink.push(
                        Diagnostic::error(
                            codes::names::REPEATED_NAME,
                            given.source.span,
                            say!("`{}` is given twice in this test", "这个测试里给了两次 `{}`", given.source.text),
                        )
                        .saying(say!("given again", "再次给出"))
                        .label(first.span, say!("first given here", "首次给出"))
                        .help(say!("put all rows into one table", "把所有行写进一个表格")),
                    );
                    continue;
                }
                seen.push(&given.source);
                test.given.extend(table(given, written, scope, sink));
            }
            Entry::Expect(expect) => {
                expects = true;
                test.expect.extend(expectation(expect, units, scope, sink));
            }
            // What could not be read may be what is missing.
            Entry::Hole(_) => expects = true,
            _ => {}
        }
    }
    if !expects {
        sink.push(
            Diagnostic::error(
                codes::tests::NOTHING_EXPECTED,
                node.decl.kind_span,
                say!("this test expects nothing", "这个测试没有期望"),
            )
            .saying(say!("can never fail", "永远不会失败"))
            .help(say!(
                "for example `expect revenue in 2026-01 = 480 CNY`",
                "例如 `expect revenue in 2026-01 = 480 CNY`"
            )),
        );
    }
    test
}

// ---- given -------------------------------------------------------------------------------------------------------

fn table(given: &Given, written: &[Vec<&ast::Field>], scope: &Scope, sink: &mut Diagnostics) -> Option<GivenTable> {
    let source = match scope.entity(&given.source.text) {
        Some(Entity::Source(source)) => source,
        Some(other) => {
            sink.push(
                Diagnostic::error(
                    codes::names::WRONG_KIND_OF_NAME,
                    given.source.span,
                    say!("`{}` is {}, not a source", "`{}` 是{}，不是来源", given.source.text, other.what()),
                )
                .saying(say!("rows are given for a source", "数据行是给来源的")),
            );
            return None;
        }
        None => {
            scope.unknown_name(&given.source, &say!("source", "来源"), |e| matches!(e, Entity::Source(_)), sink);
            return None;
        }
    };
    let columns = columns(given, source, written, scope, sink);
    let declared = scope.source(source)?;
    // Where a cleaning step takes out what is invalid, a test may well give it.
    let strict = !declared.clean.iter().any(|s| matches!(s.kind, CleanKind::DropInvalid | CleanKind::BlankInvalid));
    let mut rows = Vec::with_capacity(given.rows.len());
    for row in &given.rows {
        if row.cells.len() != given.columns.len() {
            sink.push(ragged(row, given));
            continue;
        }
        let mut cells = Vec::with_capacity(row.cells.len());
        for (cell, column) in row.cells.iter().zip(&columns) {
            let Some(field) = column else { continue };
            if let (Some(text), Some(declared), true) = (&cell.text, scope.field(source, *field), strict)
                && !scope.is_poisoned(&Poison::Field(source, *field))
                && let Err(why) = parses(text, declared)
            {
                sink.push(
                    Diagnostic::error(
                        codes::tests::BAD_CELL,
                        cell.span,
                        say!("{} is no value of `{}`", "{}不是 `{}` 的值", quoted(text), declared.name),
                    )
                    .saying(why)
                    .label(declared.span, say!("declared here", "在此声明")),
                );
            }
            cells.push(cell.text.clone());
        }
        rows.push((row.span, cells));
    }
    Some(GivenTable { source, span: given.span, columns: columns.into_iter().flatten().collect(), rows })
}

fn columns(
    given: &Given,
    source: SourceId,
    written: &[Vec<&ast::Field>],
    scope: &Scope,
    sink: &mut Diagnostics,
) -> Vec<Option<FieldId>> {
    let mut seen: Vec<&Name> = Vec::new();
    let column = |name| {
        if !super::names::first_time(&mut seen, name, &format!("given {}", given.source.text), sink) {
            return None;
        }
        let Some(field) = scope.field_named(source, &name.text) else {
            scope.unknown_field(source, name, sink);
            return None;
        };
        let declared = written.get(source.index()).and_then(|fields| fields.get(field.index()));
        if let Some(declared) = declared.filter(|d| d.computed.is_some()) {
            sink.push(
                Diagnostic::error(
                    codes::tests::COMPUTED_COLUMN,
                    name.span,
                    say!("`{}` is computed, not given", "`{}` 是计算字段，不能给出", name.text),
                )
                .saying(say!("leave this column out", "删去这一列"))
                .label(declared.name.span, say!("computed here", "在此计算"))
                .help(say!("give the fields that it is computed from", "给出计算它所用的字段")),
            );
            return None;
        }
        Some(field)
    };
    given.columns.iter().map(column).collect()
}

fn ragged(row: &GivenRow, given: &Given) -> Diagnostic {
    let (cells, columns) = (row.cells.len(), given.columns.len());
    let count = |n: usize, en: &str, zh: &str| Words {
        en: format!("{n} {en}{}", if n == 1 { "" } else { "s" }),
        zh: format!("{n} {zh}"),
    };
    let diagnostic = Diagnostic::error(
        codes::tests::RAGGED_ROW,
        row.span,
        say!(
            "this row has {}, and the table {}",
            "这一行有{}，而表格有{}",
            count(cells, "cell", "格"),
            count(columns, "column", "列")
        ),
    );
    match (row.cells.get(columns), given.columns.get(cells)) {
        (Some(extra), _) => {
            diagnostic.saying(say!("one row", "这一行")).label(extra.span, say!("has no column", "没有对应的列"))
        }
        (_, Some(missing)) => {
            diagnostic.saying(say!("one row", "这一行")).label(missing.span, say!("has no cell", "没有对应的格"))
        }
        _ => diagnostic,
    }
    .help(say!("an empty cell is a missing value; `\\|` is a pipe in a text", "空格子是缺失值；文本里的竖线写成 `\\|`"))
}

/// A cell as in a message.
fn quoted(text: &str) -> Words {
    if text.is_empty() { say!("empty text", "空文本") } else { Words::same(format!("`{text}`")) }
}

/// Whether the text of a cell is a value of the field's type and domain; the error says why not.
fn parses(text: &str, field: &Field) -> Result<(), Words> {
    let number = |exact: bool| -> Result<BigDecimal, Words> {
        let sound = text.strip_prefix(['-', '+']).unwrap_or(text);
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let plain = match sound.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(sound),
        };
        if !plain && (exact || !sound.starts_with(|c: char| c.is_ascii_digit())) {
            return Err(say!("not {}", "不是{}", super::sources::fields::kind_phrase(field.kind)));
        }
        text.parse().map_err(|_| say!("not {}", "不是{}", super::sources::fields::kind_phrase(field.kind)))
    };
    let value = match field.kind {
        FieldKind::Id => {
            return if text.is_empty() { Err(say!("an id is not empty", "标识不能为空")) } else { Ok(()) };
        }
        FieldKind::Text => None,
        FieldKind::Bool => {
            return match text {
                "true" | "false" => Ok(()),
                _ => Err(say!("it is `true` or `false`", "应为 `true` 或 `false`")),
            };
        }
        FieldKind::Date => return parse_date(text).map(|_| ()),
        FieldKind::Timestamp => return parse_timestamp(text).map(|_| ()),
        FieldKind::Integer => {
            let value = number(true)?;
            if text.contains('.') {
                return Err(say!("an integer is a whole number", "应为整数"));
            }
            Some(value)
        }
        FieldKind::Decimal => Some(number(true)?),
        FieldKind::Number => Some(number(false)?),
    };
    if value.is_none() && !field.members.is_empty() && !field.members.iter().any(|m| m == text) {
        let members: Vec<&str> = field.members.iter().map(String::as_str).collect();
        return Err(match closest(text, members.iter().copied()) {
            Some(near) => Words::meant(near),
            None => say!("its values are {}", "它的取值有 {}", list(&members)),
        });
    }
    if let (Some(value), Some((low, high))) = (value, &field.domain) {
        if low.as_ref().is_some_and(|low| value < *low) {
            return Err(say!("below {}", "小于 {}", low.as_ref().map(ToString::to_string).unwrap_or_default()));
        }
        if high.as_ref().is_some_and(|high| value > *high) {
            return Err(say!("above {}", "大于 {}", high.as_ref().map(ToString::to_string).unwrap_or_default()));
        }
    }
    Ok(())
}

// ---- expect ------------------------------------------------------------------------------------------------------

fn expectation(expect: &Expect, units: &Units, scope: &Scope, sink: &mut Diagnostics) -> Option<Expectation> {
    let subject = subject(&expect.name, scope, sink);
    let period = match &expect.period {
        Some(expr) => values::period_of(expr, sink, || no_period(expr.span)),
        None => {
            sink.push(
                Diagnostic::error(
                    codes::tests::UNFIT_EXPECTATION,
                    expect.name.span,
                    say!("`expect {}` does not say when", "`expect {}` 没有写明期间", expect.name.text),
                )
                .saying(say!("in which period?", "在哪个期间？"))
                .help(say!(
                    "for example `expect {} in 2026-Q1 = …`",
                    "例如 `expect {} in 2026-Q1 = …`",
                    expect.name.text
                )),
            );
            None
        }
    };
    let subject = subject?;
    let signature = scope.signature(subject)?;
    let slice = match &expect.slice {
        Some(expr) => {
            formula::slice(expr, &signature.reads, &Words::same(format!("`{}`", signature.name)), scope, sink)
        }
        None => Some(Vec::new()),
    };
    let outcome = outcome(expect, subject, units, scope, sink);
    Some(Expectation { span: expect.span, subject, period: period?, slice: slice?, outcome: outcome? })
}

fn no_period(span: Span) -> Diagnostic {
    Diagnostic::error(codes::tests::UNFIT_EXPECTATION, span, say!("`in` takes a period", "`in` 之后应为期间"))
        .saying(say!("no period", "不是期间"))
        .help(say!("for example `in 2026`, `in 2026-Q1`, `in 2026-03`", "例如 `in 2026`、`in 2026-Q1`、`in 2026-03`"))
}

fn subject(name: &Name, scope: &Scope, sink: &mut Diagnostics) -> Option<Subject> {
    match scope.entity(&name.text) {
        Some(Entity::Measure(id)) => Some(Subject::Measure(id)),
        Some(Entity::Indicator(id)) => Some(Subject::Indicator(id)),
        Some(other) => {
            sink.push(
                Diagnostic::error(
                    codes::names::WRONG_KIND_OF_NAME,
                    name.span,
                    say!(
                        "`{}` is {}, not a measure or an indicator",
                        "`{}` 是{}，不是度量或指标",
                        name.text,
                        other.what()
                    ),
                )
                .saying(say!("a measure or an indicator has values", "度量或指标才有值")),
            );
            None
        }
        None => {
            let suits = |e| matches!(e, Entity::Measure(_) | Entity::Indicator(_));
            scope.unknown_name(name, &say!("measure or indicator", "度量或指标"), suits, sink);
            None
        }
    }
}

fn outcome(expect: &Expect, subject: Subject, units: &Units, scope: &Scope, sink: &mut Diagnostics) -> Option<Outcome> {
    match &expect.outcome {
        ast::Outcome::Hole => None,
        ast::Outcome::Is(word) if word.text == "missing" => Some(Outcome::Missing),
        ast::Outcome::Is(word) => {
            if !STATUSES.contains(&word.text.as_str()) {
                let known: Vec<&str> = STATUSES.iter().copied().chain(["missing"]).collect();
                let diagnostic = Diagnostic::error(
                    codes::tests::UNKNOWN_STATUS,
                    word.span,
                    say!("there is no status `{}`", "没有状态 `{}`", word.text),
                )
                .saying(say!("unknown status", "未知的状态"));
                sink.push(match closest(&word.text, known.iter().copied()) {
                    Some(near) => diagnostic.meant(near),
                    None => diagnostic.help(say!("one of {}", "应为 {}", list(&known))),
                });
                return None;
            }
            if let Subject::Measure(_) = subject {
                sink.push(
                    Diagnostic::error(
                        codes::tests::UNFIT_EXPECTATION,
                        word.span,
                        say!("`{}` is a measure and has no status", "`{}` 是度量，没有状态", expect.name.text),
                    )
                    .saying(say!("only an indicator has one", "只有指标有状态"))
                    .help(say!("expect its value: `= …`, or `is missing`", "写它的值：`= …`，或 `is missing`")),
                );
                return None;
            }
            Some(Outcome::Status(word.text.clone()))
        }
        ast::Outcome::Value(expr) => {
            if let Some(Type::Set(_)) = scope.signature(subject).and_then(|s| s.ty.as_ref()) {
                sink.push(
                    Diagnostic::error(
                        codes::tests::UNFIT_EXPECTATION,
                        expr.span,
                        say!("`{}` is a set and has no value", "`{}` 是集合，没有值", expect.name.text),
                    )
                    .saying(say!("a number cannot be expected of it", "不能期望它是一个数"))
                    .help(say!(
                        "declare what is counted: `measure … = count({})`",
                        "声明所数的：`measure … = count({})`",
                        expect.name.text
                    )),
                );
                return None;
            }
            let unit = match subject {
                Subject::Measure(MeasureId(id)) => units.measures.get(id as usize),
                Subject::Indicator(IndicatorId(id)) => units.indicators.get(id as usize),
            };
            let unit = (*unit?)?;
            let value =
                formula::check_as(expr, unit, &say!("the value of `{}`", "`{}` 的值", expect.name.text), scope, sink)?;
            if constant(&value).is_none() {
                sink.push(
                    Diagnostic::error(
                        codes::tests::UNFIT_EXPECTATION,
                        expr.span,
                        say!("what is expected is a number, not a formula", "期望的应是数，不是公式"),
                    )
                    .saying(say!("a value is wanted here", "此处应为值"))
                    .help(say!("write the number that the rows above must give", "写出上面的数据行应得出的数")),
                );
                return None;
            }
            Some(Outcome::Value(value))
        }
    }
}
