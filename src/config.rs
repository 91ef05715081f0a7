//! `kpi.toml`: what is said of a design beside its text. Every key is known, or reported where it stands.

mod walk;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::codes::config as codes;
use crate::diagnostic::{Diagnostic, Severity, say, sort};
use crate::source::{FileId, SourceFile, Span};

/// The name of the file, in the folder of the design.
pub const FILE_NAME: &str = "kpi.toml";

/// The settings of a design.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "kpi.toml")]
pub struct Config {
    /// Which rules are judged, and how gravely.
    pub check: Check,
    /// Where data may come from.
    pub data: Data,
    /// Sources taken from elsewhere, by the name of the binding (`--binding NAME`), then by source.
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Binding>>")]
    pub binding: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Binding>>,
    /// How results are shown.
    pub output: Output,
    #[serde(skip)]
    file: FileId,
}

/// Which rules are judged, and how gravely.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Check {
    /// The set of rules to start from.
    pub profile: Option<Profile>,
    /// Rules besides those of the profile: codes, beginnings of codes (`S`), or names.
    #[schemars(with = "Vec<String>")]
    pub select: Vec<Spanned<String>>,
    /// Rules to leave out.
    #[schemars(with = "Vec<String>")]
    pub ignore: Vec<Spanned<String>>,
    /// The severity of single rules.
    #[schemars(with = "BTreeMap<String, Level>")]
    pub severity: BTreeMap<Spanned<String>, Level>,
    /// What differs for some files.
    pub path: Vec<PathRules>,
    /// Words of the house for the rule `vague-word`, beside those that it has.
    pub vague: Vague,
    /// From which share of the baseline on the way to a target is a leap, for the rules `heroic-stretch` and
    /// `stretch-without-means`; else 0.5.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub leap: Option<f64>,
}

/// Words that say nothing, for the rule `vague-word`; its own stand in `src/lint/rules/specific/vague_word.toml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Vague {
    /// Words that leave open how much, how fast, how well.
    pub words: Vec<String>,
    /// Words that can be taken out without loss.
    pub fillers: Vec<String>,
    /// Words that blur a number, beside it.
    pub hedges: Vec<String>,
    /// Terms of the trade that hold such a word and are not meant: the longest match wins.
    pub terms: Vec<String>,
}

/// What differs for the files that a pattern matches.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathRules {
    /// A path or pattern, relative to the design's folder: `team/**`.
    #[schemars(with = "String")]
    pub path: Spanned<String>,
    /// Rules besides those judged elsewhere.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub select: Vec<Spanned<String>>,
    /// Rules to leave out.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub ignore: Vec<Spanned<String>>,
    /// The severity of single rules.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Level>")]
    pub severity: BTreeMap<Spanned<String>, Level>,
}

/// A set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    Recommended,
    Strict,
    Appraisal,
    Draft,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warning,
    Info,
    Off,
}

impl Level {
    /// None: the rule is not judged.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Level::Error => Some(Severity::Error),
            Level::Warning => Some(Severity::Warning),
            Level::Info => Some(Severity::Info),
            Level::Off => None,
        }
    }
}

/// Where data may come from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Folders and files outside the design's folder that sources may read, relative to it.
    #[schemars(with = "Vec<String>")]
    pub allow: Vec<Spanned<String>>,
}

/// Another place for a source's rows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// As in a source: `parquet("warehouse/orders/*.parquet")`.
    #[schemars(with = "String")]
    pub from: Spanned<String>,
    /// Columns that have another name there, by field.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub columns: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// How results are shown.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Output {
    /// The language of results; `--lang` and `KPI_LANG` come before it, the design's locale after it.
    pub lang: Option<Lang>,
}

/// A language of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    En,
    Zh,
}

impl Config {
    /// Where something that was read stands.
    pub fn place<T>(&self, written: &Spanned<T>) -> Span {
        let range = written.span();
        Span::new(self.file, range.start, range.end)
    }
}

/// Reads a `kpi.toml`. All that is wrong in it is reported, each at its place.
pub fn parse(file: &SourceFile) -> Result<Config, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    let mut problems: Vec<Diagnostic> = errors.iter().map(|e| syntax(file, e)).collect();
    if problems.is_empty() {
        problems = walk::judge(file, &table, schema().as_value());
    }
    let config = if problems.is_empty() { toml::from_str::<Config>(&file.text) } else { Ok(Config::default()) };
    match config {
        Ok(config) if problems.is_empty() => {
            problems = patterns(file, &config);
            if problems.is_empty() {
                return Ok(Config { file: file.id, ..config });
            }
        }
        Ok(_) => {}
        Err(e) => problems.push(syntax(file, &e)),
    }
    sort(&mut problems);
    Err(problems)
}

fn syntax(file: &SourceFile, error: &toml::de::Error) -> Diagnostic {
    let range = error.span().unwrap_or_default();
    let message = error.message().lines().next().unwrap_or_default();
    Diagnostic::error(
        codes::CONFIG_SYNTAX,
        Span::new(file.id, range.start, range.end),
        say!("{message}", "TOML 语法有误：{message}"),
    )
}

