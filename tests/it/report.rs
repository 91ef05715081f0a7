//! `kpi report` as a file: that it asks for nothing, that nothing of a design is obeyed in it, that it is whole without a
//! script and small enough to be sent.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::Digest;

use crate::support::{Ran, kpi, root};

fn report(design: &Path, more: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.html");
    let (design, output) = (design.to_string_lossy(), file.to_string_lossy());
    let args = [&["report", &design, "-o", &output], more].concat();
    let ran: Ran = kpi(folder.path(), &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    std::fs::read_to_string(file).expect("the report")
}

fn case() -> std::path::PathBuf {
    root().join("examples/customer-training")
}

/// An element as it is written: its name, and its attributes without what they say.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// Every opening tag outside of what is no markup. Markup that is written by a program quotes every attribute.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with(['/', '!']) {
            continue;
        }
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        assert!(!name.is_empty(), "a `<` that opens nothing: {:.60}", rest);
        let mut inside = &rest[name.len()..];
        let mut attributes = Vec::new();
        loop {
            inside = inside.trim_start();
            if let Some(after) = inside.strip_prefix('>') {
                rest = after;
                break;
            }
            let key: String = inside.chars().take_while(|c| !matches!(c, '=' | '>' | ' ')).collect();
            inside = &inside[key.len()..];
            let mut value = "";
            if let Some(quoted) = inside.strip_prefix("=\"") {
                let end = quoted.find('"').expect("a closing quote");
                (value, inside) = (&quoted[..end], &quoted[end + 1..]);
            }
            attributes.push((key, value.to_string()));
        }
        if matches!(name.as_str(), "script" | "style") {
            let end = rest.find(&format!("</{name}>")).expect("its end");
            rest = &rest[end..];
        }
        tags.push(Tag { name, attributes });
    }
    tags
}

/// The text of the first element of a kind.
fn content<'a>(html: &'a str, open: &str, close: &str) -> &'a str {
    let start = html.find(open).expect(open) + open.len();
    &html[start..start + html[start..].find(close).expect(close)]
}

fn hash(text: &str) -> Vec<u8> {
    sha2::Sha256::digest(text.as_bytes()).to_vec()
}

fn from_base64(text: &str) -> Vec<u8> {
    let digit =
        |c: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|d| *d == c);
    let bits: Vec<u32> = text.bytes().filter_map(digit).map(|d| d as u32).collect();
    bits.chunks(4)
        .flat_map(|four| {
            let all = four.iter().fold(0, |all, d| all << 6 | d) << (6 * (4 - four.len()));
            all.to_be_bytes()[1..four.len()].to_vec()
        })
        .collect()
}

/// Nothing is asked for, and a browser would allow nothing but this style and this script.
fn assert_closed(html: &str) {
    let policy = content(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    let named = |directive: &str| -> Vec<Vec<u8>> {
        let part = policy.split("; ").find(|p| p.starts_with(directive)).expect("a directive");
        part.split(' ')
            .skip(1)
            .map(|h| from_base64(h.trim_matches('\'').strip_prefix("sha256-").expect("a hash")))
            .collect()
    };
    assert_eq!(named("style-src "), [hash(content(html, "<style>", "</style>"))]);
    assert_eq!(named("script-src "), [hash(content(html, "<script>", "</script>"))]);
    let style = content(html, "<style>", "</style>");
    assert!(!style.contains("url(") && !style.contains("@import"));

    let known: BTreeSet<&str> = "html head meta title style body a svg symbol use g path circle rect line text tspan desc header \
        div nav ul li search label select option input button span main section h1 h2 h3 h4 p b small bdi table thead tbody \
        tfoot tr th td article code dl dt dd figure figcaption details summary template footer script"
        .split_whitespace()
        .collect();
    for tag in tags(html) {
        assert!(known.contains(tag.name.as_str()), "{tag:?}");
        for (key, value) in &tag.attributes {
            assert!(
                !key.starts_with("on") && !matches!(key.as_str(), "style" | "src" | "action" | "srcset"),
                "{tag:?}"
            );
            assert!(key != "href" || value.starts_with('#'), "{tag:?}");
            assert!(key.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | ':' | '1' | '2')), "{tag:?}");
        }
    }
    let ids: Vec<String> = tags(&without_templates(html))
        .into_iter()
        .flat_map(|t| t.attributes)
        .filter_map(|(key, value)| (key == "id").then_some(value))
        .collect();
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands twice");
}

/// What stands there without a script.
fn without_templates(html: &str) -> String {
    let mut shown = String::new();
    for (at, part) in html.split("<template").enumerate() {
        shown.push_str(if at == 0 { part } else { part.split_once("</template>").expect("its end").1 });
    }
    shown
}

#[test]
fn it_asks_for_nothing() {
    assert_closed(&report(&case(), &["--period", "2026-Q2", "--by-dimension", "region"]));
    assert_closed(&report(&root().join("examples/saas"), &["--theme", "dark", "--history", "0"]));
}

