//! The tree of a `.kpi` file. Every node has a span; what could not be read is a hole, and what stands on a hole stays
//! silent. The tree says what was written, not what it means: names are not resolved, dates not judged, units not known.
//! Comments are kept beside the tree (`Parse::comments`).

use crate::source::Span;

/// A name as written (NFC, backticks removed). Equal names compare equal whatever their place.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A string literal, its escapes resolved; the span includes the quotes.
#[derive(Clone, Debug)]
pub struct Text {
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
pub struct File {
    pub items: Vec<Item>,
}

#[derive(Clone, Debug)]
pub enum Item {
    Decl(Decl),
    Use(Use),
    /// An `allow` outside every block.
    Allow(Allow),
    /// Could not be read; already reported.
    Hole(Span),
}

impl Item {
    pub fn span(&self) -> Span {
        match self {
            Item::Decl(decl) => decl.span,
            Item::Use(used) => used.span,
            Item::Allow(allow) => allow.span,
            Item::Hole(span) => *span,
        }
    }
}

/// `use "../company/calendar.kpi"`
#[derive(Clone, Debug)]
pub struct Use {
    pub span: Span,
    pub path: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeclKind {
    Design,
    Calendar,
    Unit,
    Constant,
    Dimension,
    Source,
    Measure,
    Perspective,
    Objective,
    Process,
    Challenge,
    Opportunity,
    Factor,
    Indicator,
    Action,
    Test,
}

impl DeclKind {
    pub const ALL: [DeclKind; 16] = [
        DeclKind::Design,
        DeclKind::Calendar,
        DeclKind::Unit,
        DeclKind::Constant,
        DeclKind::Dimension,
        DeclKind::Source,
        DeclKind::Measure,
        DeclKind::Perspective,
        DeclKind::Objective,
        DeclKind::Process,
        DeclKind::Challenge,
        DeclKind::Opportunity,
        DeclKind::Factor,
        DeclKind::Indicator,
        DeclKind::Action,
        DeclKind::Test,
    ];

