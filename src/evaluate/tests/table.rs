//! A table in memory that answers requests row by row, and short words for formulas.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use bigdecimal::BigDecimal;
use bigdecimal::Zero;

use crate::design::*;
use crate::diagnostic::Diagnostic;
use crate::evaluate::{Ask, Cell, CellValue, Evaluator};
use crate::plan::{Answer, Answers, Leaf, Request, RowSample, SetTerm, Slice, SliceTest, SourceFacts};
use crate::results::{Reason, Trace, TraceValue};
use crate::source::{FileId, Origin, Sources, Span};
use crate::value::calendar::Date;
use crate::value::{Calendar, Frequency, Grain, Number, Period, Quantity, Step, Unit, Window};

pub const ORDERS: u32 = 0;
pub const MARKET: u32 = 1;
pub const BUDGET: u32 = 2;
pub const CUSTOMER: u32 = 1;
pub const REGION: u32 = 2;
pub const AMOUNT: u32 = 3;
pub const STATUS: u32 = 4;
pub const REGION_DIMENSION: DimensionId = DimensionId(0);
pub const CUSTOMER_DIMENSION: DimensionId = DimensionId(1);
pub const MONTH: Over = Over::Grain(Grain::Month);

/// What formulas stand for, so that each has a place in the text.
const TEXT: &str = "count(previous(paid))|count(orders)|revenue|average|paid|previous(paid)|count(kept)|kept|\
                    count(kept) / count(previous(paid))|sum|min(average by region)|previous(average)|\
                    previous(revenue)|formula";

type Row = Vec<String>;
type Change = Box<dyn Fn(&mut Design) + Send + Sync>;

#[derive(Default)]
pub struct Table {
    /// By source; the first cell is the day.
    rows: BTreeMap<u32, Vec<Row>>,
    facts: BTreeMap<u32, SourceFacts>,
    as_of: Option<Date>,
    changes: Vec<Change>,
    measures: Vec<Formula>,
    /// How many requests each round had.
    rounds: RefCell<Vec<usize>>,
}

impl Table {
    fn row(mut self, source: u32, row: &[&str]) -> Self {
        let day: Date = row[0].parse().unwrap();
        let facts = self.facts.entry(source).or_default();
        facts.first = Some(facts.first.map_or(day, |d| d.min(day)));
        facts.last = facts.last.max(Some(day));
        self.rows.entry(source).or_default().push(row.iter().map(|c| c.to_string()).collect());
        self
    }

    pub fn order(self, day: &str, customer: &str, region: &str, amount: &str, status: &str) -> Self {
        self.row(ORDERS, &[day, customer, region, amount, status])
    }

    pub fn market(self, day: &str, size: &str) -> Self {
        self.row(MARKET, &[day, size])
    }

    pub fn budget(self, day: &str, amount: &str) -> Self {
        self.row(BUDGET, &[day, amount])
    }

    pub fn until(mut self, day: Date) -> Self {
        self.as_of = Some(day);
        self
    }

