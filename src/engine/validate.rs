//! Values that are not as their field is declared, and what is said of them.

use std::collections::BTreeMap;

use datafusion::arrow::array::Array;
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::logical_expr::Expr;

use super::clean::Cleaning;
use super::rows::{Compiler, text_literal};
use super::table::{Raw, stored};
use super::{Context, failure};
use crate::data::{ROW_COLUMN, RawTable};
use crate::design::{CompareOp, Field, FieldId, FieldKind, RowExpr, RowKind, RowType};
use crate::diagnostic::codes::rows as codes;
use crate::diagnostic::{Code, DataPlace, Diagnostic, Words, say};
use crate::plan::Reads;
use crate::value::Quantity;

/// Values of one field that are told one by one.
const SHOWN: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Not of the field's type, outside its domain or its list: which, its value says.
    Invalid,
    Missing,
    /// A key that stands in an earlier row too.
    Doubled(usize),
    /// A double that differs from an earlier row.
    Unequal(usize),
}

/// What is wrong, by field: the first rows, and how many in all.
#[derive(Debug, Default)]
pub struct Violations {
    fields: BTreeMap<FieldId, (u64, Vec<(usize, Fault)>)>,
}

impl Violations {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn add(&mut self, field: FieldId, row: usize, fault: Fault) {
        let (total, shown) = self.fields.entry(field).or_default();
        *total += 1;
        if shown.len() < SHOWN {
            shown.push((row, fault));
        }
    }

    pub fn doubled(&mut self, field: FieldId, row: usize, first: usize) {
        self.add(field, row, Fault::Doubled(first));
    }

    pub fn unequal(&mut self, field: FieldId, row: usize, first: usize) {
        self.add(field, row, Fault::Unequal(first));
    }
}

/// The condition under which a known value lies outside its field's domain or list; None: it never does.
pub fn outside(field: &Field, id: FieldId, compiler: &Compiler<'_>) -> Option<Expr> {
    let value = RowExpr {
        kind: RowKind::Field(crate::design::FieldPath { via: Vec::new(), field: id }),
        ty: RowType::Number { quantity: Quantity::default(), exact: field.kind != FieldKind::Number },
        span: Default::default(),
    };
    let number = |n: &bigdecimal::BigDecimal| RowExpr { kind: RowKind::Number(n.clone()), ..value.clone() };
    let beyond = |op: CompareOp, bound: &bigdecimal::BigDecimal| {
        let kind = RowKind::Compare { op, left: Box::new(value.clone()), right: Box::new(number(bound)) };
        compiler.compile(&RowExpr { kind, ty: RowType::Bool, span: Default::default() }).expr
    };
    let mut conditions = Vec::new();
    if let Some((low, high)) = &field.domain {
        conditions.extend(low.as_ref().map(|low| beyond(CompareOp::Less, low)));
        conditions.extend(high.as_ref().map(|high| beyond(CompareOp::Greater, high)));
    }
    if !field.members.is_empty() {
        let members: Vec<Expr> = field.members.iter().map(|m| text_literal(m)).collect();
        conditions.push(compiler.compile(&value).expr.in_list(members, true));
    }
    conditions.into_iter().reduce(Expr::or)
}

/// The rows whose value is not of the field's type, or outside its domain or list. None: no row is.
pub fn invalid(context: &Context<'_>, table: &Raw<'_>, id: FieldId) -> Result<Option<BooleanBuffer>, ArrowError> {
    let (Some(column), Some(field)) = (table.columns.get(&id), table.field(id)) else { return Ok(None) };
    let compiler = Compiler { design: table.design, columns: table, source: table.id, time: None };
    let outside = match outside(field, id, &compiler) {
        Some(condition) => Some(context.truth(condition, table)?),
        None => None,
    };
    Ok(match (&column.bad, outside) {
        (Some(bad), Some(outside)) => Some(bad | &outside),
        (Some(bad), None) => Some(bad.clone()),
        (None, outside) => outside,
    }
    .filter(|bits| bits.count_set_bits() > 0))
}

/// The rows that lack a value which the field must have.
pub fn missing(table: &Raw<'_>, id: FieldId, blanked: &BTreeMap<FieldId, BooleanBuffer>) -> Option<BooleanBuffer> {
    let (column, field) = (table.columns.get(&id)?, table.field(id)?);
    if field.optional || table.absent.contains(&id) {
        return None;
    }
    let nulls = column.values.logical_nulls()?;
    let mut missing = !nulls.inner();
    for excused in [column.bad.as_ref(), blanked.get(&id)].into_iter().flatten() {
        missing = &missing & &!excused;
    }
    Some(missing)
}

