//! The texts of the slices as JSON: what the script puts where, ready-made.

use serde_json::{Map, Value, json};

use super::{Page, board, subject};
use crate::render::picture::outline::typographic;
use crate::render::results::view::SliceKey;
use crate::render::words;
use crate::results::{Row, Status, SubjectId};

/// As it may stand in a `script`: without `<`, which could end it.
pub(super) fn json(page: &Page<'_>) -> String {
    let words = json!({
        "status": Status::ALL.map(|s| (s.word().to_string(), words::status(s, page.lang).into()))
            .into_iter().collect::<Map<String, Value>>(),
        "absent": page.pick("not by this dimension", "不按此维度"),
        "found": page.pick("{} of {}", "{} / {}"),
        "theme": {
            "auto": page.pick("Theme: as the system", "主题：跟随系统"),
            "light": page.pick("Theme: light", "主题：浅色"),
            "dark": page.pick("Theme: dark", "主题：深色"),
        },
    });
    let slices: Vec<Value> = page.report.slices().into_iter().map(|slice| of_slice(page, slice)).collect();
    let island = json!({ "schema": "fishbone.report/1", "words": words, "slices": slices });
    island.to_string().replace('<', "\\u003c")
}

fn of_slice(page: &Page<'_>, slice: SliceKey<'_>) -> Value {
    let rows: Map<String, Value> =
        page.report.of_slice(slice).map(|row| (subject(row.subject), texts(page, row))).collect();
    let counts: Map<String, Value> = Status::ALL
        .into_iter()
        .map(|status| {
            let having = |r: &&Row| matches!(r.subject, SubjectId::Indicator(_)) && r.status == Some(status);
            (status.word().to_string(), page.report.of_slice(slice).filter(having).count().into())
        })
        .collect();
    json!({ "title": page.slice_title(slice), "says": page.report.says(slice), "counts": counts, "rows": rows })
}

/// The texts of a row by the names that `data-t` has; those that are empty are left out.
fn texts(page: &Page<'_>, row: &Row) -> Value {
    let shown = page.report.shown();
    let (judged, _) = board::judged(&shown, row);
    let score = match (row.subject, row.score) {
        (SubjectId::Design, None) => "–".to_string(),
        _ => shown.score(row),
    };
    let pairs = [
        ("status", row.status.map(Status::word).unwrap_or_default().to_string()),
        ("actual", shown.actual(row)),
        ("target", typographic(&shown.target(row))),
        ("score", score),
        ("judged", judged.unwrap_or_default()),
        ("notes", shown.notes(row).join(page.pick("; ", "；"))),
    ];
    pairs
        .into_iter()
        .filter(|(_, t)| !t.is_empty())
        .map(|(k, t)| (k.to_string(), t.into()))
        .collect::<Map<_, _>>()
        .into()
}
