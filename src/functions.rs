//! The one table of functions: what each is called, what it takes, what it means to its users, its unit and the range of
//! its values, and what it is called elsewhere. The checker types calls by it, suggestions come from it, and the reference
//! is made from it. One family a file.

mod aggregates;
mod balances;
mod foreign;
mod numbers;
mod reference;
mod rows;
mod sets;
mod slices;
mod windows;

use crate::design::{RowFunction, ScalarFunction, ToDateFrom};
use crate::diagnostic::{Words, say};
pub use reference::reference;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Aggregates,
    Balances,
    Sets,
    Windows,
    Slices,
    Numbers,
    Rows,
}

impl Family {
    pub const ALL: [Family; 7] = [
        Family::Aggregates,
        Family::Balances,
        Family::Sets,
        Family::Windows,
        Family::Slices,
        Family::Numbers,
        Family::Rows,
    ];

    /// The heading of the family in the reference.
    pub const fn title(self) -> &'static str {
        match self {
            Family::Aggregates => "Aggregates",
            Family::Balances => "Balances",
            Family::Sets => "Sets",
            Family::Windows => "Other windows",
            Family::Slices => "Other slices",
            Family::Numbers => "Numbers",
            Family::Rows => "Inside a row",
        }
    }
}

/// An aggregate; where it takes parameters, they stand among its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregation {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
    Median,
    Percentile,
    Stddev,
    WeightedAvg,
    Opening,
    Closing,
    AverageBalance,
}

/// How a call is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Over the rows of a source; some also over sub-windows or members, with `by`; `count` also of a set.
    Aggregate(Aggregation),
    /// The keys of rows.
    Set,
    Previous,
    Ago,
    ToDate(ToDateFrom),
    Rolling,
    Before,
    UpToEnd,
    Growth,
    PerYear,
    Overall,
    Only,
    /// On numbers, in formulas and inside rows.
    Scalar(ScalarFunction),
    /// Inside rows only.
    Row(RowFunction),
}

/// The unit of what a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitRule {
    /// That of the first argument.
    First,
    /// That of all arguments, which must be one.
    Agreed,
    /// A plain number, whatever the argument's.
    Plain,
    /// What the source calls a row; over sets, sub-windows and members a plain number.
    Row,
    /// That of which the argument's is the square.
    Root,
    /// That of the first argument to the power of the second.
    Power,
    /// A plain number, and so must the argument be.
    PlainOfPlain,
    /// Keys have none.
    Keys,
}

/// The values that a function can have, from those that its first argument can have on any window and slice, or in any row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RangeRule {
    /// Between the least and the greatest that the argument can be.
    Within,
    /// Whole numbers from 0 on.
    Count,
    /// Of any number of values, none included: 0, and up and down as far as values have that sign.
    Sum,
    /// From 0 on; 0 where the argument can be one value only.
    Spread,
    /// From 0 to the farthest that the argument can be from 0.
    Distance,
    /// It rises with each of its arguments: its ends are its values at theirs.
    Rising,
    /// As the arithmetic operators that it stands for: `growth` for `x / base - 1` with a positive base, `per_year` for `x`
    /// times a positive factor, `power` for products.
    Arithmetic,
    /// Whole numbers, both ends in.
    Between(i32, i32),
    /// Whole numbers of either sign.
    Whole,
    /// A set is no number.
    Keys,
}

/// Names in other tools, in lower case, and what to write here, in English and Chinese.
pub type Twin = (&'static [&'static str], &'static str, &'static str);

#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    pub family: Family,
    /// As in the reference; in brackets what may be left out.
    pub signature: &'static str,
    /// One paragraph.
    pub doc: &'static str,
    /// A formula.
    pub example: &'static str,
    pub meaning: Meaning,
    /// Fewest and most arguments; None: any number.
    pub takes: (usize, Option<usize>),
    pub unit: UnitRule,
    pub range: RangeRule,
    pub twins: &'static [Twin],
}

/// Every function, by family. `min` and `max` stand in it twice: over rows, and of several numbers.
pub fn all() -> impl Iterator<Item = &'static Function> {
    [
        aggregates::FUNCTIONS,
        balances::FUNCTIONS,
        sets::FUNCTIONS,
        windows::FUNCTIONS,
        slices::FUNCTIONS,
        numbers::FUNCTIONS,
        rows::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

/// The function that a call with so many arguments means. Where the number fits none of that name, the first.
pub fn find(name: &str, arguments: usize) -> Option<&'static Function> {
    let named = || all().filter(|f| f.name == name);
    named().find(|f| f.accepts(arguments)).or_else(|| named().next())
}

/// What is written here for a function of a spreadsheet, SQL or a BI tool.
pub fn twin(name: &str) -> Option<Words> {
    let name = name.to_lowercase();
    twins()
        .find(|(names, ..)| names.contains(&name.as_str()))
        .map(|(_, en, zh)| Words { en: (*en).into(), zh: (*zh).into() })
}

