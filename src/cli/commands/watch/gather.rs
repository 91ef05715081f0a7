//! From what the system says of files to what changed, once all has come to rest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, RemoveKind};

use crate::workspace::Inputs;

/// An editor writes a file in several steps, a checkout many files: all are one change.
const QUIET: Duration = Duration::from_millis(150);
/// A file that is written without end is not waited for longer.
const LONGEST: Duration = Duration::from_secs(5);

/// Changes since the first of them. Times count from any one moment.
#[derive(Debug, Default)]
pub struct Gathered {
    paths: BTreeSet<PathBuf>,
    times: Option<(Duration, Duration)>,
}

impl Gathered {
    pub fn add(&mut self, paths: impl IntoIterator<Item = PathBuf>, now: Duration) {
        for path in paths {
            self.paths.insert(path);
            let first = self.times.map_or(now, |(first, _)| first);
            self.times = Some((first, now));
        }
    }

    /// When it is time to act on them; None: there is none.
    pub fn due(&self) -> Option<Duration> {
        self.times.map(|(first, last)| (last + QUIET).min(first + LONGEST))
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }
}

/// The paths of an event that matter; `own`: what is written here, and never does. An event that says that others were
/// lost stands for all: the design's folder.
pub fn changed(event: &notify::Event, inputs: &Inputs, own: Option<&Path>) -> Vec<PathBuf> {
    if event.need_rescan() {
        return vec![inputs.root().to_path_buf()];
    }
    let is_folder = match event.kind {
        // To read is no change, to have written is one.
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Some(false),
        EventKind::Access(_) => return Vec::new(),
        EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => Some(true),
        _ => None,
    };
    let matters = |path: &&PathBuf| {
        Some(path.as_path()) != own && inputs.matters(path, is_folder.unwrap_or_else(|| path.is_dir()))
    };
    event.paths.iter().filter(matters).cloned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use notify::Event;
    use notify::event::{DataChange, Flag, MetadataKind, ModifyKind, RenameMode};

    use super::*;
    use crate::workspace::{self, DataOptions};

    const DESIGN: &str = "source orders { from: csv(\"data/orders.csv\"), time: day\n  field day: date\n}\n\
                          source visits { from: csv(\"data/visits/**/*.csv\"), time: day\n  field day: date\n}\n";

    fn millis(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn one_change_is_all_until_rest() {
        let path = |name: &str| PathBuf::from(name);
        let mut gathered = Gathered::default();
        assert_eq!(gathered.due(), None);
        gathered.add([], millis(10));
        assert_eq!(gathered.due(), None, "what does not matter wakes nobody");
        gathered.add([path("b"), path("a")], millis(20));
        assert_eq!(gathered.due(), Some(millis(20) + QUIET));
        gathered.add([path("a")], millis(100));
        gathered.add([], millis(110));
        assert_eq!(gathered.due(), Some(millis(100) + QUIET));
        assert_eq!(gathered.paths().collect::<Vec<_>>(), [Path::new("a"), Path::new("b")]);
        // A file that never rests.
        for ms in (200..9000).step_by(50) {
            gathered.add([path("a")], millis(ms));
        }
        assert_eq!(gathered.due(), Some(millis(20) + LONGEST));
    }

    /// A design in `design`, which uses a file beside it, with `data` for its data.
    fn design() -> (tempfile::TempDir, PathBuf, Inputs) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (path, text) in [
            ("design/a.kpi", &format!("use \"../shared.kpi\"\n{DESIGN}")[..]),
            ("design/more/b.kpi", ""),
            ("design/nested/kpi.toml", ""),
            ("design/nested/c.kpi", ""),
            ("design/.git/d.kpi", ""),
            ("design/data/orders.csv", "day\n"),
            ("design/data/visits/2026/a.csv", "day\n"),
            ("shared.kpi", ""),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let path = root.join("design");
        let place = workspace::find_one(&path).unwrap();
        let inputs = Inputs::of(&path, Some(&place));
        let loaded = workspace::load(place);
        let inputs = inputs.with(&loaded, loaded.design(), &DataOptions::default());
        (folder, root, inputs)
    }

    #[test]
    fn what_is_read_matters_and_nothing_else() {
        let (_folder, root, inputs) = design();
        let own = root.join("design/data/visits/report.csv");
        let says = |kind: EventKind, path: &str| {
            let event = Event::new(kind).add_path(root.join(path));
            !changed(&event, &inputs, Some(&own)).is_empty()
        };
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        for path in [
            "design/a.kpi",
            "design/new.kpi",
            "design/more/b.kpi",
            "design/kpi.toml",
            "design/more/kpi.toml",
            "shared.kpi",
            "design/data/orders.csv",
            "design/data/visits/new.csv",
            "design/data/visits/2026/a.csv",
            "design/data/visits/2027/b.csv",
        ] {
            assert!(says(written, path), "{path}");
            assert!(says(EventKind::Modify(ModifyKind::Name(RenameMode::To)), path), "{path}");
            assert!(says(EventKind::Remove(RemoveKind::File), path), "{path}");
            assert!(says(EventKind::Access(AccessKind::Close(AccessMode::Write)), path), "{path}");
            assert!(says(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), path), "{path}");
            for read in [AccessKind::Open(AccessMode::Any), AccessKind::Read, AccessKind::Close(AccessMode::Read)] {
                assert!(!says(EventKind::Access(read), path), "{path}");
            }
        }
        for path in [
            "design/report.html",
            "design/.a.kpi.swp",
            "design/.kpi-x1y2",
            "design/a.kpi~",
            "design/nested/c.kpi",
            "design/.git/d.kpi",
            "design/data/others.csv",
            "design/data/visits/a.txt",
            "design/data/visits/report.csv",
            "others.kpi",
            "elsewhere",
        ] {
            assert!(!says(written, path), "{path}");
        }
        // Folders that hold what is read, or may.
        for path in ["design", "design/data", "design/data/visits", "design/more"] {
            assert!(says(EventKind::Remove(RemoveKind::Folder), path), "{path}");
            assert!(says(EventKind::Modify(ModifyKind::Name(RenameMode::From)), path), "{path}");
        }
        assert!(says(EventKind::Create(CreateKind::Folder), "design/data/visits/2027"));
        assert!(says(EventKind::Create(CreateKind::Folder), "design/moved"));
        assert!(!says(EventKind::Create(CreateKind::Folder), "elsewhere"));
        // Events were lost: whatever it was, it is looked at again.
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(changed(&lost, &inputs, None), [root.join("design")]);
    }

    #[test]
    fn folders_are_watched_where_they_are_or_would_be() {
        let (_folder, root, inputs) = design();
        let watched = |inputs: &Inputs| -> Vec<String> {
            let below = |p: &PathBuf| p.strip_prefix(&root).map(|p| p.to_string_lossy().into_owned());
            inputs.folders().iter().filter_map(|p| below(p).ok()).collect()
        };
        let all = ["", "design", "design/data", "design/data/visits", "design/data/visits/2026", "design/more"];
        assert_eq!(watched(&inputs), all);
        std::fs::remove_dir_all(root.join("design/data")).unwrap();
        assert_eq!(watched(&inputs), ["", "design", "design/more"]);
        assert_eq!(inputs.shown(&root.join("design/more/b.kpi")), "more/b.kpi");
        // A path at which nothing stands yet.
        let absent = Inputs::of(&root.join("absent/deep"), None);
        assert_eq!(watched(&absent), [""]);
        assert!(absent.matters(&root.join("absent"), true) && !absent.matters(&root.join("other"), true));
    }
}