    /// The word that starts the declaration.
    pub const fn word(self) -> &'static str {
        match self {
            DeclKind::Design => "design",
            DeclKind::Calendar => "calendar",
            DeclKind::Unit => "unit",
            DeclKind::Constant => "constant",
            DeclKind::Dimension => "dimension",
            DeclKind::Source => "source",
            DeclKind::Measure => "measure",
            DeclKind::Perspective => "perspective",
            DeclKind::Objective => "objective",
            DeclKind::Process => "process",
            DeclKind::Challenge => "challenge",
            DeclKind::Opportunity => "opportunity",
            DeclKind::Factor => "factor",
            DeclKind::Indicator => "indicator",
            DeclKind::Action => "action",
            DeclKind::Test => "test",
        }
    }
}

/// One declaration: `KIND NAME "label" [= …|: …] [{ … }]`.
#[derive(Clone, Debug)]
pub struct Decl {
    pub span: Span,
    pub kind: DeclKind,
    pub kind_span: Span,
    /// None where the kind takes none (`calendar`, `action`, `test`) or where it is missing.
    pub name: Option<Name>,
    /// The label; of an `action` what is to be done, of a `test` what it says.
    pub label: Option<Text>,
    /// `action when off_target …`
    pub when: Option<Name>,
    /// After `=`: a measure's formula, a constant's phases (`13% from 2018-05-01, 9% from …`), a unit's meaning
    /// (`10_000 CNY`). After `:`: a dimension's fields (paths), a unit's kind (`money "¥"`, `count`, `scale`).
    pub value: Option<Vec<Phrase>>,
    pub block: Option<Block>,
}

#[derive(Clone, Debug)]
pub struct Block {
    /// With both braces.
    pub span: Span,
    pub entries: Vec<Entry>,
}

/// What may stand in a block. Which block takes which entry is judged by the key table of `model`. (The rarer ones are
/// boxed: most entries of a design are properties.)
#[derive(Clone, Debug)]
pub enum Entry {
    Property(Property),
    Decl(Box<Decl>),
    Field(Box<Field>),
    Clean(Clean),
    Given(Given),
    Expect(Box<Expect>),
    Allow(Box<Allow>),
    Hole(Span),
}

impl Entry {
    pub fn span(&self) -> Span {
        match self {
            Entry::Property(p) => p.span,
            Entry::Decl(d) => d.span,
            Entry::Field(f) => f.span,
            Entry::Clean(c) => c.span,
            Entry::Given(g) => g.span,
            Entry::Expect(e) => e.span,
            Entry::Allow(a) => a.span,
            Entry::Hole(span) => *span,
        }
    }
}

/// `key: phrase, phrase, …`
#[derive(Clone, Debug)]
pub struct Property {
    pub span: Span,
    pub key: Name,
    pub value: Vec<Phrase>,
}

/// One item of a property's value: an expression, the words beside it, the clauses behind it.
/// `79% in 2025-12` · `85% by 2026-12-31 for region = "西部"` · `1 point "…"` · `a 40%` · `60% is 0` · `none "…"`
#[derive(Clone, Debug)]
pub struct Phrase {
    pub span: Span,
    pub expr: Expr,
    /// A number beside a name: `factors: a 40%`.
    pub share: Option<Box<Expr>>,
    /// A text beside the expression: `1 point "…"`, `money "¥"`, `none "…"`.
    pub text: Option<Text>,
    /// In the order written.
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClauseWord {
    By,
    Until,
    In,
    For,
    From,
    Is,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub span: Span,
    pub word: ClauseWord,
    pub value: Expr,
}

/// `field NAME: TYPE? unit lo..hi in "a", "b" -> source from "column" = expr`
#[derive(Clone, Debug)]
pub struct Field {
    pub span: Span,
    pub name: Name,
    pub label: Option<Text>,
    pub kind: Name,
    /// `?`: may be missing.
    pub optional: bool,
    pub unit: Option<UnitExpr>,
    /// A range expression (`ExprKind::Range`).
    pub domain: Option<Expr>,
    /// `in "a", "b"`; empty where there is none.
    pub members: Vec<Text>,
    /// `-> source`
    pub refers: Option<Name>,
    /// `from "column"`
    pub column: Option<Text>,
    /// `= expr`, computed row by row.
    pub computed: Option<Expr>,
}

#[derive(Clone, Debug)]
pub struct Clean {
    pub span: Span,
    pub steps: Vec<CleanStep>,
}

#[derive(Clone, Debug)]
pub struct CleanStep {
    pub span: Span,
    pub kind: CleanKind,
    pub reason: Option<Text>,
}

#[derive(Clone, Debug)]
pub enum CleanKind {
    /// `deduplicate by a, b keep latest f`
    Deduplicate {
        by: Vec<Name>,
        keep: Option<(Keep, Name)>,
    },
    /// `drop where p`
    DropWhere(Expr),
    /// `drop invalid`
    DropInvalid,
    /// `blank invalid`
    BlankInvalid,
    Hole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Latest,
    Earliest,
}

/// `given SOURCE` and its table.
#[derive(Clone, Debug)]
pub struct Given {
    pub span: Span,
    pub source: Name,
    pub columns: Vec<Name>,
    pub rows: Vec<GivenRow>,
}

#[derive(Clone, Debug)]
pub struct GivenRow {
    pub span: Span,
    pub cells: Vec<Cell>,
}

/// Raw text to the next `|`, trimmed. `None`: nothing stands there (missing); `Some("")` was written `""`.
#[derive(Clone, Debug)]
pub struct Cell {
    pub span: Span,
    pub text: Option<String>,
}

/// `expect NAME in PERIOD for region = "华东" = VALUE`, `… is off_target`, `… is missing`
#[derive(Clone, Debug)]
pub struct Expect {
    pub span: Span,
    pub name: Name,
    /// A period (`ExprKind::Time` or a four-digit number).
    pub period: Option<Expr>,
    /// `dimension = literal`, joined by `and`.
    pub slice: Option<Expr>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
pub enum Outcome {
    /// `= VALUE`
    Value(Expr),
    /// `is STATUS` or `is missing`
    Is(Name),
    Hole,
}

/// `allow S02 until 2027-01-31: "reason"`; the rule is a code or a name (`vague-word`).
#[derive(Clone, Debug)]
pub struct Allow {
    pub span: Span,
    pub rule: Name,
    pub until: Option<Expr>,
    pub reason: Option<Text>,
}

// ---- expressions -------------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Could not be read; already reported.
    Hole,
    Number(Number),
    /// A unit standing alone, as in `unit: %`, `unit: CNY per person`. A unit that is one plain word is a `Name`.
    Unit(Box<UnitExpr>),
    Text(String),
    Bool(bool),
    /// A date, timestamp or period as written, normalised to ASCII: `2026-12-31`, `2026-12-31T09:00`, `2026-Q1`,
    /// `2026-03`, `2026-W05`, `FY2026-Q1`. (`2026` is a `Number`.) Whether it exists is judged later.
    Time(String),
    /// One name or a dotted path: `csat`, `enrolments.fee`, `customer_id.segment`. Never empty.
    Path(Vec<Name>),
    Call {
        function: Name,
        args: Vec<Arg>,
    },
    Unary {
        op: Unary,
        operand: Box<Expr>,
    },
    Binary {
        op: Binary,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    /// `x between low and high`
    Between {
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    /// `x in ("a", "b")`
    InList {
        operand: Box<Expr>,
        items: Vec<Expr>,
        negated: bool,
    },
    /// `customer in SET`
    InSet {
        operand: Box<Expr>,
        set: Box<Expr>,
        negated: bool,
    },
    /// `x is missing`, `x is known`
    Is {
        operand: Box<Expr>,
        known: bool,
    },
    /// `40%..60%`, `0..`, `..100`, `2024-01-01..`
    Range {
        low: Option<Box<Expr>>,
        high: Option<Box<Expr>>,
    },
    /// Parentheses, kept for the formatter.
    Paren(Box<Expr>),
}

/// A number as written: digits without `_`, at most one `.`; `unit` may be `%` (touching) or words behind it.
#[derive(Clone, Debug)]
pub struct Number {
    pub digits: String,
    pub digits_span: Span,
    pub unit: Option<Box<UnitExpr>>,
}

/// `CNY`, `%`, `CNY per person`, `hours`. `1` stands alone only in `unit: 1`, which is a number.
#[derive(Clone, Debug)]
pub struct UnitExpr {
    pub span: Span,
    /// `%` is the name `%`.
    pub name: Name,
    pub per: Vec<Name>,
}

/// `name: expr on field where condition by grain-or-dimension`
#[derive(Clone, Debug)]
pub struct Arg {
    pub span: Span,
    /// `encoding: "gb18030"`
    pub name: Option<Name>,
    pub expr: Expr,
    pub on: Option<Name>,
    pub filter: Option<Expr>,
    pub by: Option<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    Otherwise,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Contains,
    StartsWith,
    Union,
    Except,
    Intersect,
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Binary {
    /// As written in a formula.
    pub const fn symbol(self) -> &'static str {
        match self {
            Binary::Otherwise => "otherwise",
            Binary::Or => "or",
            Binary::And => "and",
            Binary::Equal => "=",
            Binary::NotEqual => "!=",
            Binary::Less => "<",
            Binary::LessEqual => "<=",
            Binary::Greater => ">",
            Binary::GreaterEqual => ">=",
            Binary::Contains => "contains",
            Binary::StartsWith => "starts with",
            Binary::Union => "union",
            Binary::Except => "except",
            Binary::Intersect => "intersect",
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
        }
    }
}

impl Expr {
    pub fn hole(span: Span) -> Expr {
        Expr { span, kind: ExprKind::Hole }
    }

    /// The name where the expression is one plain word.
    pub fn as_name(&self) -> Option<&Name> {
        match &self.kind {
            ExprKind::Path(parts) => match parts.as_slice() {
                [name] => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// The expression without the parentheses around it.
    pub fn bare(&self) -> &Expr {
        match &self.kind {
            ExprKind::Paren(inner) => inner.bare(),
            _ => self,
        }
    }
}
