//! The tables: every declaration and its keys.

use super::Need::{Optional, Required, Rule};
use super::{Declaration, FREQUENCIES, Key, MONTHS, Need, ROLLUPS, Shape, Value, WEEKDAYS};
use crate::syntax::ast::DeclKind;

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

pub(super) static DESIGN: Declaration = Declaration {
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

pub(super) static CALENDAR: Declaration = Declaration {
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

pub(super) static UNIT: Declaration = Declaration {
    kind: DeclKind::Unit,
    chinese: "单位",
    doc: "a currency, a countable thing, a custom scale, or another name for a quantity",
    named: true,
    titled: false,
    value: Value::Required(
        "`: money`, `: count`, `: scale`, or `= 10_000 CNY`",
        "`: money`、`: count`、`: scale` 或 `= 10_000 CNY`",
    ),
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

pub(super) static CONSTANT: Declaration = Declaration {
    kind: DeclKind::Constant,
    chinese: "常量",
    doc: "a named quantity, by date where it changes",
    named: true,
    titled: false,
    value: Value::Required("its value, such as `= 13% from 2018-05-01`", "它的值，例如 `= 13% from 2018-05-01`"),
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

pub(super) static DIMENSION: Declaration = Declaration {
    kind: DeclKind::Dimension,
    chinese: "分析维度",
    doc: "a way to slice, mapped to a field in each source that has it",
    named: true,
    titled: false,
    value: Value::Required(
        "the fields that carry it, such as `: orders.region, visits.region`",
        "带有它的字段，例如 `: orders.region, visits.region`",
    ),
    top: true,
    once: false,
    keys: &[NOTE],
    inside: &[],
};

pub(super) static SOURCE: Declaration = Declaration {
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

pub(super) static MEASURE: Declaration = Declaration {
    kind: DeclKind::Measure,
    chinese: "度量",
    doc: "a named formula without a target: a building block",
    named: true,
    titled: false,
    value: Value::Required("its formula, such as `= count(orders)`", "它的公式，例如 `= count(orders)`"),
    top: true,
    once: false,
    keys: &[
        DEFINITION,
        key("unit", "计量单位", Shape::Unit, Optional, "must have the formula's dimension", "CNY"),
        NOTE,
    ],
    inside: &[],
};

pub(super) static PERSPECTIVE: Declaration = Declaration {
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

pub(super) static OBJECTIVE: Declaration = Declaration {
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

pub(super) static PROCESS: Declaration = Declaration {
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

pub(super) static CHALLENGE: Declaration = Declaration {
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

pub(super) static OPPORTUNITY: Declaration = Declaration {
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

pub(super) static FACTOR: Declaration = Declaration {
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

pub(super) static INDICATOR: Declaration = Declaration {
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

pub(super) static ACTION: Declaration = Declaration {
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

pub(super) static TEST: Declaration = Declaration {
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
