//! Designs on disk: which files make one up, and the way from a path to a checked design.

#[cfg(feature = "engine")]
mod evaluate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use sha2::Digest;

use crate::check::{self, Checked};
use crate::config::{self, Config};
use crate::design::Design;
use crate::diagnostic::codes::files::{BAD_USE, LINK_LEADS_OUT, UNREADABLE_DESIGN};
use crate::diagnostic::{self, Diagnostic};
use crate::render::diagnostics::Section;
use crate::source::{FileId, Files, SourceFile, Sources, Span};
use crate::syntax::{self, Parse};

#[cfg(feature = "engine")]
pub use evaluate::DataOptions;

/// A larger file is refused: it is no design, and would take memory by the gigabyte.
pub const MAX_FILE_BYTES: u64 = 16 << 20;
/// The extension of design files.
pub const EXTENSION: &str = "kpi";
/// A folder with this file is a design of its own, whatever folder it stands in.
pub use crate::config::FILE_NAME as CONFIG_FILE;

/// Where one design stands on disk.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The folder as the user named it, to stand before its files' paths; empty for the current one.
    pub shown: String,
    pub folder: PathBuf,
    /// Its `.kpi` files relative to the folder, `/` between parts, in order of their paths.
    pub files: Vec<String>,
    /// What was found and not followed.
    pub refused: Vec<Diagnostic>,
}

/// The designs at a path, the outermost first: a `.kpi` file is one; a folder is one if it has `.kpi` files, and so is
/// each folder below with a `kpi.toml` of its own. Hidden files and folders are passed over. The error is a sentence.
pub fn find(path: &Path) -> Result<Vec<Place>, String> {
    let shown = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file or folder `{shown}`"),
        _ => format!("cannot read `{shown}`: {}", reason(&e)),
    })?;
    if !meta.is_dir() {
        return if is_design_file(path) {
            Ok(vec![single_file(path)])
        } else {
            Err(format!("`{shown}` is neither a folder nor a `.kpi` file"))
        };
    }
    let mut walk =
        Walk { root: path.canonicalize().map_err(|e| format!("`{shown}`: {}", reason(&e)))?, ..Walk::default() };
    let shown = shown.trim_start_matches("./").trim_end_matches('/');
    let shown = if shown == "." { "" } else { shown };
    walk.folder(path, shown)?;
    walk.places.retain(|p| !p.files.is_empty() || !p.refused.is_empty());
    Ok(walk.places)
}

fn single_file(path: &Path) -> Place {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    let shown = folder.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let shown = if shown == "." { String::new() } else { shown };
    let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() };
    Place { shown, folder, files: vec![name], refused: Vec::new() }
}

fn is_design_file(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == EXTENSION)
}

/// An input error in words of our own, the same on every system.
fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_string(),
        ErrorKind::PermissionDenied => "it may not be read".to_string(),
        ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    }
}

#[derive(Default)]
struct Walk {
    /// Of the path that was named, with all links resolved.
    root: PathBuf,
    places: Vec<Place>,
}

