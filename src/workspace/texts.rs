//! The text of a design, read and parsed with all that `use` brings in.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{EXTENSION, MAX_FILE_BYTES};
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::files::{BAD_USE, UNREADABLE_DESIGN};
use crate::source::{Files, SourceFile, Sources, Span};
use crate::syntax::{self, Parse};

pub(super) fn is_design_file(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == EXTENSION)
}

/// An input error in words of our own, the same on every system.
pub(super) fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_string(),
        ErrorKind::PermissionDenied => "it may not be read".to_string(),
        ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    }
}

/// Files below a folder on disk.
#[derive(Clone, Debug)]
pub struct Disk {
    pub folder: PathBuf,
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, String> {
        use std::io::Read;
        let full = self.folder.join(path);
        let meta = std::fs::metadata(&full).map_err(|e| reason(&e))?;
        if meta.is_dir() {
            return Err("it is a folder".to_string());
        }
        if !meta.is_file() {
            return Err("it is no ordinary file".to_string());
        }
        if meta.len() > MAX_FILE_BYTES {
            return Err(format!("it has {} MiB, more than the {} allowed", meta.len() >> 20, MAX_FILE_BYTES >> 20));
        }
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        let file = std::fs::File::open(&full).map_err(|e| reason(&e))?;
        // The file may have grown since.
        file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(|e| reason(&e))?;
        decode(bytes)
    }
}

/// UTF-8, without its byte order mark. The error says where the first foreign bytes are.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_string(),
            None => text,
        }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                return Err("it is UTF-16; designs are UTF-8".to_string());
            }
            let line = bytes.iter().take(at).filter(|b| **b == b'\n').count() + 1;
            let foreign: Vec<String> = bytes.iter().skip(at).take(4).map(|b| format!("{b:02x}")).collect();
            Err(format!("it is not UTF-8: the first foreign bytes, {}, stand on line {line}", foreign.join(" ")))
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
                    (Err(why), None) => texts
                        .diagnostics
                        .push(Diagnostic::placeless(UNREADABLE_DESIGN, format!("cannot read `{path}`: {why}"))),
                    (Err(why), Some(span)) => {
                        texts.diagnostics.push(Diagnostic::error(BAD_USE, span, format!("cannot use `{path}`: {why}")))
                    }
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
                        let message = format!("cannot use `{}`: {why}", used.text);
                        self.diagnostics.push(Diagnostic::error(BAD_USE, used.span, message));
                    }
                }
            }
        }
        named
    }
}

/// The path of a used file relative to the design's folder, without detours (`a/../b` is `b`).
pub(super) fn used_path(user: &str, used: &str) -> Result<String, &'static str> {
    if !is_design_file(Path::new(used)) {
        return Err("`use` takes a `.kpi` file");
    }
    if used.contains('\\') {
        return Err("parts of a path are separated by `/`");
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
                return Err("the path must be relative to the file that uses it");
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
        assert_eq!(decode(b"\xff\xfea\0".to_vec()).unwrap_err(), "it is UTF-16; designs are UTF-8");
        let gb = decode(b"a: 1\nb: \xbf\xcd\xbb\xa7".to_vec()).unwrap_err();
        assert_eq!(gb, "it is not UTF-8: the first foreign bytes, bf cd bb a7, stand on line 2");
    }

    #[test]
    fn large_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(folder.path().join("a.kpi")).unwrap();
        file.set_len(MAX_FILE_BYTES + (1 << 20)).unwrap();
        let disk = Disk { folder: folder.path().to_path_buf() };
        assert_eq!(disk.read("a.kpi").unwrap_err(), "it has 17 MiB, more than the 16 allowed");
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
