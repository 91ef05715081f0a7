//! Pages that show themselves anew when they have changed: `kpi watch --serve`.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::Digest;

use super::words::Lang;

/// Loads the page again when the server has another than the one that is shown. It is told of the one it has on every
/// connection, so that nothing is missed between two.
pub const SCRIPT: &str = "new EventSource('events').onmessage=e=>{\
    if(e.data!==document.querySelector('meta[name=kpi-page]').content)location.reload()}";

const STYLE: &str = ":root{color-scheme:light dark}body{margin:2rem auto;max-width:72rem;padding:0 1rem;\
    font:16px/1.5 system-ui,sans-serif}h1{font-size:1.2rem}pre{font:14px/1.5 ui-monospace,monospace;overflow-x:auto;\
    white-space:pre-wrap;overflow-wrap:anywhere}";

/// Where the page's own identity stands until it is known, which is when the whole page is.
const UNKNOWN: &str = "0000000000000000";

/// A page, what tells it from another, and what a browser may do with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub id: String,
    pub html: String,
    pub policy: String,
}

impl Page {
    /// A document with [`head`] and [`script`], and the [`policy`] that stands in it.
    pub fn new(html: String, policy: String) -> Page {
        let digest = sha2::Sha256::digest(html.as_bytes());
        let id: String = digest.iter().take(UNKNOWN.len() / 2).map(|b| format!("{b:02x}")).collect();
        let html = html.replacen(&head_of(UNKNOWN).into_string(), &head_of(&id).into_string(), 1);
        // Only a header can say it.
        Page { id, html, policy: format!("{policy}; frame-ancestors 'none'") }
    }
}

/// Stands in the head of such a page, before all that others have written.
pub fn head() -> Markup {
    head_of(UNKNOWN)
}

fn head_of(id: &str) -> Markup {
    html! { meta name="kpi-page" content=(id); }
}

/// Stands at the end of its body.
pub fn script() -> Markup {
    html! { script { (PreEscaped(SCRIPT)) } }
}

/// What a browser may do with a page: show this style and these scripts, and nothing else; where [`SCRIPT`] is among
/// them, ask this server for changes.
pub fn policy(style: &str, scripts: &[Option<&str>]) -> String {
    let scripts: Vec<&str> = scripts.iter().copied().flatten().collect();
    let hashes: Vec<String> = scripts.iter().map(|s| source(s)).collect();
    let connect = if scripts.contains(&SCRIPT) { "; connect-src 'self'" } else { "" };
    format!(
        "default-src 'none'; style-src {}; script-src {}{connect}; base-uri 'none'; form-action 'none'",
        source(style),
        hashes.join(" ")
    )
}

/// A page that shows a text as it is.
pub fn text(title: &str, text: &str, lang: Lang) -> Page {
    let policy = policy(STYLE, &[Some(SCRIPT)]);
    let page = html! {
        (DOCTYPE)
        html lang=(lang.locale()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                (head())
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                pre { (text) }
                (script())
            }
        }
    };
    Page::new(page.into_string(), policy)
}

/// The hash of an inline style or script, as a policy names it.
pub fn source(text: &str) -> String {
    format!("'sha256-{}'", base64(&sha2::Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().chain([0, 0].iter()).take(3).fold(0_u32, |all, b| all << 8 | u32::from(*b));
        for place in 0..4 {
            let digit = DIGITS.get((group >> (18 - 6 * place) & 63) as usize);
            out.push(if place <= chunk.len() { digit.map_or('=', |d| char::from(*d)) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (text, encoded) in pairs {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        // The hash in the specification of content security policies.
        assert_eq!(source("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn a_page_knows_itself_and_text_stays_text() {
        let page = text("</title><script>", "a </pre><script>alert(1)</script> & b", Lang::Zh);
        assert!(page.html.contains(&format!("content=\"{}\"", page.id)) && page.html.contains("lang=\"zh-CN\""));
        assert_eq!(page.html.matches("<script").count(), 1);
        assert!(page.html.contains(SCRIPT) && page.html.contains("a &lt;/pre&gt;&lt;script&gt;alert(1)"));
        assert_ne!(text("a", "b", Lang::En).id, text("a", "c", Lang::En).id);
        assert_eq!(text("a", "b", Lang::En), text("a", "b", Lang::En));
    }
}
