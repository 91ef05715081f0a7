//! data that is older than it should be
//!
//! A source that is `refreshed: daily` has yesterday's rows today. The rule holds the newest day of each source against
//! the as-of day: older than one refresh and `lag` allow, every value on it is one of the past. Of daily sources four
//! days more are allowed: weekends, holidays and quiet days have no rows. The as-of day is the latest of all sources, or
//! what `--as-of` says; so the source that lags behind the others is found without a clock.
//!
//! Sources: DAMA-DMBOK, 2nd ed. 2017 (currency, timeliness).
//!
//! ## 中文
//!
//! 数据过期
//!
//! `refreshed: daily` 的来源，今天应有昨天的行。把每个来源最新的一天与截止日相比：比一次更新加 `lag` 还旧，
//! 在它上面的值就都是过去的。每日更新的来源再宽限四天：周末、节假日和平静的日子没有行。截止日是各来源最新的一天，或由 `--as-of` 给出；
//! 所以不看时钟也能发现落后的来源。

use crate::design::SourceId;
use crate::lint::Needs;
use crate::lint::rules::prelude::*;
use crate::value::Frequency;
use crate::value::calendar::days_between;

pub const RULE: Rule = Rule {
    code: Code::new("D06", "stale-source"),
    severity: Severity::Error,
    needs: Needs::Data,
    source: include_str!("stale_source.rs"),
    check,
    ..Rule::STATIC
};

/// Days without rows that a daily source may have.
const QUIET: i64 = 4;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    let calendar = &context.design.calendar;
    for (at, source) in context.design.sources.iter().enumerate() {
        let (Some(report), Some(refreshed)) = (facts.source(SourceId(at as u32)), source.refreshed) else { continue };
        let ended = source.covers.is_some_and(|c| c.end.is_some());
        let Some(newest) = report.last.filter(|_| !source.plan && !ended) else { continue };
        // One that is refreshed monthly has its whole month with any row of it; the next is due when the next has ended.
        let grain = calendar.grain_of(refreshed);
        let own = calendar.period_of(grain, newest);
        let due = calendar.next(own).window(calendar).last();
        let late = days_between(due, facts.as_of()) - source.lag.unwrap_or(0);
        let quiet = if refreshed == Frequency::Daily { QUIET } else { 0 };
        if late <= quiet {
            continue;
        }
        let (title, day, word) = (source.naming.title(), facts.as_of(), refreshed.word());
        let finding = Finding::at(
            source.naming.span,
            say!("the data of `{title}` is {late} days older than it should be", "“{title}”的数据过期 {late} 天"),
        )
        .saying(say!("its newest row is of {newest}, as of {day}", "最新一行是 {newest}，截止 {day}"));
        findings.push(finding.help(say!(
            "it is `refreshed: {word}`: load it anew, or say how long it takes with `lag`",
            "它是 `refreshed: {word}`：重新加载，或用 `lag` 写明要多久"
        )));
    }
}
