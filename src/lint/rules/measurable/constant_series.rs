//! a value that never changes
//!
//! Twelve periods and one value: either nothing is measured (a default, a copy of last month), or the indicator is a
//! constant and tells nothing. A value that lies at the end of what it can have, such as no accident, is left alone
//! where that end is the best.
//!
//! Sources: D. J. Wheeler, *Understanding Variation*, 2nd ed. 2000; DAMA-DMBOK, 2nd ed. 2017.
//!
//! ## 中文
//!
//! 从不变化的值
//!
//! 十二期都是同一个值：要么没有真正测量（默认值、抄上月），要么指标是常数，说明不了什么。处在可能取值的最好一端的（如零事故）不报。

use crate::lint::Needs;
use crate::lint::Observation;
use crate::lint::levels::sign;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("M22", "constant-series"),
    severity: Severity::Info,
    needs: Needs::Data,
    source: include_str!("constant_series.rs"),
    check,
    ..Rule::STATIC
};

const PERIODS: usize = 12;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for (id, indicator, node) in context.sound() {
        let history = facts.history(id, PERIODS);
        let values = Observation::values(&history);
        let (Some(first), n) = (values.first().copied(), values.len()) else {
            findings.not_judged(Some(id), say!("too little history: 0 periods", "历史太短：0 期"));
            continue;
        };
        if n < PERIODS {
            findings.not_judged(Some(id), say!("too little history: {n} periods", "历史太短：{n} 期"));
            continue;
        }
        let possible = context.analysis.range(id);
        let best = match sign(indicator.direction) {
            Some(sign) if sign > 0.0 => possible.high,
            Some(_) => possible.low,
            None => f64::NAN,
        };
        let same = values.iter().all(|v| (v - first).abs() <= 1e-12 * first.abs());
        let at_best = best.is_finite() && (first - best).abs() <= 1e-9 * best.abs();
        if !same || at_best {
            continue;
        }
        let (name, value) = (indicator.naming.title(), context.shown(first, &indicator.unit));
        findings.push(
            Finding::at(node.place(), say!("`{name}` has not changed in {n} periods", "“{name}” {n} 期没有变化"))
                .saying(say!("always {value}", "一直是 {value}"))
                .help(say!("look whether anything is measured", "看看是否真的在测量"))
                .of(id),
        );
    }
}