#[test]
fn it_can_be_sent() {
    let html = report(&case(), &["--period", "2026-Q2"]);
    assert!(html.len() <= 250_000, "{} bytes", html.len());
    assert_eq!(html, report(&case(), &["--period", "2026-Q2", "--threads", "1"]));
}

/// The values of `kpi eval`, of the whole and of every member, stand in the page as text.
#[test]
fn it_is_whole_without_a_script() {
    let shown = without_templates(&report(&case(), &["--period", "2026-Q2", "--by-dimension", "region"]));
    let (page, _) = shown.split_once("<script type=\"application/json\"").expect("the data");
    let ran = kpi(&case(), &["eval", "--period", "2026-Q2", "--by-dimension", "region", "--format", "markdown"]);
    let mut seen = 0;
    for line in ran.stdout.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| ---")) {
        let cells: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let Some(value) = cells.get(2).filter(|v| v.chars().any(|c| c.is_ascii_digit())) else { continue };
        assert!(page.contains(&format!(">{value}<")), "{line}");
        seen += 1;
    }
    assert!(seen > 50, "{seen} values");
}

#[test]
fn several_files_and_wrong_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = case();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let run = |outputs: &[&str], more: &[&str]| {
        let outputs: Vec<String> = outputs.iter().flat_map(|o| ["-o".to_string(), at(o)]).collect();
        let design = case.to_string_lossy();
        let args: Vec<&str> = ["report", &design, "--period", "2026-Q2"]
            .into_iter()
            .chain(outputs.iter().map(String::as_str))
            .chain(more.iter().copied())
            .collect();
        kpi(folder.path(), &args)
    };
    assert_eq!(run(&["a.html", "b.html"], &["--title", "T & <b>"]).code, 0);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    assert_eq!(read("a.html"), read("b.html"));
    assert!(read("a.html").contains("<title>T &amp; &lt;b&gt; · 2026-Q2</title>"));
    for (outputs, said) in [(&["a.pdf"][..], "no report goes by the extension"), (&[], "required")] {
        let ran = run(outputs, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

/// Whatever labels say, they make no element and no attribute; the data is JSON that ends no script.
#[test]
fn hostile_labels_stay_text() {
    let folder = root().join("tests/workspaces/hostile");
    for lang in ["en", "zh"] {
        let html =
            report(&folder, &["--by-dimension", "region", "--lang", lang, "--title", "</title><script>alert(9)"]);
        assert_closed(&html);
        assert_eq!(tags(&html).iter().filter(|t| t.name == "script").count(), 2);
        assert!(html.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
        let data = content(&html, "<script type=\"application/json\" id=\"data\">", "</script>");
        assert!(!data.contains('<'));
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(data["schema"], "fishbone.report/1");
        assert!(data["slices"].as_array().is_some_and(|slices| slices.len() > 1));
        // Bidirectional and invisible characters are shown, not obeyed.
        assert!(!html.contains(['\u{202e}', '\u{200b}', '\u{feff}', '\u{2066}', '\u{1b}', '\0']));
    }
}

/// What the page shows for a member is what `kpi eval --slice` says of it.
#[test]
fn members_are_as_their_slices() {
    let html = report(&case(), &["--period", "2026-Q2", "--by-dimension", "region"]);
    let data = content(&html, "<script type=\"application/json\" id=\"data\">", "</script>");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let slices = data["slices"].as_array().expect("slices");
    assert_eq!(slices.len(), 5);
    for slice in slices.iter().skip(1) {
        let title = slice["title"].as_str().expect("a title");
        let (_, member) = title.split_once('：').expect("a member");
        let asked = format!("region={member}");
        let ran = kpi(&case(), &["eval", "--period", "2026-Q2", "--slice", &asked, "--format", "json"]);
        let results: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let mut seen = 0;
        for row in results["results"].as_array().expect("rows") {
            let name = row["name"].as_str().expect("a name");
            let subject = match row["kind"].as_str() {
                Some("indicator") => content(&html, &format!("id=\"i-{name}\" data-for=\""), "\"").to_string(),
                Some("design") => "design".to_string(),
                _ => continue,
            };
            let Some(shown) = slice["rows"].get(&subject) else {
                // What has no region is left out of the members, and has no value in a slice.
                assert!(row["value"].is_null(), "{name} in {member}");
                continue;
            };
            assert_eq!(shown["status"], row["status"], "{name} in {member}");
            let score = row["score"].as_f64().map(|s| format!("{s:.1}"));
            let shown_score = shown["score"].as_str().filter(|s| *s != "–").map(str::to_string);
            assert_eq!(shown_score, score, "{name} in {member}");
            seen += 1;
        }
        assert!(seen > 10, "{seen} in {member}");
    }
}
