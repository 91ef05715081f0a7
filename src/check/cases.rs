//! `test` blocks: the tables that they give and what they expect.

use bigdecimal::BigDecimal;

use super::scope::{Entity, Poison, Scope};
use super::targets::constant;
use super::{formula, values};
use crate::design::{
    CleanKind, Expectation, Field, FieldId, FieldKind, GivenTable, IndicatorId, MeasureId, Outcome, SourceId, Subject,
    Test, Type,
};
use crate::diagnostic::{Diagnostic, Diagnostics, closest, codes};
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
                            format!("`{}` is given twice in this test", given.source.text),
                        )
                        .saying("given again")
                        .label(first.span, "first given here")
                        .help("put all rows into one table"),
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
            Diagnostic::error(codes::tests::NOTHING_EXPECTED, node.decl.kind_span, "this test expects nothing")
                .saying("can never fail")
                .help("for example `expect revenue in 2026-01 = 480 CNY`"),
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
                    format!("`{}` is {}, not a source", given.source.text, other.what()),
                )
                .saying("rows are given for a source"),
            );
            return None;
        }
        None => {
            scope.unknown_name(&given.source, "source", |e| matches!(e, Entity::Source(_)), sink);
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
                        format!("{} is no value of `{}`", quoted(text), declared.name),
                    )
                    .saying(why)
                    .label(declared.span, "declared here"),
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
                    format!("`{}` is computed, not given", name.text),
                )
                .saying("leave this column out")
                .label(declared.name.span, "computed here")
                .help("give the fields that it is computed from"),
            );
            return None;
        }
        Some(field)
    };
    given.columns.iter().map(column).collect()
}

fn ragged(row: &GivenRow, given: &Given) -> Diagnostic {
    let (cells, columns) = (row.cells.len(), given.columns.len());
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let diagnostic = Diagnostic::error(
        codes::tests::RAGGED_ROW,
        row.span,
        format!("this row has {}, and the table {}", count(cells, "cell"), count(columns, "column")),
    );
    match (row.cells.get(columns), given.columns.get(cells)) {
        (Some(extra), _) => diagnostic.saying("one row").label(extra.span, "has no column"),
        (_, Some(missing)) => diagnostic.saying("one row").label(missing.span, "has no cell"),
        _ => diagnostic,
    }
    .help("an empty cell is a missing value; `\\|` is a pipe in a text")
}

/// A cell as in a message.
fn quoted(text: &str) -> String {
    if text.is_empty() { "empty text".to_string() } else { format!("`{text}`") }
}

/// Whether the text of a cell is a value of the field's type and domain; the error says why not.
fn parses(text: &str, field: &Field) -> Result<(), String> {
    let number = |exact: bool| -> Result<BigDecimal, String> {
        let sound = text.strip_prefix(['-', '+']).unwrap_or(text);
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let plain = match sound.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(sound),
        };
        if !plain && (exact || !sound.starts_with(|c: char| c.is_ascii_digit())) {
            return Err(format!("not {}", super::sources::fields::kind_phrase(field.kind)));
        }
        text.parse().map_err(|_| format!("not {}", super::sources::fields::kind_phrase(field.kind)))
    };
    let value = match field.kind {
        FieldKind::Id => return if text.is_empty() { Err("an id is not empty".to_string()) } else { Ok(()) },
        FieldKind::Text => None,
        FieldKind::Bool => {
            return match text {
                "true" | "false" => Ok(()),
                _ => Err("it is `true` or `false`".to_string()),
            };
        }
        FieldKind::Date => return parse_date(text).map(|_| ()),
        FieldKind::Timestamp => return parse_timestamp(text).map(|_| ()),
        FieldKind::Integer => {
            let value = number(true)?;
            if text.contains('.') {
                return Err("an integer is a whole number".to_string());
            }
            Some(value)
        }
        FieldKind::Decimal => Some(number(true)?),
        FieldKind::Number => Some(number(false)?),
    };
    if value.is_none() && !field.members.is_empty() && !field.members.iter().any(|m| m == text) {
        let members: Vec<&str> = field.members.iter().map(String::as_str).collect();
        return Err(match closest(text, members.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its values are {}", list(&members)),
        });
    }
    if let (Some(value), Some((low, high))) = (value, &field.domain) {
        if low.as_ref().is_some_and(|low| value < *low) {
            return Err(format!("below {}", low.as_ref().map(ToString::to_string).unwrap_or_default()));
        }
        if high.as_ref().is_some_and(|high| value > *high) {
            return Err(format!("above {}", high.as_ref().map(ToString::to_string).unwrap_or_default()));
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
                    format!("`expect {}` does not say when", expect.name.text),
                )
                .saying("in which period?")
                .help(format!("for example `expect {} in 2026-Q1 = …`", expect.name.text)),
            );
            None
        }
    };
    let subject = subject?;
    let signature = scope.signature(subject)?;
    let slice = match &expect.slice {
        Some(expr) => formula::slice(expr, &signature.reads, &format!("`{}`", signature.name), scope, sink),
        None => Some(Vec::new()),
    };
    let outcome = outcome(expect, subject, units, scope, sink);
    Some(Expectation { span: expect.span, subject, period: period?, slice: slice?, outcome: outcome? })
}

fn no_period(span: Span) -> Diagnostic {
    Diagnostic::error(codes::tests::UNFIT_EXPECTATION, span, "`in` takes a period")
        .saying("no period")
        .help("for example `in 2026`, `in 2026-Q1`, `in 2026-03`")
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
                    format!("`{}` is {}, not a measure or an indicator", name.text, other.what()),
                )
                .saying("a measure or an indicator has values"),
            );
            None
        }
        None => {
            let suits = |e| matches!(e, Entity::Measure(_) | Entity::Indicator(_));
            scope.unknown_name(name, "measure or indicator", suits, sink);
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
                    format!("there is no status `{}`", word.text),
                )
                .saying("unknown status");
                sink.push(match closest(&word.text, known.iter().copied()) {
                    Some(near) => diagnostic.meant(near),
                    None => diagnostic.help(format!("one of {}", list(&known))),
                });
                return None;
            }
            if let Subject::Measure(_) = subject {
                sink.push(
                    Diagnostic::error(
                        codes::tests::UNFIT_EXPECTATION,
                        word.span,
                        format!("`{}` is a measure and has no status", expect.name.text),
                    )
                    .saying("only an indicator has one")
                    .help("expect its value: `= …`, or `is missing`"),
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
                        format!("`{}` is a set and has no value", expect.name.text),
                    )
                    .saying("a number cannot be expected of it")
                    .help(format!("declare what is counted: `measure … = count({})`", expect.name.text)),
                );
                return None;
            }
            let unit = match subject {
                Subject::Measure(MeasureId(id)) => units.measures.get(id as usize),
                Subject::Indicator(IndicatorId(id)) => units.indicators.get(id as usize),
            };
            let unit = (*unit?)?;
            let value = formula::check_as(expr, unit, &format!("the value of `{}`", expect.name.text), scope, sink)?;
            if constant(&value).is_none() {
                sink.push(
                    Diagnostic::error(
                        codes::tests::UNFIT_EXPECTATION,
                        expr.span,
                        "what is expected is a number, not a formula",
                    )
                    .saying("a value is wanted here")
                    .help("write the number that the rows above must give"),
                );
                return None;
            }
            Some(Outcome::Value(value))
        }
    }
}
