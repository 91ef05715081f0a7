//! Designs on disk: which files make one up, and the way from a path to a checked design.

#[cfg(feature = "engine")]
mod evaluate;
#[cfg(feature = "engine")]
mod inputs;
mod mend;
mod places;
#[cfg(feature = "engine")]
mod report;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::Digest;

use crate::check::{self, Checked};
use crate::config::{self, Config};
use crate::design::Design;
use crate::diagnostic::codes::files::UNREADABLE_DESIGN;
use crate::diagnostic::{self, Diagnostic, Words, say};
use crate::lint::{self, Facts, Judgement};
use crate::render::diagnostics::Section;
use crate::source::{FileId, Files, SourceFile, Sources};
use crate::syntax::Parse;

#[cfg(feature = "engine")]
pub use evaluate::DataOptions;
#[cfg(feature = "engine")]
pub use inputs::{Inputs, resolved};
pub use mend::{Judging, Mended, Rewritten, mend};
pub use places::{Place, find};
pub use texts::{Disk, Texts};

/// A larger file is refused: it is no design, and would take memory by the gigabyte.
pub const MAX_FILE_BYTES: u64 = 16 << 20;
/// The extension of design files.
pub const EXTENSION: &str = "kpi";
/// A folder with this file is a design of its own, whatever folder it stands in.
pub use crate::config::FILE_NAME as CONFIG_FILE;

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
    /// All diagnostics, those about files and the findings of rules included, in the order in which they are shown.
    pub checked: Checked,
    /// What the rules said; None before [`Loaded::lint`].
    pub judgement: Option<Judgement>,
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
            judgement: self.judgement.as_ref(),
            parses: &self.parses,
        }
    }

    /// Judges the design by the rules; their findings join the diagnostics.
    pub fn lint(&mut self, options: &lint::Options, facts: Option<&dyn Facts>) {
        let judgement = self.judgement_of(options, facts);
        self.take(judgement, Vec::new());
    }

    /// As [`Loaded::lint`], with the data; what is wrong with the data joins the diagnostics. A design with errors is judged
    /// without.
    #[cfg(feature = "engine")]
    pub fn lint_with_data(&mut self, options: &lint::Options, data: &DataOptions) {
        if self.has_errors() {
            return self.lint(options, None);
        }
        match self.with_facts(data, options.as_of, |facts| self.judgement_of(options, facts)) {
            Ok((judgement, errors)) => self.take(judgement, errors),
            Err(errors) => {
                let judgement = self.judgement_of(options, None);
                self.take(judgement, errors);
            }
        }
    }

    fn judgement_of(&self, options: &lint::Options, facts: Option<&dyn Facts>) -> Judgement {
        let input = lint::Input {
            files: self.sources.iter().zip(&self.parses).collect(),
            checked: &self.checked,
            config: &self.config,
            facts,
        };
        lint::judge(&input, options)
    }

    fn take(&mut self, mut judgement: Judgement, errors: Vec<Diagnostic>) {
        self.checked.diagnostics.append(&mut judgement.findings);
        self.checked.diagnostics.append(&mut judgement.problems);
        self.checked.diagnostics.extend(errors);
        diagnostic::sort(&mut self.checked.diagnostics);
        self.judgement = Some(judgement);
    }

    /// `config`: the text of `kpi.toml`, or why it cannot be read; None: there is none.
    fn judge(mut texts: Texts, config: Option<Result<String, Words>>) -> Loaded {
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
                let message = say!("cannot read `{CONFIG_FILE}`: {}", "无法读取 `{CONFIG_FILE}`：{}", why);
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
    load_over(&place, &BTreeMap::new())
}

/// As [`load`], with other texts in the place of some files (by their paths in the design).
fn load_over(place: &Place, texts: &BTreeMap<String, String>) -> Loaded {
    let files = Over { disk: Disk { folder: place.folder.clone() }, texts };
    let mut read = Texts::read(&files, &place.files);
    read.diagnostics.extend(place.refused.iter().cloned());
    let config = place.folder.join(CONFIG_FILE).exists().then(|| files.read(CONFIG_FILE));
    Loaded { shown: place.shown.clone(), folder: Some(place.folder.clone()), ..Loaded::judge(read, config) }
}

/// Files on disk, some of them with another text.
struct Over<'a> {
    disk: Disk,
    texts: &'a BTreeMap<String, String>,
}

impl Files for Over<'_> {
    fn read(&self, path: &str) -> Result<String, Words> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone()),
            None => self.disk.read(path),
        }
    }
}

/// The one design at a path, read, parsed and checked. The error is a sentence: there is none, or there are several.
pub fn load_path(path: &Path) -> Result<Loaded, Words> {
    find_one(path).map(load)
}

/// Where the one design at a path stands. The error is a sentence: there is none, or there are several.
pub fn find_one(path: &Path) -> Result<Place, Words> {
    let mut places = find(path)?;
    let shown = path.to_string_lossy();
    // A folder with files of its own is meant itself, whatever designs are nested in it.
    let own = places.first().is_some_and(|p| path.is_file() || p.folder == path);
    match places.len() {
        0 => Err(say!("there is no `.kpi` file in `{shown}`", "`{shown}` 里没有 `.kpi` 文件")),
        1 => Ok(places.remove(0)),
        _ if own => Ok(places.remove(0)),
        n => {
            let names: Vec<_> = places.iter().map(|p| format!("`{}`", p.shown)).collect();
            Err(say!(
                "`{shown}` holds {n} designs, name one: {}",
                "`{shown}` 里有 {n} 个设计，写明一个：{}",
                names.join(", ")
            ))
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
