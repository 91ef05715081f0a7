//! Marks, numbers, dates and operators as they are written elsewhere, each read as what is meant here.

use super::Scanner;
use crate::diagnostic::codes::syntax as codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, say};

/// The ASCII twin of a full-width mark or digit.
pub(super) fn twin(c: char) -> Option<u8> {
    match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＿' => None,
        '！'..='～' => u8::try_from(u32::from(c) - 0xFEE0).ok(),
        '“' | '”' => Some(b'"'),
        '‘' | '’' => Some(b'\''),
        '、' => Some(b','),
        _ => None,
    }
}

impl Scanner<'_> {
    /// Operators and comments of other languages. False where there is none.
    pub(super) fn foreign(&mut self, byte: u8, length: usize) -> bool {
        let at = self.at;
        let (next, next_length) = self.peek(at + length);
        let both = length + next_length;
        match (byte, next) {
            (b'=', b'=') => self.operator(both, "="),
            (b'<', b'>') => self.operator(both, "!="),
            (b'&', b'&') => self.operator(both, "and"),
            (b'|', b'|') => self.operator(both, "or"),
            (b'!', b'=') if length == 1 => self.at += both,
            (b'!', b'=') => self.operator(both, "!="),
            (b'!', _) => self.operator(length, "not"),
            (b'~', _) => self.operator(length, ".."),
            (b'<' | b'>', b'=') | (b'.', b'.') | (b'-', b'>') => {
                self.narrow(at, length, byte);
                self.narrow(at + length, next_length, next);
                self.at += both;
            }
            (b'/', b'*') => self.block_comment(both),
            (b'#', _) => self.hash_comment(),
            (b'.', b'0'..=b'9') if !is_operand_end(self.line.last) => {
                let end = self.digits(at + length).1;
                let text = format!("0{}", self.narrowed(at, end));
                let written = self.rest(at).get(..end - at).unwrap_or("").to_string();
                self.mend(
                    codes::FOREIGN_NUMBER,
                    at..end,
                    &text,
                    say!("`{written}` lacks the digit before its point", "`{written}` 的小数点前缺少数字"),
                    say!("write `{text}`", "写成 `{text}`"),
                );
                self.at = end;
            }
            (0x80, _) => match self.rest(at).chars().next() {
                Some('≤' | '≦') => self.operator(length, "<="),
                Some('≥' | '≧') => self.operator(length, ">="),
                Some('≠') => self.operator(length, "!="),
                Some('×') => self.operator(length, "*"),
                Some('÷') => self.operator(length, "/"),
                Some('−') => self.operator(length, "-"),
                Some('〜') => self.operator(length, ".."),
                Some('→') => self.operator(length, "->"),
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    fn operator(&mut self, length: usize, meant: &str) {
        let (at, end) = (self.at, self.at + length);
        let written = self.rest(at).get(..length).unwrap_or("").to_string();
        let word = meant.starts_with(|c: char| c.is_ascii_alphabetic());
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let before = if word && !blank(self.text.get(..at).and_then(|t| t.chars().next_back())) && meant != "not" {
            " "
        } else {
            ""
        };
        let after = if word && !blank(self.rest(end).chars().next()) { " " } else { "" };
        self.mend(
            codes::FOREIGN_OPERATOR,
            at..end,
            &format!("{before}{meant}{after}"),
            say!("`{written}` is not an operator here", "`{written}` 不是这里的运算符"),
            say!("write `{meant}`", "写成 `{meant}`"),
        );
        self.at = end;
    }

    fn block_comment(&mut self, length: usize) {
        let at = self.at;
        let rest = if self.no_block_end { "" } else { self.rest(at + length) };
        let close = rest.find("*/").map(|i| at + length + i + 2);
        self.no_block_end |= close.is_none();
        let end = close.unwrap_or_else(|| self.line_end(at));
        let written = self.rest(at).get(..end - at).unwrap_or("");
        let blank: String = written.chars().filter(|c| *c == '\n').collect();
        let lines: Vec<String> = written
            .trim_end_matches("*/")
            .get(length..)
            .unwrap_or("")
            .lines()
            .map(|line| line.trim().trim_start_matches('*').trim().to_string())
            .filter(|line| !line.is_empty())
            .map(|line| format!("// {line}"))
            .collect();
        let span = self.span(at..end);
        let diagnostic = Diagnostic::error(
            codes::FOREIGN_COMMENT,
            self.span(at..at + length),
            say!("`/*` starts no comment here", "注释不以 `/*` 开头"),
        )
        .help(say!("a comment starts with `//` and ends with its line", "注释以 `//` 开头，到行末为止"));
        // Nothing may follow what becomes a comment to the line's end.
        let last = self.skip_blanks(end) >= self.line_end(end);
        self.report(if last && !lines.is_empty() {
            diagnostic.fix(
                Applicability::Safe,
                say!("write it with `//`", "改用 `//`"),
                vec![Edit { span, text: lines.join("\n") }],
            )
        } else {
            diagnostic
        });
        self.change(at..end, format!(" {blank}"));
        self.at = end;
    }

    fn hash_comment(&mut self) {
        let at = self.at;
        let end = self.line_end(at);
        let rest = self.rest(at).get(..end - at).unwrap_or("");
        let marks = rest.len() - rest.trim_start_matches(['#', '＃']).len();
        let span = self.span(at..at + marks);
        self.report(
            Diagnostic::error(codes::FOREIGN_COMMENT, span, say!("`#` starts no comment here", "注释不以 `#` 开头"))
                .help(say!("a comment starts with `//`", "注释以 `//` 开头"))
                .fix(Applicability::Safe, say!("write `//`", "写成 `//`"), vec![Edit { span, text: "//".into() }]),
        );
        self.change(at..end, "");
        self.at = end;
    }

    // ---- numbers and dates ----

    /// Digits and `_` from a place: how many digits, and the end.
    fn digits(&self, mut at: usize) -> (usize, usize) {
        let mut count = 0;
        loop {
            match self.peek(at) {
                (b'0'..=b'9', length) => {
                    count += 1;
                    at += length;
                }
                (b'_', 1) if count > 0 => at += 1,
                _ => return (count, at),
            }
        }
    }

    /// The text of a place with twins instead of full-width marks.
    fn narrowed(&self, from: usize, to: usize) -> String {
        self.text.get(from..to).unwrap_or("").chars().map(|c| twin(c).map_or(c, char::from)).collect()
    }

    /// A number, date or period.
    pub(super) fn number(&mut self) {
        let start = self.at;
        let (count, end) = self.digits(start);
        if self.date(start, count, end) || self.grouped(start, count, end) {
            return;
        }
        let mut at = end;
        if let (b'.', length) = self.peek(at)
            && let (b'0'..=b'9', _) = self.peek(at + length)
        {
            at = self.digits(at + length).1;
        }
        self.narrow_all(start, at);
        self.at = at;
        let (byte, length) = self.peek(at);
        if byte == b'%' {
            self.narrow(at, length, byte);
            self.at += length;
            return;
        }
        if let Some(after) = self.rest(at).chars().next()
            && super::is_word(after)
        {
            self.touching(start, at);
            return;
        }
        let next = self.skip_blanks(at);
        if next > at && self.peek(next).0 == b'%' {
            let end = next + self.peek(next).1;
            let text = format!("{}%", self.narrowed(start, at));
            let written = self.text.get(start..end).unwrap_or("").to_string();
            let span = self.span(start..end);
            self.change(at..next, "");
            self.report(
                Diagnostic::error(
                    codes::FOREIGN_NUMBER,
                    span,
                    say!("a blank stands before the `%` of `{written}`", "`{written}` 的 `%` 前有空格"),
                )
                .help(say!("write `{text}`", "写成 `{text}`"))
                .fix(
                    Applicability::Safe,
                    say!("write `{text}`", "写成 `{text}`"),
                    vec![Edit { span, text }],
                ),
            );
            self.narrow(next, end - next, b'%');
            self.at = end;
        }
    }

    fn narrow_all(&mut self, from: usize, to: usize) {
        let text = self.text;
        for (i, c) in text.get(from..to).unwrap_or("").char_indices() {
            if let Some(twin) = twin(c) {
                self.narrow(from + i, c.len_utf8(), twin);
            }
        }
    }

    /// `4,100,000`: where a comma cannot stand between values, or `1,000` where it can but groups start with 0.
    fn grouped(&mut self, start: usize, count: usize, end: usize) -> bool {
        if !(1..=3).contains(&count) {
            return false;
        }
        let mut at = end;
        let mut zero = false;
        let mut groups = 0;
        while let (b',', length) = self.peek(at) {
            let (digits, next) = self.digits(at + length);
            if digits != 3 {
                break;
            }
            zero |= self.peek(at + length).0 == b'0';
            groups += 1;
            if groups > 8 {
                return false;
            }
            at = next;
        }
        let ends = !matches!(self.peek(at).0, b'0'..=b'9' | b'-');
        if groups == 0 || !ends || (self.nest.depth > 0 && !zero) {
            return false;
        }
        let written = self.text.get(start..at).unwrap_or("").to_string();
        let text = self.narrowed(start, at).replace(',', "_");
        self.mend(
            codes::FOREIGN_NUMBER,
            start..at,
            &text,
            say!("commas group the digits of `{written}`", "`{written}` 用逗号分节"),
            say!("write `{text}`", "写成 `{text}`"),
        );
        self.at = at;
        true
    }

    /// Letters at a number: an exponent, a factor, or a unit without its blank.
    fn touching(&mut self, start: usize, at: usize) {
        let end = self.word_end(at);
        let word = self.text.get(at..end).unwrap_or("").to_string();
        let digits = self.narrowed(start, at);
        let written = format!("{}{word}", self.text.get(start..at).unwrap_or(""));
        let meant = if let Some((text, end)) = self.exponent(&digits, &word, end) {
            Some((text, end))
        } else {
            let zeros = match word.as_str() {
                "k" | "K" | "千" => 3,
                "万" | "萬" => 4,
                "百万" => 6,
                "亿" | "億" => 8,
                _ => 0,
            };
            (zeros > 0).then(|| scaled(&digits, zeros)).flatten().map(|text| (text, end))
        };
        let (text, end) = meant.unwrap_or((format!("{digits} {word}"), end));
        while self.out.changes.last().is_some_and(|c| c.old.start >= start) {
            self.out.changes.pop();
        }
        let whole = self.text.get(start..end).unwrap_or(&written).to_string();
        let message = if text.contains(' ') {
            say!("no blank stands between `{digits}` and `{word}`", "`{digits}` 与 `{word}` 之间没有空格")
        } else {
            say!("`{whole}` is not how a number is written here", "数字不能写成 `{whole}`")
        };
        self.mend(codes::FOREIGN_NUMBER, start..end, &text, message, say!("write `{text}`", "写成 `{text}`"));
        self.at = end;
    }

    /// `1e6`, `2.5E-3` with all its digits.
    fn exponent(&self, digits: &str, word: &str, end: usize) -> Option<(String, usize)> {
        let rest = word.strip_prefix(['e', 'E'])?;
        let (power, end): (i32, usize) = if rest.is_empty() {
            let (sign, length) = self.peek(end);
            let (count, last) = self.digits(end + length);
            if !matches!(sign, b'+' | b'-') || !(1..=2).contains(&count) {
                return None;
            }
            (self.narrowed(end, last).parse().ok()?, last)
        } else {
            (rest.parse().ok()?, end)
        };
        scaled(digits, power).map(|text| (text, end))
    }

    /// Dates and periods, those from elsewhere mended. False where there is none.
    fn date(&mut self, start: usize, count: usize, end: usize) -> bool {
        let (mark, length) = self.peek(end);
        if mark == b'-' && length == 1 && count == 4 {
            let (next, _) = self.peek(end + 1);
            if !next.is_ascii_alphanumeric() {
                return false;
            }
            self.own_date(start, end);
            return true;
        }
        if matches!(mark, b'/' | b'.')
            && let Some((text, last)) = self.slashed(start, count, end)
        {
            self.foreign_date(start, last, text);
            return true;
        }
        if count == 4
            && let Some((text, last)) = self.han_date(start, end).or_else(|| self.bare_period(start, end))
        {
            self.foreign_date(start, last, Some(text));
            return true;
        }
        false
    }

    /// `2026-12-31`, `2026-Q1`, `2026-12-31T09:00`; `2026-3` lacks a digit.
    fn own_date(&mut self, start: usize, year_end: usize) {
        let mut at = year_end;
        let word = |at: usize| {
            let rest = self.rest(at);
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len()
        };
        while self.peek(at) == (b'-', 1) && word(at + 1) > 0 {
            at += 1 + word(at + 1);
        }
        let date_end = at;
        while self.peek(at) == (b':', 1) && self.peek(at + 1).0.is_ascii_digit() {
            at += 1 + word(at + 1);
        }
        if at > date_end {
            if self.peek(at) == (b'.', 1) && self.peek(at + 1).0.is_ascii_digit() {
                at += 1 + word(at + 1);
            }
            if matches!(self.peek(at).0, b'+' | b'-') && self.peek(at + 1).0.is_ascii_digit() {
                at += 1 + word(at + 1);
                if self.peek(at).0 == b':' {
                    at += 1 + word(at + 1);
                }
            }
        }
        self.narrow_all(start, year_end);
        self.at = at;
        let written = self.narrowed(start, at);
        let parts: Vec<&str> = written.split('-').collect();
        let short = |part: &&str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_digit());
        let plain = parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if plain && parts.len() <= 3 && parts.iter().skip(1).any(short) {
            let padded: Vec<String> = parts.iter().map(|part| format!("{part:0>2}")).collect();
            while self.out.changes.last().is_some_and(|c| c.old.start >= start) {
                self.out.changes.pop();
            }
            self.foreign_date(start, at, Some(padded.join("-")));
        }
    }

    /// `2026/12/31`, `2026.12.31`, `31/12/2026`. Without a text it is not clear which is the month.
    fn slashed(&self, start: usize, count: usize, end: usize) -> Option<(Option<String>, usize)> {
        let (mark, length) = self.peek(end);
        let (second, second_end) = self.digits(end + length);
        let (again, again_length) = self.peek(second_end);
        let (third, last) = self.digits(second_end + again_length);
        if again != mark || !(1..=2).contains(&second) || super::is_word(self.rest(last).chars().next().unwrap_or(' '))
        {
            return None;
        }
        let part = |from: usize, to: usize| self.narrowed(from, to);
        let (a, b, c) = (part(start, end), part(end + length, second_end), part(second_end + again_length, last));
        let date = |year: &str, month: &str, day: &str| format!("{year}-{month:0>2}-{day:0>2}");
        match (count, third) {
            (4, 1..=2) => Some((Some(date(&a, &b, &c)), last)),
            (1..=2, 4) => {
                let (first, other) = (a.parse::<u8>().ok()?, b.parse::<u8>().ok()?);
                let text = match (first > 12, other > 12) {
                    (true, false) => Some(date(&c, &b, &a)),
                    (false, true) => Some(date(&c, &a, &b)),
                    _ => None,
                };
                Some((text, last))
            }
            _ => None,
        }
    }

    /// `2026年3月5日`, `2026年第一季度`, `2026年上半年`, `2026年`.
    fn han_date(&self, start: usize, end: usize) -> Option<(String, usize)> {
        let year = self.narrowed(start, end);
        let rest = self.rest(end);
        let after_year = rest.strip_prefix('年')?;
        let at = end + '年'.len_utf8();
        for (words, period) in [(["上半年", "前半年"], "H1"), (["下半年", "后半年"], "H2")] {
            if let Some(word) = words.into_iter().find(|w| after_year.starts_with(w)) {
                return Some((format!("{year}-{period}"), at + word.len()));
            }
        }
        let numbered = after_year.strip_prefix('第').unwrap_or(after_year);
        let mut letters = numbered.chars();
        let quarter = match letters.next() {
            Some('1' | '一' | '１') => 1,
            Some('2' | '二' | '２') => 2,
            Some('3' | '三' | '３') => 3,
            Some('4' | '四' | '４') => 4,
            _ => 0,
        };
        let tail = letters.as_str();
        if quarter > 0
            && let Some(rest) = tail.strip_prefix("季度").or_else(|| tail.strip_prefix("季"))
        {
            return Some((format!("{year}-Q{quarter}"), self.text.len() - rest.len()));
        }
        let (count, month_end) = self.digits(at);
        let Some(after_month) = self.rest(month_end).strip_prefix('月').filter(|_| (1..=2).contains(&count)) else {
            return Some((year, at));
        };
        let month = self.narrowed(at, month_end);
        let at = self.text.len() - after_month.len();
        let (count, day_end) = self.digits(at);
        if (1..=2).contains(&count) {
            let rest = self.rest(day_end);
            let last = day_end + rest.chars().next().filter(|c| matches!(c, '日' | '号')).map_or(0, char::len_utf8);
            return Some((format!("{year}-{month:0>2}-{:0>2}", self.narrowed(at, day_end)), last));
        }
        Some((format!("{year}-{month:0>2}"), at))
    }

    /// `2026Q1`, `2026H1`, `2026W05`.
    fn bare_period(&self, start: usize, end: usize) -> Option<(String, usize)> {
        let last = self.word_end(end);
        let word = self.text.get(end..last)?;
        let digits = word.strip_prefix(['Q', 'H', 'W', 'q', 'h', 'w'])?;
        let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| (format!("{}-{}", self.narrowed(start, end), word.to_ascii_uppercase()), last))
    }

    fn foreign_date(&mut self, start: usize, end: usize, text: Option<String>) {
        let written = self.text.get(start..end).unwrap_or("").to_string();
        let message = say!("`{written}` is not how a date is written here", "日期不能写成 `{written}`");
        match text {
            Some(text) => {
                let help = say!("write `{text}`", "写成 `{text}`");
                self.mend(codes::FOREIGN_DATE, start..end, &text, message, help);
            }
            None => {
                let span = self.span(start..end);
                self.guess(start);
                self.change(start..end, super::HOLE);
                self.report(Diagnostic::error(codes::FOREIGN_DATE, span, message).help(say!(
                    "write year, month and day: `2026-12-31`; which of these is the month cannot be told",
                    "按年、月、日写：`2026-12-31`；无法判断其中哪个是月"
                )));
            }
        }
        self.at = end;
    }
}

