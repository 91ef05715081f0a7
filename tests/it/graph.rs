//! `kpi graph`: pictures are XML that holds nothing but shapes and texts, and those of the gallery are not stale.

use std::collections::BTreeSet;
use std::fs;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use crate::support::{folder, kpi, root};

/// What a picture is made of. Fails where it is no XML.
pub struct Picture {
    elements: BTreeSet<String>,
    attributes: BTreeSet<String>,
    pub texts: Vec<String>,
}

fn picture(svg: &str) -> Picture {
    let mut reader = Reader::from_str(svg);
    let mut picture = Picture { elements: BTreeSet::new(), attributes: BTreeSet::new(), texts: Vec::new() };
    let mut text = String::new();
    let mut depth = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Eof => break,
            Event::Start(element) => {
                depth += 1;
                picture.elements.insert(String::from_utf8(element.name().as_ref().to_vec()).expect("UTF-8"));
                for attribute in element.attributes() {
                    let attribute = attribute.expect("well-formed attributes, none twice");
                    let name = String::from_utf8(attribute.key.as_ref().to_vec()).expect("UTF-8");
                    attribute.normalized_value(XmlVersion::Implicit1_0).expect("known entities");
                    picture.attributes.insert(name);
                }
                text.clear();
            }
            Event::End(_) => {
                depth -= 1;
                picture.texts.push(std::mem::take(&mut text));
            }
            Event::Text(part) => text.push_str(&part.decode().expect("UTF-8")),
            Event::GeneralRef(reference) => text.push(match &*reference.decode().expect("UTF-8") {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                other => panic!("an entity that XML does not know: {other:?}"),
            }),
            Event::Decl(_) => {}
            other => panic!("neither element nor text: {other:?}"),
        }
    }
    assert_eq!(depth, 0, "every element is closed");
    picture
}

pub fn assert_only_shapes_and_texts(svg: &str) -> Picture {
    let picture = picture(svg);
    let known = ["svg", "title", "desc", "style", "g", "rect", "line", "circle", "path", "text", "tspan"];
    let known = BTreeSet::from(known.map(String::from));
    assert!(picture.elements.is_subset(&known), "{:?}", picture.elements.difference(&known));
    let foreign = |name: &&String| name.starts_with("on") || name.contains("href") || *name == "style";
    assert_eq!(picture.attributes.iter().find(foreign), None);
    assert!(svg.chars().all(|c| c == '\n' || !c.is_control()), "control characters are shown");
    picture
}

#[test]
fn hostile_labels_stay_text() {
    let folder = root().join("tests/workspaces/hostile");
    for flags in [&["--no-data"][..], &["--no-data", "--density", "mini", "--lang", "zh", "--theme", "dark"]] {
        let args: Vec<&str> = ["graph"].iter().chain(flags).copied().collect();
        let ran = kpi(&folder, &args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        let picture = assert_only_shapes_and_texts(&ran.stdout);
        assert!(picture.texts.iter().any(|t| t == "</title><script>alert(\"design\")</script>"), "{:?}", picture.texts);
        assert!(picture.texts.iter().any(|t| t.contains("]]><![CDATA[")), "{:?}", picture.texts);
    }
}

#[test]
fn a_file_gets_the_format_of_its_extension() {
    let folder = folder(&[("d.kpi", "design d \"D\"\n")]);
    let ran = kpi(folder.path(), &["graph", "--no-data", "-o", "d.svg"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert_only_shapes_and_texts(&fs::read_to_string(folder.path().join("d.svg")).expect("d.svg"));
    let ran = kpi(folder.path(), &["graph", "--no-data", "-o", "d.gif"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no format goes by the extension of `d.gif`"), "{}", ran.stderr);
}

#[cfg(not(feature = "engine"))]
#[test]
fn without_the_engine_only_designs_are_drawn() {
    let folder = folder(&[("d.kpi", "design d \"D\"\n")]);
    let ran = kpi(folder.path(), &["graph"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--no-data"), "{}", ran.stderr);
}

#[cfg(feature = "engine")]
#[test]
fn values_and_slices_are_drawn() {
    let folder = root().join("examples/customer-training");
    let ran = kpi(&folder, &["graph", "--period", "2026-Q2", "--slice", "region=华东", "--history", "4"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let picture = assert_only_shapes_and_texts(&ran.stdout);
    assert!(picture.texts.iter().any(|t| t.contains("2026-Q2 · region = 华东")), "{:?}", picture.texts);
    let table = kpi(&folder, &["eval", "--period", "2026-Q2", "--slice", "region=华东", "--only", "csat"]);
    let value = picture.texts.iter().find(|t| t.ends_with('%') && table.stdout.contains(t.as_str()));
    assert!(value.is_some(), "the value of the table is in the picture: {}", table.stdout);
}

/// `docs/gallery`: the pictures of every example.
#[cfg(feature = "engine")]
#[test]
fn the_gallery_is_not_stale() {
    let gallery = root().join("docs/gallery");
    let page = fs::read_to_string(root().join("docs/gallery.md")).expect("docs/gallery.md");
    let mut made = Vec::new();
    for example in fs::read_dir(root().join("examples")).expect("examples") {
        let example = example.expect("an entry").path();
        let name = example.file_name().expect("a name").to_string_lossy().into_owned();
        for (view, file) in [("fishbone", format!("{name}.svg")), ("lineage", format!("{name}-lineage.svg"))] {
            let ran = kpi(&example, &["graph", "--theme", "light", "--view", view]);
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{file}");
            assert_only_shapes_and_texts(&ran.stdout);
            made.push((file, ran.stdout));
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(&gallery);
        fs::create_dir_all(&gallery).expect("docs/gallery");
        for (name, svg) in &made {
            fs::write(gallery.join(name), svg).expect("a picture");
        }
    }
    assert_eq!(fs::read_dir(&gallery).expect("docs/gallery").count(), made.len());
    for (name, svg) in &made {
        let stands = fs::read_to_string(gallery.join(name)).unwrap_or_default();
        assert!(stands == *svg, "docs/gallery/{name} is out of date; write it anew with `UPDATE_DOCS=1 cargo test`");
        assert!(page.contains(&format!("(gallery/{name})")), "docs/gallery.md shows {name}");
    }
}
