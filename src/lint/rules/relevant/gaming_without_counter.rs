//! an indicator that is easily bettered by making something else worse
//!
//! What is measured is done, and what is not is left: costs fall with quality, handling times with solutions, pass rates
//! with standards, counts with value. The rule knows these patterns: an amount of money or a duration with `direction:
//! lower`, a count with `direction: higher`, a pass or approval rate, a share over a survey, a utilisation. Such an
//! indicator names with `counter_metric:` the one that would show the trick.
//!
//! An indicator of money or time that is averaged per case counts as well; a result that only adds up others (a margin, a
//! sum of indicators) does not, nor does money with `direction: higher`. An indicator that is another's counter metric
//! still needs one of its own; the two may name each other. Where a formula could not be read the name decides (成本, 周期,
//! cost, time …).
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator sales "Orders taken" { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator sales "Orders taken" { formula: count(orders), unit: 1, direction: higher, frequency: monthly, counter_metric: late }
//! indicator late "Late orders" { formula: count(orders where late) / count(orders), unit: %, direction: lower, frequency: monthly }
//! ```
//!
//!
//! The proposed fix names an indicator of the same factor that is a share or a rating, else one of another factor.
//!
//! Sources: M. Strathern, "Improving ratings", *European Review* 5 (3), 1997 (Goodhart's law); R. D. Austin, *Measuring and
//! Managing Performance in Organizations*, 1996; A. Grove, *High Output Management*, 1983 (paired indicators).
//!
//! ## 中文
//!
//! 容易靠牺牲别处来改善的指标
//!
//! 考核什么就做什么：成本降了质量也降，时长短了问题没解决，通过率高了标准低了，数量多了价值少了。金额或时长越低越好、数量越
//! 高越好、通过率、问卷占比、利用率，都应以 `counter_metric:` 写明能看出弄虚作假的制衡指标。两个指标可以互为制衡。公式
//! 读不出来的按名称判断（成本、费用、周期、时长）。

use crate::design::{Child, Direction, Indicator, IndicatorId};
use crate::lint::rules::prelude::*;
use crate::lint::shape;

pub const RULE: Rule = Rule {
    code: Code::new("R15", "gaming-without-counter"),
    fix: FixKind::Proposed,
    source: include_str!("gaming_without_counter.rs"),
    check,
    ..Rule::STATIC
};

/// Patterns by name: passing, being used.
const PASS: [&str; 14] = [
    "pass rate",
    "passed",
    "approval rate",
    "first pass",
    "acceptance rate",
    "success rate",
    "completion rate",
    "closure rate",
    "通过率",
    "合格率",
    "及格率",
    "完成率",
    "办结率",
    "结案率",
];
const USE: [&str; 12] = [
    "utilisation",
    "utilization",
    "occupancy",
    "capacity used",
    "load factor",
    "利用率",
    "占用率",
    "使用率",
    "稼动率",
    "饱和度",
    "入住率",
    "开工率",
];
const COST: [&str; 7] = ["cost", "expense", "spend", "成本", "费用", "支出", "开支"];
const TIME: [&str; 10] = ["time", "duration", "lead time", "cycle", "周期", "时长", "耗时", "时间", "工期", "天数"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators() {
        if !context.lacks(node, "counter_metric") {
            continue;
        }
        let Some((en, zh)) = invites(context, id, indicator) else { continue };
        let name = indicator.naming.title();
        let finding = Finding::at(
            node.place(),
            say!("`{name}` invites gaming, and nothing would show it", "“{name}”容易弄虚作假，而没有制衡指标"),
        )
        .saying(say!("{en}", "{zh}"))
        .help(say!(
            "name the indicator that would suffer: `counter_metric: …`",
            "写明会因此变差的指标：`counter_metric: …`"
        ))
        .of(id);
        let fix = counter(context, id).and_then(|other| {
            let line = format!("counter_metric: {}", context.slice(other.naming.span));
            let edit = context.insert(node, &["drives", "stretch", "threshold", "target", "owner"], &line)?;
            let label = other.naming.title();
            Some((say!("name `{label}`", "写上“{label}”"), edit))
        });
        findings.push(match fix {
            Some((title, edit)) => finding.fix(title, vec![edit]),
            None => finding,
        });
    }
}

fn invites<'a>(
    context: &Context<'a>,
    id: IndicatorId,
    indicator: &'a Indicator,
) -> Option<(&'static str, &'static str)> {
    let title = indicator.naming.title();
    let lower = indicator.direction == Direction::Lower;
    let higher = indicator.direction == Direction::Higher;
    let cost = ("a lower cost is easily had at the price of quality", "成本容易以质量为代价降低");
    let time = ("a shorter time is easily had by doing less", "时长容易靠少做来缩短");
    if !context.is_sound(id) {
        return match () {
            () if shape::names(title, &COST) => Some(cost),
            () if shape::names(title, &TIME) => Some(time),
            () => None,
        };
    }
    let formula = &indicator.formula;
    let quantity = &indicator.unit.quantity;
    match () {
        () if lower && shape::has_money(quantity) => Some(cost),
        () if lower && shape::has_time(quantity) => Some(time),
        () if higher && shape::names(title, &PASS) => Some(("more pass where less is asked", "降低要求就能提高")),
        () if higher && shape::names(title, &USE) => {
            Some(("use is easily had by doing what nobody needs", "做无人需要的事也能提高"))
        }
        () if higher && context.is_count(formula) && shape::counts_things(&indicator.unit) => {
            Some(("more is easily had by making each count for less", "降低每一件的价值就能增加数量"))
        }
        () if context.reads_survey(formula) && indicator.unit.is_percent() && context.quotient(formula).is_some() => {
            Some(("answers are easily bettered by whom one asks", "挑选问谁就能改善"))
        }
        () => None,
    }
}

/// Whether an indicator can show that another was bettered at its cost: no money, no time, no total.
fn shows(indicator: &Indicator) -> bool {
    !shape::has_money(&indicator.unit.quantity) && !shape::has_time(&indicator.unit.quantity) && !indicator.additive
}

/// An indicator that would show it, of the same factor before others.
fn counter<'a>(context: &Context<'a>, of: IndicatorId) -> Option<&'a Indicator> {
    let fits = |id: IndicatorId| context.is_sound(id) && id != of && context.indicator(id).is_some_and(shows);
    let siblings = context.homes(of).iter().filter_map(|home| context.design.factors.get(home.index()));
    let near = siblings.flat_map(|factor| &factor.children).find_map(|child| match child {
        Child::Indicator(id, _) => fits(*id).then_some(*id),
        Child::Factor(_) => None,
    });
    near.or_else(|| context.sound().map(|(id, _, _)| id).find(|id| fits(*id))).and_then(|id| context.indicator(id))
}
