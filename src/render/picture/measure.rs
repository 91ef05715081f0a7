//! How wide a text is without asking a font: the widest advance among common fallback fonts, so that a text is hardly
//! ever wider than is said here, and the same on every machine. Widths are in the unit of the font size.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthChar;

use crate::render::text::{self, visible};

/// A font as far as widths go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Font {
    pub size: f64,
    pub bold: bool,
}

impl Font {
    pub const fn regular(size: f64) -> Font {
        Font { size, bold: false }
    }

    pub const fn bold(size: f64) -> Font {
        Font { size, bold: true }
    }
}

/// Advances of U+0020 to U+007E in thousandths of an em.
#[rustfmt::skip]
const REGULAR: [u16; 95] = [
    318, 401, 474, 838, 636, 950, 780, 278, 390, 390, 500, 838, 318, 361, 318, 392, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 636, 337, 337, 838, 838, 838, 556, 1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 535, 667,
    557, 863, 748, 787, 667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 392, 390, 838, 559, 606, 613,
    635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 284, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818,
    592, 592, 525, 636, 337, 636, 838,
];
#[rustfmt::skip]
const BOLD: [u16; 95] = [
    348, 456, 574, 838, 696, 1002, 872, 325, 457, 457, 523, 838, 380, 415, 380, 387, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 696, 400, 400, 838, 838, 838, 611, 1007, 774, 762, 734, 830, 683, 683, 821, 837, 372, 568, 775,
    637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 387, 457, 838, 567, 626, 675,
    716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924,
    645, 652, 582, 712, 365, 712, 838,
];

/// Emoji, which fonts draw wider than an em.
const EMOJI: u16 = 1400;
/// What no table knows: at least as wide as the widest letter that is likely.
const UNKNOWN: u16 = 1500;

fn advance(c: char, bold: bool) -> u16 {
    let ascii = |c: char| (c as usize).checked_sub(0x20).and_then(|i| if bold { BOLD.get(i) } else { REGULAR.get(i) });
    if let Some(advance) = ascii(c) {
        return *advance;
    }
    match (c, bold) {
        ('°', _) => return 500,
        ('–', _) => return 556,
        ('›', false) => return 400,
        ('›', true) => return 412,
        ('€' | '£' | '¥', false) => return 636,
        ('€' | '£' | '¥', true) => return 696,
        ('✓' | '✕', _) => return 838,
        ('·' | '×' | '÷' | '±' | '—' | '…' | '≤' | '≥' | '‘' | '’' | '“' | '”', _) => return 1000,
        ('→' | '↑' | '↓' | '↗' | '↘' | '●' | '▲' | '◆' | '○', _) => return 1000,
        // A phrase in one letter, and scripts whose signs are several ems wide.
        ('\u{fdfd}', _) => return 12_000,
        ('\u{12000}'..='\u{1254f}' | '\u{a980}'..='\u{a9df}' | '\u{fdf0}'..='\u{fdfc}', _) => return 4_000,
        _ => {}
    }
    match c.width() {
        Some(0) => 0,
        Some(2) if matches!(c, '\u{2300}'..='\u{2bff}' | '\u{1f000}'..='\u{1ffff}') => EMOJI,
        Some(2) => 1000,
        _ => accented(c).and_then(ascii).copied().unwrap_or(UNKNOWN),
    }
}

/// The letter below the accents.
fn accented(c: char) -> Option<char> {
    let mut parts = std::iter::once(c).nfd();
    parts.next().filter(|base| *base != c)
}

/// How wide a text is at most. It must be [`visible`] already.
pub fn width(text: &str, font: Font) -> f64 {
    let thousandths: u64 = text.chars().map(|c| u64::from(advance(c, font.bold))).sum();
    thousandths as f64 * font.size / 1000.0
}

/// A text as it is shown: control characters made visible, and cut with `…` where it is wider than there is room.
pub fn cut(text: &str, font: Font, room: f64) -> Cow<'_, str> {
    cut_by(text, room, |part| width(part, font))
}

/// As [`cut`], to so many cells of a terminal: what a reader takes for long, whatever the letters' widths.
pub fn cut_cells(text: &str, cells: usize) -> Cow<'_, str> {
    cut_by(text, cells as f64, |part| text::width(part) as f64)
}

