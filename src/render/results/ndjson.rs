//! One JSON object a line, each as those under `results` in `fishbone.eval/1`.

use super::{Shown, json};

pub fn render(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    for entry in json::entries(shown) {
        // Nothing in an entry can fail to be written as JSON.
        out.push_str(&serde_json::to_string(&entry).unwrap_or_default());
        out.push('\n');
    }
    out
}