fn twins() -> impl Iterator<Item = &'static Twin> {
    all().flat_map(|f| f.twins).chain(foreign::TWINS)
}

impl Function {
    const fn known_as(self, twins: &'static [Twin]) -> Function {
        Function { twins, ..self }
    }

    pub fn accepts(&self, arguments: usize) -> bool {
        arguments >= self.takes.0 && self.takes.1.is_none_or(|most| arguments <= most)
    }

    /// Reads rows of a source.
    pub fn is_aggregate(&self) -> bool {
        matches!(self.meaning, Meaning::Aggregate(_) | Meaning::Set)
    }

    /// Computes with the values of one row as well as with those of windows.
    pub fn is_of_rows(&self) -> Option<RowFunction> {
        match self.meaning {
            Meaning::Scalar(function) => Some(RowFunction::Scalar(function)),
            Meaning::Row(function) => Some(function),
            _ => None,
        }
    }

    /// How many arguments, in words: `2`, `1 or 2`, `at least 2`.
    pub fn arity(&self) -> Words {
        match self.takes {
            (least, None) => say!("at least {least}", "至少 {least}"),
            (least, Some(most)) if least == most => Words::same(least.to_string()),
            (least, Some(most)) => say!("{least} or {most}", "{least} 或 {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::source::{FileId, SourceFile};
    use crate::syntax::ast::{Entry, Expr, ExprKind, Item};

    #[test]
    fn every_entry_is_whole() {
        for function in all() {
            assert!(function.signature.starts_with(&format!("{}(", function.name)), "{}", function.signature);
            assert!(function.doc.ends_with('.') && function.doc.len() > 30, "{}", function.name);
            assert!(!function.doc.contains('\n'), "{}", function.name);
            assert!(function.example.contains(&format!("{}(", function.name)), "{}", function.example);
            assert!(function.takes.1.is_none_or(|most| most >= function.takes.0));
        }
    }

    #[test]
    fn names_are_one_each_but_for_min_and_max() {
        let mut seen = BTreeSet::new();
        let doubled: BTreeSet<_> = all().map(|f| f.name).filter(|name| !seen.insert(*name)).collect();
        assert_eq!(doubled, BTreeSet::from(["max", "min"]));
        assert!(find("min", 1).unwrap().is_aggregate());
        assert!(!find("min", 2).unwrap().is_aggregate());
        assert_eq!(find("round", 9).unwrap().name, "round");
        assert!(find("nothing", 1).is_none());
    }

    #[test]
    fn twins_are_no_functions_of_ours() {
        let mut seen = BTreeSet::new();
        for (names, advice, _) in twins() {
            assert!(advice.contains('`'), "{names:?}");
            for name in *names {
                assert!(seen.insert(*name), "`{name}` stands twice");
                assert!(all().all(|f| f.name != *name), "`{name}` is a function");
                assert_eq!(*name, name.to_lowercase());
            }
        }
        assert_eq!(twin("COUNTIF"), twin("countif"));
        assert!(twin("COUNTIF").is_some_and(|advice| advice.en.contains("count(S where")));
    }

    /// Examples are formulas that the parser reads, with the number of arguments that the table says.
    #[test]
    fn examples_parse() {
        for function in all() {
            let text = format!("indicator x {{ formula: {} }}", function.example);
            let file = SourceFile::new(FileId(0), "x.kpi", text);
            let parse = crate::syntax::parse(&file);
            assert!(parse.diagnostics.is_empty(), "{}: {:?}", function.example, parse.diagnostics);
            let Some(Item::Decl(decl)) = parse.file.items.first() else { panic!("no indicator") };
            let Some(Entry::Property(property)) = decl.block.as_ref().unwrap().entries.first() else { panic!() };
            let mut calls = Vec::new();
            calls_in(&property.value[0].expr, &mut calls);
            let mine: Vec<_> = calls.iter().filter(|(name, _)| name == function.name).collect();
            assert!(mine.iter().any(|(_, n)| function.accepts(*n)), "{}: {calls:?}", function.example);
        }
    }

    fn calls_in(expr: &Expr, calls: &mut Vec<(String, usize)>) {
        match &expr.kind {
            ExprKind::Call { function, args } => {
                calls.push((function.text.clone(), args.len()));
                for arg in args {
                    calls_in(&arg.expr, calls);
                    arg.filter.iter().for_each(|filter| calls_in(filter, calls));
                }
            }
            ExprKind::Binary { left, right, .. } => {
                calls_in(left, calls);
                calls_in(right, calls);
            }
            ExprKind::Paren(inner) => calls_in(inner, calls),
            _ => {}
        }
    }
}
