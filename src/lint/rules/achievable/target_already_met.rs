//! a target that is met all the time
//!
//! Met in nine of the last ten periods or more, a target asks for nothing. It may be a standard to hold, and then its
//! `threshold` is what matters; or it was set before the last improvement. At least six verdicts in the last twelve
//! periods are needed.
//!
//! Sources: E. A. Locke and G. P. Latham, "Building a practically useful theory of goal setting", *American
//! Psychologist* 57 (9), 2002 (specific, difficult goals).
//!
//! ## 中文
//!
//! 一直都达到的目标
//!
//! 最近各期有九成以上达标，目标就没有要求什么。它或者是要保持的标准，那要紧的是 `threshold`；或者是上次改进之前定的。
//! 最近十二期里至少要有六次评判。

use crate::lint::Needs;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("A05", "target-already-met"),
    needs: Needs::Data,
    source: include_str!("target_already_met.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 12;
const FEWEST: usize = 6;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, _) in context.sound() {
        let Some(target) = context.last_target(indicator) else { continue };
        let verdicts: Vec<bool> = facts.history(id, PERIODS).iter().filter_map(|o| o.met()).collect();
        let (n, met) = (verdicts.len(), verdicts.iter().filter(|met| **met).count());
        if n < FEWEST {
            findings.not_judged(Some(id), say!("too few verdicts: {n}", "评判太少：{n} 次"));
            continue;
        }
        if met * 10 < n * 9 {
            continue;
        }
        let name = indicator.naming.title();
        findings.push(
            Finding::at(target.span, say!("the target of `{name}` is met already", "“{name}”的目标早已达到"))
                .saying(say!("met in {met} of the last {n} periods", "最近 {n} 期里 {met} 期达标"))
                .help(say!(
                    "set a target that asks for more, or say that it is a standard: `allow A05: \"…\"`",
                    "定一个更高的目标，或说明它是要保持的标准：`allow A05: \"…\"`"
                ))
                .of(id),
        );
    }
}
