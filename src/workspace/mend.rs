//! Fixes over a whole design, round after round, until nothing is left to fix.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{CONFIG_FILE, Loaded, Place, load_over};
use crate::diagnostic::{Applicability, Code};
use crate::fix;

/// Rounds at most. A fix may uncover what the next round fixes, seldom twice.
const ROUNDS: usize = 16;

/// A design after its fixes. Nothing is written.
#[derive(Debug)]
pub struct Mended {
    /// As it would be loaded were the new texts written.
    pub loaded: Loaded,
    pub files: Vec<Rewritten>,
    /// How many diagnostics of each code were fixed.
    pub fixed: BTreeMap<Code, usize>,
    /// Fixes were still found after the last round: they undo each other.
    pub unsettled: bool,
}

/// A file that fixes change.
#[derive(Clone, Debug)]
pub struct Rewritten {
    pub path: PathBuf,
    /// As the user would name it.
    pub shown: String,
    pub before: String,
    pub after: String,
}

/// How a design is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judging {
    /// By its text, as long as there is something to fix.
    Text,
    /// In full: what nothing is left to fix of otherwise. Data is read here.
    Whole,
}

/// Loads a design, judges it by `judge`, and makes fixes until there are no more. Files that `use` brings in from elsewhere
/// belong to another design and stay as they are.
pub fn mend(place: &Place, applicability: Applicability, judge: impl Fn(&mut Loaded, Judging)) -> Mended {
    let mut own: BTreeSet<&str> = place.files.iter().map(String::as_str).collect();
    own.insert(CONFIG_FILE);
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    let mut fixed: BTreeMap<Code, usize> = BTreeMap::new();
    let mut rounds = 0;
    let (loaded, unsettled) = loop {
        let judged = |judging| {
            let mut loaded = load_over(place, &texts);
            judge(&mut loaded, judging);
            let sources = &loaded.sources;
            let path = |id| sources.get(id).map_or("", |f| f.path.as_str());
            let round = fix::round(sources, loaded.diagnostics(), applicability, |id| own.contains(path(id)));
            (loaded, round)
        };
        let (mut loaded, mut round) = judged(Judging::Text);
        if round.made.is_empty() || rounds == ROUNDS {
            (loaded, round) = judged(Judging::Whole);
        }
        let sources = &loaded.sources;
        if round.made.is_empty() || rounds == ROUNDS {
            break (loaded, !round.made.is_empty());
        }
        rounds += 1;
        for at in &round.made {
            if let Some(diagnostic) = loaded.diagnostics().get(*at) {
                *fixed.entry(diagnostic.code).or_default() += 1;
            }
        }
        for (id, text) in round.texts {
            let Some(file) = sources.get(id) else { continue };
            before.entry(file.path.clone()).or_insert_with(|| file.text.to_string());
            texts.insert(file.path.clone(), text);
        }
    };
    let slash = if place.shown.is_empty() || place.shown.ends_with('/') { "" } else { "/" };
    let files = texts.into_iter().filter_map(|(file, after)| {
        let before = before.remove(&file)?;
        let shown = format!("{}{slash}{file}", place.shown);
        (before != after).then(|| Rewritten { path: place.folder.join(&file), shown, before, after })
    });
    Mended { files: files.collect(), loaded, fixed, unsettled }
}
