//! No two boxes intersect, whatever the design; nothing in a label is more than text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::fishbone::fishbone;
use super::layout::Density;
use super::outline::{Node, Outline, Subject};
use super::scene::{Bounds, Form, Group, Item, Role, Scene, Shape, Step};
use super::svg::{self, Theme};
use crate::design::{FactorId, IndicatorId};
use crate::render::results::sample;
use crate::render::words::Lang;
use crate::results::{Status, SubjectId};
use crate::source::Sources;

// ---- random outlines ---------------------------------------------------------------------------------------------

/// Put together from pieces, which is quicker than from an expression.
fn text(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 1..=most).prop_map(|pieces| pieces.concat())
}

fn title() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => text(&["客户", "满意度", "培训", "收入", "成本率", "的", "与"], 10),
        20 => text(&["Net ", "revenue ", "retention ", "of ", "WWW ", "& ", "satisfaction ", "il"], 7),
        5 => text(&["<b>", "客", "👍🏽", "🇨🇳", "e\u{301}", "\u{202e}", "\u{200b}", "\"", "&amp;", "\u{1b}", "ش", "\u{12031}"], 20),
        1 => Just("W".repeat(300)),
    ]
}

fn number(sign: &'static [&'static str], unit: &'static [&'static str]) -> impl Strategy<Value = String> {
    let sign = prop::sample::select(sign);
    (sign, 0..2_000_000_000u32, prop::sample::select(unit)).prop_map(|(sign, n, unit)| format!("{sign}{n}{unit}"))
}

fn status() -> impl Strategy<Value = Option<Status>> {
    prop_oneof![9 => (0..7usize).prop_map(|i| Some(Status::ALL[i])), 1 => Just(None)]
}

prop_compose! {
    fn node(role: Role)(
        title in title(),
        status in status(),
        value in prop::option::of(number(&["", "¥", "-"], &["", "%", " 万元", " tickets per account"])),
        target in prop::option::of(number(&["≥ ", "≤ ", "20.."], &["", "%", " 元", " hours/ticket"])),
        judged in prop::option::weighted(0.2, number(&["2026-06 "], &["%", " 天"])),
        score in prop::option::of(0.0..130.0f64),
        weight in prop::option::of(0.0..1.0f64),
        history in prop::collection::vec(prop::option::of(-5.0..5.0f64), 0..8),
        home in prop::option::weighted(0.1, title()),
        reason in prop::option::weighted(0.1, title()),
    ) -> Node {
        let alias = role == Role::Indicator && home.is_some();
        let role = if alias { Role::Alias } else { role };
        let subject = match role {
            Role::Factor | Role::SubFactor => SubjectId::Factor(FactorId(0)),
            _ => SubjectId::Indicator(IndicatorId(0)),
        };
        Node {
            subject, role, name: "n".into(), title, perspective: None, status, value, target, score, weight, history,
            judged, home: home.filter(|_| alias), reason, limits: vec![], notes: vec![], children: vec![],
        }
    }
}

/// A bone with 1 to 15 indicators, on up to three levels.
fn bone() -> impl Strategy<Value = Node> {
    let indicators = || prop::collection::vec(node(Role::Indicator), 1..=5);
    let inner = (node(Role::SubFactor), indicators()).prop_map(with_children);
    let middle =
        (node(Role::SubFactor), prop::collection::vec(prop_oneof![4 => node(Role::Indicator), 1 => inner], 1..=4));
    let children = prop_oneof![
        3 => prop::collection::vec(node(Role::Indicator), 1..=15),
        2 => prop::collection::vec(prop_oneof![3 => node(Role::Indicator), 1 => middle.prop_map(with_children)], 1..=5),
    ];
    (node(Role::Factor), children).prop_map(with_children)
}

fn with_children((node, children): (Node, Vec<Node>)) -> Node {
    Node { children, ..node }
}

prop_compose! {
    fn outline()(
        title in title(),
        head in node(Role::Head),
        bones in prop::collection::vec(bone(), 0..=12),
        counts in prop::collection::vec(0..2000usize, 7),
        kinds in 0..=7usize,
        with_results in prop::bool::weighted(0.8),
        zh in any::<bool>(),
    ) -> Outline {
        let counts = Status::ALL.into_iter().zip(counts).take(if with_results { kinds } else { 0 }).collect();
        Outline {
            lang: if zh { Lang::Zh } else { Lang::En },
            title: crate::render::text::visible(&title).into_owned(),
            subtitle: vec!["2026-Q2".into(), "9".into()],
            provenance: "kpi 0.1.0 · design.kpi @ 1234567".into(),
            head,
            counts,
            bones,
            indicators: 9,
            with_results,
        }
    }
}

// ---- what must hold ----------------------------------------------------------------------------------------------

