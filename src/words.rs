//! What is said to people is said in English and Chinese: one value holds both, so that no check can forget one.

use std::fmt::Display;

/// The languages that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    /// The language of a locale such as `zh-CN`; English for those that have no words here.
    pub fn of_locale(locale: &str) -> Lang {
        if locale.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
    }

    pub const fn locale(self) -> &'static str {
        self.pick("en", "zh-CN")
    }

    /// The one of two words.
    pub const fn pick(self, en: &'static str, zh: &'static str) -> &'static str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// Between the items of a list.
    pub const fn comma(self) -> &'static str {
        self.pick(", ", "、")
    }

    pub const fn colon(self) -> &'static str {
        self.pick(": ", "：")
    }
}

/// A sentence, or a part of one, in English and Chinese, made where it is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    /// What is the same in both: the user's text, a name, a sign.
    pub fn same(text: impl Into<String>) -> Words {
        let en = text.into();
        Words { zh: en.clone(), en }
    }

    /// `did you mean …?`
    pub fn meant(near: &str) -> Words {
        say!("did you mean `{near}`?", "是不是 `{near}`？")
    }

    /// `a, b or c`
    pub fn either(all: impl IntoIterator<Item = Words>) -> Words {
        let all: Vec<Words> = all.into_iter().collect();
        match all.as_slice() {
            [first @ .., last] if !first.is_empty() => say!("{} or {}", "{}或{}", Words::listed(first), last),
            _ => Words::listed(&all),
        }
    }

    /// `a, b, c`
    pub fn listed(all: &[Words]) -> Words {
        let (en, zh): (Vec<&str>, Vec<&str>) = all.iter().map(|words| (words.en.as_str(), words.zh.as_str())).unzip();
        Words { en: en.join(", "), zh: zh.join("、") }
    }

    /// `` `a`, `b`, `c` ``: names as they are written.
    pub fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> Words {
        Words::listed(&all.into_iter().map(|name| Words::same(format!("`{name}`"))).collect::<Vec<_>>())
    }

    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }
}

/// Can stand in a sentence of either language: whatever shows itself the same in both, and [`Words`].
pub trait Said {
    fn said(&self, lang: Lang) -> impl Display;
}

impl<T: Display> Said for T {
    fn said(&self, _: Lang) -> impl Display {
        self
    }
}

impl Said for Words {
    fn said(&self, lang: Lang) -> impl Display {
        match lang {
            Lang::En => self.en.clone(),
            Lang::Zh => format!("{EDGE}{}{EDGE}", self.zh),
        }
    }
}

impl Said for &Words {
    fn said(&self, lang: Lang) -> impl Display {
        Words::said(self, lang)
    }
}

/// Stands around words that were put into a sentence in Chinese, until [`set`] has looked at what is beside them.
const EDGE: char = '\u{f8ff}';

/// Chinese as it is set: at an edge a blank stands between Chinese and what is not, and nowhere else.
pub fn set(text: String) -> String {
    if !text.contains(EDGE) {
        return text;
    }
    let is_word = |c: &char| matches!(c, '\u{4e00}'..='\u{9fff}');
    let is_other = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '`' | '%');
    let mut out = String::with_capacity(text.len());
    for (nth, part) in text.split(EDGE).filter(|part| !part.is_empty()).enumerate() {
        let (before, behind) = (out.chars().next_back(), part.chars().next());
        let apart = (before.as_ref().is_some_and(is_word) && behind.as_ref().is_some_and(is_other))
            || (before.as_ref().is_some_and(is_other) && behind.as_ref().is_some_and(is_word));
        if nth > 0 && apart {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// `say!("weight {sum} of {}", "{}的权重为 {sum}", title)`: the same sentence in English and Chinese, each as in `format!`.
/// What stands behind may be [`Words`]; a sentence that leaves one out does not compile.
macro_rules! say {
    ($en:literal, $zh:literal $(, $value:expr)* $(,)?) => {
        $crate::words::Words {
            en: format!($en $(, $crate::words::Said::said(&$value, $crate::words::Lang::En))*),
            zh: $crate::words::set(
                format!($zh $(, $crate::words::Said::said(&$value, $crate::words::Lang::Zh))*),
            ),
        }
    };
}
pub(crate) use say;

/// For failures of the command line and for tests; diagnostics take nothing but both languages.
impl From<&str> for Words {
    fn from(text: &str) -> Words {
        Words::same(text)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Words {
        Words::same(text)
    }
}