fn cut_by(text: &str, room: f64, width: impl Fn(&str) -> f64) -> Cow<'_, str> {
    let shown = visible(text);
    if width(&shown) <= room {
        return shown;
    }
    let room = room - width("…");
    let mut end = 0;
    let mut used = 0.0;
    for cluster in clusters(&shown) {
        used += width(cluster);
        if used > room {
            break;
        }
        end += cluster.len();
    }
    let kept = shown.get(..end).unwrap_or_default().trim_end();
    Cow::Owned(format!("{kept}…"))
}

/// A text on at most so many lines; what does not fit ends in `…`.
pub fn lines(text: &str, font: Font, room: f64, most: usize) -> Vec<String> {
    let shown = visible(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut rest = shown.as_ref();
    for piece in text::pieces(&shown) {
        let longer = width(&line, font) + width(piece.trim_end(), font);
        if longer > room && !line.is_empty() {
            if lines.len() + 1 == most {
                break;
            }
            lines.push(std::mem::take(&mut line).trim_end().to_string());
        }
        line.push_str(piece);
        rest = rest.get(piece.len()..).unwrap_or_default();
    }
    lines.push(cut(&(line + rest), font, room).trim_end().to_string());
    for line in &mut lines {
        if width(line, font) > room {
            *line = cut(line, font, room).into_owned();
        }
    }
    lines
}

/// What must not be torn: a character with its marks, modifiers and joiners; a flag's two letters.
fn clusters(text: &str) -> Vec<&str> {
    let mut clusters = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    let mut flag = false;
    for (at, c) in text.char_indices() {
        let regional = matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
        let second = regional && flag;
        let joins =
            second || c.width() == Some(0) || matches!(c, '\u{1f3fb}'..='\u{1f3ff}') || before == Some('\u{200d}');
        flag = regional && !second;
        if at > start && !joins {
            clusters.extend(text.get(start..at));
            start = at;
        }
        before = Some(c);
    }
    clusters.extend(text.get(start..).filter(|c| !c.is_empty()));
    clusters
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const F: Font = Font::regular(10.0);

    #[test]
    fn widths_by_script() {
        assert_eq!(width("客户", F), 20.0);
        assert_eq!(width("e\u{301}", F), width("e", F));
        assert_eq!(width("é", F), width("e", F));
        assert_eq!(width("ab", Font::bold(10.0)), 6.75 + 7.16);
        assert!(width("👍", F) > 10.0 && width("ش", F) > 10.0 && width("Ж", F) > 10.0);
        assert_eq!(width("", F), 0.0);
        for c in ' '..='~' {
            assert!(advance(c, true) >= 278 && advance(c, false) >= 278, "{c}");
        }
    }

    #[test]
    fn cutting_tears_no_cluster() {
        assert_eq!(cut("客户满意度", F, 50.0), "客户满意度");
        assert_eq!(cut("客户满意度", F, 49.0), "客户满…");
        assert_eq!(cut("ae\u{301}e\u{301}e\u{301}", F, 23.0), "ae\u{301}…");
        assert_eq!(cut("🇨🇳🇨🇳🇨🇳", F, 66.0), "🇨🇳…");
        assert_eq!(cut("👍🏽👍🏽👍🏽", F, 60.0), "👍🏽…");
        assert_eq!(cut("a\u{202e}b", F, 100.0), "a\\u{202e}b");
        assert_eq!(cut("anything", F, 0.0), "…");
        assert_eq!(cut_cells("客户满意度", 9), "客户满意…");
        assert_eq!(cut_cells("satisfaction", 9), "satisfac…");
        for room in 0..200 {
            let shown = cut("客户 satisfaction 👍🏽 \u{1b}[31m", F, f64::from(room));
            assert!(width(&shown, F) <= f64::from(room).max(10.0));
        }
    }

    #[test]
    fn lines_break_at_words_and_end_in_an_ellipsis() {
        assert_eq!(lines("Customers trust the support desk", F, 100.0, 3), ["Customers trust", "the support desk"]);
        assert_eq!(lines("以优质培训赢得客户,带动业务增长", F, 90.0, 2), ["以优质培训赢得客", "户,带动业务增长"]);
        assert_eq!(lines("Customers trust the support desk", F, 60.0, 2), ["Customers", "trust the…"]);
        assert_eq!(lines("Donaudampfschifffahrt", F, 60.0, 2), ["Donauda…"]);
        assert_eq!(lines("", F, 60.0, 2), [""]);
    }
}
