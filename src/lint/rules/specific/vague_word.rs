//! a word that leaves open how much, how fast or how well
//!
//! "Reasonable", "improve", "及时" and "较高" mean something else to every reader: two people compute two values, and after the
//! year each side finds that it was right. The rule looks at definitions and at the texts of actions; labels of objectives
//! and factors may be qualitative.
//!
//! A word is left alone where the same clause says it in numbers or against something (3 days, 95 %, last year, the
//! baseline), and inside a term of the trade ("quality gate", 及时率, 相关系数, 有效期): the longest match wins. Words that blur a
//! number (about, approximately, 左右, 约) count only beside one. Of an action with `within` or `due` the words of haste are
//! left alone: its time is given. The proposed fix takes out words that say nothing (fully, 进一步, 切实) or blur a number.
//!
//! The lexicon is a file, `vague_word.toml` beside the rule; a design adds to it in its `kpi.toml`:
//!
//! ```toml
//! [check.vague]
//! words = ["state of the art"]
//! terms = ["quality circle", "一流班组"]
//! ```
//!
//! ```kpi,fails
//! source calls {
//!   from: csv("calls.csv"), time: day
//!   field day: date
//!   field seconds: number
//! }
//! indicator answered "Answered in time" {
//!   definition: "Calls that are answered quickly, out of all calls"
//!   formula: count(calls where seconds <= 20) / count(calls)
//!   unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! ```kpi
//! source calls {
//!   from: csv("calls.csv"), time: day
//!   field day: date
//!   field seconds: number
//! }
//! indicator answered "Answered in time" {
//!   definition: "Calls that are answered quickly (within 20 seconds), out of all calls"
//!   formula: count(calls where seconds <= 20) / count(calls)
//!   unit: %, direction: higher, frequency: monthly
//! }
//! ```
//!
//! Sources: ISO/IEC/IEEE 29148:2018 (unverifiable terms in requirements); INCOSE, *Guide to Writing Requirements*, 2023, R7
//! (vague terms).
//!
//! ## 中文
//!
//! 含糊的词语
//!
//! “合理”“及时”“较高”“提升”在每个人看来都不一样：两个人会算出两个数，到年底各执一词。规则检查定义和行动的文字；目标、关键
//! 成功因素的名称可以是定性的。
//!
//! 同一分句里已经写明数字或对比对象（3 天、95%、上年同期、基准值）的不报；专有名词里的（及时率、相关系数、有效期）不报，取最
//! 长匹配。“左右”“约”等模糊数字的词，只在数字旁边才报。写了 `within` 或 `due` 的行动，表示快慢的词不报。词表可在
//! `kpi.toml` 的 `[check.vague]` 里增补。

use crate::lint::rules::prelude::*;

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::config::Vague;
use crate::design::Action;
use crate::lint::text;
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Entry, ExprKind, Text};

pub const RULE: Rule = Rule {
    code: Code::new("S02", "vague-word"),
    fix: FixKind::Proposed,
    source: include_str!("vague_word.rs"),
    check,
    ..Rule::STATIC
};

/// What a word of the lexicon is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Filler,
    Hedge,
    Term,
}

struct Lexicon {
    pattern: Regex,
    kinds: Vec<(String, Kind)>,
}

impl Lexicon {
    /// None only where the lists are so long that no pattern is made of them.
    fn new(lists: &[&Vague]) -> Option<Lexicon> {
        let mut kinds: Vec<(String, Kind)> = Vec::new();
        for list in lists {
            let parts = [
                (&list.words, Kind::Word),
                (&list.fillers, Kind::Filler),
                (&list.hedges, Kind::Hedge),
                (&list.terms, Kind::Term),
            ];
            for (words, kind) in parts {
                kinds.extend(words.iter().filter(|w| !w.trim().is_empty()).map(|w| (w.to_lowercase(), kind)));
            }
        }
        // The first alternative that matches is taken: the longest has to come first, a user's term before a word.
        kinds.sort_by_key(|(word, kind)| (std::cmp::Reverse(word.chars().count()), *kind != Kind::Term, word.clone()));
        let words: Vec<String> = kinds.iter().map(|(word, _)| regex::escape(word)).collect();
        let pattern = RegexBuilder::new(&words.join("|")).case_insensitive(true).size_limit(64 << 20).build().ok()?;
        Some(Lexicon { pattern, kinds })
    }

