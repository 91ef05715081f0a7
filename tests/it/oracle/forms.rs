//! Which forms of the language a case holds, so that one that is never drawn is noticed.

use std::collections::BTreeSet;

use super::days::{Cut, Span};
use super::draw::Case;
use super::interpret::Slicing;
use super::tree::{
    Aggregate, Atom, Body, ByFunc, Cond, Func, Leaf, Narrow, Num, Op, Over, Pred, RowExpr, Set, SetOp, Shift, Subject,
};
use super::world::{Dedupe, FieldRef, SCHEMAS};

pub type Forms = BTreeSet<String>;

/// All that is drawn.
pub const ALL: &[&str] = &[
    "-",
    "- x",
    "*",
    "/",
    "+",
    "abs",
    "ago, days",
    "ago, months",
    "ago, weeks",
    "ago, years",
    "and",
    "as-of day given",
    "average_balance",
    "avg",
    "avg by",
    "before",
    "between",
    "by day",
    "by dimension",
    "by fiscal_quarter",
    "by fiscal_year",
    "by half",
    "by month",
    "by quarter",
    "by week",
    "by year",
    "calendar: fiscal year",
    "calendar: fiscal year named by its end",
    "calendar: holidays",
    "calendar: week start",
    "calendar: workdays",
    "clamp",
    "clean: deduplicate",
    "clean: drop where",
    "clean: keep earliest",
    "clean: keep latest",
    "closing",
    "constant",
    "count",
    "count by",
    "count of a set",
    "count_distinct",
    "covers",
    "drill-down",
    "drill-down by pairs",
    "except",
    "exp",
    "field of a partner",
    "field, computed",
    "growth",
    "growth, span",
    "if",
    "if without else",
    "indicator",
    "indicator named",
    "intersect",
    "is known",
    "is missing",
    "ln",
    "max",
    "max by",
    "max of numbers",
    "measure",
    "measure named",
    "median",
    "median by",
    "min",
    "min by",
    "min of numbers",
    "mtd",
    "not",
    "not between",
    "on",
    "only !=",
    "only =",
    "only in",
    "only in set",
    "only not in",
    "only not in set",
    "opening",
    "or",
    "otherwise",
    "overall",
    "overall, dimension",
    "per_year",
    "percentile",
    "percentile by",
    "period: day",
    "period: fiscal_quarter",
    "period: fiscal_year",
    "period: half",
    "period: month",
    "period: quarter",
    "period: week",
    "period: year",
    "plan",
    "power",
    "previous",
    "previous, times",
    "qtd",
    "refreshed",
    "rolling, days",
    "rolling, months",
    "rolling, weeks",
    "rolling, years",
    "round",
    "round, digits",
    "row: -",
    "row: - x",
    "row: *",
    "row: /",
    "row: +",
    "row: abs",
    "row: clamp",
    "row: constant",
    "row: duration in a unit",
    "row: exp",
    "row: if",
    "row: if without else",
    "row: ln",
    "row: max",
    "row: min",
    "row: month",
    "row: otherwise",
    "row: power",
    "row: round",
    "row: round, digits",
    "row: sqrt",
    "row: time between",
    "row: weekday",
    "row: workdays",
    "row: year",
    "set",
    "set named",
    "slice",
    "source without rows",
    "sqrt",
    "stddev",
    "stddev by",
    "sum",
    "sum by",
    "time between, aggregated",
    "to_date",
    "union",
    "weighted_avg",
    "where",
    "where and",
    "where between",
    "where bool",
    "where contains",
    "where date",
    "where date moved",
    "where duration",
    "where in",
    "where is known",
    "where is missing",
    "where not",
    "where not between",
    "where not in",
    "where number",
    "where or",
    "where starts with",
    "where text",
    "ytd",
];

/// What only the values show.
pub const OUTCOMES: &[&str] = &["rows without a member", "period in progress", "partial"];

