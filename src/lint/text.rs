//! What rules ask of the words of a design: lengths, clauses, words, in English and Chinese.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

/// Written without spaces between words: Chinese, Japanese, Korean.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{33FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

/// Whether a text is written in such a script: half of its letters or more.
pub fn is_cjk_text(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let cjk = text.chars().filter(|c| is_cjk(*c)).count();
    cjk > 0 && cjk * 2 >= letters
}

/// Characters without white space.
pub fn length(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// How many characters are enough for a text: fewer where one of them is a word.
pub fn enough(of: &str, otherwise: usize, cjk: usize) -> usize {
    if is_cjk_text(of) { cjk } else { otherwise }
}

/// A text in lower case without anything but letters and digits, for comparison.
pub fn words_alone(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A text cut at separating words: English ones where they stand alone, Chinese ones anywhere. Empty parts are left out.
pub fn split_words<'a>(text: &'a str, english: &[&str], chinese: &[&str]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or("");
        let stands_alone = |word: &&&str| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let head = rest.get(..word.len());
            let behind = rest.get(word.len()..).and_then(|t| t.chars().next());
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_whitespace());
            head.is_some_and(|h| h.eq_ignore_ascii_case(word)) && edge(before) && edge(behind)
        };
        let found = chinese
            .iter()
            .filter(|word| rest.starts_with(**word))
            .max_by_key(|word| word.len())
            .or_else(|| english.iter().find(stands_alone));
        match found {
            Some(word) => {
                parts.push(text.get(start..at).unwrap_or("").trim());
                at += word.len();
                start = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push(text.get(start..).unwrap_or("").trim());
    parts.retain(|part| !part.is_empty());
    parts
}

// ---- clauses ----------------------------------------------------------------------------------------------------------

/// Marks that end a clause; what stands in parentheses belongs to the clause around them. A point or a comma between digits is part of a number.
fn ends_clause(text: &str, at: usize, c: char) -> bool {
    match c {
        ';' | '!' | '?' | '\n' | '。' | '…' | '\u{ff0c}' | '\u{ff1b}' | '\u{ff1a}' | '\u{ff01}' | '\u{ff1f}' => true,
        ',' | '.' | ':' => {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let behind = text.get(at + c.len_utf8()..).and_then(|t| t.chars().next());
            !(digit(before) && digit(behind))
        }
        _ => false,
    }
}

/// The clause that holds a part of a text.
pub fn clause_around<'t>(text: &'t str, part: &Range<usize>) -> &'t str {
    let head = text.get(..part.start).unwrap_or("");
    let start = head.char_indices().rfind(|(at, c)| ends_clause(text, *at, *c)).map_or(0, |(at, c)| at + c.len_utf8());
    let tail = text.get(part.end..).unwrap_or("");
    let end = tail
        .char_indices()
        .find(|(at, c)| ends_clause(text, part.end + at, *c))
        .map_or(text.len(), |(at, _)| part.end + at);
    text.get(start..end).unwrap_or(text)
}