/// Whether a `.` after this belongs to what stands before it.
fn is_operand_end(last: u8) -> bool {
    last.is_ascii_alphanumeric() || last >= 0x80 || matches!(last, b')' | b'`' | b'_' | b'"')
}

/// Moves the point of a number; the digits in groups of three.
fn scaled(digits: &str, power: i32) -> Option<String> {
    if power.abs() > 18 {
        return None;
    }
    let plain = digits.replace('_', "");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let point = i32::try_from(whole.len()).ok()? + power;
    let mut all = format!("{whole}{fraction}");
    let point = if point <= 0 {
        all.insert_str(0, &"0".repeat(1 + usize::try_from(-point).ok()?));
        1
    } else {
        usize::try_from(point).ok()?
    };
    while all.len() < point {
        all.push('0');
    }
    let (whole, fraction) = all.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push('_');
        }
        grouped.push(c);
    }
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_point_moves() {
        assert_eq!(scaled("1", 6).unwrap(), "1_000_000");
        assert_eq!(scaled("2.5", 3).unwrap(), "2_500");
        assert_eq!(scaled("2.5", -3).unwrap(), "0.0025");
        assert_eq!(scaled("0.5", 1).unwrap(), "5");
        assert_eq!(scaled("12", 4).unwrap(), "120_000");
    }
}
