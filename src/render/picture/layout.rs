//! Where everything of a fishbone stands, as plain numbers.
//!
//! A bone is an indented outline, sheared. All bones have one slope; in the sheared coordinate `u = x + slope·|y|`, `y`
//! from the spine, every bone is vertical and every row is a box to its left. The rows of one bone own disjoint heights, the
//! spine parts the sides, and a bone stands so far from the one before that its widest row clears it: so no two boxes
//! intersect, provided that no text is wider than predicted.

use super::scene::Bounds;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    Full,
    Compact,
    Mini,
}

/// The measures of one density, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    /// Height of a row.
    pub row: f64,
    /// The rib below (or above, if negative) the middle of its row.
    pub rib: f64,
    /// The base line of a label above its rib.
    pub lift: f64,
    pub label: f64,
    pub meta: f64,
    pub indent: f64,
    /// The longest label, in cells: an em has two.
    pub label_cells: usize,
    /// Radius of status marks.
    pub glyph: f64,
    /// Between a bone and the rows of the next.
    pub gap: f64,
}

impl Density {
    pub const fn tokens(self) -> Tokens {
        match self {
            Density::Full => Tokens {
                row: 54.0,
                rib: 0.0,
                lift: 6.7,
                label: 14.0,
                meta: 11.5,
                indent: 26.0,
                label_cells: 36,
                glyph: 8.5,
                gap: 26.0,
            },
            Density::Compact => Tokens {
                row: 28.0,
                rib: 5.0,
                lift: 5.5,
                label: 12.5,
                meta: 11.0,
                indent: 20.0,
                label_cells: 30,
                glyph: 6.6,
                gap: 20.0,
            },
            Density::Mini => Tokens {
                row: 20.0,
                rib: 4.5,
                lift: 4.5,
                label: 11.0,
                meta: 10.0,
                indent: 16.0,
                label_cells: 24,
                glyph: 4.6,
                gap: 16.0,
            },
        }
    }

    /// The fullest in which the picture can still be taken in at a glance; `rows` for each bone.
    pub fn fitting(rows: &[usize]) -> Density {
        let highest = rows.iter().copied().max().unwrap_or(0);
        let all: usize = rows.iter().sum();
        match highest {
            0..=9 if all <= 60 => Density::Full,
            0..=24 => Density::Compact,
            _ => Density::Mini,
        }
    }
}

/// Space around the picture, and from the spine and the boxes to the rows.
pub const MARGIN: f64 = 28.0;
const SPINE_GAP: f64 = 24.0;
const HEADER_GAP: f64 = 6.0;
/// Length and half the height of the tail.
pub const TAIL: (f64, f64) = (40.0, 26.0);

