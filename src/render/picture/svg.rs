//! A scene as SVG: alone, or inside of HTML. Geometry and the colours of the light theme stand in attributes, which
//! every viewer knows; classes lead to custom properties for those that know them too.

use std::collections::BTreeSet;
use std::fmt::Write;

use maud::{Markup, PreEscaped, Render, html};

use super::marks;
use super::scene::{Anchor, Bounds, Color, Dash, Form, Group, Item, Role, Scene, Shape, Step, Stroke, Text, Weight};
use crate::render::text::visible;
use crate::results::{Status, SubjectId};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light, and dark where the viewer asks for it.
    #[default]
    Auto,
    Light,
    Dark,
}

/// Chinese families first: what stands behind `system-ui` has Chinese glyphs of another language's shape.
pub const FONTS: &str = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC',\
                         system-ui,sans-serif";

/// A picture that stands alone: one XML document.
pub fn document(scene: &Scene, theme: Theme) -> String {
    let place = Place { theme, ids: "", link: &|_| None, alone: true };
    let style = match theme {
        Theme::Auto => Some(dark_style(scene)),
        Theme::Light | Theme::Dark => None,
    };
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(view_box(scene)) width=(num(scene.width))
            height=(num(scene.height)) class="kpi" lang=(scene.lang.locale()) xml:lang=(scene.lang.locale()) role="img"
            aria-labelledby="title summary" font-family=(FONTS) {
            title id="title" { (Safe(&scene.title)) }
            desc id="summary" { (Safe(&scene.summary)) }
            @if let Some(style) = style { style { (PreEscaped(style)) } }
            rect width=(num(scene.width)) height=(num(scene.height)) fill=(place.value(Color::Background))
                class=[place.class("f", Color::Background)] {}
            (place.items(&scene.items))
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", svg.into_string())
}

/// A picture inside of HTML, without a background of its own. Its ids start with `ids`; each group that stands for
/// something is `ids-` and its [`anchor`], and leads to where `link` says. The page's style must have
/// [`properties`] and [`rules`]; no `style=` is used.
pub fn fragment(scene: &Scene, ids: &str, link: &dyn Fn(SubjectId) -> Option<String>) -> Markup {
    let place = Place { theme: Theme::Auto, ids, link, alone: false };
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(view_box(scene)) width=(num(scene.width))
            height=(num(scene.height)) class="kpi" role="group" aria-label=(Safe(&scene.title)) font-family=(FONTS) {
            desc { (Safe(&scene.summary)) }
            (place.items(&scene.items))
        }
    }
}

/// A picture inside of HTML that is one image: its title and summary are read aloud, its parts are not.
pub fn image(scene: &Scene, class: &str) -> Markup {
    let label = format!("{}{}{}", scene.title, scene.lang.colon(), scene.summary);
    html! {
        svg class=(class) viewBox=(view_box(scene)) role="img" aria-label=(Safe(&label)) { (inline(&scene.items)) }
    }
}

/// Marks inside of an SVG element of HTML.
pub fn inline(items: &[Item]) -> Markup {
    Place { theme: Theme::Auto, ids: "", link: &|_| None, alone: false }.items(items)
}

/// The marks of statuses, once for a page: what stands in it refers to them by `#g-` and the status' word.
pub fn symbols() -> Markup {
    html! {
        svg class="defs" aria-hidden="true" {
            @for status in Status::ALL {
                symbol id={ "g-" (status.word()) } viewBox="-10 -10 20 20" {
                    (inline(&marks::status(status, 0.0, 0.0, 8.0).items))
                }
            }
        }
    }
}

/// The short name of a subject in ids: `i3`, `f0`, `o1`, `m2`, `design`.
pub fn anchor(subject: SubjectId) -> String {
    match subject {
        SubjectId::Indicator(id) => format!("i{}", id.0),
        SubjectId::Measure(id) => format!("m{}", id.0),
        SubjectId::Factor(id) => format!("f{}", id.0),
        SubjectId::Objective(id) => format!("o{}", id.0),
        SubjectId::Design => "design".to_string(),
    }
}