/// All violations among the rows that cleaning kept, in the fields read.
pub fn violations(
    context: &Context<'_>,
    table: &Raw<'_>,
    cleaning: &Cleaning,
    reads: &Reads,
) -> Result<Violations, Vec<Diagnostic>> {
    let mut found = Violations::default();
    for id in stored(table.source, reads) {
        let invalid = invalid(context, table, id).map_err(|e| vec![failure(table.source.from.span, &e)])?;
        let invalid = invalid.map(|bits| &bits & &cleaning.kept);
        let missing = missing(table, id, &cleaning.blanked).map(|bits| &bits & &cleaning.kept);
        let mut rows: Vec<(usize, Fault)> = Vec::new();
        let mut total = 0;
        for (bits, fault) in [(invalid, Fault::Invalid), (missing, Fault::Missing)] {
            let Some(bits) = bits else { continue };
            total += bits.count_set_bits() as u64;
            rows.extend(bits.set_indices().take(SHOWN).map(|row| (row, fault)));
        }
        if total > 0 {
            rows.sort_by_key(|(row, _)| *row);
            rows.truncate(SHOWN);
            found.fields.insert(id, (total, rows));
        }
    }
    Ok(found)
}

/// A cell as it stands in the data.
struct Cell {
    file: String,
    row: u64,
    value: Option<String>,
}

