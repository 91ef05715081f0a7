//! An evaluation in one line.

use super::view::{Board, Key, keys};
use super::{Shown, format};
use crate::render::text::visible;
use crate::render::words;

/// `2026-Q2: 7 on target, 5 at risk, 3 off target, 0 no data; score 84.0 / 100` of the last period and the whole.
pub fn line(shown: &Shown<'_>) -> String {
    let (periods, slices) = keys(shown);
    let Some(period) = periods.last() else {
        return shown.lang.pick("no period has ended by the data", "没有已结束的考核期").to_string();
    };
    let board = Board::new(shown, vec![Key { period, slice: slices.first().copied().unwrap_or_default() }]);
    let counts = board.counts(0).into_iter();
    let counts: Vec<String> = counts.map(|(s, count)| format!("{count} {}", words::status(s, shown.lang))).collect();
    let score = board.total.first().copied().flatten().map(|row| match row.score {
        Some(score) => format!("{} {} / 100", shown.lang.pick("score", "得分"), format::score(score)),
        None => shown.lang.pick("no score", "无得分").to_string(),
    });
    let score = score.map(|s| format!("{}{s}", shown.lang.pick("; ", "；"))).unwrap_or_default();
    format!("{}{}{}{score}", visible(period), shown.lang.colon(), counts.join(shown.lang.comma()))
}