    pub fn with(mut self, change: impl Fn(&mut Design) + Send + Sync + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    pub fn measure(mut self, formula: Formula) -> Self {
        self.measures.push(formula);
        self
    }

    /// The next indicator: `kpi0`, …
    pub fn indicator(self, formula: Formula, change: impl Fn(&mut Indicator) + Send + Sync + 'static) -> Self {
        self.with(move |design| {
            let mut indicator = blank_indicator(design.indicators.len(), formula.clone());
            change(&mut indicator);
            design.indicators.push(indicator);
        })
    }

    pub fn rounds(&self) -> Vec<usize> {
        self.rounds.borrow().clone()
    }

    pub fn design(&self) -> Design {
        let path = |field| FieldPath { via: Vec::new(), field: FieldId(field) };
        let dimension =
            |name: &str, field| Dimension { naming: naming(name), fields: vec![(SourceId(ORDERS), path(field))] };
        let mut design = Design {
            calendar: Calendar { fiscal_start_month: 4, ..Calendar::default() },
            sources: vec![
                source("orders", None, false),
                source("market", Some(Frequency::Quarterly), false),
                source("budget", None, true),
            ],
            dimensions: vec![dimension("region", REGION), dimension("customer", CUSTOMER)],
            constants: vec![Constant {
                naming: naming("rate"),
                quantity: Quantity::none(),
                phases: vec![
                    (Some("2026-01-01".parse().unwrap()), 1.into()),
                    (Some("2026-03-15".parse().unwrap()), 2.into()),
                ],
            }],
            ..Design::default()
        };
        for (i, formula) in self.measures.iter().enumerate() {
            let unit = Unit::builtin("1");
            design.measures.push(Measure { naming: naming(&format!("m{i}")), formula: formula.clone(), unit });
        }
        for change in &self.changes {
            change(&mut design);
        }
        design
    }

    fn matching(&self, source: SourceId, filter: Option<&RowExpr>, window: Window, slice: &Slice) -> Vec<&Row> {
        let rows = self.rows.get(&source.0).map(Vec::as_slice).unwrap_or_default();
        let matches = |row: &&Row| {
            window.contains(row[0].parse().unwrap())
                && filter.is_none_or(|f| holds(f, row))
                && slice.conditions.iter().all(|c| {
                    let field = if c.dimension == REGION_DIMENSION { REGION } else { CUSTOMER };
                    let value = &row[field as usize];
                    match &c.test {
                        SliceTest::Members { members, negated } => members.contains(value) != *negated,
                        SliceTest::NotGiven => value.is_empty(),
                        SliceTest::InSet { set, negated } => self.keys(set).contains(value) != *negated,
                    }
                })
        };
        rows.iter().filter(matches).collect()
    }

    fn keys(&self, term: &SetTerm) -> BTreeSet<String> {
        match term {
            SetTerm::Empty => BTreeSet::new(),
            SetTerm::Atom { atom, window, slice } => self
                .matching(atom.source, atom.filter.as_ref(), *window, slice)
                .into_iter()
                .map(|row| row[atom.key.field.index()].clone())
                .collect(),
            SetTerm::Operation { op, left, right } => {
                let (a, b) = (self.keys(left), self.keys(right));
                match op {
                    SetOp::Intersect => &a & &b,
                    SetOp::Union => &a | &b,
                    SetOp::Except => &a - &b,
                }
            }
        }
    }

    fn one(&self, request: &Request) -> Answer {
        match request {
            Request::Count(term) => Answer::Count(self.keys(term).len() as u64),
            Request::Members { leaves, .. } => {
                let mut members = BTreeSet::new();
                for (leaf, window, slice) in leaves {
                    let filter = match leaf {
                        Leaf::Aggregate(a) => a.filter.as_ref(),
                        Leaf::Set(s) => s.filter.as_ref(),
                    };
                    let rows = self.matching(leaf.source(), filter, *window, slice);
                    members.extend(rows.into_iter().map(|row| row[REGION as usize].clone()));
                }
                Answer::Members(members.into_iter().collect())
            }
            Request::Aggregate { aggregate, window, slice } => {
                assert!(!window.is_empty(), "no days are asked for");
                let rows = self.matching(aggregate.source, aggregate.filter.as_ref(), *window, slice);
                let n = rows.len() as u64;
                let field = match aggregate.argument.as_ref().map(|a| &a.kind) {
                    Some(RowKind::Field(path)) => path.field.index(),
                    _ => 0,
                };
                let sum = || {
                    let sum = rows.iter().map(|r| r[field].parse::<BigDecimal>().unwrap());
                    Number::from_decimal(sum.fold(BigDecimal::zero(), |a, b| a + b))
                };
                let value = match aggregate.function {
                    AggregateFunction::Count => Some(Number::int(n as i64)),
                    AggregateFunction::Sum => Some(sum()),
                    _ => sum().div(&Number::int(n as i64)),
                };
                Answer::Value { value, rows: n }
            }
        }
    }
}

impl Answers for Table {
    fn facts(&self, source: SourceId) -> Option<&SourceFacts> {
        self.facts.get(&source.0)
    }

    fn answer(&self, requests: &[Request]) -> Result<Vec<Answer>, Vec<Diagnostic>> {
        assert!(!requests.is_empty(), "a round asks for something");
        self.rounds.borrow_mut().push(requests.len());
        Ok(requests.iter().map(|r| self.one(r)).collect())
    }