/// A bone before it has a place: its box and its rows, read top-down.
#[derive(Clone, Debug, Default)]
pub struct Bone {
    pub header: (f64, f64),
    pub rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// From 0, for what hangs on the bone itself.
    pub depth: usize,
    /// From its mark to the end of its words; the shear comes on top.
    pub width: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Of a bone in `x` for each pixel of height.
    pub slope: f64,
    pub spine: f64,
    pub bones: Vec<PlacedBone>,
    pub head: Bounds,
    /// Where the spine begins, at the tail's tip.
    pub tail: f64,
    pub width: f64,
    /// Down to the lowest box.
    pub bottom: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlacedBone {
    pub above: bool,
    /// Where it meets the spine.
    pub joint: (f64, f64),
    /// Where it meets its box.
    pub end: (f64, f64),
    pub header: Bounds,
    pub rows: Vec<PlacedRow>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedRow {
    /// All that it owns.
    pub bounds: Bounds,
    /// The rib: from the mark to the bone, at this height.
    pub rib: f64,
    /// Where the rib meets its bone or sub-bone.
    pub end: f64,
    /// Where its words end, so that they stay clear of the bone at any height of the row.
    pub words: f64,
}

/// How far a row's words stay from its bone's foot, for the bone leans over the row.
pub fn lean(tokens: &Tokens, slope: f64) -> f64 {
    slope * (tokens.row / 2.0 + tokens.rib.abs()) + 8.0
}

/// Heights of one side: rows and all.
fn side_height(bones: &[Bone], first: usize, tokens: &Tokens) -> f64 {
    let most = bones.iter().skip(first).step_by(2).map(|b| b.rows.len()).max().unwrap_or(0);
    // A side without rows still shows its bones.
    (most as f64 * tokens.row).max(48.0)
}

/// The slope for bones of these heights (rows, without what is around them).
pub fn slope(bones: &[Bone], tokens: &Tokens) -> f64 {
    let highest = (0..2.min(bones.len())).map(|side| side_height(bones, side, tokens)).fold(0.0, f64::max);
    let highest = highest + SPINE_GAP + HEADER_GAP;
    (300.0 / (highest + 40.0)).clamp(0.10, 0.42)
}

/// Places the bones: the first and second nearest the head, the first of each two above. `top` is where the picture
/// begins below its heading, `head` how wide and high the head is.
pub fn place(bones: &[Bone], tokens: &Tokens, top: f64, head: (f64, f64)) -> Placed {
    let slope = slope(bones, tokens);
    let lean = lean(tokens, slope);
    let reach = |side: usize| side_height(bones, side, tokens) + SPINE_GAP + HEADER_GAP;
    let header_height = |side: usize| bones.iter().skip(side).step_by(2).map(|b| b.header.1).fold(0.0, f64::max);
    let extent = |side: usize| if bones.len() > side { reach(side) + header_height(side) } else { 0.0 };
    let (head_width, head_height) = head;
    let spine = top + extent(0).max(head_height / 2.0);
    let bottom = spine + extent(1).max(head_height / 2.0);

    // From the tail to the head, two by two: a pair stands where both clear the pair before. In sheared coordinates a
    // bone covers every height of its side, so the skyline is the joint before, and at the height of the boxes that
    // joint's box.
    let pairs: Vec<&[Bone]> = bones.chunks(2).collect();
    let mut joints = vec![0.0; pairs.len()];
    let mut before: Option<(f64, &[Bone])> = None;
    for (pair, joint) in pairs.iter().zip(&mut joints).rev() {
        if let Some((u, earlier)) = before {
            let widest = pair.iter().flat_map(|b| &b.rows).map(|r| need(r, tokens, lean)).fold(0.0, f64::max);
            // The bone before leans towards a row over its height.
            let clear = widest + slope * (tokens.row / 2.0 + tokens.rib.abs()) + tokens.gap;
            let boxes = pair.iter().zip(earlier).map(|(b, e)| (b.header.0 + e.header.0) / 2.0 + tokens.gap);
            *joint = u + boxes.fold(clear, f64::max);
        }
        before = Some((*joint, pair));
    }

    let mut placed: Vec<PlacedBone> = Vec::new();
    for (i, bone) in bones.iter().enumerate() {
        let side = i % 2;
        let above = side == 0;
        let u = joints.get(i / 2).copied().unwrap_or(0.0);
        let away = |distance: f64| if above { spine - distance } else { spine + distance };
        let height = side_height(bones, side, tokens);
        let count = bone.rows.len().max(1) as f64;
        let pitch = (height / count).min(tokens.row * 1.35);
        let first = if above { spine - SPINE_GAP - height } else { spine + SPINE_GAP };
        let first = first + (height - pitch * count) / 2.0 + pitch / 2.0;
        let rows = bone.rows.iter().enumerate().map(|(at, row)| {
            let middle = first + pitch * at as f64;
            let rib = middle + tokens.rib;
            let end = u - tokens.indent * row.depth as f64 - slope * (rib - spine).abs();
            let width = row.width + lean;
            let bounds = Bounds { x: end - width, y: middle - tokens.row / 2.0, width, height: tokens.row };
            PlacedRow { bounds, rib, end, words: end - lean }
        });
        let rows = rows.collect();
        let end = (u - slope * reach(side), away(reach(side)));
        let (width, height) = bone.header;
        let y = if above { end.1 - height } else { end.1 };
        let header = Bounds { x: end.0 - width / 2.0, y, width, height };
        placed.push(PlacedBone { above, joint: (u, spine), end, header, rows });
    }

    // The head clears the first joint, and the boxes that stand as low as it is high.
    let mut head_x = joints.first().map_or(0.0, |u| u + 38.0);
    for bone in placed.iter().take(2) {
        let near = (bone.end.1 - spine).abs();
        if near < head_height / 2.0 + 12.0 {
            head_x = head_x.max(bone.header.right() + 20.0);
        }
    }

    // All moves right until what is leftmost stands at the margin, and rows beside the tail clear it.
    let mut left = MARGIN - if bones.is_empty() { -TAIL.0 - 60.0 } else { joints.last().copied().unwrap_or(0.0) };
    left = left.max(MARGIN + TAIL.0 + 30.0 - joints.last().copied().unwrap_or(0.0));
    for bone in &placed {
        left = left.max(MARGIN - bone.header.x);
        for row in &bone.rows {
            let near = (row.bounds.y - spine).abs().min((row.bounds.bottom() - spine).abs());
            let beside_tail = near < TAIL.1 + 6.0;
            left = left.max(MARGIN + if beside_tail { TAIL.0 + 12.0 } else { 0.0 } - row.bounds.x);
        }
    }
    for bone in &mut placed {
        bone.joint.0 += left;
        bone.end.0 += left;
        bone.header.x += left;
        for row in &mut bone.rows {
            row.bounds.x += left;
            row.end += left;
            row.words += left;
        }
    }
    let head = Bounds { x: head_x + left, y: spine - head_height / 2.0, width: head_width, height: head_height };
    let right = placed.iter().map(|b| b.header.right()).fold(head.right(), f64::max);
    Placed { slope, spine, bones: placed, head, tail: MARGIN + TAIL.0, width: right + MARGIN, bottom }
}

/// What a row takes to the left of its bone, in sheared coordinates.
fn need(row: &Row, tokens: &Tokens, lean: f64) -> f64 {
    tokens.indent * row.depth as f64 + row.width + lean
}
