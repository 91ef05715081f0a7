//! The table of declarations and their keys. From it come the judgement of every block, the suggestions, the reference
//! pages and the completion: a new property is a line here, and code only where it means something.

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
        DeclKind::Design => &DESIGN,
        DeclKind::Calendar => &CALENDAR,
        DeclKind::Unit => &UNIT,
        DeclKind::Constant => &CONSTANT,
        DeclKind::Dimension => &DIMENSION,
        DeclKind::Source => &SOURCE,
        DeclKind::Measure => &MEASURE,
        DeclKind::Perspective => &PERSPECTIVE,
        DeclKind::Objective => &OBJECTIVE,
        DeclKind::Process => &PROCESS,
        DeclKind::Challenge => &CHALLENGE,
        DeclKind::Opportunity => &OPPORTUNITY,
        DeclKind::Factor => &FACTOR,
        DeclKind::Indicator => &INDICATOR,
        DeclKind::Action => &ACTION,
        DeclKind::Test => &TEST,
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

use Need::{Optional, Required, Rule};

const fn key(
    name: &'static str,
    chinese: &'static str,
    shape: Shape,
    need: Need,
    doc: &'static str,
    example: &'static str,
) -> Key {
    Key { name, chinese, shape, need, many: false, doc, example }
}

const fn many(key: Key) -> Key {
    Key { many: true, ..key }
}

const NOTE: Key = key("note", "备注", Shape::Text, Optional, "free text for readers", "\"agreed in January\"");
const DEFINITION: Key =
    key("definition", "定义", Shape::Text, Optional, "what is meant, in words", "\"share of answers of 4 or 5\"");
const OWNER: Key = key("owner", "责任人", Shape::Text, Optional, "who answers for it (one)", "\"head of training\"");
const WEIGHT: Key =
    key("weight", "权重", Shape::Percent, Optional, "its weight in the score of what it stands in", "30%");
const ROLLUP: Key = key(
    "rollup",
    "汇总方式",
    Shape::Word(ROLLUPS),
    Optional,
    "how the scores below become one: the weighted mean, the geometric mean or the worst",
    "mean",
);
const PERSPECTIVE_KEY: Key = key(
    "perspective",
    "维度",
    Shape::Name(&[DeclKind::Perspective]),
    Optional,
    "the balanced-scorecard view that it belongs to; sub-factors inherit it",
    "customer",
);
const ADDRESSES: Key = key(
    "addresses",
    "应对",
    Shape::Names(&[DeclKind::Challenge, DeclKind::Opportunity]),
    Optional,
    "the challenges and opportunities that it answers",
    "competition",
);
const LAG: Key = key(
    "lag",
    "数据提供时限",
    Shape::Days,
    Optional,
    "days from a period's end until its data is complete; before that a value is provisional",
    "5 days",
);

static DESIGN: Declaration = Declaration {
    kind: DeclKind::Design,
    chinese: "设计",
    doc: "the whole: its label, who owns it, the period it is written for",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: true,
    keys: &[
        DEFINITION,
        OWNER,
        key("period", "考核期", Shape::Period, Optional, "the period that it is written for", "2026"),
        key("locale", "语言", Shape::Text, Optional, "the language of results, pictures and reports", "\"zh-CN\""),
        ROLLUP,
        NOTE,
    ],
    inside: &[],
};