    fn kind(&self, word: &str) -> Option<Kind> {
        let lower = word.to_lowercase();
        self.kinds.iter().find(|(w, _)| *w == lower).map(|(_, kind)| *kind)
    }

    /// The vague words of a text that nothing in their clause makes definite.
    fn find(&self, text: &str, timed: bool) -> Vec<(Range<usize>, Kind)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(hit) = self.pattern.find_at(text, at) {
            let range = hit.range();
            at = range.end;
            if !stands_alone(text, &range) {
                // Try again behind the first character: a word may start inside.
                at = range.start + text.get(range.start..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8);
                continue;
            }
            let word = text.get(range.clone()).unwrap_or("");
            let Some(kind) = self.kind(word) else { continue };
            let clause = text::clause_around(text, &range);
            let definite = match kind {
                Kind::Term => true,
                Kind::Hedge => !beside_number(text, &range),
                Kind::Word => {
                    is_compound(text, &range)
                        || text::is_definite(clause)
                        || (timed && HASTE.contains(&word.to_lowercase().as_str()))
                }
                Kind::Filler => is_compound(text, &range),
            };
            if !definite {
                found.push((range, kind));
            }
        }
        found
    }
}

/// Words that a date makes definite.
const HASTE: [&str; 12] = [
    "fast",
    "quickly",
    "timely",
    "promptly",
    "soon",
    "regularly",
    "as possible",
    "尽快",
    "及时",
    "适时",
    "定期",
    "经常",
];

fn own_lexicon() -> &'static Vague {
    static OWN: OnceLock<Vague> = OnceLock::new();
    OWN.get_or_init(|| toml::from_str(include_str!("vague_word.toml")).unwrap_or_default())
}

/// The pattern of the rule's own lexicon is made once.
fn own_pattern() -> Option<&'static Lexicon> {
    static OWN: OnceLock<Option<Lexicon>> = OnceLock::new();
    OWN.get_or_init(|| Lexicon::new(&[own_lexicon()])).as_ref()
}

/// English words stand alone; in Chinese there is no space to see it by.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let word = text.get(range.clone()).unwrap_or("");
    let before = text.get(..range.start).and_then(|t| t.chars().next_back());
    let behind = text.get(range.end..).and_then(|t| t.chars().next());
    !(joins(word.chars().next()) && joins(before) || joins(word.chars().next_back()) && joins(behind))
}

/// 及时率, 有效性, 相关系数: the word is part of what is measured.
fn is_compound(text: &str, range: &Range<usize>) -> bool {
    let behind = text.get(range.end..).unwrap_or("");
    let word = text.get(range.clone()).unwrap_or("");
    // 已落实, 未改进: a state that was reached or not.
    let state = text.get(..range.start).is_some_and(|t| t.ends_with('已') || t.ends_with('未'));
    text::is_cjk_text(word)
        && (state || ["率", "度", "性", "系数", "指数", "值"].iter().any(|end| behind.starts_with(end)))
}

fn beside_number(text: &str, range: &Range<usize>) -> bool {
    let number = |c: char| c.is_numeric() || "零一二两三四五六七八九十百千万亿几".contains(c);
    let behind = text.get(range.end..).unwrap_or("").trim_start();
    let before = text.get(..range.start).unwrap_or("").trim_end();
    if behind.starts_with(number) {
        return true;
    }
    // 三十天左右: the number stands a unit away.
    text.get(range.clone()) == Some("左右") && before.chars().rev().take(4).any(number)
}