impl Walk {
    /// Collects the design of a folder, and those nested in it.
    fn folder(&mut self, folder: &Path, shown: &str) -> Result<(), String> {
        let at = self.places.len();
        self.places.push(Place { shown: shown.to_string(), folder: folder.to_path_buf(), ..Place::default() });
        let mut place = Place::default();
        let mut nested = Vec::new();
        let mut walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder);
                    let why = error.io_error().map_or_else(|| error.to_string(), reason);
                    place.refused.push(Diagnostic::placeless(
                        UNREADABLE_DESIGN,
                        format!("cannot read the folder `{}`: {why}", relative(folder, path)),
                    ));
                    continue;
                }
            };
            let path = entry.path();
            if entry.depth() == 0 {
                continue;
            }
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let kind = entry.file_type();
            if kind.is_dir() {
                if hidden {
                    walk.skip_current_dir();
                } else if path.join(CONFIG_FILE).is_file() {
                    nested.push(path.to_path_buf());
                    walk.skip_current_dir();
                }
            } else if hidden {
                continue;
            } else if kind.is_symlink() {
                place.refused.extend(self.link(folder, path));
            } else if is_design_file(path) {
                if path.to_str().is_none() {
                    place.refused.push(Diagnostic::placeless(
                        UNREADABLE_DESIGN,
                        format!("cannot read `{}`: its name is not UTF-8", relative(folder, path)),
                    ));
                } else {
                    place.files.push(relative(folder, path));
                }
            }
        }
        place.files.sort();
        if let Some(own) = self.places.get_mut(at) {
            own.files = place.files;
            own.refused = place.refused;
        }
        for path in nested {
            let below = relative(folder, &path);
            let shown = if shown.is_empty() { below } else { format!("{shown}/{below}") };
            self.folder(&path, &shown)?;
        }
        Ok(())
    }

    /// A link to a place inside the folder is passed over, since what it leads to is found without it. One that leads out
    /// with design files behind it is refused; others (a folder of data, say) are no matter of the design's text.
    fn link(&self, folder: &Path, path: &Path) -> Option<Diagnostic> {
        let behind = path.canonicalize().ok();
        if behind.as_ref().is_some_and(|b| b.starts_with(&self.root)) {
            return None;
        }
        let folder_of_designs = |b: &PathBuf| {
            b.is_dir()
                && std::fs::read_dir(b).is_ok_and(|es| es.flatten().take(1000).any(|e| is_design_file(&e.path())))
        };
        let matters = is_design_file(path) || behind.as_ref().is_some_and(folder_of_designs);
        matters.then(|| {
            let shown = relative(folder, path);
            let what = if behind.is_some() { "leads out of the design's folder" } else { "leads nowhere" };
            Diagnostic::placeless(LINK_LEADS_OUT, format!("the symbolic link `{shown}` {what} and is not followed"))
                .help("write `use \"path\"` for a file that stands elsewhere")
        })
    }
}

/// A path below a folder, `/` between parts.
fn relative(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
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
fn used_path(user: &str, used: &str) -> Result<String, &'static str> {
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

/// A design with its text, its trees and what was found wrong with them.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The folder as the user named it, to stand before its files' paths; empty for the current one.
    pub shown: String,
    /// Paths of data are relative to it; None: the design is in memory.
    pub folder: Option<PathBuf>,
    pub sources: Sources,
    /// One a `.kpi` file, in the order of `sources`, which has `kpi.toml` behind them.
    pub parses: Vec<Parse>,
    pub config: Config,
    config_file: Option<FileId>,
    /// All diagnostics, those about files included, in the order in which they are shown.
    pub checked: Checked,
}

impl Loaded {
    pub fn design(&self) -> &Design {
        &self.checked.design
    }

    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.checked.diagnostics
    }

    pub fn has_errors(&self) -> bool {
        self.checked.has_errors()
    }

    /// Whether a file could not be read, or `kpi.toml` not understood: what else is reported may come of that.
    pub fn has_input_errors(&self) -> bool {
        let in_config = |d: &Diagnostic| d.span().is_some_and(|s| Some(s.file) == self.config_file);
        self.diagnostics().iter().any(|d| d.is_error() && (d.code == UNREADABLE_DESIGN || in_config(d)))
    }

    /// The `.kpi` files.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.sources.iter().take(self.parses.len())
    }

    /// The first seven hexadecimal digits of a hash over all files' paths and texts: which version of the design spoke.
    pub fn hash(&self) -> String {
        let mut hash = sha2::Sha256::new();
        for file in self.files() {
            // Lengths keep paths and texts apart.
            for part in [file.path.as_bytes(), file.text.as_bytes()] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().take(4).map(|b| format!("{b:02x}")).collect::<String>().chars().take(7).collect()
    }

    /// As `render` takes it.
    pub fn section(&self) -> Section<'_> {
        Section {
            folder: &self.shown,
            sources: &self.sources,
            diagnostics: self.diagnostics(),
            files: self.parses.len(),
        }
    }

    /// `config`: the text of `kpi.toml`, or why it cannot be read; None: there is none.
    fn judge(mut texts: Texts, config: Option<Result<String, String>>) -> Loaded {
        let files: Vec<_> = texts.sources.iter().zip(&texts.parses).collect();
        let mut checked = check::check(&files);
        let mut more = std::mem::take(&mut texts.diagnostics);
        let mut loaded = Loaded { sources: texts.sources, parses: texts.parses, ..Loaded::default() };
        match config {
            None => {}
            Some(Ok(text)) => {
                let id = loaded.sources.add(CONFIG_FILE, text);
                loaded.config_file = Some(id);
                match loaded.sources.get(id).map(config::parse) {
                    Some(Ok(config)) => loaded.config = config,
                    Some(Err(errors)) => more.extend(errors),
                    None => {}
                }
            }
            Some(Err(why)) => {
                let message = format!("cannot read `{CONFIG_FILE}`: {why}");
                more.push(Diagnostic::placeless(UNREADABLE_DESIGN, message));
            }
        }
        if !more.is_empty() {
            checked.diagnostics.extend(more);
            diagnostic::sort(&mut checked.diagnostics);
        }
        loaded.checked = checked;
        loaded
    }
}

