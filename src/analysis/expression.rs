//! A formula as a graph of operations over variables: what the analyses compute with. Measures, and indicators where that
//! is asked for, stand in it with their own formulas; windows and slices are carried down to the leaves, so that
//! `previous(a + b)` and `previous(a) + previous(b)` are one. Equal parts are one node. An operand stands before what
//! uses it, so an analysis is one pass over a list and needs no recursion.

use std::collections::HashMap;

use bigdecimal::{BigDecimal, One};

use crate::design::{
    Aggregate, ArithmeticOp, ByFunction, CompareOp, Condition, ConstantId, Design, DimensionId, Formula, FormulaKind,
    IndicatorId, Over, ScalarFunction, SetAtom, SetOp, Subject, ToDateFrom, Type,
};
use crate::value::{Number, Step};

/// Past so many nodes a reference is not followed: it is a variable of which nothing is known.
const MOST_NODES: usize = 1_000;
/// The same for references and operators in each other.
const MOST_DEPTH: usize = 400;

/// Place of a node in [`Expression::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A number, or a condition (0 is false, 1 is true), or missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Constant(BigDecimal),
    Bool(bool),
    /// Place in [`Expression::variables`].
    Variable(usize),
    Negate(NodeId),
    Arithmetic(ArithmeticOp, NodeId, NodeId),
    /// The operand where it is above 0, else missing: the base of a growth.
    Positive(NodeId),
    /// With what `round` rounds in: 1, or the seconds of a day.
    Function(ScalarFunction, Vec<NodeId>, u32),
    /// Over the members of a dimension, or sub-windows; the operand's leaves carry [`Shift::Each`].
    Members(ByFunction, Over, NodeId),
    Compare(CompareOp, NodeId, NodeId),
    Not(NodeId),
    And(NodeId, NodeId),
    Or(NodeId, NodeId),
    IsMissing(NodeId, bool),
    If(NodeId, NodeId, Option<NodeId>),
    Otherwise(NodeId, NodeId),
}

impl Node {
    pub fn operands(&self) -> Vec<NodeId> {
        match self {
            Node::Constant(_) | Node::Bool(_) | Node::Variable(_) => Vec::new(),
            Node::Negate(x) | Node::Positive(x) | Node::Members(_, _, x) | Node::Not(x) | Node::IsMissing(x, _) => {
                vec![*x]
            }
            Node::Arithmetic(_, a, b)
            | Node::Compare(_, a, b)
            | Node::And(a, b)
            | Node::Or(a, b)
            | Node::Otherwise(a, b) => vec![*a, *b],
            Node::Function(_, args, _) => args.clone(),
            Node::If(condition, then, other) => [*condition, *then].into_iter().chain(*other).collect(),
        }
    }
}

/// A step from the window and slice that a formula is asked on to those that a leaf is read on, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shift<'d> {
    Previous(u32),
    Ago(Step),
    ToDate(ToDateFrom),
    Rolling(Step),
    Before,
    UpToEnd,
    Each(Over),
    Overall(Option<&'d [DimensionId]>),
    Only(&'d [Condition]),
}

impl Shift<'_> {
    /// Another slice on the same window.
    pub fn is_slice(&self) -> bool {
        matches!(self, Shift::Overall(_) | Shift::Only(_))
    }
}

pub type Place<'d> = Vec<Shift<'d>>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable<'d> {
    pub place: Place<'d>,
    pub leaf: Leaf<'d>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leaf<'d> {
    Aggregate(&'d Aggregate),
    /// How many keys a set has; place in [`Expression::sets`].
    Keys(usize),
    /// An indicator whose formula is not looked into.
    Indicator(IndicatorId),
    /// A constant that changes by date.
    Constant(ConstantId),
    /// What `per_year` multiplies its operand with.
    PerYear(NodeId),
    /// What could not be typed, or is too large to look into. Each is another.
    Unknown(usize),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Keys<'d> {
    Atom(&'d SetAtom, Place<'d>),
    Operation(SetOp, usize, usize),
    Unknown(usize),
}

/// What is done with an indicator in a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicators {
    /// Its formula stands in its place.
    Inlined,
    /// It is a variable.
    Kept,
}

