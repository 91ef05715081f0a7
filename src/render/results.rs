//! Results as people and machines want them: one format a file.

pub mod csv;
pub mod format;
pub mod json;
pub mod markdown;
pub mod ndjson;
#[cfg(feature = "engine")]
pub mod parquet;
pub mod summary;
pub mod table;
pub mod view;

use super::text::Paint;
use super::words::Lang;
use crate::design::Design;
use crate::results::Results;

/// What is rendered, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    pub design: &'a Design,
    pub results: &'a Results,
    pub lang: Lang,
}

/// How a table looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    pub paint: Paint,
    /// Cells of a line; None: nothing is cut or wrapped.
    pub columns: Option<usize>,
    /// Words instead of marks.
    pub ascii: bool,
}

#[cfg(test)]
pub(crate) mod sample;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::sample::{assert_fits, many, results};
    use super::*;
    use crate::render::text::width;

    fn table(of: &(Design, Results), lang: Lang, columns: Option<usize>) -> String {
        let shown = Shown { design: &of.0, results: &of.1, lang };
        let table = table::render(&shown, Look { columns, ..Look::default() });
        if let Some(columns) = columns {
            assert_fits(&table, columns);
        }
        table
    }

    #[test]
    fn the_scoreboard_at_every_width() {
        let of = results();
        insta::assert_snapshot!("scoreboard_120_zh", table(&of, Lang::Zh, Some(120)));
        insta::assert_snapshot!("scoreboard_80_en", table(&of, Lang::En, Some(80)));
        insta::assert_snapshot!("scoreboard_60_en", table(&of, Lang::En, Some(60)));
        insta::assert_snapshot!("scoreboard_piped", table(&of, Lang::En, None));
        for columns in 40..130 {
            table(&of, Lang::En, Some(columns));
        }
    }

    #[test]
    fn ascii_has_words_for_marks() {
        let of = results();
        let shown = Shown { design: &of.0, results: &of.1, lang: Lang::En };
        let table = table::render(&shown, Look { ascii: true, ..Look::default() });
        insta::assert_snapshot!(table);
        // But for the labels of the design.
        let foreign: String = table.chars().filter(|c| !c.is_ascii() && width(&c.to_string()) < 2).collect();
        assert_eq!(foreign, "¥¥");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let of = results();
        let shown = Shown { design: &of.0, results: &of.1, lang: Lang::En };
        let colored = table::render(&shown, Look { paint: Paint { on: true }, columns: Some(100), ascii: false });
        assert!(colored.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), table(&of, Lang::En, Some(100)));
    }

    #[test]
    fn periods_and_slices_are_columns() {
        let of = many();
        insta::assert_snapshot!("matrix_en", table(&of, Lang::En, None));
        insta::assert_snapshot!("matrix_50_zh", table(&of, Lang::Zh, Some(50)));
        let mut one = many();
        one.1.rows.retain(|r| r.period == "2026-06");
        one.1.periods.retain(|p| p.0 == "2026-06");
        insta::assert_snapshot!("matrix_slices_zh", table(&one, Lang::Zh, Some(100)));
    }

    #[test]
    fn machines_get_the_same() {
        for (name, of) in [("one", results()), ("many", many())] {
            let shown = Shown { design: &of.0, results: &of.1, lang: Lang::En };
            insta::assert_snapshot!(format!("csv_{name}"), csv::render(&shown));
            if name == "one" {
                insta::assert_snapshot!("json_one", json::render(&shown));
                insta::assert_snapshot!("ndjson_one", ndjson::render(&shown));
            }
            insta::assert_snapshot!(format!("markdown_{name}"), markdown::render(&shown));
        }
    }

    #[test]
    fn json_is_as_its_schema_says() {
        let schema = serde_json::to_value(json::schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for of in [results(), many()] {
            let shown = Shown { design: &of.0, results: &of.1, lang: Lang::Zh };
            let document = serde_json::from_str(&json::render(&shown)).unwrap();
            let errors: Vec<_> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{}", errors.join("\n"));
        }
        assert!(!validator.is_valid(&serde_json::json!({ "schema": "fishbone.eval/2" })));
    }
}