/// What the case says besides its formulas.
pub fn of_case(case: &Case) -> Forms {
    let mut forms = Forms::new();
    let mut add = |is: bool, form: &str| {
        if is {
            forms.insert(form.to_string());
        }
    };
    let (world, almanac) = (&case.world, &case.world.almanac);
    add(almanac.fiscal_start != 1, "calendar: fiscal year");
    add(almanac.fiscal_start != 1 && almanac.named_by_end, "calendar: fiscal year named by its end");
    add(almanac.week_first != jiff::civil::Weekday::Monday, "calendar: week start");
    add(!almanac.holidays.is_empty(), "calendar: holidays");
    add(!almanac.worked.is_empty(), "calendar: workdays");
    for (source, manners) in world.manners.iter().enumerate() {
        add(manners.refreshed.is_some(), "refreshed");
        add(manners.covers.is_some(), "covers");
        add(manners.plan, "plan");
        add(manners.drop_where.is_some(), "clean: drop where");
        add(world.raw[source].is_empty(), "source without rows");
        match manners.dedupe {
            Some(Dedupe::Equal) => add(true, "clean: deduplicate"),
            Some(Dedupe::Latest) => add(true, "clean: keep latest"),
            Some(Dedupe::Earliest) => add(true, "clean: keep earliest"),
            None => {}
        }
    }
    add(case.as_of.is_some(), "as-of day given");
    add(true, &format!("period: {}", case.cut.word()));
    add(case.slice.iter().any(|s| matches!(s, Slicing::Members { .. })), "slice");
    add(case.by.len() == 1, "drill-down");
    add(case.by.len() > 1, "drill-down by pairs");
    forms
}

/// By subject, with those of what it names.
pub fn of_subjects(subjects: &[Subject]) -> Vec<Forms> {
    let mut all: Vec<Forms> = Vec::new();
    for subject in subjects {
        let mut walk = Walk { subjects, earlier: &all, forms: Forms::new() };
        walk.add(if subject.indicator { "indicator" } else { "measure" });
        match &subject.body {
            Body::Num(num) => walk.num(num),
            Body::Set(set, _) => walk.set(set),
        }
        let forms = walk.forms;
        all.push(forms);
    }
    all
}

struct Walk<'a> {
    subjects: &'a [Subject],
    earlier: &'a [Forms],
    forms: Forms,
}

