//! The text of a design, read and parsed with all that `use` brings in.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{EXTENSION, MAX_FILE_BYTES};
use crate::check;
use crate::diagnostic::codes::files::{BAD_USE, UNREADABLE_DESIGN};
use crate::diagnostic::{Diagnostic, Words, say};
use crate::source::{Files, SourceFile, Sources, Span};
use crate::syntax::{self, Parse};

pub(super) fn is_design_file(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == EXTENSION)
}

/// An input error in words of our own, the same on every system.
pub(super) fn reason(error: &std::io::Error) -> Words {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => say!("there is no such file", "没有这个文件"),
        ErrorKind::PermissionDenied => say!("it may not be read", "没有读取权限"),
        ErrorKind::IsADirectory => say!("it is a folder", "它是文件夹"),
        _ => Words::same(error.to_string()),
    }
}

/// Files below a folder on disk.
#[derive(Clone, Debug)]
pub struct Disk {
    pub folder: PathBuf,
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, Words> {
        use std::io::Read;
        let full = self.folder.join(path);
        let meta = std::fs::metadata(&full).map_err(|e| reason(&e))?;
        if meta.is_dir() {
            return Err(say!("it is a folder", "它是文件夹"));
        }
        if !meta.is_file() {
            return Err(say!("it is no ordinary file", "它不是普通文件"));
        }
        if meta.len() > MAX_FILE_BYTES {
            return Err(say!(
                "it has {} MiB, more than the {} allowed",
                "它有 {} MiB，超过允许的 {}",
                meta.len() >> 20,
                MAX_FILE_BYTES >> 20
            ));
        }
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        let file = std::fs::File::open(&full).map_err(|e| reason(&e))?;
        // The file may have grown since.
        file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(|e| reason(&e))?;
        decode(bytes)
    }
}

/// UTF-8, without its byte order mark. The error says where the first foreign bytes are.
fn decode(bytes: Vec<u8>) -> Result<String, Words> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_string(),
            None => text,
        }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                return Err(say!("it is UTF-16; designs are UTF-8", "它是 UTF-16 编码；设计文件应为 UTF-8"));
            }
            let line = bytes.iter().take(at).filter(|b| **b == b'\n').count() + 1;
            let foreign: Vec<String> = bytes.iter().skip(at).take(4).map(|b| format!("{b:02x}")).collect();
            Err(say!(
                "it is not UTF-8: the first foreign bytes, {}, stand on line {line}",
                "它不是 UTF-8 编码：第 {line} 行有不合规的字节 {}",
                foreign.join(" ")
            ))
        }
    }
}

/// The text of a design and its trees.
#[derive(Debug, Default)]
pub struct Texts {
    pub sources: Sources,
    /// One a file, in the order of `sources`.
    pub parses: Vec<Parse>,
    /// Files that could not be read, `use`s that name none.
    pub diagnostics: Vec<Diagnostic>,
}

impl Texts {
    /// Reads and parses files, and those that their `use`s name, each once, on all cores. The result does not depend on
    /// their number.
    pub fn read(files: &dyn Files, paths: &[String]) -> Texts {
        let mut texts = Texts::default();
        let mut known: BTreeSet<String> = paths.iter().cloned().collect();
        // A path with the place where it was named, None for the design's own.
        let mut round: Vec<(String, Option<Span>)> = paths.iter().map(|p| (p.clone(), None)).collect();
        while !round.is_empty() {
            let read: Vec<_> = round.into_par_iter().map(|(p, named)| (files.read(&p), p, named)).collect();
            let first = texts.parses.len();
            for (text, path, named) in read {
                match (text, named) {
                    (Ok(text), _) => {
                        texts.sources.add(path, Arc::<str>::from(text));
                    }
                    (Err(why), None) => texts.diagnostics.push(Diagnostic::placeless(
                        UNREADABLE_DESIGN,
                        say!("cannot read `{path}`: {}", "无法读取 `{path}`：{}", why),
                    )),
                    (Err(why), Some(span)) => texts.diagnostics.push(Diagnostic::error(
                        BAD_USE,
                        span,
                        say!("cannot use `{path}`: {}", "无法使用 `{path}`：{}", why),
                    )),
                }
            }
            let fresh: Vec<&SourceFile> = texts.sources.iter().skip(first).collect();
            let parses: Vec<Parse> = fresh.into_par_iter().map(syntax::parse).collect();
            texts.parses.extend(parses);
            round = texts.uses(first, &mut known);
        }
        texts
    }

    /// The files that `use`s name in the files from `first` on, without those that are known.
    fn uses(&mut self, first: usize, known: &mut BTreeSet<String>) -> Vec<(String, Option<Span>)> {
        let mut named = Vec::new();
        for (file, parse) in self.sources.iter().zip(&self.parses).skip(first) {
            for used in check::uses(parse) {
                match used_path(&file.path, &used.text) {
                    Ok(path) => {
                        if known.insert(path.clone()) {
                            named.push((path, Some(used.span)));
                        }
                    }
                    Err(why) => {
                        let message = say!("cannot use `{}`: {}", "无法使用 `{}`：{}", used.text, why);
                        self.diagnostics.push(Diagnostic::error(BAD_USE, used.span, message));
                    }
                }
            }
        }
        named
    }
}

/// The path of a used file relative to the design's folder, without detours (`a/../b` is `b`).
pub(super) fn used_path(user: &str, used: &str) -> Result<String, Words> {
    if !is_design_file(Path::new(used)) {
        return Err(say!("`use` takes a `.kpi` file", "`use` 之后应为 `.kpi` 文件"));
    }
    if used.contains('\\') {
        return Err(say!("parts of a path are separated by `/`", "路径的各部分用 `/` 隔开"));
    }
    let mut parts: Vec<&str> = user.split('/').collect();
    parts.pop();
    for part in Path::new(used).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            Component::ParentDir => parts.push(".."),
            Component::Normal(part) => parts.push(part.to_str().unwrap_or_default()),
            Component::RootDir | Component::Prefix(_) => {
                return Err(say!("the path must be relative to the file that uses it", "路径应相对于写 `use` 的文件"));
            }
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn texts_are_utf_8() {
        assert_eq!(decode(b"\xef\xbb\xbfa".to_vec()).unwrap(), "a");
        assert_eq!(decode(b"\xff\xfea\0".to_vec()).unwrap_err().en, "it is UTF-16; designs are UTF-8");
        let gb = decode(b"a: 1\nb: \xbf\xcd\xbb\xa7".to_vec()).unwrap_err();
        assert_eq!(gb.en, "it is not UTF-8: the first foreign bytes, bf cd bb a7, stand on line 2");
    }

    #[test]
    fn large_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(folder.path().join("a.kpi")).unwrap();
        file.set_len(MAX_FILE_BYTES + (1 << 20)).unwrap();
        let disk = Disk { folder: folder.path().to_path_buf() };
        assert_eq!(disk.read("a.kpi").unwrap_err().en, "it has 17 MiB, more than the 16 allowed");
    }

    #[test]
    fn used_paths_are_relative_to_their_file() {
        assert_eq!(used_path("a.kpi", "../company/calendar.kpi").unwrap(), "../company/calendar.kpi");
        assert_eq!(used_path("a/b.kpi", "../c/./d.kpi").unwrap(), "c/d.kpi");
        assert_eq!(used_path("../x/b.kpi", "../d.kpi").unwrap(), "../d.kpi");
        assert!(used_path("a.kpi", "/etc/x.kpi").is_err());
        assert!(used_path("a.kpi", "data.csv").is_err());
    }
}