/// Characters that must be left of a text when a word is taken out of it.
const LEAST: usize = 10;
const LEAST_CJK: usize = 5;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let users = &context.config.check.vague;
    let extended =
        (!users.words.is_empty() || !users.fillers.is_empty() || !users.hedges.is_empty() || !users.terms.is_empty())
            .then(|| Lexicon::new(&[own_lexicon(), users]))
            .flatten();
    let Some(lexicon) = (match &extended {
        Some(lexicon) => Some(lexicon),
        None => own_pattern(),
    }) else {
        return;
    };
    for (id, indicator, node) in context.indicators() {
        if let (Some((_, property)), Some(definition)) = (node.keys.get("definition"), &indicator.naming.definition)
            && let Some(phrase) = property.value.first()
            && matches!(phrase.expr.kind, ExprKind::Text(_))
        {
            for finding in judge(context, lexicon, definition, phrase.expr.span, false) {
                findings.push(finding.of(id));
            }
        }
        for (action, text) in indicator.actions.iter().zip(written_actions(node.decl)) {
            for finding in judge(context, lexicon, &text.text, text.span, is_timed(action)) {
                findings.push(finding.of(id));
            }
        }
    }
    for (_, measure, node) in context.measures() {
        if let (Some((_, property)), Some(definition)) = (node.keys.get("definition"), &measure.naming.definition)
            && let Some(phrase) = property.value.first()
        {
            for finding in judge(context, lexicon, definition, phrase.expr.span, false) {
                findings.push(finding);
            }
        }
    }
    for (factor, node) in context.design.factors.iter().zip(&context.model.factors) {
        for (action, text) in factor.actions.iter().zip(written_actions(node.decl)) {
            for finding in judge(context, lexicon, &text.text, text.span, is_timed(action)) {
                findings.push(finding);
            }
        }
    }
}

fn is_timed(action: &Action) -> bool {
    action.within.is_some() || action.due.is_some()
}

fn written_actions(decl: &crate::syntax::ast::Decl) -> impl Iterator<Item = &Text> {
    decl.block.iter().flat_map(|b| &b.entries).filter_map(|entry| match entry {
        Entry::Decl(inner) if inner.kind == DeclKind::Action => inner.label.as_ref(),
        _ => None,
    })
}

fn judge(context: &Context<'_>, lexicon: &Lexicon, text: &str, span: Span, timed: bool) -> Vec<Finding> {
    let mut found = lexicon.find(text, timed);
    let Some((first, kind)) = found.first().cloned() else { return Vec::new() };
    let place = |range: &Range<usize>| context.place_in_text(span, text, range.clone());
    let word = text.get(first.clone()).unwrap_or("").to_string();
    let finding = match kind {
        Kind::Hedge => {
            Finding::at(place(&first), say!("`{word}` blurs the number beside it", "“{word}”使旁边的数字变得模糊"))
                .saying(say!("how far off may it be?", "可以差多少？"))
                .help(say!("give the number alone, or a range", "直接写数字，或写一个范围"))
        }
        Kind::Filler => {
            Finding::at(place(&first), say!("`{word}` says nothing that could be checked", "“{word}”没有可检验的内容"))
                .saying(say!("adds nothing", "没有增加信息"))
                .help(say!("take it out, or say how much", "删去，或写明多少"))
        }
        Kind::Word | Kind::Term => Finding::at(place(&first), say!("`{word}` is vague", "“{word}”含糊"))
            .saying(say!("means something else to every reader", "每个人理解不同"))
            .help(say!(
                "say how much, how fast or against what: a number with its unit, or what it is compared with",
                "写明多少、多快或与什么相比：数字加单位，或对比的对象"
            )),
    };
    let removable = matches!(kind, Kind::Hedge | Kind::Filler)
        && place(&first) != span
        && text::length(text) - text::length(&word) >= text::enough(text, LEAST, LEAST_CJK);
    found.remove(0);
    let mut finding =
        found.iter().fold(finding, |finding, (range, _)| finding.label(place(range), say!("and this", "还有这里")));
    if removable {
        let mut end = first.end;
        end += usize::from(text.get(end..end + 1) == Some(" "));
        let edit = Edit { span: place(&(first.start..end)), text: String::new() };
        finding = finding.fix(say!("take `{word}` out", "删去“{word}”"), vec![edit]);
    }
    vec![finding]
}