static CALENDAR: Declaration = Declaration {
    kind: DeclKind::Calendar,
    chinese: "日历",
    doc: "time zone, fiscal year, weeks and holidays",
    named: false,
    titled: false,
    value: Value::None,
    top: true,
    once: true,
    keys: &[
        key(
            "timezone",
            "时区",
            Shape::Text,
            Optional,
            "the IANA time zone in which timestamps are cut into days",
            "\"Asia/Shanghai\"",
        ),
        key(
            "fiscal_year_starts",
            "财年起始月",
            Shape::Word(MONTHS),
            Optional,
            "the first month of the fiscal year",
            "April",
        ),
        key(
            "fiscal_year_named",
            "财年命名",
            Shape::Word(&["start", "end"]),
            Optional,
            "whether `FY2026` is the fiscal year that starts or that ends in 2026; required where it does not start in January",
            "end",
        ),
        key("week_starts", "每周起始日", Shape::Word(WEEKDAYS), Optional, "the first day of the week", "Monday"),
        key(
            "holidays",
            "节假日",
            Shape::Dates,
            Optional,
            "days that are not worked",
            "2026-01-01, 2026-10-01..2026-10-07",
        ),
        key(
            "workdays",
            "调休工作日",
            Shape::Dates,
            Optional,
            "days that are worked although they fall on a weekend",
            "2026-10-10",
        ),
        NOTE,
    ],
    inside: &[],
};

