//! Sources taken from elsewhere: a binding of `kpi.toml` in place of what a source says itself.

use toml::Spanned;

use crate::check::source_from;
use crate::config::{Binding, Config};
use crate::design::{Design, From, Source};
use crate::diagnostic::codes::config as codes;
use crate::diagnostic::{Diagnostic, Words, closest, say};
use crate::source::{SourceFile, Span};

/// Stands before a `from` so that it reads as a design.
const BEFORE: &str = "source bound {from:";

/// Rebinds the sources that the binding `name` names. `file` is the `kpi.toml` that `config` was read from; what is wrong
/// points into it.
pub fn bind(design: &mut Design, config: &Config, file: &SourceFile, name: &str) -> Result<(), Vec<Diagnostic>> {
    let Some((_, sources)) = config.binding.iter().find(|(key, _)| key.as_ref() == name) else {
        let known: Vec<&str> = config.binding.keys().map(|k| k.as_ref().as_str()).collect();
        let unknown = Diagnostic::placeless(
            codes::UNKNOWN_BINDING,
            say!("`{}` has no binding `{name}`", "`{}` 里没有绑定 `{name}`", file.path),
        );
        return Err(vec![unknown.help(match closest(name, known.iter().copied()) {
            Some(near) => Words::meant(near),
            None if known.is_empty() => {
                say!(
                    "a binding is a table: `[binding.{name}.SOURCE]` with `from = 'csv(\"…\")'`",
                    "绑定是一个表：`[binding.{name}.来源]`，其中写 `from = 'csv(\"…\")'`"
                )
            }
            None => say!("there are {}", "已有的是 {}", super::list(known.iter().copied(), 12)),
        })]);
    };
    let mut problems = Vec::new();
    for (source, binding) in sources {
        if let Err(found) = rebind(design, config, file, source, binding) {
            problems.extend(found);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn rebind(
    design: &mut Design,
    config: &Config,
    file: &SourceFile,
    name: &Spanned<String>,
    binding: &Binding,
) -> Result<(), Vec<Diagnostic>> {
    let names: Vec<String> = design.sources.iter().map(|s| s.naming.name.clone()).collect();
    let Some(source) = design.sources.iter_mut().find(|s| s.naming.name == **name.as_ref()) else {
        let message = say!("the design has no source `{}`", "设计里没有来源 `{}`", name.as_ref());
        return Err(vec![unknown(config.place(name), message, name.as_ref(), names.iter().map(String::as_str))]);
    };
    let mut problems = columns(source, config, binding);
    match written_from(config, file, &binding.from) {
        Ok(from) => source.from = from,
        Err(found) => problems.extend(found),
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn columns(source: &mut Source, config: &Config, binding: &Binding) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (field, column) in &binding.columns {
        let found = source.fields.iter_mut().find(|f| f.name == **field.as_ref() && f.computed.is_none());
        if let Some(found) = found {
            found.column = column.as_ref().clone();
            continue;
        }
        let message = say!(
            "`{}` has no field `{}` that is read",
            "`{}` 没有从数据读取的字段 `{}`",
            source.naming.name,
            field.as_ref()
        );
        let read = source.fields.iter().filter(|f| f.computed.is_none()).map(|f| f.name.as_str());
        problems.push(unknown(config.place(field), message, field.as_ref(), read));
    }
    problems
}

fn unknown<'a>(span: Span, message: Words, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let unknown = Diagnostic::error(codes::UNKNOWN_BINDING, span, message);
    unknown.help(match closest(name, known.iter().copied()) {
        Some(near) => Words::meant(near),
        None => say!("there are {}", "已有的是 {}", super::list(known.iter().copied(), 12)),
    })
}

/// Reads `csv("…")` as it stands in a text of `kpi.toml`: the same reader, with the same places.
fn written_from(config: &Config, file: &SourceFile, written: &Spanned<String>) -> Result<From, Vec<Diagnostic>> {
    let whole = config.place(written);
    let text = written.as_ref();
    // Between plain quotes every byte stands where it does in the file; with escapes only the whole can be shown.
    let inside = file.text.get(whole.range()).and_then(|raw| raw.get(1..raw.len().checked_sub(1)?));
    let plain = inside == Some(text.as_str());
    let start = whole.start as usize + 1;
    let padding = " ".repeat(start.saturating_sub(BEFORE.len()));
    let design = SourceFile::new(file.id, file.path.clone(), format!("{padding}{BEFORE}{text}}}"));
    let clamp = |span: Span| {
        let kept = span.start >= whole.start && span.end <= whole.end;
        if plain && kept { span } else { whole }
    };
    match source_from(&design) {
        Ok(from) => Ok(From { span: clamp(from.span), ..from }),
        Err(mut problems) => {
            for problem in &mut problems {
                problem.labels.iter_mut().for_each(|l| l.span = clamp(l.span));
                // A fix inside a TOML text would have to be quoted anew.
                problem.fix = None;
            }
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::design::Format;
    use crate::source::Sources;

    const DESIGN: &str = "source orders {\n  from: csv(\"orders.csv\")\n  field order_id: id\n  field day: date\n}\n";

    /// The sources after binding `name`, or what is said of it: message, the text it points at, help.
    fn bound(config: &str, name: &str) -> Result<Vec<Source>, Vec<(String, String, String)>> {
        let sources = Sources::new([
            ("design.kpi".to_string(), DESIGN.to_string()),
            ("kpi.toml".to_string(), config.to_string()),
        ]);
        let files: Vec<_> = sources.iter().collect();
        let parse = crate::syntax::parse(files[0]);
        let mut design = crate::check::check(&[(files[0], &parse)]).design;
        let config = crate::config::parse(files[1]).unwrap();
        let told = |d: Diagnostic| {
            let shown = d.span().map_or("", |s| sources.slice(s)).to_string();
            (d.message.en, shown, d.help.unwrap_or_default().en)
        };
        match bind(&mut design, &config, files[1], name) {
            Ok(()) => Ok(design.sources),
            Err(problems) => Err(problems.into_iter().map(told).collect()),
        }
    }

    #[test]
    fn a_binding_takes_the_place_of_from_and_of_columns() {
        let config = "[binding.prod.orders]\nfrom = 'parquet(\"wh/*.parquet\", partitions: true)'\ncolumns = { day = \"订单日期\" }\n";
        let sources = bound(config, "prod").unwrap();
        assert_eq!(sources[0].from.format, Format::Parquet);
        assert_eq!(sources[0].from.path, "wh/*.parquet");
        assert!(sources[0].from.options.partitions);
        assert_eq!(sources[0].fields[1].column, "订单日期");
        let range = sources[0].from.span.range();
        assert_eq!(&config[range], "parquet(\"wh/*.parquet\", partitions: true)");
        // With escapes the text stands elsewhere than its bytes.
        let sources = bound("[binding.prod.orders]\nfrom = \"csv(\\\"x.csv\\\")\"\n", "prod").unwrap();
        assert_eq!(sources[0].from.path, "x.csv");
    }

    #[test]
    fn what_is_wrong_points_into_the_configuration() {
        let wrong = |config: &str| bound(config, "prod").unwrap_err();
        assert_eq!(wrong("")[0].0, "`kpi.toml` has no binding `prod`");
        let near = wrong("[binding.prods.orders]\nfrom = 'csv(\"a\")'\n");
        assert_eq!(near[0].2, "did you mean `prods`?");
        let source = wrong("[binding.prod.order]\nfrom = 'csv(\"a\")'\n");
        assert_eq!(
            source[0],
            ("the design has no source `order`".into(), "order".into(), "did you mean `orders`?".into())
        );
        let field = wrong("[binding.prod.orders]\nfrom = 'csv(\"a\")'\ncolumns = { days = \"x\" }\n");
        assert_eq!(field[0].1, "days");
        let option = wrong("[binding.prod.orders]\nfrom = 'csv(\"a\", encodin: \"gbk\")'\n");
        assert_eq!((option[0].0.as_str(), option[0].1.as_str()), ("`csv` takes no `encodin`", "encodin"));
        for from in ["'cvs(\"a\")'", "'\"a.csv\"'", "''", "'csv(\"a\")} source y {'", "'csv('"] {
            assert_eq!(wrong(&format!("[binding.prod.orders]\nfrom = {from}\n")).len(), 1, "{from}");
        }
    }
}