fn pattern(cell: &'static OnceLock<Option<Regex>>, text: &str) -> Option<&'static Regex> {
    cell.get_or_init(|| Regex::new(text).ok()).as_ref()
}

/// Whether a clause says it in numbers, or against something that is known.
pub fn is_definite(clause: &str) -> bool {
    static DEFINITE: OnceLock<Option<Regex>> = OnceLock::new();
    const WORDS: &str = r"(?i)[0-9\x{FF10}-\x{FF19}]|[一二两三四五六七八九十百千半]+(?:个|天|日|周|月|季|年|小时|分钟|次|人|元|成|倍)|同比|环比|上年|去年|上期|上月|上季|上周|同期|基期|基准|目标值|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|twice|than|compared|versus|baseline|previous|last (?:year|quarter|month|week))\b";
    pattern(&DEFINITE, WORDS).is_some_and(|p| p.is_match(clause))
}

/// Whether a definition says of whom or of what.
pub fn names_population(definition: &str) -> bool {
    static POPULATION: OnceLock<Option<Regex>> = OnceLock::new();
    const WORDS: &str = r"(?i)\b(?:of (?:all|the|those|every|each|our)|out of|per|for each|divided by|among|share of|percentage of|proportion of|number of|from .+ to|between .+ and|who|whose|that (?:had|were|was|have|has))\b|占|除以|其中|中[,\x{FF0C}、]?.*(?:比例|占比|人数|数量)|的比例|每[一个人次件单千百万]|/|从.+到|人均|平均";
    pattern(&POPULATION, WORDS).is_some_and(|p| p.is_match(definition))
}

/// Whether a definition says over which time.
pub fn names_period(definition: &str) -> bool {
    static PERIOD: OnceLock<Option<Regex>> = OnceLock::new();
    const WORDS: &str = r"(?i)\b(?:days?|weeks?|months?|quarters?|years?|periods?|monthly|quarterly|yearly|annual|daily|weekly|hours?|previous|rolling)\b|本期|上期|期内|期初|期末|[本上每当去今]?[年季月周日](?:度|内|末|初|底)|上一|近[一二三六十0-9]+|天|小时|[0-9]+ ?(?:日|月|年)";
    pattern(&PERIOD, WORDS).is_some_and(|p| p.is_match(definition))
}

// ---- limits -----------------------------------------------------------------------------------------------------------

/// How a value is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    AtLeast,
    Above,
    AtMost,
    Below,
}

impl Sense {
    pub const fn is_up(self) -> bool {
        matches!(self, Sense::AtLeast | Sense::Above)
    }

    /// The same without the limit itself.
    #[must_use]
    pub const fn without_limit(self) -> Sense {
        if self.is_up() { Sense::Above } else { Sense::Below }
    }
}

/// A comparison with a number in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub sense: Sense,
    /// The word leaves open whether the limit itself counts (以上).
    pub loose: bool,
    /// What the number may be in base units: as written, and in the unit behind it.
    pub values: Vec<f64>,
    pub start: usize,
    pub end: usize,
}