static UNIT: Declaration = Declaration {
    kind: DeclKind::Unit,
    chinese: "单位",
    doc: "a currency, a countable thing, a custom scale, or another name for a quantity",
    named: true,
    titled: false,
    value: Value::Required("`: money`, `: count`, `: scale`, or `= 10_000 CNY`"),
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

static CONSTANT: Declaration = Declaration {
    kind: DeclKind::Constant,
    chinese: "常量",
    doc: "a named quantity, by date where it changes",
    named: true,
    titled: false,
    value: Value::Required("its value, such as `= 13% from 2018-05-01`"),
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

static DIMENSION: Declaration = Declaration {
    kind: DeclKind::Dimension,
    chinese: "分析维度",
    doc: "a way to slice, mapped to a field in each source that has it",
    named: true,
    titled: false,
    value: Value::Required("the fields that carry it, such as `: orders.region, visits.region`"),
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

static SOURCE: Declaration = Declaration {
    kind: DeclKind::Source,
    chinese: "数据来源",
    doc: "a table of facts: where it comes from, its fields, its time, its cleaning",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[
        key(
            "origin",
            "来源类别",
            Shape::Word(&["internal", "survey", "feedback", "external"]),
            Optional,
            "where the facts come from",
            "internal",
        ),
        key(
            "from",
            "数据位置",
            Shape::Reader,
            Required,
            "the file to read, or the files of a pattern",
            "csv(\"data/orders.csv\")",
        ),
        key(
            "time",
            "时间字段",
            Shape::Field,
            Optional,
            "the field that places a row in time; without it a source may only be referred to",
            "ordered_on",
        ),
        key("key", "主键", Shape::Fields, Optional, "the field or fields that name a row", "order_id"),
        key(
            "row",
            "行的含义",
            Shape::CountUnit,
            Optional,
            "what a row is: the unit that a count of them has",
            "session",
        ),
        key("refreshed", "更新频率", Shape::Word(FREQUENCIES), Optional, "how often new data arrives", "daily"),
        key(
            "covers",
            "覆盖范围",
            Shape::DateRange,
            Optional,
            "the days that the data covers, where its rows do not show it",
            "2024-01-01..",
        ),
        key("steward", "数据负责人", Shape::Text, Optional, "who answers for the data", "\"data team\""),
        LAG,
        key("plan", "预算", Shape::Flag, Optional, "a budget: neither sets the as-of day nor is cut by it", "true"),
        NOTE,
    ],
    inside: &[],
};

static MEASURE: Declaration = Declaration {
    kind: DeclKind::Measure,
    chinese: "度量",
    doc: "a named formula without a target: a building block",
    named: true,
    titled: false,
    value: Value::Required("its formula, such as `= count(orders)`"),
    top: true,
    once: false,
    keys: &[
        DEFINITION,
        key("unit", "计量单位", Shape::Unit, Optional, "must have the formula's dimension", "CNY"),
        NOTE,
    ],
    inside: &[],
};

static PERSPECTIVE: Declaration = Declaration {
    kind: DeclKind::Perspective,
    chinese: "维度视角",
    doc: "a balanced-scorecard view; `financial`, `customer`, `process` and `learning` are there from the start",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[DEFINITION, NOTE],
    inside: &[],
};

static OBJECTIVE: Declaration = Declaration {
    kind: DeclKind::Objective,
    chinese: "目标",
    doc: "what the design is for: the fish's head",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[DEFINITION, PERSPECTIVE_KEY, OWNER, WEIGHT, ROLLUP, NOTE],
    inside: &[],
};

static PROCESS: Declaration = Declaration {
    kind: DeclKind::Process,
    chinese: "业务流程",
    doc: "what the department does",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[DEFINITION, NOTE],
    inside: &[],
};

static CHALLENGE: Declaration = Declaration {
    kind: DeclKind::Challenge,
    chinese: "挑战",
    doc: "what the department faces",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[DEFINITION, NOTE],
    inside: &[],
};

static OPPORTUNITY: Declaration = Declaration {
    kind: DeclKind::Opportunity,
    chinese: "机遇",
    doc: "what the department can make use of",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[DEFINITION, NOTE],
    inside: &[],
};

static FACTOR: Declaration = Declaration {
    kind: DeclKind::Factor,
    chinese: "关键成功因素",
    doc: "a critical success factor: a bone; factors may nest",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[
        DEFINITION,
        PERSPECTIVE_KEY,
        key(
            "objective",
            "目标",
            Shape::Name(&[DeclKind::Objective]),
            Optional,
            "the objective that it serves; sub-factors inherit it",
            "growth",
        ),
        ADDRESSES,
        OWNER,
        WEIGHT,
        ROLLUP,
        NOTE,
    ],
    inside: &[DeclKind::Factor, DeclKind::Indicator, DeclKind::Action],
};

static INDICATOR: Declaration = Declaration {
    kind: DeclKind::Indicator,
    chinese: "指标",
    doc: "a KPI: formula, unit, direction, frequency, owner, target: a rib",
    named: true,
    titled: false,
    value: Value::None,
    top: true,
    once: false,
    keys: &[
        Key {
            chinese: "指标定义",
            need: Rule("S01"),
            doc: "what it measures, in words that a stranger could compute it from",
            ..DEFINITION
        },
        key(
            "formula",
            "计算公式",
            Shape::Formula,
            Required,
            "how it is computed",
            "count(orders where late) / count(orders)",
        ),
        key(
            "unit",
            "计量单位",
            Shape::Unit,
            Required,
            "the unit of its values; must have the formula's dimension",
            "%",
        ),
        key(
            "direction",
            "指标极性",
            Shape::Word(&["higher", "lower", "range"]),
            Required,
            "which way is better, or whether a range is wanted",
            "higher",
        ),
        key("frequency", "考核周期", Shape::Word(FREQUENCIES), Required, "the reporting period", "monthly"),
        key(
            "factors",
            "关键成功因素",
            Shape::Shares,
            Rule("R03"),
            "the factors that it serves, where it stands in none or serves others too, with its weight in each",
            "loyalty 40%, quality 20%",
        ),
        key(
            "level",
            "层级",
            Shape::Word(&["strategic", "operational", "team", "individual"]),
            Rule("R10"),
            "the level of the organisation that it steers",
            "strategic",
        ),
        key(
            "kind",
            "领先/滞后",
            Shape::Word(&["leading", "lagging"]),
            Optional,
            "whether it moves before or after the result",
            "leading",
        ),
        Key { need: Rule("G01"), ..OWNER },
        key(
            "baseline",
            "基准值",
            Shape::Baseline,
            Rule("M05"),
            "where it stood, and when; or why that is not known",
            "79% in 2025-12",
        ),
        many(key(
            "target",
            "目标值",
            Shape::Target,
            Rule("T01"),
            "what is to be reached, and when; several lines give phases or slices",
            "85% by 2026-12-31",
        )),
        many(key(
            "threshold",
            "门槛值",
            Shape::Level,
            Optional,
            "the least that is acceptable: worse is off target",
            "75%",
        )),
        many(key("stretch", "挑战值", Shape::Level, Optional, "more than the target: a score of 120", "90%")),
        many(key("worst", "底线值", Shape::Level, Optional, "the value with a score of 0", "50%")),
        key(
            "basis",
            "设定依据",
            Shape::Word(&["history", "benchmark", "budget", "regulation", "capability"]),
            Optional,
            "where the target comes from",
            "history",
        ),
        Key { doc: "its weight in the score of its factor", ..WEIGHT },
        key(
            "score",
            "评分标准",
            Shape::Score,
            Optional,
            "scores of its own for values, or `steps` between them",
            "60% is 0, 80% is 60, 90% is 100",
        ),
        key(
            "veto",
            "一票否决",
            Shape::Flag,
            Optional,
            "off target, it makes its factor off target with score 0",
            "true",
        ),
        key(
            "review",
            "回顾周期",
            Shape::Review,
            Rule("T04"),
            "how often it is looked at, and by whom",
            "monthly by \"quality board\"",
        ),
        LAG,
        key(
            "min_n",
            "最小样本",
            Shape::Whole,
            Optional,
            "the fewest rows behind a value (of its smallest denominator, else of its smallest aggregate); below it there is no value",
            "30",
        ),
        key(
            "drives",
            "影响",
            Shape::Names(&[DeclKind::Indicator]),
            Optional,
            "the indicators that it is believed to move",
            "retention",
        ),
        key(
            "counter_metric",
            "制衡指标",
            Shape::Names(&[DeclKind::Indicator]),
            Optional,
            "the indicators that keep it honest",
            "csat",
        ),
        key(
            "process",
            "业务流程",
            Shape::Names(&[DeclKind::Process]),
            Optional,
            "the process that it measures",
            "delivery",
        ),
        ADDRESSES,
        key(
            "anchors",
            "评分等级",
            Shape::Anchors,
            Optional,
            "words for the levels of a judged indicator",
            "1 point \"poor\", 5 point \"excellent\"",
        ),
        key(
            "stage",
            "状态",
            Shape::Word(&["draft", "active", "retired"]),
            Optional,
            "where it is in its life",
            "active",
        ),
        key("since", "启用日期", Shape::Date, Optional, "the first day that it holds", "2026-01-01"),
        key("until", "停用日期", Shape::Date, Optional, "the last day that it holds", "2026-12-31"),
        key("replaces", "替代", Shape::FormerNames, Optional, "the indicators that it takes the place of", "old_csat"),
        NOTE,
        key(
            "source_note",
            "数据说明",
            Shape::Text,
            Optional,
            "what is to be known of its data",
            "\"answers come in late\"",
        ),
        key("tags", "标签", Shape::Texts, Optional, "words to find it by", "\"quality\", \"2026\""),
    ],
    inside: &[DeclKind::Action],
};

static ACTION: Declaration = Declaration {
    kind: DeclKind::Action,
    chinese: "行动",
    doc: "what is planned when a status is so",
    named: false,
    titled: true,
    value: Value::None,
    top: false,
    once: false,
    keys: &[
        Key { doc: "who does it", ..OWNER },
        key("within", "时限", Shape::Days, Optional, "days from the verdict until it is done", "14 days"),
        key("due", "截止日期", Shape::Date, Optional, "the day by which it is done", "2026-09-30"),
        key("done", "已完成", Shape::Flag, Optional, "it is done", "true"),
        NOTE,
    ],
    inside: &[],
};

static TEST: Declaration = Declaration {
    kind: DeclKind::Test,
    chinese: "测试",
    doc: "given these rows, expect these values",
    named: false,
    titled: true,
    value: Value::None,
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

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
