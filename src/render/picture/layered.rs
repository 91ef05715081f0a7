//! A directed graph in layers from left to right, after Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of
//! Hierarchical System Structures" (1981): layers by longest path, order within them by barycentres, places by least
//! squares.
//!
//! Boxes of a layer own disjoint heights, and an edge that passes a layer owns a height there too. It crosses the layer
//! straight and bends only between layers: so no two boxes intersect, and no edge runs through a box.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::scene::{Bounds, Step};

/// What is to be drawn. Edges that close a ring, lead to themselves, stand twice or lead nowhere are left out.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Width and height of each box.
    pub boxes: Vec<(f64, f64)>,
    /// The first layer in which each may stand.
    pub least: Vec<usize>,
    pub edges: Vec<(usize, usize)>,
}

/// Least distances.
#[derive(Clone, Copy, Debug)]
pub struct Gaps {
    /// Between two boxes, one above the other.
    pub boxes: f64,
    /// Between an edge that passes and what stands beside it.
    pub lines: f64,
    /// Between layers, and at most: more where edges rise or fall far.
    pub layers: (f64, f64),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layered {
    /// In the order given; all boxes of a layer are as wide as its widest.
    pub boxes: Vec<Bounds>,
    pub layer: Vec<usize>,
    /// Left edge and width of each layer.
    pub layers: Vec<(f64, f64)>,
    pub routes: Vec<Route>,
    pub width: f64,
    pub height: f64,
}

/// From the right of a box to the left of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub from: usize,
    pub to: usize,
    pub steps: Vec<Step>,
}

/// Places at which edges pass layers, at most; beyond, long edges are drawn straight across. Only a design that is made
/// for it comes near.
const MOST_PASSES: usize = 100_000;
const SWEEPS: usize = 24;
const ROUNDS: usize = 12;

/// What stands in a layer: a box, or an edge that passes.
#[derive(Clone, Debug)]
struct Slot {
    is_box: bool,
    height: f64,
    layer: usize,
    /// In the layers before and after.
    before: Vec<usize>,
    after: Vec<usize>,
    /// Its middle.
    y: f64,
}

/// Boxes, then passes.
#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    /// The slots of each layer, from the top.
    order: Vec<Vec<usize>>,
    /// The slots by which each edge goes.
    ways: Vec<Vec<usize>>,
}

pub fn layered(input: &Input, gaps: &Gaps) -> Layered {
    let edges = acyclic(input.boxes.len(), &input.edges);
    let layer = layers(input, &edges);
    let mut slots = Slots::new(input, &edges, &layer);
    slots.untangle();
    slots.settle(gaps);
    slots.drawn(input, &edges, layer, gaps)
}

/// The edges without those that close a ring, depth first from the first box on.
fn acyclic(boxes: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut kept = BTreeSet::new();
    for (from, to) in edges {
        if from != to
            && *to < boxes
            && let Some(list) = out.get_mut(*from)
            && kept.insert((*from, *to))
        {
            list.push(*to);
        }
    }
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; boxes];
    let set = |node: usize, to: State, state: &mut Vec<State>| {
        if let Some(slot) = state.get_mut(node) {
            *slot = to;
        }
    };
    for start in 0..boxes {
        if state.get(start) != Some(&State::New) {
            continue;
        }
        let mut stack = vec![(start, 0)];
        set(start, State::Open, &mut state);
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            let Some(to) = out.get(node).and_then(|list| list.get(*next)).copied() else {
                set(node, State::Done, &mut state);
                stack.pop();
                continue;
            };
            *next += 1;
            match state.get(to) {
                Some(State::New) => {
                    set(to, State::Open, &mut state);
                    stack.push((to, 0));
                }
                Some(State::Open) => {
                    kept.remove(&(node, to));
                }
                Some(State::Done) | None => {}
            }
        }
    }
    let mut unique = BTreeSet::new();
    edges.iter().filter(|edge| kept.contains(*edge) && unique.insert(**edge)).copied().collect()
}

/// How many edges the longest way to each box has; those that close a ring are left out.
pub fn depths(boxes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let input = Input { boxes: vec![(0.0, 0.0); boxes], ..Input::default() };
    layers(&input, &acyclic(boxes, edges))
}