    fn sample(&self, _: &Leaf, _: Window, _: &Slice, _: usize) -> Result<RowSample, Vec<Diagnostic>> {
        Ok(RowSample::default())
    }
}

fn holds(filter: &RowExpr, row: &Row) -> bool {
    let RowKind::Compare { left, right, .. } = &filter.kind else { panic!("not a comparison") };
    let (RowKind::Field(path), RowKind::Text(text)) = (&left.kind, &right.kind) else { panic!("not a text") };
    row[path.field.index()] == *text
}

// ---- asking ------------------------------------------------------------------------------------------------------

pub fn cell(table: &Table, formula: &Formula, period: &str, slice: Slice) -> Cell {
    let (design, sources) = (table.design(), text());
    let mut evaluator = Evaluator::new(&design, &sources, table, table.as_of);
    let window = Period::parse(period).unwrap().window(&design.calendar);
    evaluator.cells(&[Ask::formula(formula, window, slice)]).unwrap().remove(0)
}

pub fn trace(table: &Table, formula: &Formula, period: &str) -> Trace {
    let (design, sources) = (table.design(), text());
    let mut evaluator = Evaluator::new(&design, &sources, table, table.as_of);
    let window = Period::parse(period).unwrap().window(&design.calendar);
    evaluator.trace(&Ask::formula(formula, window, Slice::default())).unwrap()
}

fn text() -> Sources {
    Sources::new([("design.kpi".to_string(), TEXT.to_string())])
}

pub fn shown(cell: &Cell) -> String {
    assert_eq!(cell.value.is_none(), cell.reason.is_some(), "a value or a reason");
    let value = match (&cell.value, &cell.reason) {
        (Some(CellValue::Number(n)), _) => n.machine(),
        (Some(CellValue::Bool(b)), _) => b.to_string(),
        (Some(CellValue::Text(t)), _) => t.clone(),
        (Some(CellValue::Set(keys)), _) => format!("{keys} keys"),
        (None, reason) => reason_text(reason.as_ref().unwrap()),
    };
    std::iter::once(value.as_str()).chain(cell.flags.words()).collect::<Vec<_>>().join(" ")
}

fn reason_text(reason: &Reason) -> String {
    match reason {
        Reason::NoRows { source, window } => format!("no rows in {source} {window}"),
        Reason::NotCovered { source, window } => format!("{source} does not cover {window}"),
        Reason::BeforeCoverage { source, window } => format!("{source} starts after {window}"),
        Reason::ZeroDenominator { formula } => format!("denominator `{formula}` is 0"),
        Reason::BaseNotPositive { formula } => format!("base `{formula}` is not positive"),
        Reason::NoMembers { over } => format!("no {over}"),
        Reason::NoDimension { source, dimension } => format!("{source} has no {dimension}"),
        Reason::TooFewRows { indicator, rows, needed } => format!("{indicator} has {rows} of {needed} rows"),
        Reason::NoBranch => "no branch".to_string(),
        Reason::NoConstant { name, day } => format!("{name} has no value on {day}"),
        other => format!("{other:?}"),
    }
}

pub fn outline(trace: &Trace, depth: usize) -> String {
    let value = match &trace.value {
        TraceValue::Number(n, _) => n.machine(),
        TraceValue::Bool(b) => b.to_string(),
        TraceValue::Text(t) => t.clone(),
        TraceValue::Set(keys) => format!("{keys} keys"),
        TraceValue::Missing(reason) => reason_text(reason),
    };
    let name = trace.name.as_ref().map_or(String::new(), |n| format!("{n}: "));
    let window = trace.window.as_ref().map_or(String::new(), |w| format!(" [{w}]"));
    let slice = trace.slice.as_ref().map_or(String::new(), |s| format!(" {{{s}}}"));
    let rows = trace.rows.map_or(String::new(), |r| format!(" ({r} rows)"));
    let own = format!("{}{name}{}{window}{slice} = {value}{rows}\n", "  ".repeat(depth), trace.formula);
    trace.children.iter().fold(own, |text, child| text + &outline(child, depth + 1))
}

// ---- declarations ------------------------------------------------------------------------------------------------

fn naming(name: &str) -> Naming {
    Naming { name: name.to_string(), ..Naming::default() }
}

fn source(name: &str, refreshed: Option<Frequency>, plan: bool) -> Source {
    Source {
        naming: naming(name),
        origin: None,
        from: From { span: Span::default(), format: Format::Csv, path: String::new(), options: ReadOptions::default() },
        time: Some(FieldId(0)),
        key: Vec::new(),
        row: Quantity::none(),
        refreshed,
        lag: None,
        covers: None,
        steward: None,
        plan,
        fields: Vec::new(),
        clean: Vec::new(),
    }
}

fn blank_indicator(index: usize, formula: Formula) -> Indicator {
    Indicator {
        naming: naming(&format!("kpi{index}")),
        span: Span::default(),
        formula,
        additive: false,
        unit: Unit::builtin("1").unwrap(),
        direction: Direction::Higher,
        frequency: Frequency::Monthly,
        level: None,
        kind: None,
        baseline: None,
        no_baseline: None,
        targets: Vec::new(),
        thresholds: Vec::new(),
        stretches: Vec::new(),
        worsts: Vec::new(),
        score: None,
        veto: false,
        review: None,
        lag: None,
        min_n: None,
        basis: None,
        drives: Vec::new(),
        counter_metrics: Vec::new(),
        processes: Vec::new(),
        addresses: Vec::new(),
        anchors: Vec::new(),
        stage: Stage::Active,
        since: None,
        until: None,
        replaces: Vec::new(),
        tags: Vec::new(),
        source_note: None,
        actions: Vec::new(),
    }
}

// ---- formulas ----------------------------------------------------------------------------------------------------

fn f(kind: FormulaKind) -> Formula {
    let number = Type::Number(Quantity::none());
    let ty = match &kind {
        FormulaKind::Set(_) | FormulaKind::SetOperation { .. } => Type::Set(SetKey::Source(SourceId(ORDERS))),
        FormulaKind::Previous { operand, .. } => operand.ty.clone(),
        _ => number,
    };
    let text = written(&kind);
    let start = TEXT.split('|').scan(0, |at, part| {
        let here = *at;
        *at += part.len() + 1;
        Some((here, part))
    });
    let (start, part) = start.into_iter().find(|(_, part)| *part == text).unwrap_or((0, ""));
    Formula { kind, ty, span: Origin(Span::new(FileId(0), start, start + part.len())) }
}

fn written(kind: &FormulaKind) -> &'static str {
    match kind {
        FormulaKind::Aggregate(a) => match a.function {
            AggregateFunction::Count => "count(orders)",
            AggregateFunction::Sum => "revenue",
            _ => "average",
        },
        FormulaKind::Set(_) | FormulaKind::Measure(_) => "paid",
        FormulaKind::SetOperation { .. } => "kept",
        FormulaKind::Count(x) => match x.kind {
            FormulaKind::Previous { .. } => "count(previous(paid))",
            _ => "count(kept)",
        },
        FormulaKind::Previous { operand, .. } => match &operand.kind {
            FormulaKind::Aggregate(_) => "previous(average)",
            _ => "previous(paid)",
        },
        FormulaKind::By { .. } => "min(average by region)",
        FormulaKind::Arithmetic { op: ArithmeticOp::Divide, .. } => "count(kept) / count(previous(paid))",
        FormulaKind::Arithmetic { .. } => "sum",
        _ => "formula",
    }
}