#[derive(Clone, Debug)]
pub struct Expression<'d> {
    pub design: &'d Design,
    nodes: Vec<Node>,
    variables: Vec<Variable<'d>>,
    sets: Vec<Keys<'d>>,
    root: NodeId,
}

impl<'d> Expression<'d> {
    pub fn new(design: &'d Design, formula: &'d Formula, indicators: Indicators) -> Expression<'d> {
        let mut builder = Builder::new(design, indicators);
        let root = builder.formula(formula, &Vec::new(), 0);
        builder.finish(root)
    }

    /// In order: an operand before what uses it.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    pub fn root(&self) -> NodeId {
        self.root
    }

    pub fn variables(&self) -> &[Variable<'d>] {
        &self.variables
    }

    pub fn set(&self, id: usize) -> Option<&Keys<'d>> {
        self.sets.get(id)
    }

    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<'d> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The nodes that a node stands on, itself included, each once.
    pub fn below(&self, id: NodeId) -> Vec<NodeId> {
        let mut seen = vec![false; self.nodes.len()];
        let mut waiting = vec![id];
        let mut all = Vec::new();
        while let Some(id) = waiting.pop() {
            if let (Some(seen), Some(node)) = (seen.get_mut(id.index()), self.node(id))
                && !std::mem::replace(seen, true)
            {
                all.push(id);
                waiting.extend(node.operands());
            }
        }
        all
    }

    /// Its value where the variables have these (in their order; None: missing), with doubles. Of `Members` the value where
    /// all members have the same, and none where their number would matter.
    pub fn value(&self, variables: &[Option<f64>]) -> Option<f64> {
        let mut values: Vec<Option<f64>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let value = self.step(node, variables, |id| values.get(id.index()).copied().flatten());
            values.push(value.filter(|v| v.is_finite()));
        }
        values.get(self.root.index()).copied().flatten()
    }

    fn step(&self, node: &Node, variables: &[Option<f64>], of: impl Fn(NodeId) -> Option<f64>) -> Option<f64> {
        match node {
            Node::Constant(value) => Some(super::rows::nearest(value)),
            Node::Bool(value) => Some(f64::from(*value)),
            Node::Variable(place) => variables.get(*place).copied().flatten(),
            Node::Negate(x) => of(*x).map(|x| -x),
            Node::Arithmetic(op, a, b) => {
                let (a, b) = (of(*a)?, of(*b)?);
                match op {
                    ArithmeticOp::Add => Some(a + b),
                    ArithmeticOp::Subtract => Some(a - b),
                    ArithmeticOp::Multiply => Some(a * b),
                    ArithmeticOp::Divide => (b != 0.0).then(|| a / b),
                }
            }
            Node::Positive(x) => of(*x).filter(|x| *x > 0.0),
            Node::Function(function, args, unit) => {
                let args: Option<Vec<f64>> = args.iter().map(|arg| of(*arg)).collect();
                scalar(*function, &args?, f64::from(*unit))
            }
            Node::Members(function, _, x) => match function {
                ByFunction::Avg
                | ByFunction::Min
                | ByFunction::Max
                | ByFunction::Median
                | ByFunction::Percentile(_) => of(*x),
                ByFunction::Sum | ByFunction::Stddev | ByFunction::Count => None,
            },
            Node::Compare(op, a, b) => {
                let (a, b) = (of(*a)?, of(*b)?);
                Some(f64::from(holds(*op, a, b)))
            }
            Node::Not(x) => of(*x).map(|x| 1.0 - x),
            Node::And(a, b) => logical(of(*a), of(*b), 0.0),
            Node::Or(a, b) => logical(of(*a), of(*b), 1.0),
            Node::IsMissing(x, negated) => Some(f64::from(of(*x).is_none() != *negated)),
            Node::If(condition, then, other) => {
                if of(*condition)? == 1.0 {
                    of(*then)
                } else {
                    (*other).and_then(of)
                }
            }
            Node::Otherwise(a, b) => of(*a).or_else(|| of(*b)),
        }
    }
}