impl Walk<'_> {
    fn add(&mut self, form: impl Into<String>) {
        self.forms.insert(form.into());
    }

    fn name(&mut self, index: usize, word: &str) {
        self.forms.extend(self.earlier[index].iter().cloned());
        self.add(format!("{word} named"));
    }

    fn op(&mut self, before: &str, op: Op) {
        self.add(format!("{before}{}", op.sign()));
    }

    fn func(&mut self, before: &str, func: &Func) {
        let of_numbers = if before.is_empty() { " of numbers" } else { "" };
        self.add(match func {
            Func::Round(digits) if *digits != 0 => format!("{before}round, digits"),
            Func::Min | Func::Max => format!("{before}{}{of_numbers}", func.name()),
            _ => format!("{before}{}", func.name()),
        });
    }

    fn field(&mut self, source: usize, field: FieldRef) {
        if field.via_client {
            self.add("field of a partner");
        } else if field.field >= SCHEMAS[source].fields.len() {
            self.add("field, computed");
        }
    }

    fn row(&mut self, expr: &RowExpr, source: usize) {
        match expr {
            RowExpr::Field(field) => self.field(source, *field),
            RowExpr::Lit(_) => {}
            RowExpr::Constant(_) => self.add("row: constant"),
            RowExpr::Neg(x) => {
                self.add("row: - x");
                self.row(x, source);
            }
            RowExpr::Bin(op, a, b) => {
                self.op("row: ", *op);
                self.row(a, source);
                self.row(b, source);
            }
            RowExpr::Func(func, args) => {
                self.func("row: ", func);
                args.iter().for_each(|a| self.row(a, source));
            }
            RowExpr::If(condition, then, other) => {
                self.add(if other.is_some() { "row: if" } else { "row: if without else" });
                self.pred(condition, source);
                self.row(then, source);
                if let Some(other) = other {
                    self.row(other, source);
                }
            }
            RowExpr::Otherwise(a, b) => {
                self.add("row: otherwise");
                self.row(a, source);
                self.row(b, source);
            }
            RowExpr::Elapsed(..) => self.add("row: time between"),
            RowExpr::Within(field, _) => {
                self.add("row: duration in a unit");
                self.field(source, *field);
            }
            RowExpr::Workdays(..) => self.add("row: workdays"),
            RowExpr::Part(part, _) => self.add(format!("row: {part}")),
        }
    }

    fn pred(&mut self, pred: &Pred, source: usize) {
        match pred {
            Pred::Compare(_, a, b) => {
                self.add("where number");
                self.row(a, source);
                self.row(b, source);
            }
            Pred::Between(negated, x, _, _) => {
                self.add(if *negated { "where not between" } else { "where between" });
                self.row(x, source);
            }
            Pred::Text(_, field, _) => self.of_field("where text", source, *field),
            Pred::In(negated, field, _) => {
                self.of_field(if *negated { "where not in" } else { "where in" }, source, *field)
            }
            Pred::Contains(field, _) => self.of_field("where contains", source, *field),
            Pred::Starts(field, _) => self.of_field("where starts with", source, *field),
            Pred::Day(_, field, _) => self.of_field("where date", source, *field),
            Pred::Moved(_, field, _, _) => self.of_field("where date moved", source, *field),
            Pred::Lasts(_, field, _, _) => self.of_field("where duration", source, *field),
            Pred::Missing(missing, field) => {
                self.of_field(if *missing { "where is missing" } else { "where is known" }, source, *field)
            }
            Pred::Flag(field) => self.of_field("where bool", source, *field),
            Pred::And(a, b) => {
                self.add("where and");
                self.pred(a, source);
                self.pred(b, source);
            }
            Pred::Or(a, b) => {
                self.add("where or");
                self.pred(a, source);
                self.pred(b, source);
            }
            Pred::Not(a) => {
                self.add("where not");
                self.pred(a, source);
            }
        }
    }

    fn of_field(&mut self, form: &str, source: usize, field: FieldRef) {
        self.add(form);
        self.field(source, field);
    }

    fn clauses(&mut self, source: usize, on: Option<usize>, filter: Option<&Pred>) {
        if on.is_some() {
            self.add("on");
        }
        if let Some(filter) = filter {
            self.add("where");
            self.pred(filter, source);
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        let aggregate = match &leaf.aggregate {
            Aggregate::Count => "count",
            Aggregate::CountDistinct => "count_distinct",
            Aggregate::Sum => "sum",
            Aggregate::Avg => "avg",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
            Aggregate::Median => "median",
            Aggregate::Percentile(_) => "percentile",
            Aggregate::Stddev => "stddev",
            Aggregate::WeightedAvg(weight) => {
                self.row(weight, leaf.source);
                "weighted_avg"
            }
            Aggregate::Opening => "opening",
            Aggregate::Closing => "closing",
            Aggregate::AverageBalance => "average_balance",
        };
        self.add(aggregate);
        match &leaf.argument {
            Some(RowExpr::Elapsed(..)) => self.add("time between, aggregated"),
            Some(argument) => self.row(argument, leaf.source),
            None => {}
        }
        self.clauses(leaf.source, leaf.on, leaf.filter.as_ref());
    }

    fn atom(&mut self, atom: &Atom) {
        self.add("set");
        self.field(atom.source, atom.key);
        self.clauses(atom.source, atom.on, atom.filter.as_ref());
    }

    fn shift(&mut self, shift: &Shift) {
        let span = |span: &Span| match span {
            Span::Days(_) => "days",
            Span::Weeks(_) => "weeks",
            Span::Months(_) => "months",
            Span::Years(_) => "years",
        };
        self.add(match shift {
            Shift::Previous(1) => "previous".to_string(),
            Shift::Previous(_) => "previous, times".to_string(),
            Shift::Ago(by) => format!("ago, {}", span(by)),
            Shift::Rolling(by) => format!("rolling, {}", span(by)),
            Shift::Ytd => "ytd".to_string(),
            Shift::Qtd => "qtd".to_string(),
            Shift::Mtd => "mtd".to_string(),
            Shift::Before => "before".to_string(),
            Shift::ToDate => "to_date".to_string(),
        });
    }

    fn over(&mut self, over: &Over) {
        match over {
            Over::Grain(cut) => self.add(format!("by {}", Cut::word(*cut))),
            Over::Dimension(_) => self.add("by dimension"),
        }
    }

    fn overall(&mut self, dimensions: &[usize]) {
        self.add(if dimensions.is_empty() { "overall" } else { "overall, dimension" });
    }

    fn narrows(&mut self, narrows: &[Narrow]) {
        for narrow in narrows {
            match narrow {
                Narrow::Is(..) => self.add("only ="),
                Narrow::Not(..) => self.add("only !="),
                Narrow::In(negated, ..) => self.add(if *negated { "only not in" } else { "only in" }),
                Narrow::InSet(negated, set) => {
                    self.add(if *negated { "only not in set" } else { "only in set" });
                    self.set(set);
                }
            }
        }
    }

    fn num(&mut self, num: &Num) {
        match num {
            Num::Lit(_) => {}
            Num::Constant(_) => self.add("constant"),
            Num::Name(index) => {
                let word = if self.subjects[*index].indicator { "indicator" } else { "measure" };
                self.name(*index, word);
            }
            Num::Leaf(leaf) => self.leaf(leaf),
            Num::Count(set) => {
                self.add("count of a set");
                self.set(set);
            }
            Num::Neg(x) => {
                self.add("- x");
                self.num(x);
            }
            Num::Bin(op, a, b) => {
                self.op("", *op);
                self.num(a);
                self.num(b);
            }
            Num::Func(func, args) => {
                self.func("", func);
                args.iter().for_each(|a| self.num(a));
            }
            Num::If(condition, then, other) => {
                self.add(if other.is_some() { "if" } else { "if without else" });
                self.cond(condition);
                self.num(then);
                if let Some(other) = other {
                    self.num(other);
                }
            }
            Num::Otherwise(a, b) => {
                self.add("otherwise");
                self.num(a);
                self.num(b);
            }
            Num::Shift(shift, x) => {
                self.shift(shift);
                self.num(x);
            }
            Num::Growth(x, span) => {
                self.add(if span.is_some() { "growth, span" } else { "growth" });
                self.num(x);
            }
            Num::PerYear(x) => {
                self.add("per_year");
                self.num(x);
            }
            Num::By(func, x, over) => {
                self.add(match func {
                    ByFunc::Sum => "sum by",
                    ByFunc::Avg => "avg by",
                    ByFunc::Min => "min by",
                    ByFunc::Max => "max by",
                    ByFunc::Median => "median by",
                    ByFunc::Stddev => "stddev by",
                    ByFunc::Percentile(_) => "percentile by",
                });
                self.over(over);
                self.num(x);
            }
            Num::CountBy(condition, over) => {
                self.add("count by");
                self.over(over);
                self.cond(condition);
            }
            Num::Overall(x, dimensions) => {
                self.overall(dimensions);
                self.num(x);
            }
            Num::Only(x, narrows) => {
                self.narrows(narrows);
                self.num(x);
            }
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Compare(_, a, b) => {
                self.num(a);
                self.num(b);
            }
            Cond::And(a, b) | Cond::Or(a, b) => {
                self.add(if matches!(cond, Cond::And(..)) { "and" } else { "or" });
                self.cond(a);
                self.cond(b);
            }
            Cond::Not(a) => {
                self.add("not");
                self.cond(a);
            }
            Cond::Missing(missing, a) => {
                self.add(if *missing { "is missing" } else { "is known" });
                self.num(a);
            }
            Cond::Between(negated, a, _, _) => {
                self.add(if *negated { "not between" } else { "between" });
                self.num(a);
            }
        }
    }

    fn set(&mut self, set: &Set) {
        match set {
            Set::Name(index) => self.name(*index, "set"),
            Set::Atom(atom) => self.atom(atom),
            Set::Op(op, a, b) => {
                self.add(match op {
                    SetOp::Intersect => "intersect",
                    SetOp::Union => "union",
                    SetOp::Except => "except",
                });
                self.set(a);
                self.set(b);
            }
            Set::Shift(shift, x) => {
                self.shift(shift);
                self.set(x);
            }
            Set::Overall(x, dimensions) => {
                self.overall(dimensions);
                self.set(x);
            }
            Set::Only(x, narrows) => {
                self.narrows(narrows);
                self.set(x);
            }
        }
    }
}
