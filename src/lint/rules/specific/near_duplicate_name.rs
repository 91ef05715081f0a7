//! two indicators that are called almost alike
//!
//! `on_time_order` and `on_time_orders`, or one label for two indicators: sooner or later somebody quotes the wrong one.
//! The rule compares names and labels word by word: one word may differ by one letter or two (a plural, a slip of the pen),
//! or the spaces and marks alone. Words of fewer than six letters, numbers, single letters and opposites (in/out, up/down,
//! un-, non-) are different words. Chinese labels count as alike only where they are equal without 的, 之 and marks: one
//! character more is another thing.
//!
//! ```kpi,fails
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_orders "Late orders" { formula: count(orders where late), unit: 1, direction: lower, frequency: monthly }
//! indicator late_order "Orders that are late" { formula: count(orders), unit: 1, direction: lower, frequency: monthly }
//! ```
//!
//! ```kpi
//! source orders { from: csv("orders.csv"), time: day
//!   field day: date
//!   field late: bool
//! }
//! indicator late_orders "Late orders" { formula: count(orders where late), unit: 1, direction: lower, frequency: monthly }
//! indicator orders_received "Orders" { formula: count(orders), unit: 1, direction: higher, frequency: monthly }
//! ```
//!
//! Sources: ISO 704:2022 (appropriateness of terms); ISO/IEC 11179-5:2015 (naming of data elements).
//!
//! ## 中文
//!
//! 两个指标的名称几乎一样
//!
//! `on_time_order` 与 `on_time_orders`，或两个指标用同一个名称：迟早有人引用错。逐词比较名称：只有一个词相差一两个字母（复
//! 数、笔误），或只差空格、标点时报告。中文名称除去“的”“之”和标点后相同才算；多一个字就是另一个指标。

use crate::lint::rules::prelude::*;

use std::collections::HashMap;

use crate::lint::text;
use crate::source::Span;

pub const RULE: Rule = Rule {
    code: Code::new("S05", "near-duplicate-name"),
    source: include_str!("near_duplicate_name.rs"),
    check,
    ..Rule::STATIC
};

/// One way in which an indicator is called.
struct Called<'a> {
    id: crate::design::IndicatorId,
    text: &'a str,
    span: Span,
    tokens: Vec<String>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut called = Vec::new();
    for (id, indicator, node) in context.indicators() {
        let naming = &indicator.naming;
        called.push(Called { id, text: &naming.name, span: node.place(), tokens: tokens(&naming.name) });
        if let (Some(label), Some(written)) = (&naming.label, &node.decl.label)
            && *label != naming.name
        {
            called.push(Called { id, text: label, span: written.span, tokens: tokens(label) });
        }
    }
    // Pairs that are equal but for one word are found by the other words; the word itself is a hole.
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, one) in called.iter().enumerate() {
        groups.entry(one.tokens.join(" ")).or_default().push(at);
        groups.entry(format!("={}", one.tokens.concat())).or_default().push(at);
        for (hole, token) in one.tokens.iter().enumerate() {
            if !may_be_misspelt(token) {
                continue;
            }
            let mut key: Vec<&str> = one.tokens.iter().map(String::as_str).collect();
            if let Some(slot) = key.get_mut(hole) {
                *slot = "\u{0}";
            }
            // Misspelt words nearly always keep their first letter; it keeps the groups small.
            let first: String = token.chars().take(1).collect();
            groups.entry(format!("{first}{}", key.join(" "))).or_default().push(at);
        }
    }
    let mut told: Vec<(usize, usize)> = Vec::new();
    for group in groups.values() {
        let mut sorted: Vec<usize> = group.clone();
        sorted.sort_by_key(|at| called.get(*at).map(|c| (c.tokens.join(" "), c.span)));
        for (place, a) in sorted.iter().enumerate() {
            // Neighbours in the alphabet: enough for a slip of the pen, and linear in large designs.
            for b in sorted.iter().skip(place + 1).take(20) {
                if let (Some(one), Some(two)) = (called.get(*a), called.get(*b))
                    && one.id != two.id
                    && alike(&one.tokens, &two.tokens)
                {
                    told.push(if one.span < two.span { (*a, *b) } else { (*b, *a) });
                }
            }
        }
    }
    told.sort_unstable();
    told.dedup();
    // Each is told of one that it may be taken for: of a hundred of one name, that is enough.
    let mut already = std::collections::BTreeSet::new();
    for (first, second) in told {
        let (Some(first), Some(second)) = (called.get(first), called.get(second)) else { continue };
        if !already.insert(second.id) {
            continue;
        }
        let (a, b) = (first.text, second.text);
        let message = if a == b {
            say!("two indicators are called `{a}`", "两个指标都叫“{a}”")
        } else {
            say!("`{b}` is called almost like `{a}`", "“{b}”与“{a}”的名称几乎一样")
        };
        findings.push(
            Finding::at(second.span, message)
                .saying(say!("easily taken for the other", "容易混淆"))
                .label(first.span, say!("the other", "另一个"))
                .help(say!("name the difference in both, or keep one of them", "在名称中写出区别，或只保留一个"))
                .of(second.id),
        );
    }
}

/// Words in lower case; a Chinese text is one word without what carries no meaning.
fn tokens(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    if text::is_cjk_text(text) {
        return vec![lower.chars().filter(|c| c.is_alphanumeric() && !"的之".contains(*c)).collect()];
    }
    lower.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).map(str::to_string).collect()
}

fn may_be_misspelt(token: &str) -> bool {
    token.chars().count() >= 5 && token.chars().all(char::is_alphabetic) && !text::is_cjk_text(token)
}

fn alike(a: &[String], b: &[String]) -> bool {
    if a.concat() == b.concat() {
        return true;
    }
    if a.len() != b.len() {
        return false;
    }
    let mut differing = a.iter().zip(b).filter(|(x, y)| x != y);
    match (differing.next(), differing.next()) {
        (Some((x, y)), None) => may_be_misspelt(x) && may_be_misspelt(y) && is_slip(x, y),
        _ => false,
    }
}

fn is_slip(x: &str, y: &str) -> bool {
    let (short, long) = if x.chars().count() <= y.chars().count() { (x, y) } else { (y, x) };
    if long.strip_suffix('s') == Some(short) || long.strip_suffix("es") == Some(short) {
        return true;
    }
    // un-, non-, re-, in-: another word, often the opposite; -ed, -er: another form with another meaning.
    if long.ends_with(short) || long.starts_with(short) {
        return false;
    }
    let limit = if short.chars().count() >= 10 { 2 } else { 1 };
    short.chars().count() >= 6 && strsim::damerau_levenshtein(x, y) <= limit
}