/// Reads, parses and checks a design on disk. Reads no data.
pub fn load(place: Place) -> Loaded {
    let disk = Disk { folder: place.folder.clone() };
    let mut texts = Texts::read(&disk, &place.files);
    texts.diagnostics.extend(place.refused);
    let config = place.folder.join(CONFIG_FILE).exists().then(|| disk.read(CONFIG_FILE));
    Loaded { shown: place.shown, folder: Some(place.folder), ..Loaded::judge(texts, config) }
}

/// The one design at a path, read, parsed and checked. The error is a sentence: there is none, or there are several.
pub fn load_path(path: &Path) -> Result<Loaded, String> {
    let mut places = find(path)?;
    let shown = path.to_string_lossy();
    // A folder with files of its own is meant itself, whatever designs are nested in it.
    let own = places.first().is_some_and(|p| path.is_file() || p.folder == path);
    match places.len() {
        0 => Err(format!("there is no `.kpi` file in `{shown}`")),
        1 => Ok(load(places.remove(0))),
        _ if own => Ok(load(places.remove(0))),
        n => {
            let names: Vec<_> = places.iter().map(|p| format!("`{}`", p.shown)).collect();
            Err(format!("`{shown}` holds {n} designs, name one: {}", names.join(", ")))
        }
    }
}

/// Parses and checks a design in memory: `(path, text)`, in the order of their paths; `kpi.toml` may be among them.
pub fn load_texts(files: impl IntoIterator<Item = (String, String)>) -> Loaded {
    let mut files: BTreeMap<String, String> = files.into_iter().collect();
    let config = files.remove(CONFIG_FILE).map(Ok);
    let paths: Vec<String> = files.keys().cloned().collect();
    Loaded::judge(Texts::read(&files, &paths), config)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn write(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn a_folder_is_a_design_and_a_config_below_starts_another() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "b.kpi",
            "a/c.kpi",
            ".git/d.kpi",
            "a/.e.kpi",
            "note.txt",
            "other/kpi.toml",
            "other/f.kpi",
            "other/deep/g.kpi",
        ] {
            write(folder.path(), path, "");
        }
        let places = find(folder.path()).unwrap();
        let found: Vec<_> = places.iter().map(|p| p.files.join(" ")).collect();
        assert_eq!(found, ["a/c.kpi b.kpi", "deep/g.kpi f.kpi"]);
        assert!(places[1].shown.ends_with("/other"), "{}", places[1].shown);
    }

    #[test]
    fn what_is_no_design_is_said() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.txt", "");
        assert!(find(folder.path()).unwrap().is_empty());
        assert!(find(&folder.path().join("a.txt")).unwrap_err().ends_with("is neither a folder nor a `.kpi` file"));
        assert!(find(&folder.path().join("b")).unwrap_err().starts_with("there is no file or folder"));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        write(outside.path(), "x.kpi", "");
        write(folder.path(), "a.kpi", "");
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let link = |to: &Path, from: &str| std::os::unix::fs::symlink(to, folder.path().join(from)).unwrap();
        link(&outside.path().join("x.kpi"), "x.kpi");
        link(outside.path(), "more");
        link(&folder.path().join("a.kpi"), "b.kpi");
        link(folder.path(), "loop");
        let places = find(folder.path()).unwrap();
        assert_eq!(places[0].files, ["a.kpi"]);
        let said: Vec<_> = places[0].refused.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "the symbolic link `more` leads out of the design's folder and is not followed",
                "the symbolic link `x.kpi` leads out of the design's folder and is not followed"
            ]
        );
    }

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