/// The longest way to each box, none before its least layer, and no layer empty.
fn layers(input: &Input, edges: &[(usize, usize)]) -> Vec<usize> {
    let count = input.boxes.len();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut open = vec![0_usize; count];
    for (from, to) in edges {
        if let (Some(list), Some(open)) = (out.get_mut(*from), open.get_mut(*to)) {
            list.push(*to);
            *open += 1;
        }
    }
    let mut layer: Vec<usize> = (0..count).map(|i| input.least.get(i).copied().unwrap_or(0).min(count)).collect();
    let mut ready: Vec<usize> = (0..count).filter(|i| open.get(*i) == Some(&0)).collect();
    while let Some(node) = ready.pop() {
        let own = layer.get(node).copied().unwrap_or(0);
        for to in out.get(node).into_iter().flatten() {
            if let (Some(layer), Some(open)) = (layer.get_mut(*to), open.get_mut(*to)) {
                *layer = (*layer).max(own + 1);
                *open -= 1;
                if *open == 0 {
                    ready.push(*to);
                }
            }
        }
    }
    let used: BTreeSet<usize> = layer.iter().copied().collect();
    let dense: BTreeMap<usize, usize> = used.into_iter().enumerate().map(|(at, layer)| (layer, at)).collect();
    layer.into_iter().map(|l| dense.get(&l).copied().unwrap_or(0)).collect()
}

impl Slots {
    /// An edge over several layers passes those between; edges from one box pass a layer together.
    fn new(input: &Input, edges: &[(usize, usize)], layer: &[usize]) -> Slots {
        let count = layer.iter().max().map_or(0, |l| l + 1);
        let mut all = Slots { order: vec![Vec::new(); count], ..Slots::default() };
        for ((_, height), layer) in input.boxes.iter().zip(layer) {
            all.add(true, height.max(1.0), *layer);
        }
        let of = |node: usize| layer.get(node).copied().unwrap_or(0);
        let mut passes: HashMap<(usize, usize), usize> = HashMap::new();
        let mut links: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (from, to) in edges {
            let mut way = vec![*from];
            for layer in of(*from) + 1..of(*to) {
                let known = passes.get(&(*from, layer)).copied();
                let slot = match known {
                    Some(slot) => slot,
                    None if passes.len() >= MOST_PASSES => break,
                    None => {
                        let slot = all.add(false, 0.0, layer);
                        passes.insert((*from, layer), slot);
                        slot
                    }
                };
                way.push(slot);
            }
            // A way that was given up is none.
            if way.len() < of(*to).saturating_sub(of(*from)) {
                way.truncate(1);
            }
            way.push(*to);
            for (a, b) in way.iter().zip(way.iter().skip(1)) {
                links.insert((*a, *b));
            }
            all.ways.push(way);
        }
        for (a, b) in links {
            if let Some(slot) = all.slots.get_mut(a) {
                slot.after.push(b);
            }
            if let Some(slot) = all.slots.get_mut(b) {
                slot.before.push(a);
            }
        }
        all
    }

    fn add(&mut self, is_box: bool, height: f64, layer: usize) -> usize {
        let id = self.slots.len();
        self.slots.push(Slot { is_box, height, layer, before: Vec::new(), after: Vec::new(), y: 0.0 });
        if let Some(order) = self.order.get_mut(layer) {
            order.push(id);
        }
        id
    }

    fn neighbours(&self, slot: usize, forward: bool) -> &[usize] {
        self.slots.get(slot).map_or(&[], |s| if forward { &s.after } else { &s.before })
    }

