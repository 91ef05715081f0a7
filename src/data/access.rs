//! Which files a design may read, and which ones a path or a glob names.

use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::Progress;
use super::codes;
use super::input::reason;
use crate::design::{Format, From};
use crate::diagnostic::{Code, DataPlace, Diagnostic, Words, closest, say};

/// The folders that data may come from. A design reads below its own folder; `--data-dir` puts another in its place;
/// `allow` in `kpi.toml` and `--allow-data` add more. Links are followed, and judged by where they lead.
#[derive(Clone, Debug)]
pub struct Access {
    base: PathBuf,
    allowed: Vec<PathBuf>,
    progress: Progress,
}

/// A file of a table.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// As users should see it.
    pub display: String,
    /// Canonical.
    pub path: PathBuf,
    pub size: u64,
    /// `partitions: true`: the `key=value` folders below the glob's fixed part; None: missing.
    pub folders: Vec<(String, Option<String>)>,
}

/// A pattern: the folders before its first wildcard as written and where they are, and what the rest matches below them.
struct Glob {
    fixed: PathBuf,
    start: PathBuf,
    matcher: GlobMatcher,
}

/// Where the files of a table may stand.
#[derive(Clone, Debug, Default)]
pub struct Outlook {
    /// The file, or the folder in which the pattern begins; empty: nowhere.
    pub start: PathBuf,
    /// Matches paths below `start`; None: `start` is the file.
    pub matcher: Option<GlobMatcher>,
    /// `start` and the folders below it, of a pattern.
    pub folders: Vec<PathBuf>,
}

impl Access {
    /// Relative paths start from `base`: the design's folder, or the one of `--data-dir`.
    pub fn new(base: impl Into<PathBuf>) -> Self {
        let base = base.into();
        Access { allowed: vec![base.clone()], base, progress: Progress::default() }
    }

    /// Where reading is told.
    pub fn telling(mut self, progress: &Progress) -> Self {
        self.progress = progress.clone();
        self
    }

    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Allows a folder (or a file) besides.
    pub fn allow(mut self, path: impl Into<PathBuf>) -> Self {
        self.allowed.push(path.into());
        self
    }

    /// The files that a path or a glob names, in the order of their paths; at least one.
    pub(super) fn find(&self, from: &From) -> Result<Vec<Found>, Vec<Diagnostic>> {
        let written = Path::new(&from.path);
        let plain = self.base.join(written);
        self.permit_as_written(from, &plain)?;
        // A file whose name holds `[` is itself, not a pattern.
        if !is_glob(&from.path) || plain.is_file() {
            return Ok(vec![self.file(from, &plain, &from.path, Vec::new()).map_err(|e| vec![*e])?]);
        }
        self.find_glob(from)
    }