/// One diagnostic a value. The files are read a second time, for their own words: only a faulty table pays for it.
pub fn explain(table: &Raw<'_>, raw: &RawTable, violations: Violations) -> Vec<Diagnostic> {
    let fields: Vec<FieldId> = table.columns.keys().copied().collect();
    let mut wanted: BTreeMap<usize, Vec<FieldId>> = BTreeMap::new();
    for (field, (_, shown)) in &violations.fields {
        for (row, fault) in shown {
            wanted.entry(*row).or_default().push(*field);
            if let Fault::Doubled(first) | Fault::Unequal(first) = fault {
                wanted.entry(*first).or_default().push(*field);
            }
        }
    }
    let cells = match cells(raw, &fields, &wanted) {
        Ok(cells) => cells,
        Err(problem) => return vec![*problem],
    };
    let mut diagnostics = Vec::new();
    for (id, (total, shown)) in violations.fields {
        let Some(field) = table.field(id) else { continue };
        let last = shown.len().saturating_sub(1);
        let more = total - shown.len() as u64;
        for (i, (row, fault)) in shown.into_iter().enumerate() {
            let Some(cell) = cells.get(&(row, id)) else { continue };
            let first = match fault {
                Fault::Doubled(first) | Fault::Unequal(first) => cells.get(&(first, id)),
                Fault::Invalid | Fault::Missing => None,
            };
            let mut diagnostic = tell(table.source.naming.name.as_str(), field, cell, fault, first);
            if i == last && more > 0 {
                let Words { en, zh } = diagnostic.message;
                diagnostic.message = match more {
                    1 => say!("{en}, and one more such row", "{zh}，另有 1 行如此"),
                    more => say!("{en}, and {more} more such rows", "{zh}，另有 {more} 行如此"),
                };
            }
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}

fn cells(
    raw: &RawTable,
    fields: &[FieldId],
    wanted: &BTreeMap<usize, Vec<FieldId>>,
) -> Result<BTreeMap<(usize, FieldId), Cell>, Box<Diagnostic>> {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::UInt64Type;
    let mut cells = BTreeMap::new();
    let mut start = 0;
    let options = FormatOptions::default();
    for part in &raw.parts {
        for batch in part.stream(&raw.schema)? {
            let batch = batch?;
            let end = start + batch.num_rows();
            for (row, ids) in wanted.range(start..end) {
                let at = row - start;
                let number = batch.column_by_name(ROW_COLUMN).map(|c| c.as_primitive::<UInt64Type>().value(at));
                for id in ids {
                    let column = fields.iter().position(|f| f == id).and_then(|i| batch.columns().get(i));
                    let value = column.filter(|c| c.is_valid(at)).and_then(|c| {
                        ArrayFormatter::try_new(c.as_ref(), &options).ok().map(|f| f.value(at).to_string())
                    });
                    let cell = Cell { file: part.display.clone(), row: number.unwrap_or(0), value };
                    cells.insert((*row, *id), cell);
                }
            }
            start = end;
        }
    }
    Ok(cells)
}

fn tell(source: &str, field: &Field, cell: &Cell, fault: Fault, first: Option<&Cell>) -> Diagnostic {
    let value = cell.value.as_deref().unwrap_or("").trim();
    let shown = shortened(value);
    let column = &field.column;
    let (code, message, help): (Code, Words, Words) = match fault {
        Fault::Missing => (
            codes::MISSING_VALUE,
            say!("`{column}` is missing", "缺少 `{column}`"),
            say!(
                "write `{}?` where it may be missing, or `drop invalid` in `clean`",
                "可以缺失的写成 `{}?`，或在 `clean` 里写 `drop invalid`",
                type_name(field)
            ),
        ),
        Fault::Doubled(_) => (
            codes::DOUBLED_KEY,
            say!("the key `{shown}` of `{source}` is not unique{}", "`{source}` 的键 `{shown}` 不唯一{}", also(first)),
            say!(
                "references lead to one row; `deduplicate by …` in `clean` says which row stays",
                "引用只通向一行；在 `clean` 里用 `deduplicate by …` 写明保留哪一行"
            ),
        ),
        Fault::Unequal(_) => (
            codes::UNEQUAL_DOUBLES,
            say!(
                "two rows with `{column}` `{shown}` differ{}",
                "`{column}` 同为 `{shown}` 的两行不相同{}",
                also(first)
            ),
            say!(
                "`keep latest …` or `keep earliest …` says which of them stays",
                "用 `keep latest …` 或 `keep earliest …` 写明保留哪一行"
            ),
        ),
        Fault::Invalid => {
            let help = say!(
                "`drop invalid` in `clean` leaves such rows out, `blank invalid` such values; both are counted",
                "在 `clean` 里，`drop invalid` 去掉这样的行，`blank invalid` 去掉这样的值；两者都会计数"
            );
            match reading(field, value) {
                Reading::NotOfType => {
                    (codes::BAD_VALUE, say!("`{shown}` is not {}", "`{shown}` 不是{}", noun(field.kind)), help)
                }
                Reading::NotListed => {
                    let near = crate::diagnostic::closest(value, field.members.iter().map(String::as_str));
                    let help = match near {
                        Some(near) => say!("is it `{near}`? {}", "是不是 `{near}`？{}", help),
                        None => help,
                    };
                    (
                        codes::NOT_LISTED,
                        say!("`{shown}` is not among the values of `{}`", "`{shown}` 不在 `{}` 的取值之中", field.name),
                        help,
                    )
                }
                Reading::OutOfDomain => (
                    codes::OUT_OF_DOMAIN,
                    say!("`{shown}` lies outside {}", "`{shown}` 不在{}之内", domain(field)),
                    help,
                ),
            }
        }
    };
    let mut place = DataPlace {
        file: cell.file.clone(),
        row: Some(cell.row),
        column: Some(column.clone()),
        value: cell.value.as_deref().map(shortened),
    };
    if fault == Fault::Missing {
        place.value = None;
    }
    Diagnostic::error(code, field.span, message).saying(say!("declared here", "在此声明")).help(help).data(place)
}

fn also(first: Option<&Cell>) -> Words {
    first.map(|c| say!(": it stands in row {} of `{}` too", "：`{1}` 第 {0} 行也有", c.row, c.file)).unwrap_or_default()
}

/// A value as it is shown: at most 60 characters, on one line.
fn shortened(value: &str) -> String {
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(61).collect();
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
        None => line,
    }
}

enum Reading {
    NotOfType,
    NotListed,
    OutOfDomain,
}

/// Why an invalid value is invalid.
fn reading(field: &Field, value: &str) -> Reading {
    if !field.members.is_empty() {
        return Reading::NotListed;
    }
    let number: Option<bigdecimal::BigDecimal> = value.parse().ok();
    match (&field.domain, number) {
        (Some((low, high)), Some(n))
            if low.as_ref().is_some_and(|low| n < *low) || high.as_ref().is_some_and(|high| n > *high) =>
        {
            Reading::OutOfDomain
        }
        _ => Reading::NotOfType,
    }
}

fn domain(field: &Field) -> Words {
    let text =
        |n: &Option<bigdecimal::BigDecimal>| n.as_ref().map(|n| n.normalized().to_plain_string()).unwrap_or_default();
    match &field.domain {
        Some((low, high)) => Words::same(format!("{}..{}", text(low), text(high))),
        None => say!("its domain", "取值范围"),
    }
}

fn noun(kind: FieldKind) -> Words {
    match kind {
        FieldKind::Id => say!("an id", "标识"),
        FieldKind::Text => say!("a text", "文本"),
        FieldKind::Bool => say!("`true` or `false`", "`true` 或 `false`"),
        FieldKind::Date => say!("a date", "日期"),
        FieldKind::Timestamp => say!("a timestamp", "时间戳"),
        FieldKind::Integer => say!("a whole number", "整数"),
        FieldKind::Decimal => say!("a decimal", "小数"),
        FieldKind::Number => say!("a number", "数"),
    }
}

fn type_name(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Id => "id",
        FieldKind::Text => "text",
        FieldKind::Bool => "bool",
        FieldKind::Date => "date",
        FieldKind::Timestamp => "timestamp",
        FieldKind::Integer => "integer",
        FieldKind::Decimal => "decimal",
        FieldKind::Number => "number",
    }
}
