//! The tables of functions of the reference.

use std::fmt::Write;

use super::{Family, Function, RangeRule, UnitRule, all};

/// The functions by family, in Markdown.
pub fn reference() -> String {
    let mut text = String::new();
    for family in Family::ALL {
        let _ = write!(
            text,
            "### {}\n\n| function | means | its unit | its values | elsewhere |\n|---|---|---|---|---|\n",
            family.title()
        );
        for function in all().filter(|f| f.family == family) {
            let written: Vec<String> = function.signature.split("), ").map(whole).collect();
            let _ = writeln!(
                text,
                "| {} | {} For example `{}` | {} | {} | {} |",
                cell(&written.join(", ")),
                cell(function.doc),
                cell(function.example),
                function.unit.words(),
                function.range.words(),
                elsewhere(function)
            );
        }
        text.push('\n');
    }
    text
}

/// One of several ways to write a function, which stood with a comma between.
fn whole(way: &str) -> String {
    let closed = if way.ends_with(')') { "" } else { ")" };
    format!("`{way}{closed}`")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn elsewhere(function: &Function) -> String {
    let names = function.twins.iter().flat_map(|(names, ..)| names.iter()).take(4);
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl UnitRule {
    /// For the reference.
    const fn words(self) -> &'static str {
        match self {
            UnitRule::First => "that of the first argument",
            UnitRule::Agreed => "that of the arguments",
            UnitRule::Plain | UnitRule::PlainOfPlain => "none",
            UnitRule::Row => "the source's `row`",
            UnitRule::Root => "the root of the argument's",
            UnitRule::Power => "the power of the argument's",
            UnitRule::Keys => "",
        }
    }
}

impl RangeRule {
    /// For the reference.
    fn words(self) -> String {
        match self {
            RangeRule::Within => "those of the argument".to_string(),
            RangeRule::Count => "whole, from 0 on".to_string(),
            RangeRule::Sum => "with the sign of the argument, or 0".to_string(),
            RangeRule::Spread | RangeRule::Distance => "from 0 on".to_string(),
            RangeRule::Rising => "rise with the arguments".to_string(),
            RangeRule::Arithmetic => "any".to_string(),
            RangeRule::Between(low, high) => format!("whole, {low} to {high}"),
            RangeRule::Whole => "whole".to_string(),
            RangeRule::Keys => "keys".to_string(),
        }
    }
}
