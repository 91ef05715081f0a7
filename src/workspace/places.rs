//! Which files make up a design.

use std::path::{Path, PathBuf};

use super::CONFIG_FILE;
use super::texts::{is_design_file, reason};
use crate::diagnostic::codes::files::{LINK_LEADS_OUT, UNREADABLE_DESIGN};
use crate::diagnostic::{Diagnostic, Words, say};

/// Where one design stands on disk.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The folder as the user named it, to stand before its files' paths; empty for the current one.
    pub shown: String,
    pub folder: PathBuf,
    /// Its `.kpi` files relative to the folder, `/` between parts, in order of their paths.
    pub files: Vec<String>,
    /// The folders in which they were looked for; none where a single file was named.
    pub folders: Vec<PathBuf>,
    /// What was found and not followed.
    pub refused: Vec<Diagnostic>,
}

/// The designs at a path, the outermost first: a `.kpi` file is one; a folder is one if it has `.kpi` files, and so is
/// each folder below with a `kpi.toml` of its own. Hidden files and folders are passed over. The error is a sentence.
pub fn find(path: &Path) -> Result<Vec<Place>, Words> {
    let shown = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => say!("there is no file or folder `{shown}`", "没有文件或文件夹 `{shown}`"),
        _ => say!("cannot read `{shown}`: {}", "无法读取 `{shown}`：{}", reason(&e)),
    })?;
    if !meta.is_dir() {
        return if is_design_file(path) {
            Ok(vec![single_file(path)])
        } else {
            Err(say!("`{shown}` is neither a folder nor a `.kpi` file", "`{shown}` 既不是文件夹也不是 `.kpi` 文件"))
        };
    }
    let mut walk = Walk {
        root: path.canonicalize().map_err(|e| say!("`{shown}`: {}", "`{shown}`：{}", reason(&e)))?,
        ..Walk::default()
    };
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
    Place { shown, folder, files: vec![name], ..Place::default() }
}

#[derive(Default)]
struct Walk {
    /// Of the path that was named, with all links resolved.
    root: PathBuf,
    places: Vec<Place>,
}

impl Walk {
    /// Collects the design of a folder, and those nested in it.
    fn folder(&mut self, folder: &Path, shown: &str) -> Result<(), Words> {
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
                    let why = error.io_error().map_or_else(|| Words::same(error.to_string()), reason);
                    place.refused.push(Diagnostic::placeless(
                        UNREADABLE_DESIGN,
                        say!("cannot read the folder `{}`: {}", "无法读取文件夹 `{}`：{}", relative(folder, path), why),
                    ));
                    continue;
                }
            };
            let path = entry.path();
            if entry.depth() == 0 {
                place.folders.push(path.to_path_buf());
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
                } else {
                    place.folders.push(path.to_path_buf());
                }
            } else if hidden {
                continue;
            } else if kind.is_symlink() {
                place.refused.extend(self.link(folder, path));
            } else if is_design_file(path) {
                if path.to_str().is_none() {
                    place.refused.push(Diagnostic::placeless(
                        UNREADABLE_DESIGN,
                        say!(
                            "cannot read `{}`: its name is not UTF-8",
                            "无法读取 `{}`：文件名不是 UTF-8",
                            relative(folder, path)
                        ),
                    ));
                } else {
                    place.files.push(relative(folder, path));
                }
            }
        }
        place.files.sort();
        if let Some(own) = self.places.get_mut(at) {
            own.files = place.files;
            own.folders = place.folders;
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
            let what = match behind {
                Some(_) => say!("leads out of the design's folder", "通向设计文件夹之外"),
                None => say!("leads nowhere", "不通向任何地方"),
            };
            Diagnostic::placeless(
                LINK_LEADS_OUT,
                say!("the symbolic link `{shown}` {} and is not followed", "符号链接 `{shown}` {}，不予跟随", what),
            )
            .help(say!("write `use \"path\"` for a file that stands elsewhere", "别处的文件用 `use \"路径\"` 引入"))
        })
    }
}

/// A path below a folder, `/` between parts.
fn relative(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
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
        assert!(find(&folder.path().join("a.txt")).unwrap_err().en.ends_with("is neither a folder nor a `.kpi` file"));
        assert!(find(&folder.path().join("b")).unwrap_err().en.starts_with("there is no file or folder"));
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
        let said: Vec<_> = places[0].refused.iter().map(|d| d.message.en.as_str()).collect();
        assert_eq!(
            said,
            [
                "the symbolic link `more` leads out of the design's folder and is not followed",
                "the symbolic link `x.kpi` leads out of the design's folder and is not followed"
            ]
        );
    }
}
