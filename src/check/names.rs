//! References from one declaration to another, other than those in formulas.

use crate::diagnostic::{Diagnostic, Diagnostics, Hint, Words, closest, codes, say};
use crate::model::keys::{PERSPECTIVES, a_kind, kind_in_chinese, kinds_phrase};
use crate::model::{Declared, Model, Space, plural, space};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Name};

const SPACES: [Space; 7] =
    [Space::Formula, Space::Unit, Space::Perspective, Space::Objective, Space::Factor, Space::Process, Space::Context];

/// The declaration of one of `kinds` (which share a namespace) that has this name. None: reported, or it may stand in what
/// could not be read.
pub fn reference(model: &Model, kinds: &[DeclKind], name: &Name, sink: &mut Diagnostics) -> Option<Declared> {
    let home = space(*kinds.first()?)?;
    if let Some(declared) = model.resolve(home, &name.text)
        && kinds.contains(&declared.kind)
    {
        return Some(declared);
    }
    let other = SPACES.into_iter().filter_map(|s| model.resolve(s, &name.text)).find(|d| !kinds.contains(&d.kind));
    if let Some(other) = other {
        sink.push(wrong_kind(name, other.kind, other.span, kinds));
    } else if !model.unread_words.contains(name.text.as_str()) {
        let wanted = Words::either(kinds.iter().map(|k| Words { en: k.word().to_string(), zh: kind_in_chinese(*k) }));
        sink.unresolved_among(&wanted.en, &name.text, name.span, mask(kinds) | LISTED, || {
            Diagnostic::error(
                codes::names::UNKNOWN_NAME,
                name.span,
                say!("unknown {1} `{0}`", "未知的{1} `{0}`", name.text, wanted),
            )
            .saying(say!("no {} has this name", "没有叫这个名称的{}", wanted))
        });
    }
    None
}

/// A bit for each kind of declaration.
pub fn mask(kinds: &[DeclKind]) -> u32 {
    DeclKind::ALL.iter().enumerate().filter(|(_, k)| kinds.contains(k)).map(|(bit, _)| 1 << bit).sum()
}

/// Beside the kinds: what there is is listed, where nothing is spelt alike.
const LISTED: u32 = 1 << 31;

/// What is said to an unknown name: a name that is spelt alike, else, where few are known, all of them.
pub fn hint(model: &Model, name: &str, wanted: u32) -> Option<Hint> {
    let kinds: Vec<DeclKind> = DeclKind::ALL
        .into_iter()
        .enumerate()
        .filter(|(bit, _)| wanted & (1 << bit) != 0)
        .map(|(_, kind)| kind)
        .collect();
    let home = space(*kinds.first()?)?;
    let mut names = model.names(home, &kinds);
    if kinds.contains(&DeclKind::Perspective) {
        names.extend(PERSPECTIVES.iter().filter(|p| model.resolve(home, p).is_none()));
    }
    match closest(name, names.iter().copied()) {
        Some(near) => Some(Hint::Meant(near.to_string())),
        None if wanted & LISTED == 0 => None,
        None => {
            let all: Vec<Words> = kinds.iter().map(|k| plural(*k)).collect();
            let (en, zh): (Vec<_>, Vec<_>) = all.into_iter().map(|words| (words.en, words.zh)).unzip();
            let what = Words { en: en.join(" and "), zh: zh.join("和") };
            Some(Hint::Help(match names.as_slice() {
                [] => say!("the design declares no {}", "设计里没有声明{}", what),
                few if few.len() <= 8 => {
                    say!("its {} are {}", "已有的{}是 {}", what, Words::names(few.iter().copied()))
                }
                _ => say!("declare it, or name one of the design's {}", "先声明它，或写设计中已有的{}", what),
            }))
        }
    }
}

/// A name that stands for something else than what is wanted.
pub fn wrong_kind(name: &Name, is: DeclKind, declared: Span, wanted: &[DeclKind]) -> Diagnostic {
    Diagnostic::error(
        codes::names::WRONG_KIND_OF_NAME,
        name.span,
        say!("`{}` is {}, not {}", "`{}` 是{}，不是{}", name.text, a_kind(is), kinds_phrase(wanted)),
    )
    .saying(say!("{} is wanted here", "此处应为{}", kinds_phrase(wanted)))
    .label(declared, say!("declared here", "在此声明"))
}

/// Reports the second of two equal names in a list; true where this one is new.
pub fn first_time<'a>(seen: &mut Vec<&'a Name>, name: &'a Name, what: &str, sink: &mut Diagnostics) -> bool {
    if let Some(first) = seen.iter().find(|n| n.text == name.text) {
        sink.push(
            Diagnostic::error(
                codes::names::REPEATED_NAME,
                name.span,
                say!("`{}` stands twice in `{what}`", "`{}` 在 `{what}` 里写了两次", name.text),
            )
            .saying(say!("named again", "再次写出"))
            .label(first.span, say!("first named here", "首次写出"))
            .help(say!("leave one of the two out", "删去其中一个")),
        );
        return false;
    }
    seen.push(name);
    true
}
