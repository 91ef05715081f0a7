//! References from one declaration to another, other than those in formulas.

use crate::diagnostic::{Diagnostic, Diagnostics, Hint, closest, codes};
use crate::model::keys::{PERSPECTIVES, kinds_phrase, with_article};
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
        let wanted = kinds.iter().map(|k| k.word()).collect::<Vec<_>>().join(" or ");
        sink.unresolved_among(&wanted, &name.text, name.span, mask(kinds) | LISTED, || {
            Diagnostic::error(codes::names::UNKNOWN_NAME, name.span, format!("unknown {wanted} `{}`", name.text))
                .saying(format!("no {wanted} has this name"))
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
            let what = kinds.iter().map(|k| plural(*k)).collect::<Vec<_>>().join(" and ");
            Some(Hint::Help(match names.as_slice() {
                [] => format!("the design declares no {what}").into(),
                few if few.len() <= 8 => {
                    let few: Vec<_> = few.iter().map(|n| format!("`{n}`")).collect();
                    format!("its {what} are {}", few.join(", ")).into()
                }
                _ => format!("declare it, or name one of the design's {what}").into(),
            }))
        }
    }
}

/// A name that stands for something else than what is wanted.
pub fn wrong_kind(name: &Name, is: DeclKind, declared: Span, wanted: &[DeclKind]) -> Diagnostic {
    Diagnostic::error(
        codes::names::WRONG_KIND_OF_NAME,
        name.span,
        format!("`{}` is {}, not {}", name.text, with_article(is.word()), kinds_phrase(wanted)),
    )
    .saying(format!("{} is wanted here", kinds_phrase(wanted)))
    .label(declared, "declared here")
}

/// Reports the second of two equal names in a list; true where this one is new.
pub fn first_time<'a>(seen: &mut Vec<&'a Name>, name: &'a Name, what: &str, sink: &mut Diagnostics) -> bool {
    if let Some(first) = seen.iter().find(|n| n.text == name.text) {
        sink.push(
            Diagnostic::error(
                codes::names::REPEATED_NAME,
                name.span,
                format!("`{}` stands twice in `{what}`", name.text),
            )
            .saying("named again")
            .label(first.span, "first named here")
            .help("leave one of the two out"),
        );
        return false;
    }
    seen.push(name);
    true
}