    fn find_glob(&self, from: &From) -> Result<Vec<Found>, Vec<Diagnostic>> {
        let Glob { fixed, start, matcher } = self.glob(from).map_err(|why| {
            vec![Diagnostic::error(
                codes::NO_MATCH,
                from.span,
                say!("`{}` is no pattern: {why}", "`{}` 不是通配模式：{why}", from.path),
            )]
        })?;
        self.permit(from, &start).map_err(|e| vec![*e])?;
        let mut found = Vec::new();
        let mut problems = Vec::new();
        for entry in WalkDir::new(&start).follow_links(true).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let Ok(relative) = entry.path().strip_prefix(&start) else { continue };
            if entry.file_type().is_dir() || !matcher.is_match(relative) {
                continue;
            }
            let display = slashes(&fixed.join(relative));
            let folders = if from.options.partitions { partitions(relative) } else { Vec::new() };
            match self.file(from, entry.path(), &display, folders) {
                Ok(file) => found.push(file),
                Err(problem) => problems.push(*problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        if found.is_empty() {
            return Err(vec![self.no_match(from, &start, &fixed)]);
        }
        found.sort_by(|a, b| a.display.cmp(&b.display));
        Ok(found)
    }

    fn glob(&self, from: &From) -> Result<Glob, String> {
        let pattern = from.path.replace('\\', "/");
        let fixed: PathBuf =
            Path::new(&pattern).components().take_while(|c| !is_glob(&c.as_os_str().to_string_lossy())).collect();
        let rest = pattern.get(fixed.to_string_lossy().len()..).unwrap_or_default().trim_start_matches('/');
        let glob = GlobBuilder::new(rest).literal_separator(true).build().map_err(|e| e.kind().to_string())?;
        Ok(Glob { start: self.base.join(&fixed), fixed, matcher: glob.compile_matcher() })
    }

    /// Where a change would change what is read: of a path its file, of a glob what it matches. What may not be read is
    /// nowhere.
    pub fn outlook(&self, from: &From) -> Outlook {
        let plain = self.base.join(&from.path);
        let permitted = |path: &Path| self.permit_as_written(from, path).is_ok() && self.permit(from, path).is_ok();
        let glob = if is_glob(&from.path) && !plain.is_file() { self.glob(from).ok() } else { None };
        match glob {
            Some(Glob { start, matcher, .. }) if permitted(&start) => {
                let walk = WalkDir::new(&start).follow_links(true).sort_by_file_name();
                let folders = walk.into_iter().flatten().filter(|e| e.file_type().is_dir()).map(|e| e.into_path());
                Outlook { folders: folders.collect(), start, matcher: Some(matcher) }
            }
            None if permitted(&plain) => Outlook { folders: Vec::new(), start: plain, matcher: None },
            _ => Outlook::default(),
        }
    }

    /// One file: it is there, is a file and may be read.
    fn file(
        &self,
        from: &From,
        path: &Path,
        display: &str,
        folders: Vec<(String, Option<String>)>,
    ) -> Result<Found, Box<Diagnostic>> {
        let error = |code, message: Words| Box::new(about(code, from, display, message));
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound || e.kind() == io::ErrorKind::NotADirectory => {
                let missing = error(codes::MISSING_FILE, say!("there is no file `{display}`", "没有文件 `{display}`"));
                return Err(Box::new(missing.help(self.near(path, display))));
            }
            Err(e) => {
                return Err(error(
                    codes::UNREADABLE,
                    say!("`{display}` cannot be read: {}", "无法读取 `{display}`：{}", reason(&e)),
                ));
            }
        };
        let canonical = self.permit(from, path)?;
        if metadata.is_dir() {
            let help = say!(
                "for all files in it write `{}/*.{}`",
                "其中所有文件写成 `{}/*.{}`",
                display.trim_end_matches('/'),
                extension(from.format)
            );
            let folder = error(codes::UNREADABLE, say!("`{display}` is a folder", "`{display}` 是文件夹"));
            return Err(Box::new(folder.help(help)));
        }
        if !metadata.is_file() {
            return Err(error(codes::UNREADABLE, say!("`{display}` is no ordinary file", "`{display}` 不是普通文件")));
        }
        Ok(Found { display: display.to_string(), path: canonical, size: metadata.len(), folders })
    }

    /// Refuses a path that leads outside by its own words, before anything is looked at there.
    fn permit_as_written(&self, from: &From, path: &Path) -> Result<(), Vec<Diagnostic>> {
        let lexical = normalize(&absolute(path));
        if self.allowed.iter().any(|a| lexical.starts_with(normalize(&absolute(a)))) {
            return Ok(());
        }
        // It may still be allowed under another name of the same folder.
        let parent = lexical.ancestors().find_map(|p| p.canonicalize().ok());
        match parent {
            Some(parent) if self.is_allowed(&parent) => Ok(()),
            _ => Err(vec![refused(from, say!("leads outside the design's folder", "通向设计的文件夹之外"))]),
        }
    }

    /// Where a path leads, if that is allowed.
    fn permit(&self, from: &From, path: &Path) -> Result<PathBuf, Box<Diagnostic>> {
        match path.canonicalize() {
            Ok(canonical) if self.is_allowed(&canonical) => Ok(canonical),
            Ok(_) => Err(Box::new(refused(
                from,
                say!("leads outside the design's folder through a link", "经链接通向设计的文件夹之外"),
            ))),
            // Not there: said by whoever looks for it.
            Err(_) => Ok(path.to_path_buf()),
        }
    }

    fn is_allowed(&self, canonical: &Path) -> bool {
        self.allowed.iter().filter_map(|a| a.canonicalize().ok()).any(|a| canonical.starts_with(a))
    }

    /// What is there instead of a missing file: a near name, or the folder that is missing already.
    fn near(&self, path: &Path, display: &str) -> Words {
        let shown = |found: &Path| slashes(found.strip_prefix(&self.base).unwrap_or(found));
        let Some(folder) = path.ancestors().skip(1).find(|p| p.is_dir()) else {
            return say!("paths start from the design's folder", "路径从设计所在的文件夹算起");
        };
        let start = if folder == self.base {
            say!("the design's folder", "设计的文件夹")
        } else {
            Words::same(format!("`{}`", shown(folder)))
        };
        let wanted = path.strip_prefix(folder).ok().and_then(|p| p.components().next());
        let wanted = wanted.map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        let names = listing(folder);
        let Some(near) = closest(&wanted, names.iter().map(String::as_str)) else {
            return match Path::new(display).is_absolute() {
                true => say!("{} has no `{wanted}`", "{}里没有 `{wanted}`", start),
                false => {
                    say!(
                        "{} has no `{wanted}`; paths start from the design's folder, or from `--data-dir`",
                        "{}里没有 `{wanted}`；路径从设计的文件夹或 `--data-dir` 算起",
                        start
                    )
                }
            };
        };
        let mended = folder.join(near);
        let rest = path.strip_prefix(folder.join(&wanted)).unwrap_or(Path::new(""));
        let mended = if rest.as_os_str().is_empty() { mended } else { mended.join(rest) };
        Words::meant(&shown(&mended))
    }

    fn no_match(&self, from: &From, start: &Path, fixed: &Path) -> Diagnostic {
        let diagnostic =
            about(codes::NO_MATCH, from, &from.path, say!("no file matches `{}`", "没有文件与 `{}` 相符", from.path));
        if !start.is_dir() {
            return diagnostic.help(say!("there is no folder `{}`", "没有文件夹 `{}`", slashes(fixed)));
        }
        let folder = if fixed.as_os_str().is_empty() {
            say!("the design's folder", "设计的文件夹")
        } else {
            Words::same(format!("`{}`", slashes(fixed)))
        };
        let names = listing(start);
        diagnostic.help(match names.is_empty() {
            true => say!("{} is empty", "{}是空的", folder),
            false => say!("{} has {}", "{}里有 {}", folder, super::list(names.iter().map(String::as_str), 6)),
        })
    }
}

fn about(code: Code, from: &From, display: &str, message: Words) -> Diagnostic {
    let place = DataPlace { file: display.to_string(), row: None, column: None, value: None };
    Diagnostic::error(code, from.span, message).data(place)
}

fn refused(from: &From, how: Words) -> Diagnostic {
    let folder = Path::new(&from.path).parent().map(slashes).filter(|p| !p.is_empty()).unwrap_or_else(|| "..".into());
    about(codes::NOT_ALLOWED, from, &from.path, say!("`{}` {}", "`{}` {}", from.path, how)).help(say!(
        "a design reads data below its own folder only; to allow another, write `allow = [\"{folder}\"]` under `[data]` \
         in kpi.toml, or give `--allow-data {folder}`",
        "设计只读取自己文件夹之内的数据；要允许别的文件夹，在 `kpi.toml` 的 `[data]` 下写 `allow = [\"{folder}\"]`，或用 `--allow-data {folder}`"
    ))
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// Names in a folder, sorted, without hidden ones.
fn listing(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| !n.starts_with('.'))
        .take(10_000)
        .collect();
    names.sort();
    names
}

/// `year=2026/month=03` as keys and values, from the outside in.
fn partitions(relative: &Path) -> Vec<(String, Option<String>)> {
    let folders = relative.parent().into_iter().flat_map(Path::components);
    folders
        .filter_map(|c| {
            let name = c.as_os_str().to_string_lossy().into_owned();
            let (key, value) = name.split_once('=')?;
            let missing = value == "__HIVE_DEFAULT_PARTITION__";
            Some((unescape(key), (!missing).then(|| unescape(value))))
        })
        .collect()
}

/// `%20` and its like in the names of partition folders.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Without `.` and `..`, by words alone.
fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn slashes(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replace("//", "/")
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Csv => "csv",
        Format::Parquet => "parquet",
        Format::Json => "json",
        Format::Ndjson => "ndjson",
        Format::Xlsx => "xlsx",
        Format::Ods => "ods",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::super::testing::{Folder, from};
    use super::*;

    fn csv(path: &str) -> From {
        from(Format::Csv, path)
    }

    fn shown(access: &Access, path: &str) -> Result<Vec<String>, (Code, String, String)> {
        match access.find(&csv(path)) {
            Ok(found) => Ok(found.into_iter().map(|f| f.display).collect()),
            Err(mut problems) => {
                let first = problems.remove(0);
                Err((first.code, first.message.en, first.help.unwrap_or_default().en))
            }
        }
    }

    fn folders() -> Folder {
        Folder::new(&[
            ("design/data/orders.csv", b"a\n1\n"),
            ("design/data/2026/b.csv", b"a\n1\n"),
            ("design/data/2026/a.csv", b"a\n1\n"),
            ("design/data/2026/.hidden", b""),
            ("design/data/x[1].csv", b"a\n1\n"),
            ("shared/rates.csv", b"a\n1\n"),
        ])
    }

    #[test]
    fn a_glob_is_its_files_in_the_order_of_their_paths() {
        let folder = folders();
        let access = Access::new(folder.path().join("design"));
        assert_eq!(shown(&access, "data/*.csv").unwrap(), ["data/orders.csv", "data/x[1].csv"]);
        assert_eq!(shown(&access, "data/2026/?.csv").unwrap(), ["data/2026/a.csv", "data/2026/b.csv"]);
        assert_eq!(shown(&access, "data/**/*.csv").unwrap().len(), 4);
        assert_eq!(shown(&access, "data/{orders,none}.csv").unwrap(), ["data/orders.csv"]);
        assert_eq!(shown(&access, "data/x[1].csv").unwrap(), ["data/x[1].csv"]);
        let (code, message, help) = shown(&access, "data/2027*.csv").unwrap_err();
        assert_eq!((code, message.as_str()), (codes::NO_MATCH, "no file matches `data/2027*.csv`"));
        assert_eq!(help, "`data` has `2026`, `orders.csv` and `x[1].csv`");
        assert_eq!(shown(&access, "date/*.csv").unwrap_err().2, "there is no folder `date`");
    }

    #[test]
    fn a_missing_file_has_near_names() {
        let folder = folders();
        let access = Access::new(folder.path().join("design"));
        let (code, message, help) = shown(&access, "data/order.csv").unwrap_err();
        assert_eq!((code, message.as_str()), (codes::MISSING_FILE, "there is no file `data/order.csv`"));
        assert_eq!(help, "did you mean `data/orders.csv`?");
        assert_eq!(shown(&access, "dada/orders.csv").unwrap_err().2, "did you mean `data/orders.csv`?");
        let far = shown(&access, "warehouse.csv").unwrap_err().2;
        assert!(far.starts_with("the design's folder has no `warehouse.csv`"), "{far}");
        let (code, message, help) = shown(&access, "data").unwrap_err();
        assert_eq!((code, message.as_str()), (codes::UNREADABLE, "`data` is a folder"));
        assert_eq!(help, "for all files in it write `data/*.csv`");
    }

    #[test]
    fn what_leads_outside_is_refused_unless_allowed() {
        let folder = folders();
        let design = folder.path().join("design");
        let shared = folder.path().join("shared");
        let absolute = shared.join("rates.csv").to_string_lossy().into_owned();
        let access = Access::new(&design);
        for path in
            ["../shared/rates.csv", "data/../../shared/rates.csv", "../shared/*.csv", &absolute, "../nowhere/x.csv"]
        {
            let (code, message, help) = shown(&access, path).unwrap_err();
            assert_eq!(code, codes::NOT_ALLOWED, "{path}");
            assert_eq!(message, format!("`{path}` leads outside the design's folder"));
            assert!(help.contains("`allow = [") && help.contains("--allow-data"), "{help}");
        }
        let allowed = access.allow(design.join("../shared"));
        assert_eq!(shown(&allowed, "../shared/rates.csv").unwrap(), ["../shared/rates.csv"]);
        assert_eq!(shown(&allowed, "../shared/*.csv").unwrap(), ["../shared/rates.csv"]);
        assert_eq!(shown(&allowed, &absolute).unwrap(), [absolute]);
        let moved = Access::new(shared);
        assert_eq!(shown(&moved, "rates.csv").unwrap(), ["rates.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_judged_by_where_they_lead() {
        use std::os::unix::fs::symlink;
        let folder = folders();
        let design = folder.path().join("design");
        symlink("../../shared/rates.csv", design.join("data/link.csv")).unwrap();
        symlink("../../shared", design.join("data/folder")).unwrap();
        symlink("orders.csv", design.join("data/inner.csv")).unwrap();
        symlink("/dev/zero", design.join("data/zero.csv")).unwrap();
        let access = Access::new(&design);
        for path in ["data/link.csv", "data/folder/rates.csv", "data/folder/*.csv", "data/zero.csv"] {
            let (code, message, _) = shown(&access, path).unwrap_err();
            assert_eq!(
                (code, message),
                (codes::NOT_ALLOWED, format!("`{path}` leads outside the design's folder through a link"))
            );
        }
        assert_eq!(shown(&access, "data/inner.csv").unwrap(), ["data/inner.csv"]);
        // The design's folder may itself be reached through a link.
        symlink(&design, folder.path().join("alias")).unwrap();
        let alias = Access::new(folder.path().join("alias"));
        assert_eq!(shown(&alias, "data/orders.csv").unwrap(), ["data/orders.csv"]);
        let device = access.allow("/dev");
        assert_eq!(shown(&device, "data/zero.csv").unwrap_err().1, "`data/zero.csv` is no ordinary file");
    }
}