fn patterns(file: &SourceFile, config: &Config) -> Vec<Diagnostic> {
    let judge = |rules: &PathRules| {
        let error = globset::Glob::new(rules.path.as_ref()).err()?;
        let range = rules.path.span();
        let message = say!("`{}` is no pattern: {}", "`{}` 不是通配模式：{}", rules.path.as_ref(), error.kind());
        Some(Diagnostic::error(codes::CONFIG_VALUE, Span::new(file.id, range.start, range.end), message))
    };
    config.check.path.iter().filter_map(judge).collect()
}

/// The JSON Schema of `kpi.toml`.
pub fn schema() -> schemars::Schema {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Config>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    const WHOLE: &str = r#"
[check]
profile = "strict"
select = ["S", "R01"]
ignore = ["S02"]
leap = 0.3

[check.severity]
S01 = "error"
vague-word = "off"

[[check.path]]
path = "team/**"
ignore = ["G"]
severity = { S03 = "info" }

[data]
allow = ["../shared"]

[binding.prod.orders]
from = 'parquet("orders/*.parquet")'
columns = { day = "订单日期" }

[output]
lang = "zh"
"#;

    fn told(text: &str) -> Vec<(String, String, Option<String>)> {
        let file = SourceFile::new(FileId(0), FILE_NAME, text);
        let problems = parse(&file).map(|_| ()).unwrap_err();
        problems
            .into_iter()
            .map(|d| (d.message.en.clone(), file.slice(d.span().unwrap()).to_string(), d.help.map(|h| h.en)))
            .collect()
    }

    #[test]
    fn every_setting_is_read() {
        let file = SourceFile::new(FileId(3), FILE_NAME, WHOLE);
        let config = parse(&file).unwrap();
        assert_eq!(config.check.profile, Some(Profile::Strict));
        assert_eq!(config.check.select.len(), 2);
        assert_eq!(config.check.leap, Some(0.3));
        assert_eq!(config.check.severity.values().copied().collect::<Vec<_>>(), [Level::Error, Level::Off]);
        assert_eq!(config.check.path[0].path.as_ref(), "team/**");
        assert_eq!(file.slice(config.place(&config.data.allow[0])), "\"../shared\"");
        let (name, sources) = config.binding.first_key_value().unwrap();
        assert_eq!((file.slice(config.place(name)), sources.len()), ("prod", 1));
        assert_eq!(config.output.lang, Some(Lang::Zh));
        assert!(parse(&SourceFile::new(FileId(0), FILE_NAME, "")).is_ok());
    }

    #[test]
    fn all_that_is_wrong_is_reported_at_its_place() {
        let wrong = told(
            "[chek]\n[data]\nalow = []\nallow = \"../x\"\n[binding.a.b]\ncolumns = {}\n[output]\nlang = \"cn\"\n\
             [[check.path]]\npath = \"[\"\n[check.severity]\nS01 = 1\n",
        );
        let messages: Vec<&str> = wrong.iter().map(|w| w.0.as_str()).collect();
        assert_eq!(
            messages,
            [
                "unknown key `chek`",
                "unknown key `alow` in `data`",
                "`data.allow` takes a list, not a text",
                "`binding.a.b` has no `from`",
                "`output.lang` cannot be `cn`",
                "`check.severity.S01` takes a text, not a number",
            ]
        );
        assert_eq!(wrong[0].1, "chek");
        assert_eq!(wrong[0].2.as_deref(), Some("did you mean `check`?"));
        assert_eq!(wrong[2].2.as_deref(), Some("write `[\"../x\"]`"));
        assert_eq!(
            told("[[check.path]]\npath = \"[\"\n")[0].0,
            "`[` is no pattern: unclosed character class; missing ']'"
        );
    }

    #[test]
    fn a_broken_file_says_where() {
        let wrong = told("[data\nallow = [\"a\n");
        assert!(!wrong.is_empty());
        assert!(wrong.iter().all(|w| !w.0.contains('\n')), "{wrong:?}");
        assert_eq!(told("a = 1\na = 2\n")[0].1, "a");
    }

    #[test]
    fn the_schema_describes_every_key() {
        let schema = serde_json::to_value(schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let whole: serde_json::Value = toml::from_str(WHOLE).unwrap();
        assert!(
            validator.is_valid(&whole),
            "{:?}",
            validator.iter_errors(&whole).map(|e| e.to_string()).collect::<Vec<_>>()
        );
        assert!(!validator.is_valid(&serde_json::json!({"data": {"alow": []}})));
    }

    /// Editors show the descriptions while one writes.
    #[test]
    fn the_schema_explains_every_key() {
        fn walk(path: &str, schema: &serde_json::Value, silent: &mut Vec<String>) {
            for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
                let path = format!("{path}.{key}");
                if inner["description"].as_str().is_none_or(str::is_empty) {
                    silent.push(path.clone());
                }
                walk(&path, inner, silent);
            }
            for inner in ["items", "additionalProperties"] {
                if schema[inner].is_object() {
                    walk(path, &schema[inner], silent);
                }
            }
        }
        let mut silent = Vec::new();
        walk("", schema().as_value(), &mut silent);
        assert_eq!(silent, Vec::<String>::new());
    }
}
