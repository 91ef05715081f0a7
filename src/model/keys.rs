//! The table of declarations and their keys. From it come the judgement of every block, the suggestions, the reference
//! pages and the completion: a new property is a line here, and code only where it means something.

mod tables;

use crate::diagnostic::{Words, say};
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
    pub fn phrase(self) -> Words {
        match self {
            Shape::Text => say!("a text in quotes", "引号里的文本"),
            Shape::Texts => say!("one text or several, each in quotes", "一段或多段引号里的文本"),
            Shape::Word(words) => say!("one of {}", "其中之一：{}", list(words)),
            Shape::Flag => say!("`true` or `false`", "`true` 或 `false`"),
            Shape::Whole => say!("a whole number from 1 on", "从 1 起的整数"),
            Shape::Percent => say!("a percentage", "百分数"),
            Shape::Days => say!("a number of days", "天数"),
            Shape::Date => say!("a date", "日期"),
            Shape::Dates => say!("dates and ranges of dates", "日期或日期范围"),
            Shape::DateRange => say!("a range of dates", "日期范围"),
            Shape::Period => say!("a period", "期间"),
            Shape::Unit => say!("a unit", "单位"),
            Shape::CountUnit => say!("the name of a `count` unit", "计数单位（`count`）的名称"),
            Shape::Formula => say!("one formula", "一个公式"),
            Shape::Field => say!("the name of one field", "一个字段的名称"),
            Shape::Fields => say!("names of fields", "字段的名称"),
            Shape::Name(kinds) => say!("the name of {}", "{}的名称", kinds_phrase(kinds)),
            Shape::Names(kinds) => say!("one name or several, each of {}", "一个或多个{}的名称", kinds_phrase(kinds)),
            Shape::FormerNames => say!("one name or several", "一个或多个名称"),
            Shape::Shares => {
                say!("one factor or several, each with its share where wanted", "一个或多个因素，可写明各占多少")
            }
            Shape::Reader => say!("a file to read", "要读取的文件"),
            Shape::Baseline => say!("a value and its period, or `none` and why", "值及其期间，或 `none` 及原因"),
            Shape::Target => say!("a value and its time", "值及其时间"),
            Shape::Level => say!("a value", "一个值"),
            Shape::Score => say!("values and their scores, or `steps`", "值及其得分，或 `steps`"),
            Shape::Anchors => say!("values of the scale and their words", "各级的值及其含义"),
            Shape::Review => say!("how often, and by whom", "多久一次、由谁"),
        }
    }
}

/// `` `a`, `b` or `c` ``
pub fn list(words: &[&str]) -> Words {
    Words::either(words.iter().map(|word| Words::same(format!("`{word}`"))))
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
pub fn kinds_phrase(kinds: &[DeclKind]) -> Words {
    Words::either(kinds.iter().map(|kind| a_kind(*kind)))
}

/// `an indicator`
pub fn a_kind(kind: DeclKind) -> Words {
    Words { en: with_article(kind.word()), zh: kind_in_chinese(kind) }
}

/// The Chinese term of a kind, the first where it has two.
pub fn kind_in_chinese(kind: DeclKind) -> String {
    declaration(kind).chinese.split('/').next().unwrap_or_default().trim().to_string()
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
    Required(&'static str, &'static str),
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
                key.shape.phrase().en,
                key.doc,
                key.name,
                key.example
            ));
        }
        if !table.inside.is_empty() {
            let inside: Vec<&str> = table.inside.iter().map(|k| k.word()).collect();
            text.push_str(&format!("\nIn its block may stand: {}.\n", list(&inside).en.replace(" or ", " and ")));
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
