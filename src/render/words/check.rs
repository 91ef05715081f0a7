//! The words of `kpi check` around what diagnostics say themselves.

use std::collections::BTreeMap;

use super::Lang;
use crate::diagnostic::{Code, Severity};
use crate::fingerprint::Key;
use crate::render::diagnostics::Counts;
use crate::render::text::{counted, visible};

pub const fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Info => lang.pick("info", "提示"),
        Severity::Warning => lang.pick("warning", "警告"),
        Severity::Error => lang.pick("error", "错误"),
    }
}

pub const fn help(lang: Lang) -> &'static str {
    lang.pick("help", "建议")
}

pub const fn fix(lang: Lang) -> &'static str {
    lang.pick("fix", "修复")
}

pub const fn data(lang: Lang) -> &'static str {
    lang.pick("data", "数据")
}

/// Parts of a place in the data: `, row 12`.
pub fn row(row: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!(", row {row}"),
        Lang::Zh => format!("，第 {row} 行"),
    }
}

pub fn column(name: &str, lang: Lang) -> String {
    format!("{}`{name}`", lang.pick(", column ", "，列 "))
}

pub fn value(value: &str, lang: Lang) -> String {
    format!("{}`{value}`", lang.pick(", value ", "，值 "))
}

/// `checked 3 files of 2 designs: 2 errors, 1 warning`
pub fn sentence(counts: Counts, lang: Lang) -> String {
    let kinds =
        [(counts.errors, "error", "个错误"), (counts.warnings, "warning", "个警告"), (counts.infos, "note", "条提示")];
    let found: Vec<String> = kinds
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, en, zh)| match lang {
            Lang::En => counted(count, en),
            Lang::Zh => format!("{count} {zh}"),
        })
        .collect();
    let found =
        if found.is_empty() { lang.pick("no errors", "没有错误").to_string() } else { found.join(lang.comma()) };
    match lang {
        Lang::En => {
            let designs =
                if counts.designs > 1 { format!(" of {}", counted(counts.designs, "design")) } else { String::new() };
            format!("checked {}{designs}: {found}", counted(counts.files, "file"))
        }
        Lang::Zh => {
            let designs = if counts.designs > 1 { format!("{} 个设计的 ", counts.designs) } else { String::new() };
            format!("检查了 {designs}{} 个文件{}{found}", counts.files, lang.colon())
        }
    }
}

/// Rules that could not be judged, in a SMART line.
pub fn not_judged(rules: &[&str], lang: Lang) -> String {
    format!("({} {})", rules.join(" "), lang.pick("not judged", "未评判"))
}

/// Above the short lines of diagnostics that repeat one code.
pub fn repeats(count: usize, code: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{code} again, {}:", if count == 1 { "once".into() } else { format!("{count} times") }),
        Lang::Zh => format!("另有 {count} 条 {code}："),
    }
}

/// What a short list leaves out.
pub fn and_more(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("… and {count} more"),
        Lang::Zh => format!("… 还有 {count} 条"),
    }
}

/// What is not shown at all; a table by code follows.
pub fn hidden(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("… and {count} more (`--max 0` shows all); by code:"),
        Lang::Zh => format!("… 还有 {count} 条（`--max 0` 全部显示），按代码统计："),
    }
}

/// Places of one diagnostic that are not shown.
pub fn more_places(count: usize, lang: Lang) -> String {
    match (lang, count) {
        (_, 0) => String::new(),
        (Lang::En, 1) => " and one more place".to_string(),
        (Lang::En, n) => format!(" and {n} more places"),
        (Lang::Zh, n) => format!(" 还有 {n} 处"),
    }
}