/// The comparisons with a number that a text makes, in its order.
pub fn limits(text: &str) -> Vec<Limit> {
    static LIMITS: OnceLock<Option<Regex>> = OnceLock::new();
    const NUMBER: &str = r"(?P<n>[0-9][0-9,_]*(?:\.[0-9]+)?)\s*(?P<u>%|percent|万|亿|working days?|days?|hours?|minutes?|min|seconds?|s\b|h\b|天|日|小时|分钟|秒)?";
    let pattern = {
        LIMITS.get_or_init(|| {
            let before = r"(?P<ge>at least|no less than|not less than|>=|≥|达到|不低于|不少于|至少|大于等于|大于或等于|满)|(?P<gt>more than|over|above|greater than|longer than|exceeds?|exceeding|>|超过|高于|大于|多于|超出)|(?P<le>at most|no more than|not more than|up to|within|<=|≤|不超过|不高于|不多于|至多|小于等于|小于或等于)|(?P<lt>less than|fewer than|below|under|shorter than|<|低于|小于|少于|不足|未满)";
            let behind = r"(?P<age>\s*(?:个|人|次|分|元|points?|stars?)?\s*(?:or more|or above|or higher|and above|or better|及以上|或以上))|(?P<loose_up>\s*(?:个|人|次|分|元)?\s*以上)|(?P<ale>\s*(?:个|人|次|分|元|points?)?\s*(?:or less|or fewer|or below|及以下|或以下|以内|之内))|(?P<loose_down>\s*(?:个|人|次|分|元)?\s*以下)";
            Regex::new(&format!(r"(?i)(?:(?:{before})\s*)?{NUMBER}(?:{behind})?")).ok()
        })
    };
    let Some(pattern) = pattern.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for hit in pattern.captures_iter(text) {
        let named = |name: &str| hit.name(name).is_some();
        let (sense, loose) = if named("age") || (named("ge") && !named("ale")) {
            (Sense::AtLeast, false)
        } else if named("ale") || named("le") {
            (Sense::AtMost, false)
        } else if named("gt") {
            (Sense::Above, false)
        } else if named("lt") {
            (Sense::Below, false)
        } else if named("loose_up") {
            (Sense::AtLeast, true)
        } else if named("loose_down") {
            (Sense::AtMost, true)
        } else {
            continue;
        };
        let digits: String =
            hit.name("n").map_or("", |n| n.as_str()).chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        let Ok(value) = digits.parse::<f64>() else { continue };
        let unit = hit.name("u").map(|u| u.as_str().to_lowercase()).unwrap_or_default();
        let factor = match unit.as_str() {
            "%" | "percent" => 0.01,
            "万" => 1e4,
            "亿" => 1e8,
            "days" | "day" | "天" | "日" => 86_400.0,
            "hours" | "hour" | "h" | "小时" => 3_600.0,
            "minutes" | "minute" | "min" | "分钟" => 60.0,
            _ => 1.0,
        };
        let whole = hit.get(0).map(|m| m.range()).unwrap_or_default();
        let mut values = vec![value];
        if factor != 1.0 {
            values.push(value * factor);
        }
        found.push(Limit { sense, loose, values, start: whole.start, end: whole.end });
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn scripts_and_lengths() {
        assert!(
            is_cjk_text("客户满意度") && is_cjk_text("NPS 净推荐值") && !is_cjk_text("csat 率") && !is_cjk_text("2026")
        );
        assert_eq!((length("a b  c"), enough("比例", 10, 5), enough("rate", 10, 5)), (3, 5, 10));
        assert_eq!(words_alone("Answer-Rate (%)"), "answerrate");
    }

    #[test]
    fn separating_words() {
        assert_eq!(split_words("cost and time", &["and"], &["和"]), ["cost", "time"]);
        assert_eq!(split_words("brand handling", &["and"], &["和"]), ["brand handling"]);
        assert_eq!(split_words("收入和成本", &["and"], &["和"]), ["收入", "成本"]);
    }

    #[test]
    fn clauses_end_at_marks_and_not_in_numbers() {
        let text = "Answered within 1.5 hours, quickly; 及时,优先";
        let at = |word: &str| {
            let start = text.find(word).unwrap();
            clause_around(text, &(start..start + word.len())).trim()
        };
        assert_eq!((at("quickly"), at("及时"), at("hours")), ("quickly", "及时", "Answered within 1.5 hours"));
        assert!(
            is_definite("within 3 days")
                && is_definite("比上年提高")
                && is_definite("两周内")
                && !is_definite("an answer")
        );
    }

    #[test]
    fn populations_and_periods() {
        assert!(names_population("培训收入占外部调研所得市场规模的比例") && names_population("orders per employee"));
        assert!(!names_population("在培训市场上的竞争力和知名度") && !names_period("在培训市场上的竞争力和知名度"));
        assert!(names_period("上一季度付费的客户") && names_period("in the month before"));
    }

    #[test]
    fn limits_are_read_in_both_languages() {
        let one =
            |text: &str| limits(text).into_iter().map(|l| (l.sense, l.values.last().copied())).collect::<Vec<_>>();
        assert_eq!(one("评分达到 4 分及以上的比例"), [(Sense::AtLeast, Some(4.0))]);
        assert_eq!(one("took at most 3 working days"), [(Sense::AtMost, Some(3.0))]);
        assert_eq!(one("within 2 hours"), [(Sense::AtMost, Some(7200.0))]);
        assert_eq!(one("more than 80%"), [(Sense::Above, Some(0.8))]);
        assert_eq!(one("不超过30天"), [(Sense::AtMost, Some(2_592_000.0))]);
        assert_eq!(one("in 2026, 3 of them"), []);
        assert!(limits("60 分以上")[0].loose);
    }
}
