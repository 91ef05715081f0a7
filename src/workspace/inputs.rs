//! What a design is read from: where changes are to be looked for, and which of them matter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::places::Place;
use super::texts::{is_design_file, used_path};
use super::{CONFIG_FILE, DataOptions, Loaded};
use crate::check;
use crate::data::Outlook;
use crate::design::Design;

/// All paths in it are canonical, as those of changes must be.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Paths from here are shown relative to it.
    root: PathBuf,
    /// Folders each file of a design in which is part of this one.
    designs: BTreeSet<PathBuf>,
    /// Single files, whether they are there or not.
    files: BTreeSet<PathBuf>,
    patterns: Vec<Outlook>,
}

impl Inputs {
    /// The text of the design at a path, whatever stands there now.
    pub fn of(path: &Path, place: Option<&Place>) -> Inputs {
        let mut inputs = Inputs::default();
        match place {
            Some(place) => {
                inputs.root = canonical(&place.folder);
                inputs.designs.extend(place.folders.iter().map(|f| canonical(f)));
                inputs.files.extend(place.files.iter().map(|f| canonical(&place.folder.join(f))));
            }
            None => {
                inputs.root = canonical(path);
                inputs.designs.insert(inputs.root.clone());
            }
        }
        inputs.files.insert(inputs.root.join(CONFIG_FILE));
        inputs.files.insert(canonical(path));
        inputs
    }

    /// With what the design uses from elsewhere, and the data that its sources are bound to.
    pub fn with(mut self, loaded: &Loaded, design: &Design, options: &DataOptions) -> Inputs {
        let folder = loaded.folder.clone().unwrap_or_default();
        for (file, parse) in loaded.files().zip(&loaded.parses) {
            let used = check::uses(parse).filter_map(|used| used_path(&file.path, &used.text).ok());
            self.files.extend(used.map(|path| canonical(&folder.join(path))));
        }
        let access = loaded.access(options);
        for source in &design.sources {
            let outlook = access.outlook(&source.from);
            match &outlook.matcher {
                _ if outlook.start.as_os_str().is_empty() => {}
                None => {
                    // A link changes where it stands and where it leads.
                    self.files.insert(resolved(&outlook.start));
                    self.files.insert(canonical(&outlook.start));
                }
                Some(_) => self.patterns.push(Outlook {
                    start: canonical(&outlook.start),
                    folders: outlook.folders.iter().map(|f| canonical(f)).collect(),
                    matcher: outlook.matcher,
                }),
            }
        }
        self
    }

    /// The folders to watch, each without those below it. One that is not there is waited for where it would come to be.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let of_files = self.files.iter().filter_map(|f| f.parent());
        let of_patterns = self.patterns.iter().flat_map(|p| p.folders.iter().chain([&p.start])).map(PathBuf::as_path);
        let wanted = self.designs.iter().map(PathBuf::as_path).chain(of_files).chain(of_patterns);
        wanted.filter_map(|folder| folder.ancestors().find(|f| f.is_dir())).map(Path::to_path_buf).collect()
    }

    /// The design's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether what happened to a file or folder may change what is read. `is_folder`: as far as is known.
    pub fn matters(&self, path: &Path, is_folder: bool) -> bool {
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        let within = path.parent().is_some_and(|parent| self.designs.contains(parent));
        if within && !hidden && (is_folder || is_design_file(path) || path.ends_with(CONFIG_FILE)) {
            return true;
        }
        let matched = self.patterns.iter().any(|pattern| match path.strip_prefix(&pattern.start) {
            Ok(below) => is_folder || pattern.matcher.as_ref().is_some_and(|m| m.is_match(below)),
            Err(_) => false,
        });
        // A folder on the way to what is read, come or gone.
        matched
            || self.designs.iter().chain(&self.files).any(|read| read.starts_with(path))
            || self.patterns.iter().any(|pattern| pattern.start.starts_with(path))
    }

    /// A path as users should see it: from the design's folder, `/` between parts.
    pub fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).ok().filter(|b| !b.as_os_str().is_empty());
        below.unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// A path with all links of its folder resolved, and not what it is itself; of what is not there, as far as it is.
pub fn resolved(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => canonical(parent).join(name),
        _ => canonical(path),
    }
}

/// A path with all links resolved; of what is not there, as far as it is.
fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let there = absolute.ancestors().find_map(|p| Some((p, p.canonicalize().ok()?)));
    match there {
        Some((there, resolved)) => match absolute.strip_prefix(there) {
            Ok(rest) if !rest.as_os_str().is_empty() => resolved.join(rest),
            _ => resolved,
        },
        None => absolute,
    }
}
