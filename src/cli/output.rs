//! Results in files: whole or not at all.

use crate::diagnostic::say;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;

use super::ui::Failure;

/// Held while files take their places.
static WRITING: Mutex<()> = Mutex::new(());

/// Interrupted, the process ends with 130, but not while files take their places: none is left half-written, nor beside its
/// place.
pub fn end_when_interrupted() {
    // Where there can be no handler, the system's own ends the process.
    let _ = ctrlc::set_handler(|| {
        let _writing = WRITING.lock();
        std::process::exit(super::ui::Exit::Interrupted as i32);
    });
}

/// Writes all files, or none: each goes to a temporary file beside it first, and takes its place only when all are
/// complete.
pub fn write_files(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Failure> {
    let cannot = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::usage(say!("cannot write `{}`: {error}", "无法写入 `{}`：{error}", path.to_string_lossy()))
    };
    let _writing = WRITING.lock();
    let mut whole = Vec::new();
    for (path, bytes) in files {
        match std::fs::metadata(path) {
            // A pipe or a device cannot be replaced, and must not be.
            Ok(meta) if !meta.is_file() && !meta.is_dir() => {
                std::fs::write(path, bytes).map_err(|e| cannot(path, &e))?;
                continue;
            }
            Ok(meta) if meta.is_dir() => return Err(cannot(path, &"it is a folder")),
            _ => {}
        }
        // What a link leads to is replaced, not the link.
        let target = path.canonicalize().unwrap_or_else(|_| path.clone());
        let file = temporary(&target).and_then(|mut file| {
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        });
        whole.push((file.map_err(|e| cannot(path, &e))?, target, path));
    }
    for (file, target, path) in whole {
        file.persist(&target).map_err(|e| cannot(path, &e.error))?;
    }
    Ok(())
}

/// A file in the folder of `target`, with the permissions that `target` has or that a new file would get.
fn temporary(target: &Path) -> std::io::Result<NamedTempFile> {
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kpi-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(target).map_or(0o666, |m| m.permissions().mode());
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    builder.tempfile_in(folder)
}

/// The extension of a path, in lower case.
pub fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn one_bad_path_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("a.json");
        let bad = folder.path().join("missing/b.csv");
        let failed = write_files(&[(good.clone(), b"new".to_vec()), (bad, b"new".to_vec())]);
        assert!(failed.is_err());
        assert!(!good.exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_link_keeps_leading_where_it_led() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "old").unwrap();
        #[cfg(unix)]
        {
            let link = folder.path().join("link.json");
            std::os::unix::fs::symlink(&file, &link).unwrap();
            write_files(&[(link.clone(), b"new".to_vec())]).unwrap();
            assert!(std::fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
            assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        }
    }
}