/// Groups that own their room, and all texts with the room of the group that they stand in.
fn collect<'a>(
    items: &'a [Item],
    room: Option<Bounds>,
    groups: &mut Vec<&'a Group>,
    texts: &mut Vec<(Bounds, Option<Bounds>)>,
) {
    for item in items {
        match item {
            Item::Group(group) => {
                if group.bounds.is_some() {
                    groups.push(group);
                }
                collect(&group.items, group.bounds.or(room), groups, texts);
            }
            Item::Text(text) => texts.push((text.bounds(), room)),
            Item::Shape(_) => {}
        }
    }
}

fn grown(bounds: Bounds, by: f64) -> Bounds {
    Bounds { x: bounds.x - by, y: bounds.y - by, width: bounds.width + 2.0 * by, height: bounds.height + 2.0 * by }
}

fn assert_sound(scene: &Scene) {
    let (mut groups, mut texts) = (Vec::new(), Vec::new());
    collect(&scene.items, None, &mut groups, &mut texts);
    let page = grown(Bounds { x: 0.0, y: 0.0, width: scene.width, height: scene.height }, 0.01);
    let boxes: Vec<Bounds> = groups.iter().map(|g| g.bounds.unwrap()).collect();
    for (i, a) in boxes.iter().enumerate() {
        assert!(page.contains(a), "{:?} leaves the page: {a:?} of {page:?}", groups[i].role);
        for (j, b) in boxes.iter().enumerate().take(i) {
            assert!(!grown(*a, -0.01).intersects(b), "{:?} {a:?} meets {:?} {b:?}", groups[i].role, groups[j].role);
        }
    }
    let mut at: Vec<(Bounds, Bounds)> = Vec::new();
    for (text, room) in texts {
        let room = room.expect("a text stands in a group with room");
        assert!(grown(room, 0.51).contains(&text), "{text:?} leaves {room:?}");
        // Of one group no two texts meet, even in a font of tall lines such as Noto Sans CJK; groups do not meet anyway.
        let size = text.height / 1.15;
        let tall = Bounds { y: text.y - 0.26 * size, height: 1.45 * size, ..text };
        for (other, _) in at.iter().filter(|(_, r)| *r == room) {
            assert!(!grown(tall, -0.01).intersects(&grown(*other, -0.01)), "{tall:?} meets {other:?}");
        }
        at.push((tall, room));
    }
}

/// The words of the head stay inside of its outline, which is hollow at its back and narrows to its nose.
fn assert_head_holds_its_words(scene: &Scene) {
    let head = scene.items.iter().find_map(|i| match i {
        Item::Group(g) if g.role == Role::Head => Some(g),
        _ => None,
    });
    let head = head.unwrap();
    let Item::Shape(Shape { form: Form::Path(steps), .. }) = &head.items[0] else { panic!("an outline") };
    let (Step::Move(x, y), Step::Cubic(a, b, end)) = (steps[0], steps[1]) else { panic!("back and cheek") };
    // The cheek above the spine as points; the one below is its mirror.
    let cheek: Vec<(f64, f64)> = (0..=200)
        .map(|i| {
            let t = f64::from(i) / 200.0;
            let s = 1.0 - t;
            let at = |p: f64, q: f64, r: f64, u: f64| {
                s * s * s * p + 3.0 * s * s * t * q + 3.0 * s * t * t * r + t * t * t * u
            };
            (at(x, a.0, b.0, end.0), at(y, a.1, b.1, end.1))
        })
        .collect();
    let bounds = head.bounds.unwrap();
    let spine = bounds.y + bounds.height / 2.0;
    let (mut groups, mut texts) = (Vec::new(), Vec::new());
    collect(&head.items, None, &mut groups, &mut texts);
    for (text, _) in texts {
        let reach = (spine - text.y).max(text.bottom() - spine);
        let edge =
            cheek.iter().take_while(|(_, y)| spine - y >= reach).last().expect("a line that is lower than the head");
        assert!(text.x > bounds.x + 22.0 && text.right() <= edge.0, "{text:?} leaves the head at {edge:?}");
    }
}

/// On every bone the rows read top-down as they are declared.
fn assert_reads_top_down(outline: &Outline, scene: &Scene) {
    fn titles(node: &Node, found: &mut Vec<(Role, SubjectId)>) {
        for child in &node.children {
            found.push((child.role, child.subject));
            titles(child, found);
        }
    }
    let bones: Vec<&Group> = scene
        .items
        .iter()
        .filter_map(|i| match i {
            Item::Group(g) if g.role == Role::Bone => Some(g),
            _ => None,
        })
        .collect();
    assert_eq!(bones.len(), outline.bones.len());
    for (bone, node) in bones.iter().zip(&outline.bones) {
        let rows = bone.items.iter().filter_map(|i| match i {
            Item::Group(g) if g.role != Role::Factor => Some(g),
            _ => None,
        });
        let mut declared = Vec::new();
        titles(node, &mut declared);
        let mut y = 0.0;
        let mut drawn = Vec::new();
        for row in rows {
            assert!(row.bounds.unwrap().y > y, "rows are out of order");
            y = row.bounds.unwrap().y;
            drawn.push((row.role, row.subject.unwrap()));
        }
        assert_eq!(drawn, declared);
    }
}