fn logical(a: Option<f64>, b: Option<f64>, decides: f64) -> Option<f64> {
    if a == Some(decides) || b == Some(decides) {
        return Some(decides);
    }
    a.and(b).map(|_| 1.0 - decides)
}

/// Two doubles are the same within a relative 1e-9, as in evaluation.
pub const TOLERANCE: f64 = 1e-9;

fn holds(op: CompareOp, a: f64, b: f64) -> bool {
    let same = (a - b).abs() <= TOLERANCE * a.abs().max(b.abs());
    match op {
        CompareOp::Equal => same,
        CompareOp::NotEqual => !same,
        CompareOp::Less => !same && a < b,
        CompareOp::LessEqual => same || a < b,
        CompareOp::Greater => !same && a > b,
        CompareOp::GreaterEqual => same || a > b,
    }
}

/// `unit`: what `round` rounds in.
fn scalar(function: ScalarFunction, args: &[f64], unit: f64) -> Option<f64> {
    let first = *args.first()?;
    match function {
        ScalarFunction::Round => {
            let scale = 10f64.powi(args.get(1).copied().unwrap_or(0.0) as i32) / unit;
            Some((first * scale).round() / scale)
        }
        ScalarFunction::Abs => Some(first.abs()),
        ScalarFunction::Min => args.iter().copied().reduce(f64::min),
        ScalarFunction::Max => args.iter().copied().reduce(f64::max),
        ScalarFunction::Clamp => {
            let (low, high) = (*args.get(1)?, *args.get(2)?);
            Some(if first < low {
                low
            } else if first > high {
                high
            } else {
                first
            })
        }
        ScalarFunction::Sqrt => (first >= 0.0).then(|| first.sqrt()),
        ScalarFunction::Ln => (first > 0.0).then(|| first.ln()),
        ScalarFunction::Exp => Some(first.exp()),
        ScalarFunction::Power => Some(first.powf(*args.get(1)?)),
    }
}

// ---- from formulas -----------------------------------------------------------------------------------------------

