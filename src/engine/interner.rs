//! Numbers for texts.

use datafusion::arrow::array::StringViewArray;
use datafusion::common::HashMap;
use roaring::RoaringBitmap;

/// Keys of at most 12 bytes are their own views (length and bytes in 16 bytes), so that finding one touches one place in
/// memory.
#[derive(Default)]
pub struct Interner {
    short: HashMap<u128, u32>,
    long: HashMap<Box<str>, u32>,
}

impl Interner {
    /// The number of a known key: new ones are counted up from 0.
    pub fn number(&mut self, keys: &StringViewArray, row: usize) -> u32 {
        let next = (self.short.len() + self.long.len()) as u32;
        match keys.views().get(row) {
            Some(view) if *view as u32 <= INLINE => *self.short.entry(*view).or_insert(next),
            _ => {
                let key = keys.value(row);
                match self.long.get(key) {
                    Some(number) => *number,
                    None => *self.long.entry(key.into()).or_insert(next),
                }
            }
        }
    }

    /// The keys that have these numbers.
    pub fn keys<'a>(&'a self, numbers: &'a RoaringBitmap) -> impl Iterator<Item = String> + 'a {
        let short = self.short.iter().filter(|(_, n)| numbers.contains(**n)).map(|(view, _)| {
            let bytes = view.to_le_bytes();
            let text = bytes.get(4..4 + (*view as u32).min(INLINE) as usize).unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        });
        let long = self.long.iter().filter(|(_, n)| numbers.contains(**n)).map(|(key, _)| key.to_string());
        short.chain(long)
    }
}

/// Bytes that a view holds itself.
const INLINE: u32 = 12;