fn row(kind: RowKind) -> RowExpr {
    RowExpr { kind, ty: RowType::Text, span: Origin::default() }
}

fn field(field: u32) -> RowExpr {
    row(RowKind::Field(FieldPath { via: Vec::new(), field: FieldId(field) }))
}

pub fn is(of: u32, text: &str) -> RowExpr {
    let (left, right) = (Box::new(field(of)), Box::new(row(RowKind::Text(text.to_string()))));
    row(RowKind::Compare { op: CompareOp::Equal, left, right })
}

fn aggregate(function: AggregateFunction, source: u32, argument: Option<u32>, filter: Option<RowExpr>) -> Formula {
    f(FormulaKind::Aggregate(Box::new(Aggregate {
        function,
        source: SourceId(source),
        time: FieldId(0),
        argument: argument.map(field),
        weight: None,
        filter,
    })))
}

pub fn count(source: u32, filter: Option<RowExpr>) -> Formula {
    aggregate(AggregateFunction::Count, source, None, filter)
}

pub fn sum(source: u32, of: u32, filter: Option<RowExpr>) -> Formula {
    aggregate(AggregateFunction::Sum, source, Some(of), filter)
}

pub fn avg(source: u32, of: u32) -> Formula {
    aggregate(AggregateFunction::Avg, source, Some(of), None)
}