const DENSITIES: [Option<Density>; 4] = [None, Some(Density::Full), Some(Density::Compact), Some(Density::Mini)];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_two_boxes_intersect(outline in outline(), density in 0..4usize) {
        let scene = fishbone(&outline, DENSITIES[density]);
        assert_sound(&scene);
        assert_reads_top_down(&outline, &scene);
        assert_head_holds_its_words(&scene);
    }
}

/// 12 factors, each with 15 indicators on three levels.
fn large() -> Outline {
    let (design, results) = sample::results();
    let subject =
        Subject { design: &design, sources: &Sources::default(), hash: "", results: Some(&results), lang: Lang::Zh };
    let mut outline = Outline::new(&subject);
    let indicators: Vec<Node> = outline.bones.iter().flat_map(|b| b.children.clone()).collect();
    let several = |n: usize| indicators.iter().cycle().take(n).cloned().collect::<Vec<_>>();
    let factor = outline.bones[0].clone();
    let sub = |children: Vec<Node>| Node { role: Role::SubFactor, children, ..factor.clone() };
    let bone = |i: usize| {
        let mut middle = several(4 + i % 3);
        middle.push(sub(several(5)));
        let mut children = several(6 - i % 3);
        children.push(sub(middle));
        Node { children, ..factor.clone() }
    };
    outline.bones = (0..12).map(bone).collect();
    outline
}

#[test]
fn twelve_factors_of_fifteen_indicators_on_three_levels() {
    let outline = large();
    let rows: usize = outline.bones.iter().map(|b| b.rows() - 1).sum();
    assert_eq!(rows, 12 * 17);
    for density in DENSITIES {
        let scene = fishbone(&outline, density);
        assert_sound(&scene);
        assert_reads_top_down(&outline, &scene);
        assert_head_holds_its_words(&scene);
    }
}

#[test]
fn density_follows_the_rows() {
    assert_eq!(Density::fitting(&[9; 6]), Density::Full);
    assert_eq!(Density::fitting(&[10]), Density::Compact);
    assert_eq!(Density::fitting(&[9; 7]), Density::Compact);
    assert_eq!(Density::fitting(&[24, 1]), Density::Compact);
    assert_eq!(Density::fitting(&[25]), Density::Mini);
    assert_eq!(Density::fitting(&[]), Density::Full);
}

#[test]
fn a_small_design_with_values() {
    let (design, results) = sample::results();
    let subject = Subject {
        design: &design,
        sources: &Sources::default(),
        hash: "3f2a91c",
        results: Some(&results),
        lang: Lang::Zh,
    };
    let outline = Outline::new(&subject);
    // The objective is the head; the second indicator of the first factor has no data; `csat` is at home in the first.
    assert_eq!(outline.head.subject.kind(), "objective");
    assert_eq!(outline.indicators, 4);
    assert_eq!(outline.bones[1].children.last().unwrap().home.as_deref(), Some("客户满意与忠诚 › 客户满意度"));
    let scene = fishbone(&outline, None);
    assert_sound(&scene);
    insta::assert_snapshot!("fishbone_zh", svg::document(&scene, Theme::Auto).replace("><", ">\n<"));
}

#[test]
fn the_design_alone() {
    let (design, _) = sample::results();
    let subject = Subject { design: &design, sources: &Sources::default(), hash: "", results: None, lang: Lang::En };
    let scene = fishbone(&Outline::new(&subject), Some(Density::Compact));
    assert_sound(&scene);
    insta::assert_snapshot!("design_alone_en", svg::document(&scene, Theme::Light).replace("><", ">\n<"));
}

/// Several objectives are bones, their factors hang on them; what stands in no factor has a bone of its own.
#[test]
fn several_objectives_are_bones() {
    let text = r#"
design d "D"
objective a "A" { weight: 60% }
objective b "B"
indicator loose "Loose" { formula: 1, unit: 1, direction: higher, frequency: monthly }
factor fa "FA" { objective: a
  factor sub "Sub" { indicator x "X" { formula: 1, unit: 1, direction: higher, frequency: monthly, target: 3 until 2026-12-31 } }
}
factor fb "FB" { objective: b
  indicator y "Y" { formula: 1, unit: 1, direction: lower, frequency: monthly, factors: fa }
}
"#;
    let loaded = crate::load_texts([("d.kpi".to_string(), text.to_string())]);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics());
    let subject =
        Subject { design: loaded.design(), sources: &loaded.sources, hash: "", results: None, lang: Lang::En };
    let outline = Outline::new(&subject);
    fn shape(node: &Node, depth: usize, out: &mut String) {
        out.push_str(&format!("{}{} {}\n", "  ".repeat(depth), node.role.word(), node.sentence(&[], Lang::En)));
        for child in &node.children {
            shape(child, depth + 1, out);
        }
    }
    let mut shown = format!("{}\n", outline.head.title);
    for bone in &outline.bones {
        shape(bone, 0, &mut shown);
    }
    insta::assert_snapshot!(shown);
    assert_sound(&fishbone(&outline, None));
}
