//! Where the rows of a source come from.

use encoding_rs::Encoding;

use crate::check::names;
use crate::check::values::{self, Keyed};
use crate::design::{Format, From, ReadOptions};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit, Words, closest, codes, say};
use crate::model::keys::list;
use crate::model::properties;
use crate::source::{SourceFile, Span};
use crate::syntax;
use crate::syntax::ast::{self, Expr, ExprKind, Name};

const READERS: [(&str, Format, &[&str]); 6] = [
    ("csv", Format::Csv, &["encoding", "delimiter", "quote", "header", "partitions"]),
    ("parquet", Format::Parquet, &["partitions"]),
    ("json", Format::Json, &["partitions"]),
    ("ndjson", Format::Ndjson, &["partitions"]),
    ("xlsx", Format::Xlsx, &["sheet", "header_row", "partitions"]),
    ("ods", Format::Ods, &["sheet", "header_row", "partitions"]),
];

/// Labels to suggest for a misspelt one, in the order of how likely they are meant.
const ENCODINGS: [&str; 13] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "gb18030",
    "gbk",
    "big5",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "windows-1252",
    "windows-1251",
    "iso-8859-1",
    "iso-8859-2",
];

/// The `from` of the one source in a text: for a binding, which writes it elsewhere.
pub fn source_from(file: &SourceFile) -> Result<From, Vec<Diagnostic>> {
    let parse = syntax::parse(file);
    let mut sink = Diagnostics::default();
    sink.extend(parse.diagnostics);
    let from = match parse.file.items.as_slice() {
        [ast::Item::Decl(decl)] => properties::read(decl).get("from").and_then(|keyed| reader(keyed, &mut sink)),
        _ => None,
    };
    match (from, sink.into_sorted()) {
        (Some(from), problems) if problems.is_empty() => Ok(from),
        (_, problems) if problems.is_empty() => {
            let message = say!("this is no place to read from", "不知道从哪里读取");
            Err(vec![
                Diagnostic::error(codes::keys::WRONG_SHAPE, file.span(), message)
                    .help(say!("for example `csv(\"data/orders.csv\")`", "例如 `csv(\"data/orders.csv\")`")),
            ])
        }
        (_, problems) => Err(problems),
    }
}

/// What `from:` says.
pub fn reader(keyed: Keyed, sink: &mut Diagnostics) -> Option<From> {
    let expr = values::plain(keyed, sink)?;
    let ExprKind::Call { function, args } = &expr.kind else {
        values::wrong_shape(keyed.0, expr.span, sink);
        return None;
    };
    let words: Vec<&str> = READERS.iter().map(|(word, ..)| *word).collect();
    if !values::word_of("from", &words, function, sink) {
        return None;
    }
    let (word, format, known) = READERS.iter().find(|(word, ..)| *word == function.text)?;
    let mut path = None;
    let mut options = ReadOptions::default();
    let mut seen: Vec<&Name> = Vec::new();
    for arg in args {
        if values::is_hole(&arg.expr) {
            return None;
        }
        let beside = arg.by.as_ref().map(|n| n.span).or(arg.on.as_ref().map(|n| n.span));
        if let Some(span) = beside.or(arg.filter.as_ref().map(|f| f.span)) {
            values::wrong_shape(keyed.0, span, sink);
            continue;
        }
        match (&arg.name, &arg.expr.kind) {
            (None, ExprKind::Text(text)) if path.is_none() && !text.is_empty() => path = Some(text.clone()),
            (None, _) => values::wrong_shape(keyed.0, arg.span, sink),
            (Some(name), _) => {
                if names::first_time(&mut seen, name, word, sink) {
                    option(word, known, name, &arg.expr, &mut options, sink);
                }
            }
        }
    }
    let Some(path) = path else {
        if !args.iter().any(|a| a.name.is_none()) {
            sink.push(
                Diagnostic::error(
                    codes::keys::WRONG_SHAPE,
                    expr.span,
                    say!("`{word}` has no path", "`{word}` 没有路径"),
                )
                .saying(say!("which file?", "哪个文件？"))
                .help(say!(
                    "for example `from: {word}(\"data/orders.{word}\")`",
                    "例如 `from: {word}(\"data/orders.{word}\")`"
                )),
            );
        }
        return None;
    };
    Some(From { span: expr.span, format: *format, path, options })
}