pub fn set(source: u32, key: u32, filter: Option<RowExpr>) -> Formula {
    let key = FieldPath { via: Vec::new(), field: FieldId(key) };
    f(FormulaKind::Set(Box::new(SetAtom { source: SourceId(source), time: FieldId(0), key, filter })))
}

pub fn keys(set: Formula) -> Formula {
    f(FormulaKind::Count(Box::new(set)))
}

pub fn operation(op: SetOp, left: Formula, right: Formula) -> Formula {
    f(FormulaKind::SetOperation { op, left: Box::new(left), right: Box::new(right) })
}

pub fn number(text: &str) -> Formula {
    f(FormulaKind::Number(text.parse().unwrap()))
}

pub fn truth(value: bool) -> Formula {
    f(FormulaKind::Bool(value))
}

pub fn measure(index: u32) -> Formula {
    f(FormulaKind::Measure(MeasureId(index)))
}

pub fn indicator(index: u32) -> Formula {
    f(FormulaKind::Indicator(IndicatorId(index)))
}

pub fn constant() -> Formula {
    f(FormulaKind::Constant(ConstantId(0)))
}

pub fn arithmetic(op: ArithmeticOp, left: Formula, right: Formula) -> Formula {
    f(FormulaKind::Arithmetic { op, left: Box::new(left), right: Box::new(right) })
}

pub fn divide(left: Formula, right: Formula) -> Formula {
    arithmetic(ArithmeticOp::Divide, left, right)
}

pub fn compare(op: CompareOp, left: Formula, right: Formula) -> Formula {
    f(FormulaKind::Compare { op, left: Box::new(left), right: Box::new(right) })
}

pub fn and(left: Formula, right: Formula) -> Formula {
    f(FormulaKind::And(Box::new(left), Box::new(right)))
}

pub fn or(left: Formula, right: Formula) -> Formula {
    f(FormulaKind::Or(Box::new(left), Box::new(right)))
}

pub fn not(x: Formula) -> Formula {
    f(FormulaKind::Not(Box::new(x)))
}

pub fn is_missing(x: Formula) -> Formula {
    f(FormulaKind::IsMissing { operand: Box::new(x), negated: false })
}

pub fn choose(condition: Formula, then: Formula, otherwise: Option<Formula>) -> Formula {
    f(FormulaKind::If { condition: Box::new(condition), then: Box::new(then), otherwise: otherwise.map(Box::new) })
}

pub fn otherwise(left: Formula, right: Formula) -> Formula {
    f(FormulaKind::Otherwise(Box::new(left), Box::new(right)))
}

pub fn previous(x: Formula) -> Formula {
    f(FormulaKind::Previous { operand: Box::new(x), times: 1 })
}

pub fn ago(x: Formula, step: Step) -> Formula {
    f(FormulaKind::Ago { operand: Box::new(x), step })
}

pub fn rolling(x: Formula, step: Step) -> Formula {
    f(FormulaKind::Rolling { operand: Box::new(x), step })
}

pub fn to_date(x: Formula, from: ToDateFrom) -> Formula {
    f(FormulaKind::ToDate { operand: Box::new(x), from })
}

pub fn before(x: Formula) -> Formula {
    f(FormulaKind::Before(Box::new(x)))
}

pub fn up_to_end(x: Formula) -> Formula {
    f(FormulaKind::UpToEnd(Box::new(x)))
}

pub fn growth(x: Formula, step: Option<Step>) -> Formula {
    f(FormulaKind::Growth { operand: Box::new(x), step })
}

pub fn per_year(x: Formula) -> Formula {
    f(FormulaKind::PerYear(Box::new(x)))
}

pub fn by(function: ByFunction, x: Formula, over: Over) -> Formula {
    f(FormulaKind::By { function, operand: Box::new(x), over })
}

pub fn overall(x: Formula, dimensions: Option<Vec<DimensionId>>) -> Formula {
    f(FormulaKind::Overall { operand: Box::new(x), dimensions })
}

pub fn only(x: Formula, conditions: Vec<Condition>) -> Formula {
    f(FormulaKind::Only { operand: Box::new(x), conditions })
}
