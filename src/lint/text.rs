//! What rules ask of the words of a design: lengths, clauses, words, in English and Chinese.

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
}