/// Makes expressions; tests make theirs with it by hand.
pub struct Builder<'d> {
    design: &'d Design,
    indicators: Indicators,
    nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
    variables: Vec<Variable<'d>>,
    known_variables: HashMap<Variable<'d>, usize>,
    sets: Vec<Keys<'d>>,
    known_sets: HashMap<Keys<'d>, usize>,
    subjects: HashMap<(Subject, Place<'d>), NodeId>,
    set_subjects: HashMap<(Subject, Place<'d>), usize>,
    unknowns: usize,
}

impl<'d> Builder<'d> {
    pub fn new(design: &'d Design, indicators: Indicators) -> Builder<'d> {
        Builder {
            design,
            indicators,
            nodes: Vec::new(),
            known: HashMap::new(),
            variables: Vec::new(),
            known_variables: HashMap::new(),
            sets: Vec::new(),
            known_sets: HashMap::new(),
            subjects: HashMap::new(),
            set_subjects: HashMap::new(),
            unknowns: 0,
        }
    }

    pub fn finish(self, root: NodeId) -> Expression<'d> {
        Expression { design: self.design, nodes: self.nodes, variables: self.variables, sets: self.sets, root }
    }

    pub fn node(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    pub fn number(&mut self, value: BigDecimal) -> NodeId {
        self.node(Node::Constant(value.normalized()))
    }

    pub fn variable(&mut self, place: &Place<'d>, leaf: Leaf<'d>) -> NodeId {
        let variable = Variable { place: place.clone(), leaf };
        let at = match self.known_variables.get(&variable) {
            Some(at) => *at,
            None => {
                self.variables.push(variable.clone());
                self.known_variables.insert(variable, self.variables.len() - 1);
                self.variables.len() - 1
            }
        };
        self.node(Node::Variable(at))
    }

    pub fn unknown(&mut self) -> NodeId {
        self.unknowns += 1;
        self.variable(&Vec::new(), Leaf::Unknown(self.unknowns))
    }

    /// Numbers alone are computed, where that is exact.
    pub fn arithmetic(&mut self, op: ArithmeticOp, left: NodeId, right: NodeId) -> NodeId {
        let constant = |id: NodeId| match self.nodes.get(id.index()) {
            Some(Node::Constant(value)) => Some(value),
            _ => None,
        };
        if let (Some(a), Some(b)) = (constant(left), constant(right)) {
            let (a, b) = (Number::Decimal(a.clone()), Number::Decimal(b.clone()));
            let folded = match op {
                ArithmeticOp::Add => a.add(&b),
                ArithmeticOp::Subtract => a.sub(&b),
                ArithmeticOp::Multiply => a.mul(&b),
                ArithmeticOp::Divide => quotient(&a, &b),
            };
            if let Number::Decimal(value) = folded {
                return self.number(value);
            }
        }
        self.node(Node::Arithmetic(op, left, right))
    }

    fn formula(&mut self, formula: &'d Formula, place: &Place<'d>, depth: usize) -> NodeId {
        if depth > MOST_DEPTH || self.nodes.len() > MOST_NODES {
            return self.unknown();
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk(formula, place, depth + 1))
    }

    fn walk(&mut self, formula: &'d Formula, place: &Place<'d>, depth: usize) -> NodeId {
        let shifted = |shift: Shift<'d>| place.iter().cloned().chain([shift]).collect::<Place<'d>>();
        match &formula.kind {
            FormulaKind::Hole | FormulaKind::Text(_) | FormulaKind::Set(_) | FormulaKind::SetOperation { .. } => {
                self.unknown()
            }
            FormulaKind::Number(value) => self.number(value.clone()),
            FormulaKind::Bool(value) => self.node(Node::Bool(*value)),
            FormulaKind::Aggregate(aggregate) => self.variable(place, Leaf::Aggregate(aggregate)),
            FormulaKind::Count(set) => {
                let set = self.keys(set, place, depth);
                // Its atoms carry their places.
                self.variable(&Vec::new(), Leaf::Keys(set))
            }
            FormulaKind::Measure(id) => self.subject(Subject::Measure(*id), place, depth),
            FormulaKind::Indicator(id) => match self.indicators {
                Indicators::Kept => self.variable(place, Leaf::Indicator(*id)),
                Indicators::Inlined => self.subject(Subject::Indicator(*id), place, depth),
            },
            FormulaKind::Constant(id) => {
                let phases = self.design.constants.get(id.index()).map(|c| c.phases.as_slice());
                match phases {
                    Some([(None, value)]) => self.number(value.clone()),
                    _ => self.variable(place, Leaf::Constant(*id)),
                }
            }
            FormulaKind::Negate(x) => {
                let x = self.formula(x, place, depth);
                match self.nodes.get(x.index()) {
                    Some(Node::Constant(value)) => {
                        let value = -value;
                        self.number(value)
                    }
                    _ => self.node(Node::Negate(x)),
                }
            }
            FormulaKind::Not(x) => {
                let x = self.formula(x, place, depth);
                self.node(Node::Not(x))
            }
            FormulaKind::Arithmetic { op, left, right } => {
                let (left, right) = (self.formula(left, place, depth), self.formula(right, place, depth));
                self.arithmetic(*op, left, right)
            }
            FormulaKind::Compare { left, right, .. } if left.ty == Type::Text || right.ty == Type::Text => {
                self.unknown()
            }
            FormulaKind::Compare { op, left, right } => {
                let (left, right) = (self.formula(left, place, depth), self.formula(right, place, depth));
                self.node(Node::Compare(*op, left, right))
            }
            FormulaKind::And(left, right) => {
                let (left, right) = (self.formula(left, place, depth), self.formula(right, place, depth));
                self.node(Node::And(left, right))
            }
            FormulaKind::Or(left, right) => {
                let (left, right) = (self.formula(left, place, depth), self.formula(right, place, depth));
                self.node(Node::Or(left, right))
            }
            FormulaKind::If { condition, then, otherwise } => {
                let condition = self.formula(condition, place, depth);
                let then = self.formula(then, place, depth);
                let otherwise = otherwise.as_ref().map(|other| self.formula(other, place, depth));
                self.node(Node::If(condition, then, otherwise))
            }
            FormulaKind::Between { operand, low, high, negated } => {
                let x = self.formula(operand, place, depth);
                let (low, high) = (self.formula(low, place, depth), self.formula(high, place, depth));
                let above = self.node(Node::Compare(CompareOp::GreaterEqual, x, low));
                let below = self.node(Node::Compare(CompareOp::LessEqual, x, high));
                let both = self.node(Node::And(above, below));
                if *negated { self.node(Node::Not(both)) } else { both }
            }
            FormulaKind::Otherwise(left, right) => {
                let (left, right) = (self.formula(left, place, depth), self.formula(right, place, depth));
                self.node(Node::Otherwise(left, right))
            }
            FormulaKind::IsMissing { operand, negated } => {
                let operand = self.formula(operand, place, depth);
                self.node(Node::IsMissing(operand, *negated))
            }
            FormulaKind::Function { function, args } => {
                let day = matches!(args.first().map(|a| &a.ty), Some(Type::Number(quantity)) if quantity.is_time());
                let unit = if day { 86_400 } else { 1 };
                let args = args.iter().map(|arg| self.formula(arg, place, depth)).collect();
                self.node(Node::Function(*function, args, unit))
            }
            FormulaKind::Previous { operand, times } => self.formula(operand, &shifted(Shift::Previous(*times)), depth),
            FormulaKind::Ago { operand, step } => self.formula(operand, &shifted(Shift::Ago(*step)), depth),
            FormulaKind::ToDate { operand, from } => self.formula(operand, &shifted(Shift::ToDate(*from)), depth),
            FormulaKind::Rolling { operand, step } => self.formula(operand, &shifted(Shift::Rolling(*step)), depth),
            FormulaKind::Before(x) => self.formula(x, &shifted(Shift::Before), depth),
            FormulaKind::UpToEnd(x) => self.formula(x, &shifted(Shift::UpToEnd), depth),
            FormulaKind::Overall { operand, dimensions } => {
                self.formula(operand, &shifted(Shift::Overall(dimensions.as_deref())), depth)
            }
            FormulaKind::Only { operand, conditions } => {
                self.formula(operand, &shifted(Shift::Only(conditions)), depth)
            }
            FormulaKind::Growth { operand, step } => {
                let back = step.map_or(Shift::Previous(1), Shift::Ago);
                let now = self.formula(operand, place, depth);
                let base = self.formula(operand, &shifted(back), depth);
                let base = self.node(Node::Positive(base));
                let ratio = self.node(Node::Arithmetic(ArithmeticOp::Divide, now, base));
                let one = self.number(BigDecimal::one());
                self.arithmetic(ArithmeticOp::Subtract, ratio, one)
            }
            FormulaKind::PerYear(x) => {
                let x = self.formula(x, place, depth);
                let factor = self.variable(place, Leaf::PerYear(x));
                self.arithmetic(ArithmeticOp::Multiply, x, factor)
            }
            FormulaKind::By { function, operand, over } => {
                let operand = self.formula(operand, &shifted(Shift::Each(*over)), depth);
                self.node(Node::Members(function.clone(), *over, operand))
            }
        }
    }

    fn subject(&mut self, subject: Subject, place: &Place<'d>, depth: usize) -> NodeId {
        let key = (subject, place.clone());
        if let Some(id) = self.subjects.get(&key) {
            return *id;
        }
        let formula = formula_of(self.design, subject);
        let id = match formula {
            Some(formula) => self.formula(formula, place, depth),
            None => self.unknown(),
        };
        self.subjects.insert(key, id);
        id
    }

    fn set(&mut self, keys: Keys<'d>) -> usize {
        if let Some(at) = self.known_sets.get(&keys) {
            return *at;
        }
        self.sets.push(keys.clone());
        self.known_sets.insert(keys, self.sets.len() - 1);
        self.sets.len() - 1
    }

    fn keys(&mut self, formula: &'d Formula, place: &Place<'d>, depth: usize) -> usize {
        if depth > MOST_DEPTH || self.sets.len() > MOST_NODES {
            self.unknowns += 1;
            let unknown = Keys::Unknown(self.unknowns);
            return self.set(unknown);
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk_keys(formula, place, depth + 1))
    }

    fn walk_keys(&mut self, formula: &'d Formula, place: &Place<'d>, depth: usize) -> usize {
        let shifted = |shift: Shift<'d>| place.iter().cloned().chain([shift]).collect::<Place<'d>>();
        let (inner, shift) = match &formula.kind {
            FormulaKind::Set(atom) => return self.set(Keys::Atom(atom, place.clone())),
            FormulaKind::SetOperation { op, left, right } => {
                let (left, right) = (self.keys(left, place, depth), self.keys(right, place, depth));
                return self.set(Keys::Operation(*op, left, right));
            }
            FormulaKind::Measure(id) => {
                let key = (Subject::Measure(*id), place.clone());
                if let Some(at) = self.set_subjects.get(&key) {
                    return *at;
                }
                let at = match formula_of(self.design, key.0) {
                    Some(formula) => self.keys(formula, place, depth),
                    None => self.keys_unknown(),
                };
                self.set_subjects.insert(key, at);
                return at;
            }
            FormulaKind::Previous { operand, times } => (operand, Shift::Previous(*times)),
            FormulaKind::Ago { operand, step } => (operand, Shift::Ago(*step)),
            FormulaKind::ToDate { operand, from } => (operand, Shift::ToDate(*from)),
            FormulaKind::Rolling { operand, step } => (operand, Shift::Rolling(*step)),
            FormulaKind::Before(x) => (x, Shift::Before),
            FormulaKind::UpToEnd(x) => (x, Shift::UpToEnd),
            FormulaKind::Overall { operand, dimensions } => (operand, Shift::Overall(dimensions.as_deref())),
            FormulaKind::Only { operand, conditions } => (operand, Shift::Only(conditions)),
            _ => return self.keys_unknown(),
        };
        self.keys(inner, &shifted(shift), depth)
    }

    fn keys_unknown(&mut self) -> usize {
        self.unknowns += 1;
        let unknown = Keys::Unknown(self.unknowns);
        self.set(unknown)
    }
}

pub fn formula_of(design: &Design, subject: Subject) -> Option<&Formula> {
    match subject {
        Subject::Measure(id) => design.measures.get(id.index()).map(|m| &m.formula),
        Subject::Indicator(id) => design.indicators.get(id.index()).map(|i| &i.formula),
    }
}

/// As a decimal, where the quotient has an end.
fn quotient(a: &Number, b: &Number) -> Number {
    if let (Number::Decimal(a), Number::Decimal(b)) = (a, b)
        && !b.eq(&BigDecimal::default())
    {
        let quotient = (a / b).normalized();
        if &quotient * b == *a {
            return Number::from_decimal(quotient);
        }
    }
    Number::Float(f64::NAN)
}
