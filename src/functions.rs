//! The one table of functions: what each is called, what it takes, what it means to its users, and how it is typed. The
//! reference is made from it, and suggestions come from it. One family a file.

mod aggregates;
mod balances;
mod foreign;
mod numbers;
mod rows;
mod sets;
mod slices;
mod windows;

use crate::design::{RowFunction, ScalarFunction, ToDateFrom};
pub use foreign::twin;

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

impl Function {
    pub fn accepts(&self, arguments: usize) -> bool {
        arguments >= self.takes.0 && self.takes.1.is_none_or(|most| arguments <= most)
    }

    /// Reads rows of a source.
    pub fn is_aggregate(&self) -> bool {
        matches!(self.meaning, Meaning::Aggregate(_) | Meaning::Set)
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
        for name in foreign::names() {
            assert!(all().all(|f| f.name != name), "`{name}` is a function");
            assert!(twin(name).is_some_and(|advice| advice.contains('`')), "{name}");
        }
        assert_eq!(twin("COUNTIF"), twin("countif"));
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