/// The colours as custom properties, for a rule of CSS: `--ink:#17212B;…`
pub fn properties(dark: bool) -> String {
    properties_of(Color::ALL, dark)
}

/// The rules by which classes follow the custom properties.
pub fn rules() -> String {
    let mut css = String::new();
    for color in Color::ALL {
        rule(&mut css, "f", color);
        rule(&mut css, "s", color);
    }
    css.push_str("svg *{stroke-linecap:round;stroke-linejoin:round}");
    let _ = write!(css, "svg [stroke-dasharray=\"{DASHED}\"]{{stroke-linecap:butt}}");
    css
}

fn properties_of(colors: impl IntoIterator<Item = Color>, dark: bool) -> String {
    let mut css = String::new();
    for color in colors {
        let (light_value, dark_value) = color.values();
        let _ = write!(css, "--{}:{};", color.name(), if dark { dark_value } else { light_value });
    }
    css
}

fn rule(css: &mut String, kind: &str, color: Color) {
    let property = if kind == "f" { "fill" } else { "stroke" };
    let _ = write!(css, ".{kind}-{name}{{{property}:var(--{name})}}", name = color.name());
}

/// Dark where the viewer asks for it. All of it stands behind the question, so that a viewer that knows no custom
/// properties keeps to the attributes.
fn dark_style(scene: &Scene) -> String {
    let mut used = BTreeSet::from([("f", Color::Background)]);
    collect(&scene.items, &mut used);
    let colors: BTreeSet<Color> = used.iter().map(|(_, color)| *color).collect();
    let mut css = format!("@media(prefers-color-scheme:dark){{.kpi{{{}}}", properties_of(colors, true));
    for (kind, color) in used {
        rule(&mut css, kind, color);
    }
    css + "}"
}

fn collect(items: &[Item], used: &mut BTreeSet<(&'static str, Color)>) {
    for item in items {
        match item {
            Item::Group(group) => collect(&group.items, used),
            Item::Shape(shape) => {
                used.extend(shape.fill.map(|color| ("f", color)));
                used.extend(shape.stroke.map(|stroke| ("s", stroke.color)));
            }
            Item::Text(text) => {
                used.insert(("f", text.color));
                used.extend(text.tail.as_ref().map(|tail| ("f", tail.color)));
            }
        }
    }
}

/// A text as XML may hold it: control and bidirectional characters are shown, what is no character is replaced.
struct Safe<'a>(&'a str);

impl Render for Safe<'_> {
    fn render_to(&self, buffer: &mut String) {
        let shown = visible(self.0);
        if shown.contains(['\u{fffe}', '\u{ffff}']) {
            shown.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").render_to(buffer);
        } else {
            shown.as_ref().render_to(buffer);
        }
    }
}

/// A number as it is written: at most two decimals, the same everywhere.
pub fn num(number: f64) -> String {
    if !number.is_finite() {
        return "0".to_string();
    }
    // Adding 0 makes -0 to 0.
    format!("{}", (number * 100.0).round() / 100.0 + 0.0)
}

fn view_box(scene: &Scene) -> String {
    format!("0 0 {} {}", num(scene.width), num(scene.height))
}

pub fn path(steps: &[Step]) -> String {
    let mut d = String::new();
    // Where the pen is, as written: a line along an axis says one number.
    let mut pen = (String::new(), String::new());
    for step in steps {
        let (letter, points) = match *step {
            Step::Move(x, y) => ('M', vec![(x, y)]),
            Step::Line(x, y) => ('L', vec![(x, y)]),
            Step::Curve(control, end) => ('Q', vec![control, end]),
            Step::Cubic(first, second, end) => ('C', vec![first, second, end]),
            Step::Close => ('Z', vec![]),
        };
        let written: Vec<(String, String)> = points.iter().map(|(x, y)| (num(*x), num(*y))).collect();
        match (letter, written.last()) {
            ('L', Some((x, y))) if *y == pen.1 => d.extend(["H", x]),
            ('L', Some((x, y))) if *x == pen.0 => d.extend(["V", y]),
            _ => {
                let words: Vec<String> = written.iter().map(|(x, y)| format!("{x} {y}")).collect();
                d.push(letter);
                d.push_str(&words.join(" "));
            }
        }
        // After a closed path comes a move.
        pen = written.into_iter().next_back().unwrap_or_default();
    }
    d
}

