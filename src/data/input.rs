//! Bytes of a file, hashed as they are read.

use crate::diagnostic::{Words, say};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::Progress;

/// Reads a file and leaves its SHA-256 in `hash` once the end is reached.
pub struct Hashing {
    file: File,
    digest: Option<Sha256>,
    hash: Arc<OnceLock<String>>,
    progress: Progress,
}

impl Hashing {
    pub fn open(path: &Path, hash: &Arc<OnceLock<String>>, progress: &Progress) -> io::Result<Self> {
        let digest = hash.get().is_none().then(Sha256::new);
        Ok(Hashing { file: File::open(path)?, digest, hash: Arc::clone(hash), progress: progress.clone() })
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.progress.add(n as u64);
        match self.digest.as_mut() {
            Some(digest) if n > 0 => digest.update(buffer.get(..n).unwrap_or_default()),
            Some(_) if !buffer.is_empty() => {
                if let Some(digest) = self.digest.take() {
                    self.hash.get_or_init(|| hex(&digest.finalize()));
                }
            }
            _ => {}
        }
        Ok(n)
    }
}

/// SHA-256 of a whole file, hexadecimal.
pub fn hash_file(path: &Path) -> io::Result<String> {
    let hash = Arc::default();
    io::copy(
        &mut io::BufReader::with_capacity(1 << 20, Hashing::open(path, &hash, &Progress::default())?),
        &mut io::sink(),
    )?;
    Ok(hash.get().cloned().unwrap_or_default())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What went wrong, in words that do not differ between systems.
pub fn reason(error: &io::Error) -> Words {
    match error.kind() {
        io::ErrorKind::NotFound => say!("there is no such file", "没有这个文件"),
        io::ErrorKind::PermissionDenied => say!("permission denied", "没有权限"),
        io::ErrorKind::IsADirectory => say!("it is a folder", "它是文件夹"),
        io::ErrorKind::UnexpectedEof => say!("it ends too early", "文件过早结束"),
        _ => Words::same(error.to_string()),
    }
}
