//! Values of periods as a line of Braille: two periods a cell, four heights, the lowest value one dot high. A period without
//! a value stays empty.

use std::collections::HashMap;

use crate::render::results::Shown;
use crate::render::results::view::SliceKey;
use crate::results::{Row, SubjectId};

/// The dots of a column of a cell, from the bottom: left, right.
const LEFT: [u32; 4] = [0x40, 0x04, 0x02, 0x01];
const RIGHT: [u32; 4] = [0x80, 0x20, 0x10, 0x08];

/// The values of one slice by subject, those of the history and then those asked for, each in order of time.
pub fn trends(shown: &Shown<'_>, slice: SliceKey<'_>) -> HashMap<SubjectId, Vec<Option<f64>>> {
    let mut trends: HashMap<SubjectId, Vec<Option<f64>>> = HashMap::new();
    let value = |row: &Row| row.value.as_ref().map(|v| v.to_f64());
    for row in shown.results.history.iter().chain(&shown.results.rows).filter(|row| row.slice == slice) {
        trends.entry(row.subject).or_default().push(value(row));
    }
    // One value is no trend.
    trends.retain(|_, values| values.len() > 1 && values.iter().flatten().count() > 1);
    trends
}

/// The last period stands in the last half of the last cell.
pub fn sparkline(values: &[Option<f64>]) -> String {
    let known = || values.iter().flatten().copied().filter(|v| v.is_finite());
    let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    // Halves, since the span of two huge numbers may not be one.
    let span = high / 2.0 - low / 2.0;
    let height = |value: &Option<f64>| match value {
        Some(v) if v.is_finite() && span > 0.0 => 1 + (((v / 2.0 - low / 2.0) / span) * 3.0).round() as usize,
        // Nothing changes: half way up.
        Some(v) if v.is_finite() => 2,
        _ => 0,
    };
    let mut heights: Vec<usize> = values.iter().map(height).collect();
    if heights.len() % 2 == 1 {
        heights.insert(0, 0);
    }
    let dots = |of: [u32; 4], height: &usize| of.iter().take(*height).sum::<u32>();
    heights
        .chunks(2)
        .map(|pair| match pair {
            [0, 0] => ' ',
            [left, right] => char::from_u32(0x2800 + dots(LEFT, left) + dots(RIGHT, right)).unwrap_or(' '),
            _ => ' ',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::sparkline;

    fn line(values: &[f64]) -> String {
        // Missing values are written as one that cannot be.
        sparkline(&values.iter().map(|v| (*v >= 0.0).then_some(*v)).collect::<Vec<_>>())
    }

    #[test]
    fn heights_follow_values() {
        assert_eq!(line(&[0.0, 1.0, 2.0, 3.0]), "⣠⣾");
        assert_eq!(line(&[0.0, 0.0, 3.0, 3.0]), "⣀⣿");
        assert_eq!(line(&[70.0, 72.0, 71.0]), "⢀⣷", "an odd number leaves the first half empty");
        assert_eq!(line(&[5.0, 5.0]), "⣤", "what does not change is neither low nor high");
        assert_eq!(line(&[-1.0, -1.0, -1.0, 4.0, 8.0, 6.0]), " ⢀⣷", "before the data there is nothing");
        assert_eq!(line(&[]), "");
    }

    #[test]
    fn numbers_that_are_none_draw_nothing() {
        assert_eq!(sparkline(&[Some(f64::NAN), Some(f64::INFINITY), Some(f64::MAX), Some(f64::MIN)]), " ⣇");
    }
}