/// What `--write-baseline` did, with a line end. `errors`: what cannot be in a baseline.
pub fn baseline_written(file: &str, findings: usize, errors: usize, lang: Lang) -> String {
    match (lang, errors) {
        (Lang::En, 0) => format!("wrote {} to `{file}`\n", counted(findings, "finding")),
        (Lang::En, n) => format!(
            "wrote {} to `{file}`; {} not among them: a design with errors has no meaning\n",
            counted(findings, "finding"),
            if n == 1 { "1 error is".to_string() } else { format!("{n} errors are") }
        ),
        (Lang::Zh, 0) => format!("已将 {findings} 条发现写入 `{file}`\n"),
        (Lang::Zh, n) => format!("已将 {findings} 条发现写入 `{file}`；{n} 个错误不能写入：有错误的设计没有意义\n"),
    }
}

/// What `--baseline` passed over, and what in it is no longer found, with line ends.
pub fn baseline_used(file: &str, known: usize, stale: &[(&Key, usize)], lang: Lang) -> String {
    let mut out = match lang {
        Lang::En => format!("{} in `{file}` passed over\n", counted(known, "finding")),
        Lang::Zh => format!("略过 `{file}` 中的 {known} 条发现\n"),
    };
    const SHOWN: usize = 10;
    let total: usize = stale.iter().map(|(_, count)| count).sum();
    if total > 0 {
        out.push_str(&match lang {
            Lang::En => {
                format!("{} in it no longer found: `--write-baseline` takes them out\n", counted(total, "finding"))
            }
            Lang::Zh => format!("其中 {total} 条已不再出现，用 `--write-baseline` 更新\n"),
        });
        for (key, count) in stale.iter().take(SHOWN) {
            let times = if *count > 1 { format!(" × {count}") } else { String::new() };
            out.push_str(&format!("  {} {}{times}\n", visible(&key.code), visible(&key.subject)));
        }
        if stale.len() > SHOWN {
            out.push_str(&format!("  {}\n", and_more(stale.len() - SHOWN, lang)));
        }
    }
    out
}

/// What `--fix` did: `fixed 3 findings: 2 E0120, 1 E0203`, with a line end; `only_told`: what it would do.
pub fn fixed(codes: &BTreeMap<Code, usize>, only_told: bool, unsettled: bool, lang: Lang) -> String {
    let total: usize = codes.values().sum();
    let list: Vec<String> = codes.iter().map(|(code, count)| format!("{count} {}", code.id)).collect();
    let list = if list.is_empty() { String::new() } else { format!("{}{}", lang.colon(), list.join(lang.comma())) };
    let done = match (lang, only_told) {
        (Lang::En, false) => format!("fixed {}", counted(total, "finding")),
        (Lang::En, true) => format!("would fix {}", counted(total, "finding")),
        (Lang::Zh, false) => format!("已修复 {total} 处"),
        (Lang::Zh, true) => format!("可修复 {total} 处"),
    };
    let undo = match unsettled {
        true => lang.pick("some fixes undo each other: please report this\n", "有些修复相互抵消，请报告\n"),
        false => "",
    };
    format!("{done}{list}\n{undo}")
}

/// What `--fix` could do, with a line end; nothing where it could do nothing.
pub fn can_be_fixed(safe: usize, proposed: usize, lang: Lang) -> String {
    match (lang, safe, proposed) {
        (_, 0, 0) => String::new(),
        (Lang::En, safe, 0) => format!("{safe} can be fixed with `--fix`\n"),
        (Lang::En, 0, more) => format!("{more} can be fixed with `--fix --unsafe-fixes`\n"),
        (Lang::En, safe, more) => {
            format!("{safe} can be fixed with `--fix`, {more} more with `--fix --unsafe-fixes`\n")
        }
        (Lang::Zh, safe, 0) => format!("{safe} 处可用 `--fix` 修复\n"),
        (Lang::Zh, 0, more) => format!("{more} 处可用 `--fix --unsafe-fixes` 修复\n"),
        (Lang::Zh, safe, more) => format!("{safe} 处可用 `--fix` 修复，另有 {more} 处可用 `--fix --unsafe-fixes`\n"),
    }
}