const DASHED: &str = "5 4";
const DOTTED: &str = "2.6 2.6";

/// Where a scene is drawn.
struct Place<'a> {
    theme: Theme,
    ids: &'a str,
    link: &'a dyn Fn(SubjectId) -> Option<String>,
    alone: bool,
}

impl Place<'_> {
    fn value(&self, color: Color) -> &'static str {
        let (light, dark) = color.values();
        if self.theme == Theme::Dark { dark } else { light }
    }

    /// Inside of a page the classes say it, which a page's style always knows.
    fn attribute(&self, color: Color) -> Option<&'static str> {
        self.alone.then(|| self.value(color))
    }

    fn class(&self, kind: &str, color: Color) -> Option<String> {
        (self.theme == Theme::Auto).then(|| format!("{kind}-{}", color.name()))
    }

    fn items(&self, items: &[Item]) -> Markup {
        html! {
            @for item in items {
                @match item {
                    Item::Group(group) => (self.group(group)),
                    Item::Shape(shape) => (self.shape(shape)),
                    Item::Text(text) => (self.text(text)),
                }
            }
        }
    }

    fn group(&self, group: &Group) -> Markup {
        if let (Some((x, y, radius)), Some(status), false) = (group.mark, group.status, self.alone) {
            let room = radius * 1.25;
            return html! {
                use href={ "#g-" (status.word()) } x=(num(x - room)) y=(num(y - room)) width=(num(2.0 * room))
                    height=(num(2.0 * room)) {}
            };
        }
        let link = group.subject.and_then(|subject| (self.link)(subject));
        let id = group.subject.filter(|_| group.role != Role::Alias && !self.alone);
        let id = id.map(|subject| format!("{}-{}", self.ids, anchor(subject)));
        let label = group.label.as_deref().map(Safe);
        // A link is announced by itself; what is none needs a role to carry a label. Alone, the picture is one image.
        let role = match (&label, self.alone) {
            (Some(_), false) if group.role == Role::Bone => Some("group"),
            (Some(_), false) if link.is_none() => Some("img"),
            _ => None,
        };
        let spoken = label.as_ref().filter(|_| !self.alone);
        let subject = group.subject.map(anchor);
        let status = group.status.map(|s| s.word());
        let inside = html! {
            @if let Some(label) = label.as_ref().filter(|_| group.role != Role::Bone) { title { (label) } }
            (self.items(&group.items))
        };
        html! {
            @if let Some(link) = link {
                // The link is called as the image in it, and its words are no second name.
                a href=(link) id=[id] class=(group.role.word()) data-subject=[subject] data-status=[status] {
                    g role=[spoken.map(|_| "img")] aria-label=[spoken] { (inside) }
                }
            } @else {
                g id=[id] class=(group.role.word()) role=[role] aria-label=[spoken] data-subject=[subject]
                    data-status=[status] { (inside) }
            }
        }
    }

    fn shape(&self, shape: &Shape) -> Markup {
        let fill = shape.fill.map_or(Some("none"), |color| self.attribute(color));
        let Stroke { color, width, dash } = shape.stroke.unwrap_or(Stroke::new(Color::Ink, 0.0));
        let stroke = shape.stroke.and_then(|_| self.attribute(color));
        let stroke_width = shape.stroke.map(|_| num(width));
        let rounded = shape.stroke.filter(|_| self.alone && dash != Dash::Dashed).map(|_| "round");
        let dashes = match dash {
            Dash::Solid => None,
            Dash::Dashed => Some(DASHED),
            Dash::Dotted => Some(DOTTED),
        };
        let classes: Vec<String> = shape
            .fill
            .and_then(|color| self.class("f", color))
            .into_iter()
            .chain(shape.stroke.and_then(|stroke| self.class("s", stroke.color)))
            .collect();
        let class = (!classes.is_empty()).then(|| classes.join(" "));
        html! {
            @match &shape.form {
                Form::Box { bounds: Bounds { x, y, width, height }, radius } => {
                    rect x=(num(*x)) y=(num(*y)) width=(num(*width)) height=(num(*height))
                        rx=[(*radius > 0.0).then(|| num(*radius))] fill=[fill] stroke=[stroke]
                        stroke-width=[stroke_width] stroke-dasharray=[dashes] class=[class] {}
                }
                Form::Line { from, to } => {
                    line x1=(num(from.0)) y1=(num(from.1)) x2=(num(to.0)) y2=(num(to.1)) stroke=[stroke]
                        stroke-width=[stroke_width] stroke-dasharray=[dashes] stroke-linecap=[rounded] class=[class] {}
                }
                Form::Circle { center, radius } => {
                    circle cx=(num(center.0)) cy=(num(center.1)) r=(num(*radius)) fill=[fill] stroke=[stroke]
                        stroke-width=[stroke_width] stroke-dasharray=[dashes] class=[class] {}
                }
                Form::Path(steps) => {
                    path d=(path(steps)) fill=[fill] stroke=[stroke] stroke-width=[stroke_width]
                        stroke-dasharray=[dashes] stroke-linecap=[rounded] stroke-linejoin=[rounded] class=[class] {}
                }
            }
        }
    }

    fn text(&self, text: &Text) -> Markup {
        let anchor = match text.anchor {
            Anchor::Start => None,
            Anchor::Middle => Some("middle"),
            Anchor::End => Some("end"),
        };
        let weight = match text.weight {
            Weight::Regular => None,
            Weight::Semibold => Some("600"),
            Weight::Bold => Some("700"),
        };
        html! {
            text x=(num(text.x)) y=(num(text.y)) font-size=(num(text.size)) font-weight=[weight] text-anchor=[anchor]
                fill=[self.attribute(text.color)] class=[self.class("f", text.color)] {
                @if let Some(whole) = &text.whole { title { (Safe(whole)) } }
                (Safe(&text.text))
                @if let Some(tail) = &text.tail {
                    tspan dx=(num(tail.gap)) font-size=(num(tail.size)) font-weight="400"
                        fill=(self.value(tail.color)) class=[self.class("f", tail.color)] { (Safe(&tail.text)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn scene(text: &str) -> Scene {
        let mut group = Group::new(Role::Indicator);
        group.label = Some(text.to_string());
        group.subject = Some(SubjectId::Design);
        group.items.push(Text::new(1.0, 20.0, 14.0, text).within(60.0).into());
        group.items.push(Shape::filled(Form::circle(-0.001, 1.0 / 3.0, 2.0), Color::OnTarget).into());
        let title = text.to_string();
        Scene { width: 100.0, height: 50.0, title, items: vec![group.into()], ..Scene::default() }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(num(-0.001), "0");
        assert_eq!(num(1.0 / 3.0), "0.33");
        assert_eq!(num(f64::NAN), "0");
        assert_eq!(num(1e3), "1000");
    }

    #[test]
    fn themes() {
        let scene = scene("x");
        assert!(!document(&scene, Theme::Light).contains("<style>"));
        assert!(document(&scene, Theme::Dark).contains("fill=\"#35C4AE\""));
        let auto = document(&scene, Theme::Auto);
        assert!(auto.contains("fill=\"#00786B\" class=\"f-on-target\""), "{auto}");
        assert!(auto.contains(".f-on-target{fill:var(--on-target)}") && !auto.contains("--at-risk"), "{auto}");
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let text = "</text></svg><script>alert(1)</script>]]> \"'& \u{0}\u{1b}[31m\u{202e}x\u{fffe}\u{200b}";
        for svg in [document(&scene(text), Theme::Auto), fragment(&scene(text), "p", &|_| Some("#i".into())).into()] {
            assert!(!svg.contains("<script") && !svg.contains("]]>"), "{svg}");
            assert!(
                svg.chars().all(|c| c == '\n' || !c.is_control() && !matches!(c, '\u{202e}' | '\u{fffe}')),
                "{svg}"
            );
            assert_eq!(svg.matches("<svg").count(), 1);
            assert_eq!(svg.matches("</svg>").count(), 1);
        }
    }
}