fn option(reader: &str, known: &[&str], name: &Name, value: &Expr, options: &mut ReadOptions, sink: &mut Diagnostics) {
    if !known.contains(&name.text.as_str()) {
        let diagnostic = Diagnostic::error(
            codes::keys::UNKNOWN_OPTION,
            name.span,
            say!("`{reader}` takes no `{}`", "`{reader}` 没有选项 `{}`", name.text),
        )
        .saying(say!("unknown option", "未知的选项"));
        sink.push(match closest(&name.text, known.iter().copied()) {
            Some(near) => diagnostic.help(Words::meant(near)).fix(
                Applicability::Proposed,
                say!("write `{near}`", "写成 `{near}`"),
                vec![Edit { span: name.span, text: near.to_string() }],
            ),
            None => diagnostic.help(say!("it takes {}", "可用的有 {}", list(known))),
        });
        return;
    }
    let (wanted, example) = match (name.text.as_str(), &value.kind) {
        ("encoding", ExprKind::Text(text)) => {
            options.encoding = encoding(text, value.span, sink);
            return;
        }
        ("sheet", ExprKind::Text(text)) => {
            options.sheet = Some(text.clone());
            return;
        }
        ("delimiter", ExprKind::Text(text)) if one_byte(text).is_some() => {
            options.delimiter = one_byte(text).unwrap_or(options.delimiter);
            return;
        }
        ("quote", ExprKind::Text(text)) if one_byte(text).is_some() => {
            options.quote = one_byte(text).unwrap_or(options.quote);
            return;
        }
        ("header", ExprKind::Bool(flag)) => {
            options.header = *flag;
            return;
        }
        ("partitions", ExprKind::Bool(flag)) => {
            options.partitions = *flag;
            return;
        }
        ("header_row", ExprKind::Number(ast::Number { digits, unit: None, .. })) => match digits.parse() {
            Ok(row) if row > 0 => {
                options.header_row = row;
                return;
            }
            _ => (say!("the number of a row, from 1 on", "从 1 起的行号"), "1"),
        },
        ("encoding", _) => (say!("a text in quotes", "引号里的文本"), "\"gb18030\""),
        ("sheet", _) => (say!("a text in quotes", "引号里的文本"), "\"Sheet1\""),
        ("delimiter", _) => (say!("one character in quotes", "引号里的一个字符"), "\";\""),
        ("quote", _) => (say!("one character in quotes", "引号里的一个字符"), "\"'\""),
        ("header_row", _) => (say!("the number of a row, from 1 on", "从 1 起的行号"), "1"),
        _ => (say!("`true` or `false`", "`true` 或 `false`"), "true"),
    };
    sink.push(
        Diagnostic::error(
            codes::keys::WRONG_SHAPE,
            value.span,
            say!("`{}` takes {}", "`{}` 应为{}", name.text, wanted),
        )
        .saying(say!("does not fit", "不合适"))
        .help(say!("for example `{}: {example}`", "例如 `{}: {example}`", name.text)),
    );
}

/// The encoding of a label such as `gb18030`, `Shift_JIS`, `utf-16`.
fn encoding(label: &str, span: Span, sink: &mut Diagnostics) -> Option<&'static Encoding> {
    let known = Encoding::for_label(label.as_bytes());
    if known.is_none() {
        let unknown = Diagnostic::error(
            codes::data::UNKNOWN_ENCODING,
            span,
            say!("unknown encoding `{label}`", "未知的编码 `{label}`"),
        )
        .saying(say!("no encoding has this name", "没有叫这个名称的编码"));
        sink.push(match closest(label, ENCODINGS) {
            Some(near) => unknown.help(Words::meant(near)).fix(
                Applicability::Proposed,
                say!("write `{near}`", "写成 `{near}`"),
                vec![Edit { span, text: format!("\"{near}\"") }],
            ),
            None => unknown.help(say!(
                "it is {}, or another of the WHATWG Encoding Standard",
                "应为 {}，或 WHATWG 编码标准中的其他编码",
                list(&ENCODINGS)
            )),
        });
    }
    known
}

fn one_byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] => Some(*byte),
        _ => None,
    }
}
