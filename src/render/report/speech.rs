//! The sentences of a report, for all its formats: the verdict, and what is to be done.

use super::Report;
use crate::design::Action;
use crate::render::results::format;
use crate::render::results::view::SliceKey;
use crate::render::text::{counted, visible};
use crate::render::words::{self, Lang};
use crate::results::{Row, Status, SubjectId};

impl Report<'_> {
    /// The verdict in two sentences: how many stand where, and what costs most.
    pub fn says(&self, slice: SliceKey<'_>) -> String {
        let lang = self.lang;
        let rows: Vec<&Row> = self.of_slice(slice).filter(|r| matches!(r.subject, SubjectId::Indicator(_))).collect();
        let counts: Vec<(Status, usize)> = Status::ALL
            .into_iter()
            .map(|s| (s, rows.iter().filter(|r| r.status == Some(s)).count()))
            .filter(|(_, count)| *count > 0)
            .collect();
        let parts: Vec<String> = counts
            .iter()
            .map(|(status, count)| match lang {
                Lang::En => format!("{count} {}", words::status(*status, lang)),
                Lang::Zh => format!("{count} 项{}", words::status(*status, lang)),
            })
            .collect();
        let first = match lang {
            Lang::En => {
                format!("Of {}, {}.", counted(rows.len(), "indicator"), listed(&parts, lang))
            }
            Lang::Zh => format!("{} 项指标中，{}。", rows.len(), listed(&parts, lang)),
        };
        let costly: Vec<String> = self
            .attention(slice)
            .iter()
            .filter_map(|a| {
                let lost = a.lost.filter(|lost| *lost >= 0.05)?;
                let title = visible(&a.row.title).into_owned();
                Some(match lang {
                    Lang::En => format!("{title} ({})", format::score(lost)),
                    Lang::Zh => format!("{title}（{} 分）", format::score(lost)),
                })
            })
            .take(3)
            .collect();
        match (costly.is_empty(), lang) {
            (true, _) => first,
            (false, Lang::En) => format!("{first} The score loses most points to {}.", listed(&costly, lang)),
            (false, Lang::Zh) => format!("{first}失分最多的是{}。", listed(&costly, lang)),
        }
    }
}

/// Who does it, until when, whether it is done.
pub fn beside(action: &Action, lang: Lang) -> Vec<String> {
    let within = action.within.map(|days| match lang {
        Lang::En => format!("within {}", counted(days.max(0) as usize, "day")),
        Lang::Zh => format!("{days} 天内"),
    });
    let due = action.due.map(|day| format!("{} {day}", lang.pick("by", "截止")));
    let done = action.done.then(|| lang.pick("done", "已完成").to_string());
    let owner = action.owner.as_ref().map(|o| visible(o).into_owned());
    [owner, within, due, done].into_iter().flatten().collect()
}

/// The actions that a status asks for.
pub fn due(actions: &[Action], status: Option<Status>) -> impl Iterator<Item = &Action> {
    let word = status.map(Status::word);
    actions.iter().filter(move |a| !a.done && (a.when.is_none() || a.when.as_deref() == word))
}

/// `a, b and c`
fn listed(parts: &[String], lang: Lang) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => match lang {
            Lang::En => format!("{} and {last}", all.join(", ")),
            Lang::Zh => format!("{}、{last}", all.join("、")),
        },
    }
}
