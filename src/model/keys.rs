//! The table of declarations and their keys. From it come the judgement of every block, the suggestions, the reference
//! pages and the completion: a new property is a line here, and code only where it means something.

mod tables;

use crate::syntax::ast::DeclKind;

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// One text or several.
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    Flag,
    /// A whole number from 1 on.
    Whole,
    Percent,
    /// A number of days.
    Days,
    Date,
    /// Dates and ranges of dates.
    Dates,
    /// A range of dates, open at either end.
    DateRange,
    Period,
    Unit,
    CountUnit,
    Formula,
    /// A field of the same source.
    Field,
    Fields,
    /// The name of one declaration of these kinds.
    Name(&'static [DeclKind]),
    Names(&'static [DeclKind]),
    /// Names that need not be declared any more.
    FormerNames,
    /// Factors, each with a share where wanted.
    Shares,
    /// A call of a reader.
    Reader,
    Baseline,
    Target,
    /// A value without a time.
    Level,
    Score,
    Anchors,
    Review,
}

impl Shape {
    /// What it takes, for messages: `takes …`.
    pub fn phrase(self) -> String {
        match self {
            Shape::Text => "a text in quotes".into(),
            Shape::Texts => "one text or several, each in quotes".into(),
            Shape::Word(words) => format!("one of {}", list(words)),
            Shape::Flag => "`true` or `false`".into(),
            Shape::Whole => "a whole number from 1 on".into(),
            Shape::Percent => "a percentage".into(),
            Shape::Days => "a number of days".into(),
            Shape::Date => "a date".into(),
            Shape::Dates => "dates and ranges of dates".into(),
            Shape::DateRange => "a range of dates".into(),
            Shape::Period => "a period".into(),
            Shape::Unit => "a unit".into(),
            Shape::CountUnit => "the name of a `count` unit".into(),
            Shape::Formula => "one formula".into(),
            Shape::Field => "the name of one field".into(),
            Shape::Fields => "names of fields".into(),
            Shape::Name(kinds) => format!("the name of {}", kinds_phrase(kinds)),
            Shape::Names(kinds) => format!("one name or several, each of {}", kinds_phrase(kinds)),
            Shape::FormerNames => "one name or several".into(),
            Shape::Shares => "one factor or several, each with its share where wanted".into(),
            Shape::Reader => "a file to read".into(),
            Shape::Baseline => "a value and its period, or `none` and why".into(),
            Shape::Target => "a value and its time".into(),
            Shape::Level => "a value".into(),
            Shape::Score => "values and their scores, or `steps`".into(),
            Shape::Anchors => "values of the scale and their words".into(),
            Shape::Review => "how often, and by whom".into(),
        }
    }
}

/// `` `a`, `b` or `c` ``
pub fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|w| format!("`{w}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}

/// Words that people know from elsewhere, and the language's for them.
pub const TWINS: &[(&str, &str)] = &[
    ("up", "higher"),
    ("increase", "higher"),
    ("maximize", "higher"),
    ("down", "lower"),
    ("decrease", "lower"),
    ("minimize", "lower"),
    ("between", "range"),
    ("annual", "yearly"),
    ("annually", "yearly"),
    ("half_year", "half_yearly"),
    ("semiannual", "half_yearly"),
    ("lead", "leading"),
    ("lag", "lagging"),
    ("operative", "operational"),
    ("average", "mean"),
    ("minimum", "worst"),
    ("excel", "xlsx"),
    ("jsonl", "ndjson"),
];

/// `a challenge or an opportunity`
pub fn kinds_phrase(kinds: &[DeclKind]) -> String {
    let words: Vec<_> = kinds.iter().map(|k| with_article(k.word())).collect();
    words.join(" or ")
}

/// `an indicator`, `a factor`.
pub fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {word}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Optional,
    /// Its absence is an error.
    Required,
    /// Its absence is judged by this rule.
    Rule(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    /// The Chinese term; as a key it is answered with the name.
    pub chinese: &'static str,
    pub shape: Shape,
    pub need: Need,
    /// May be given several times.
    pub many: bool,
    /// What it says; one line, no full stop.
    pub doc: &'static str,
    /// A value as it may stand behind the colon.
    pub example: &'static str,
}

/// What stands before the block of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    None,
    /// What follows the name, for messages.
    Required(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    pub kind: DeclKind,
    pub chinese: &'static str,
    pub doc: &'static str,
    /// Takes a name.
    pub named: bool,
    /// The text after the name is required (an action's and a test's, which have no name).
    pub titled: bool,
    pub value: Value,
    /// May stand outside every block.
    pub top: bool,
    /// At most one in a design.
    pub once: bool,
    pub keys: &'static [Key],
    /// The declarations that may stand in its block.
    pub inside: &'static [DeclKind],
}

impl Declaration {
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

/// The entry of a kind.
pub fn declaration(kind: DeclKind) -> &'static Declaration {
    match kind {
        DeclKind::Design => &tables::DESIGN,
        DeclKind::Calendar => &tables::CALENDAR,
        DeclKind::Unit => &tables::UNIT,
        DeclKind::Constant => &tables::CONSTANT,
        DeclKind::Dimension => &tables::DIMENSION,
        DeclKind::Source => &tables::SOURCE,
        DeclKind::Measure => &tables::MEASURE,
        DeclKind::Perspective => &tables::PERSPECTIVE,
        DeclKind::Objective => &tables::OBJECTIVE,
        DeclKind::Process => &tables::PROCESS,
        DeclKind::Challenge => &tables::CHALLENGE,
        DeclKind::Opportunity => &tables::OPPORTUNITY,
        DeclKind::Factor => &tables::FACTOR,
        DeclKind::Indicator => &tables::INDICATOR,
        DeclKind::Action => &tables::ACTION,
        DeclKind::Test => &tables::TEST,
    }
}

/// All entries, in the order in which a reader meets them.
pub fn declarations() -> impl Iterator<Item = &'static Declaration> {
    DeclKind::ALL.into_iter().map(declaration)
}

pub const FREQUENCIES: &[&str] = &["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly"];
pub const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub const WEEKDAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub const ROLLUPS: &[&str] = &["mean", "geometric", "worst"];
pub const PERSPECTIVES: &[&str] = &["financial", "customer", "process", "learning"];
/// The states that a judgement can have, as `action when` and `expect … is` name them.
pub const STATUSES: &[&str] = &["on_target", "at_risk", "off_target", "not_due", "no_target", "in_progress", "no_data"];

/// The reference of declarations and their keys as Markdown: a table of declarations, then one of keys for each.
pub fn reference() -> String {
    let mut text = String::from("| declaration | 中文 | says |\n|---|---|---|\n");
    for table in declarations() {
        text.push_str(&format!("| `{}` | {} | {} |\n", table.kind.word(), table.chinese, table.doc));
    }
    for table in declarations() {
        text.push_str(&format!(
            "\n### `{}`\n\n| key | 中文 | takes | says | example |\n|---|---|---|---|---|\n",
            table.kind.word()
        ));
        for key in table.keys {
            let need = match key.need {
                Need::Required => " **required**".to_string(),
                Need::Rule(rule) => format!(" (rule {rule})"),
                Need::Optional => String::new(),
            };
            text.push_str(&format!(
                "| `{}` | {} | {} | {}{need} | `{}: {}` |\n",
                key.name,
                key.chinese,
                key.shape.phrase(),
                key.doc,
                key.name,
                key.example
            ));
        }
        if !table.inside.is_empty() {
            let inside: Vec<&str> = table.inside.iter().map(|k| k.word()).collect();
            text.push_str(&format!("\nIn its block may stand: {}.\n", list(&inside).replace(" or ", " and ")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_entry_is_whole() {
        for table in declarations() {
            let mut names = HashSet::new();
            for key in table.keys {
                assert!(names.insert(key.name), "{} stands twice in {}", key.name, table.kind.word());
                assert!(!key.doc.is_empty() && !key.doc.ends_with('.'), "{}", key.name);
                assert!(!key.chinese.is_empty() && !key.example.is_empty(), "{}", key.name);
            }
            let chinese: HashSet<_> = table.keys.iter().map(|k| k.chinese).collect();
            assert_eq!(chinese.len(), table.keys.len(), "a Chinese term means one key of {}", table.kind.word());
        }
    }
}