    /// Where each slot stands in its layer.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.slots.len()];
        for order in &self.order {
            for (at, slot) in order.iter().enumerate() {
                if let Some(place) = places.get_mut(*slot) {
                    *place = at;
                }
            }
        }
        places
    }

    // ---- order within layers -------------------------------------------------------------------------------------

    /// Orders the layers so that few edges cross: from two first orders, as given and as a walk finds them, sweeps there and
    /// back; and of all orders the best.
    fn untangle(&mut self) {
        let mut best = (self.crossings(&self.places()), self.order.clone());
        for first in [self.order.clone(), self.walked(true), self.walked(false)] {
            if best.0 == 0 {
                break;
            }
            self.order = first;
            let mut places = self.places();
            let mut idle = 0;
            for sweep in 0..SWEEPS {
                let forward = sweep % 2 == 0;
                for at in 0..self.order.len() {
                    let at = if forward { at } else { self.order.len() - 1 - at };
                    self.sort_layer(at, !forward, sweep % 4 > 1, &mut places);
                }
                self.swap_neighbours(&mut places);
                let crossings = self.crossings(&places);
                idle += 1;
                if crossings < best.0 {
                    best = (crossings, self.order.clone());
                    idle = 0;
                }
                if best.0 == 0 || idle == 6 {
                    break;
                }
            }
        }
        self.order = best.1;
        self.as_given();
    }

    /// What is joined to the same comes in the order given: no crossing comes of it.
    fn as_given(&mut self) {
        for layer in 0..self.order.len() {
            let Some(order) = self.order.get(layer) else { continue };
            let key = |slot: usize| (self.neighbours(slot, false), self.neighbours(slot, true));
            let mut alike: HashMap<(&[usize], &[usize]), Vec<usize>> = HashMap::new();
            for slot in order {
                alike.entry(key(*slot)).or_default().push(*slot);
            }
            for slots in alike.values_mut() {
                slots.sort_unstable_by(|a, b| b.cmp(a));
            }
            let tidy: Vec<usize> = order.iter().filter_map(|s| alike.get_mut(&key(*s))?.pop()).collect();
            if let Some(order) = self.order.get_mut(layer) {
                *order = tidy;
            }
        }
    }

    /// The layers in the order in which a walk, depth first, comes by.
    fn walked(&self, forward: bool) -> Vec<Vec<usize>> {
        let mut order = vec![Vec::new(); self.order.len()];
        let mut seen = vec![false; self.slots.len()];
        let layers: Vec<&Vec<usize>> =
            if forward { self.order.iter().collect() } else { self.order.iter().rev().collect() };
        let mut waiting: Vec<usize> = layers.into_iter().flatten().rev().copied().collect();
        while let Some(slot) = waiting.pop() {
            if seen.get_mut(slot).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            if let Some(list) = self.slots.get(slot).and_then(|s| order.get_mut(s.layer)) {
                list.push(slot);
            }
            waiting.extend(self.neighbours(slot, forward).iter().rev());
        }
        order
    }

    /// Sorts a layer by the barycentres of what each slot is joined to on one side. What is joined to nothing there keeps
    /// its place; of equals the first stays first, or comes last.
    fn sort_layer(&mut self, layer: usize, forward: bool, turned: bool, places: &mut [usize]) {
        let Some(order) = self.order.get(layer) else { return };
        let centre = |slot: usize| -> Option<f64> {
            let joined = self.neighbours(slot, forward);
            let sum: usize = joined.iter().filter_map(|n| places.get(*n)).sum();
            (!joined.is_empty()).then(|| sum as f64 / joined.len() as f64)
        };
        let mut moving: Vec<(f64, usize)> = order.iter().filter_map(|slot| Some((centre(*slot)?, *slot))).collect();
        if turned {
            moving.reverse();
        }
        moving.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut moving = moving.into_iter().map(|(_, slot)| slot);
        let sorted: Vec<usize> = order
            .iter()
            .filter_map(|slot| if self.neighbours(*slot, forward).is_empty() { Some(*slot) } else { moving.next() })
            .collect();
        for (at, slot) in sorted.iter().enumerate() {
            if let Some(place) = places.get_mut(*slot) {
                *place = at;
            }
        }
        if let Some(order) = self.order.get_mut(layer) {
            *order = sorted;
        }
    }

    /// Swaps two that stand side by side while that takes crossings away.
    fn swap_neighbours(&mut self, places: &mut [usize]) {
        for _ in 0..4 {
            let mut swapped = false;
            for layer in 0..self.order.len() {
                let count = self.order.get(layer).map_or(0, Vec::len);
                for at in 0..count.saturating_sub(1) {
                    let pair = self.order.get(layer).and_then(|o| Some((*o.get(at)?, *o.get(at + 1)?)));
                    let Some((a, b)) = pair else { continue };
                    let of = |first: usize, second: usize| -> usize {
                        [false, true]
                            .iter()
                            .map(|side| between(self.neighbours(first, *side), self.neighbours(second, *side), places))
                            .sum()
                    };
                    if of(b, a) < of(a, b) {
                        if let Some(order) = self.order.get_mut(layer) {
                            order.swap(at, at + 1);
                        }
                        if let Some(place) = places.get_mut(a) {
                            *place = at + 1;
                        }
                        if let Some(place) = places.get_mut(b) {
                            *place = at;
                        }
                        swapped = true;
                    }
                }
            }
            if !swapped {
                return;
            }
        }
    }

    /// How many pairs of links cross: inversions, counted by a tree of sums (Barth, Jünger and Mutzel 2002).
    fn crossings(&self, places: &[usize]) -> usize {
        let mut total = 0;
        for (layer, order) in self.order.iter().enumerate() {
            let next = self.order.get(layer + 1).map_or(0, Vec::len);
            let mut tree = vec![0_usize; next + 1];
            let mut seen = 0;
            for slot in order {
                let mut ends: Vec<usize> =
                    self.neighbours(*slot, true).iter().filter_map(|n| places.get(*n)).copied().collect();
                ends.sort_unstable();
                for end in &ends {
                    // Those seen that end further down.
                    let (mut at, mut above) = (end + 1, 0);
                    while at > 0 {
                        above += tree.get(at).copied().unwrap_or(0);
                        at &= at - 1;
                    }
                    total += seen - above;
                }
                for end in ends {
                    let mut at = end + 1;
                    while at <= next {
                        if let Some(sum) = tree.get_mut(at) {
                            *sum += 1;
                        }
                        at += at & at.wrapping_neg();
                    }
                    seen += 1;
                }
            }
        }
        total
    }

    // ---- heights -------------------------------------------------------------------------------------------------

    /// Gives every slot a height: as near to what it is joined to as its neighbours leave room, edges that pass as straight as
    /// can be.
    fn settle(&mut self, gaps: &Gaps) {
        for at in 0..self.order.len() {
            self.place_layer(at, gaps, |slot| (slot.y, 1.0));
        }
        for round in 0..ROUNDS {
            let last = round + 1 == ROUNDS;
            let (before, after) = match round % 2 {
                _ if last => (true, true),
                0 => (true, false),
                _ => (false, true),
            };
            for at in 0..self.order.len() {
                let at = if before { at } else { self.order.len() - 1 - at };
                let wanted: HashMap<usize, (f64, f64)> = self
                    .order
                    .get(at)
                    .into_iter()
                    .flatten()
                    .map(|slot| (*slot, self.wanted(*slot, before, after)))
                    .collect();
                let order = self.order.get(at).cloned().unwrap_or_default();
                let mut wanted = order.iter().map(|slot| wanted.get(slot).copied().unwrap_or_default());
                self.place_layer(at, gaps, |_| wanted.next().unwrap_or_default());
            }
        }
        let top = self.slots.iter().map(|s| s.y - s.height / 2.0).fold(f64::INFINITY, f64::min);
        let top = if top.is_finite() { top } else { 0.0 };
        for slot in &mut self.slots {
            slot.y -= top;
        }
    }

    /// Where a slot would like to stand, and how much.
    fn wanted(&self, slot: usize, before: bool, after: bool) -> (f64, f64) {
        let Some(own) = self.slots.get(slot) else { return (0.0, 1.0) };
        let sides = [(before, &own.before), (after, &own.after)];
        let joined = sides.into_iter().filter(|(used, _)| *used).flat_map(|(_, list)| list);
        let (mut sum, mut weight) = (0.0, 0.0);
        for other in joined.filter_map(|id| self.slots.get(*id)) {
            let pull = match (own.is_box, other.is_box) {
                (false, false) => 8.0,
                (true, true) => 1.0,
                _ => 2.0,
            };
            sum += other.y * pull;
            weight += pull;
        }
        // What is joined to nothing gives way.
        if weight > 0.0 { (sum / weight, weight) } else { (own.y, 1e-3) }
    }

    /// The heights of a layer in its order that are nearest to the wanted ones, by weighted least squares: with the least
    /// distances taken off, a regression that must not fall, solved by pooling (Ayer and others 1955).
    fn place_layer(&mut self, layer: usize, gaps: &Gaps, mut wanted: impl FnMut(&Slot) -> (f64, f64)) {
        struct Pool {
            sum: f64,
            weight: f64,
            count: usize,
        }
        impl Pool {
            fn mean(&self) -> f64 {
                self.sum / self.weight
            }
        }
        let Some(order) = self.order.get(layer) else { return };
        let mut offsets = Vec::with_capacity(order.len());
        let mut pools: Vec<Pool> = Vec::new();
        let (mut offset, mut above): (f64, Option<(f64, bool)>) = (0.0, None);
        for slot in order.iter().filter_map(|id| self.slots.get(*id)) {
            if let Some((height, is_box)) = above {
                let gap = if is_box && slot.is_box { gaps.boxes } else { gaps.lines };
                offset += (height + slot.height) / 2.0 + gap;
            }
            above = Some((slot.height, slot.is_box));
            offsets.push(offset);
            let (y, weight) = wanted(slot);
            let mut pool = Pool { sum: (y - offset) * weight, weight, count: 1 };
            while let Some(last) = pools.pop_if(|last| last.mean() >= pool.mean()) {
                pool = Pool {
                    sum: last.sum + pool.sum,
                    weight: last.weight + pool.weight,
                    count: last.count + pool.count,
                };
            }
            pools.push(pool);
        }
        let bases = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.mean(), pool.count));
        let ys: Vec<f64> = bases.zip(offsets).map(|(base, offset)| base + offset).collect();
        for (id, y) in order.iter().zip(ys) {
            if let Some(slot) = self.slots.get_mut(*id) {
                slot.y = y;
            }
        }
    }

    // ---- the drawing ---------------------------------------------------------------------------------------------

    fn drawn(&self, input: &Input, edges: &[(usize, usize)], layer: Vec<usize>, gaps: &Gaps) -> Layered {
        let mut widths = vec![0.0_f64; self.order.len()];
        for ((width, _), layer) in input.boxes.iter().zip(&layer) {
            if let Some(widest) = widths.get_mut(*layer) {
                *widest = widest.max(*width);
            }
        }
        let y = |slot: usize| self.slots.get(slot).map_or(0.0, |s| s.y);
        // The further edges rise or fall between two layers, the more room they get to bend.
        let mut falls = vec![0.0_f64; self.order.len()];
        for way in &self.ways {
            for (a, b) in way.iter().zip(way.iter().skip(1)) {
                if let Some(most) = self.slots.get(*a).and_then(|s| falls.get_mut(s.layer)) {
                    *most = most.max((y(*a) - y(*b)).abs());
                }
            }
        }
        let mut layers = Vec::new();
        let mut x = 0.0;
        for (width, fall) in widths.iter().zip(&falls) {
            layers.push((x, *width));
            x += width + (gaps.layers.0 + fall * 0.14).min(gaps.layers.1);
        }
        let place = |layer: usize| layers.get(layer).copied().unwrap_or_default();
        let boxes: Vec<Bounds> = self
            .slots
            .iter()
            .take(input.boxes.len())
            .map(|slot| {
                let (x, width) = place(slot.layer);
                Bounds { x, y: slot.y - slot.height / 2.0, width, height: slot.height }
            })
            .collect();
        let routes = edges.iter().zip(&self.ways).map(|((from, to), way)| {
            let mut steps = Vec::new();
            let mut at: Option<(f64, f64)> = None;
            for slot in way {
                let (left, width) = place(self.slots.get(*slot).map_or(0, |s| s.layer));
                let y = y(*slot);
                match at {
                    None => steps.push(Step::Move(left + width, y)),
                    Some((x, before)) => {
                        let middle = (x + left) / 2.0;
                        steps.push(Step::Cubic((middle, before), (middle, y), (left, y)));
                        if slot != to {
                            steps.push(Step::Line(left + width, y));
                        }
                    }
                }
                at = Some((left + width, y));
            }
            Route { from: *from, to: *to, steps }
        });
        let width = layers.last().map_or(0.0, |(x, width)| x + width);
        let bottom = self.slots.iter().map(|s| s.y + s.height / 2.0).fold(0.0, f64::max);
        Layered { boxes, routes: routes.collect(), layer, width, height: bottom, layers }
    }
}

/// How many links of two slots cross, the first standing above the second.
fn between(above: &[usize], below: &[usize], places: &[usize]) -> usize {
    let ends = |list: &[usize]| {
        let mut ends: Vec<usize> = list.iter().filter_map(|n| places.get(*n)).copied().collect();
        ends.sort_unstable();
        ends
    };
    let (above, below) = (ends(above), ends(below));
    let mut passed = 0;
    let mut total = 0;
    for end in above {
        while below.get(passed).is_some_and(|b| *b < end) {
            passed += 1;
        }
        total += passed;
    }
    total
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    const GAPS: Gaps = Gaps { boxes: 14.0, lines: 8.0, layers: (60.0, 200.0) };

    fn points(steps: &[Step]) -> Vec<(f64, f64)> {
        let mut points = Vec::new();
        let mut at = (0.0, 0.0);
        for step in steps {
            match *step {
                Step::Move(x, y) => points.push((x, y)),
                Step::Line(x, y) => points.extend((1..=16).map(|i| (at.0 + (x - at.0) * f64::from(i) / 16.0, y))),
                Step::Cubic(a, b, c) => points.extend((1..=16).map(|i| {
                    let t = f64::from(i) / 16.0;
                    let mix = |p: f64, q: f64, r: f64, s: f64| {
                        (1.0 - t).powi(3) * p
                            + 3.0 * t * (1.0 - t).powi(2) * q
                            + 3.0 * t * t * (1.0 - t) * r
                            + t.powi(3) * s
                    };
                    (mix(at.0, a.0, b.0, c.0), mix(at.1, a.1, b.1, c.1))
                })),
                Step::Curve(..) | Step::Close => panic!("not drawn here"),
            }
            at = *points.last().unwrap();
        }
        points
    }

    fn input() -> impl Strategy<Value = Input> {
        (1_usize..40).prop_flat_map(|count| {
            let boxes = proptest::collection::vec((20.0..300.0_f64, 10.0..60.0_f64), count);
            let least = proptest::collection::vec(0_usize..4, count);
            // Rings, loops, doubles and edges to nowhere among them.
            let edges = proptest::collection::vec((0..count + 1, 0..count + 1), 0..count * 3);
            (boxes, least, edges).prop_map(|(boxes, least, edges)| Input { boxes, least, edges })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// No two boxes intersect, every edge goes from a lower to a higher layer and through no box, and the same is drawn
        /// again.
        #[test]
        fn nothing_overlaps(input in input()) {
            let drawn = layered(&input, &GAPS);
            prop_assert_eq!(&drawn, &layered(&input, &GAPS));
            prop_assert_eq!(drawn.boxes.len(), input.boxes.len());
            for (i, a) in drawn.boxes.iter().enumerate() {
                prop_assert!(a.width >= input.boxes[i].0 && a.height >= input.boxes[i].1);
                prop_assert!(a.x >= 0.0 && a.y >= -1e-6);
                prop_assert!(a.right() <= drawn.width + 1e-6 && a.bottom() <= drawn.height + 1e-6);
                for b in drawn.boxes.iter().skip(i + 1) {
                    prop_assert!(!a.intersects(b), "{:?} {:?}", a, b);
                }
            }
            let mut left_out: BTreeSet<_> = input.edges.iter().filter(|(a, b)| a != b).copied().collect();
            for route in &drawn.routes {
                prop_assert!(drawn.layer[route.from] < drawn.layer[route.to]);
                prop_assert!(left_out.remove(&(route.from, route.to)), "an edge is drawn once");
                let points = points(&route.steps);
                prop_assert_eq!(points[0].0, drawn.boxes[route.from].right());
                prop_assert_eq!(points.last().unwrap().0, drawn.boxes[route.to].x);
                for (x, y) in points {
                    let inside = |b: &Bounds| b.x < x - 1e-6 && x + 1e-6 < b.right() && b.y < y - 1e-6 && y + 1e-6 < b.bottom();
                    prop_assert!(!drawn.boxes.iter().any(inside), "{x} {y} {:?}", route);
                }
            }
            // What is left out leads nowhere or closes a ring with what is drawn.
            for (from, to) in left_out {
                let n = input.boxes.len();
                let mut reached = BTreeSet::from([to]);
                loop {
                    let more: BTreeSet<usize> =
                        drawn.routes.iter().filter(|r| reached.contains(&r.from)).map(|r| r.to).collect();
                    if more.is_subset(&reached) { break }
                    reached.extend(more);
                }
                prop_assert!(from >= n || to >= n || reached.contains(&from), "{from} {to}");
            }
        }
    }

    #[test]
    fn crossings_are_counted_and_taken_away() {
        // Two crossed pairs untangle.
        let input = Input {
            boxes: vec![(10.0, 10.0); 8],
            least: vec![0, 0, 0, 0, 1, 1, 1, 1],
            edges: vec![(0, 7), (1, 6), (2, 5), (3, 4)],
        };
        let layer = layers(&input, &input.edges);
        let mut slots = Slots::new(&input, &input.edges, &layer);
        assert_eq!(slots.crossings(&slots.places()), 6);
        slots.untangle();
        assert_eq!(slots.crossings(&slots.places()), 0);
    }

    /// Three sources, measures in two layers, seven indicators, and a measure made of one: without a crossing, and like
    /// things in the order in which they were given.
    #[test]
    fn what_needs_no_crossing_has_none() {
        let mut edges = vec![(0, 3), (0, 4), (2, 5), (3, 6), (4, 13), (5, 13), (11, 14), (4, 14)];
        edges.extend((7..13).map(|i| (0, i)));
        let mut least = vec![0, 0, 0, 1, 1, 1, 1];
        least.extend([3; 7]);
        least.push(1);
        let input = Input { boxes: vec![(10.0, 10.0); 15], least, edges };
        let layer = layers(&input, &input.edges);
        let mut slots = Slots::new(&input, &input.edges, &layer);
        assert_eq!(slots.crossings(&slots.places()), 20);
        slots.untangle();
        assert_eq!(slots.crossings(&slots.places()), 0);
        let indicators: Vec<usize> = slots.order[3].iter().copied().filter(|s| [7, 8, 9, 10, 12].contains(s)).collect();
        assert_eq!(indicators, [7, 8, 9, 10, 12]);
    }

    #[test]
    fn a_pass_is_straight_and_a_parent_stands_in_the_middle() {
        let input = Input {
            boxes: vec![(10.0, 10.0); 5],
            least: vec![0; 5],
            // 0 → 1 → 2 and 0 → 2: the long way passes the middle layer; 3 and 4 hang on 2.
            edges: vec![(0, 1), (1, 2), (0, 2), (2, 3), (2, 4)],
        };
        let drawn = layered(&input, &GAPS);
        assert_eq!(drawn.layer, [0, 1, 2, 3, 3]);
        let middle = |i: usize| drawn.boxes[i].y + 5.0;
        assert!((middle(2) - (middle(3) + middle(4)) / 2.0).abs() < 4.0, "{drawn:?}");
        assert_eq!(drawn.routes.iter().map(|r| r.steps.len()).collect::<Vec<_>>(), [2, 2, 4, 2, 2]);
        assert_eq!(layered(&Input::default(), &GAPS), Layered::default());
    }

    /// A design that is made to take all memory: every box is read by the last of a long chain.
    #[test]
    fn long_chains_stay_small() {
        let count = 3000;
        let mut edges: Vec<(usize, usize)> = (1..count).map(|i| (i - 1, i)).collect();
        edges.extend((0..count - 2).map(|i| (i, count - 1)));
        let input = Input { boxes: vec![(10.0, 10.0); count], least: Vec::new(), edges };
        let layer = layers(&input, &input.edges);
        let slots = Slots::new(&input, &input.edges, &layer);
        assert_eq!(slots.slots.len(), count + MOST_PASSES);
        assert_eq!(slots.ways.len(), input.edges.len());
    }
}
