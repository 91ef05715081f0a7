//! Formulas and the values of properties, as pieces.

use super::layout::Piece;
use super::reader::Reader;
use crate::source::Span;
use crate::syntax::ast::*;

/// Gathers the pieces of one entry from the text.
pub(super) struct Row<'a, 'r> {
    pub reader: &'r mut Reader<'a>,
    pub pieces: Vec<Piece<'a>>,
    /// The text does not go on as the tree says.
    pub lost: bool,
    /// Nothing may be broken here: the grammar wants it on one line.
    flat: bool,
}

impl<'a, 'r> Row<'a, 'r> {
    pub fn new(reader: &'r mut Reader<'a>) -> Self {
        Row { reader, pieces: Vec::new(), lost: false, flat: false }
    }

    pub fn put(&mut self, piece: Piece<'a>) {
        let piece = match piece {
            Piece::Line | Piece::Fill if self.flat => Piece::Space,
            Piece::Soft if self.flat => return,
            piece => piece,
        };
        self.pieces.push(piece);
    }

    fn skip(&mut self) {
        let pieces = &mut self.pieces;
        self.reader.skip(|note| pieces.push(Piece::Note(note)));
    }

    /// A mark or a word that must come next.
    pub fn token(&mut self, token: &str) {
        self.skip();
        match self.reader.eat(token) {
            Some(text) => self.put(Piece::Text(text)),
            None => self.lost = true,
        }
    }

    /// What stands at a span, which must come next.
    pub fn span(&mut self, span: Span) {
        self.skip();
        match self.reader.eat_span(span) {
            Some(text) if text.contains('\n') => self.put(Piece::Long(text)),
            Some(text) => self.put(Piece::Text(text)),
            None => self.lost = true,
        }
    }

    /// A space and a word.
    pub fn word(&mut self, word: &str) {
        self.put(Piece::Space);
        self.token(word);
    }

    /// A space and what stands at a span.
    pub fn beside(&mut self, span: Span) {
        self.put(Piece::Space);
        self.span(span);
    }

    /// Whether this comes next.
    pub fn sees(&mut self, token: &str) -> bool {
        self.skip();
        self.reader.rest().starts_with(token)
    }

    /// Whether nothing but white space stands before the next `}`.
    pub fn closes(&self) -> bool {
        let mut ahead = *self.reader;
        let mut noted = false;
        ahead.skip(|_| noted = true);
        !noted && ahead.rest().starts_with('}')
    }

    /// A comment before a group breaks no line in it.
    pub fn group(&mut self, inner: impl FnOnce(&mut Self)) {
        self.skip();
        self.put(Piece::Open);
        inner(self);
        self.put(Piece::Close);
    }

    pub fn indented(&mut self, inner: impl FnOnce(&mut Self)) {
        self.put(Piece::Indent);
        inner(self);
        self.put(Piece::Dedent);
    }

    /// On one line, whatever its length.
    pub fn unbroken(&mut self, inner: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.flat, true);
        inner(self);
        self.flat = before;
    }

    // ---- values ----

    /// What stands behind `:` or `=`: phrases with commas between them.
    pub fn phrases(&mut self, phrases: &[Phrase]) {
        match phrases {
            [] => {}
            [only] => {
                self.put(Piece::Space);
                let before = self.pieces.len();
                self.skip();
                // Behind a comment it starts on the next line.
                if self.pieces.len() > before {
                    self.pieces.insert(before, Piece::Indent);
                    self.phrase(only);
                    self.put(Piece::Dedent);
                } else {
                    self.phrase(only);
                }
            }
            // Names, numbers and dates fill lines; what says more has one of its own.
            several => {
                let simple = several.iter().all(is_simple);
                self.group(|row| {
                    row.indented(|row| {
                        for (i, phrase) in several.iter().enumerate() {
                            if i > 0 {
                                row.token(",");
                            }
                            row.put(match (simple, i) {
                                _ if row.starts_like_entry(phrase.span) => Piece::Space,
                                (true, 0) => Piece::Space,
                                (true, _) => Piece::Fill,
                                (false, _) => Piece::Line,
                            });
                            row.phrase(phrase);
                        }
                    });
                });
            }
        }
    }

    /// At a line's start it would be read as an entry: `process by month`.
    fn starts_like_entry(&self, span: Span) -> bool {
        let text = self.reader.slice(span);
        let word = text.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or("");
        const OTHERS: [&str; 9] = ["field", "clean", "given", "expect", "allow", "use", "drop", "deduplicate", "blank"];
        OTHERS.contains(&word) || DeclKind::ALL.iter().any(|kind| kind.word() == word)
    }

    pub fn phrase(&mut self, phrase: &Phrase) {
        enum Part<'p> {
            Share(&'p Expr),
            Text(&'p Text),
            Clause(&'p Clause),
        }
        self.expr(&phrase.expr);
        let mut parts: Vec<(u32, Part<'_>)> = Vec::new();
        parts.extend(phrase.share.iter().map(|e| (e.span.start, Part::Share(e))));
        parts.extend(phrase.text.iter().map(|t| (t.span.start, Part::Text(t))));
        parts.extend(phrase.clauses.iter().map(|c| (c.span.start, Part::Clause(c))));
        parts.sort_by_key(|(start, _)| *start);
        for (_, part) in parts {
            self.put(Piece::Space);
            match part {
                Part::Share(share) => self.expr(share),
                Part::Text(text) => self.span(text.span),
                Part::Clause(clause) => {
                    self.token(match clause.word {
                        ClauseWord::By => "by",
                        ClauseWord::Until => "until",
                        ClauseWord::In => "in",
                        ClauseWord::For => "for",
                        ClauseWord::From => "from",
                        ClauseWord::Is => "is",
                    });
                    self.put(Piece::Space);
                    self.expr(&clause.value);
                }
            }
        }
    }

    // ---- formulas ----

    pub fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Hole => self.lost = true,
            ExprKind::Number(number) => {
                self.span(number.digits_span);
                if let Some(unit) = &number.unit {
                    if unit.name.text != "%" {
                        self.put(Piece::Space);
                    }
                    self.unit(unit);
                }
            }
            ExprKind::Unit(unit) => self.unit(unit),
            ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Time(_) | ExprKind::Path(_) => self.span(expr.span),
            ExprKind::Call { function, args } => self.call(function, args),
            ExprKind::Unary { op: Unary::Negate, operand } => {
                self.token("-");
                if matches!(operand.kind, ExprKind::Unary { op: Unary::Negate, .. }) {
                    self.put(Piece::Space);
                }
                self.expr(operand);
            }
            ExprKind::Unary { op: Unary::Not, operand } => {
                self.token("not");
                self.put(Piece::Space);
                self.expr(operand);
            }
            ExprKind::Binary { op, .. } => self.chain(expr, level(*op)),
            ExprKind::If { condition, then, otherwise } => self.group(|row| {
                row.token("if");
                row.put(Piece::Space);
                // Its own lines stand further in than `then`.
                row.indented(|row| row.indented(|row| row.expr(condition)));
                row.indented(|row| {
                    for (word, part) in [("then", Some(then)), ("else", otherwise.as_ref())] {
                        let Some(part) = part else { continue };
                        row.put(Piece::Line);
                        row.token(word);
                        row.put(Piece::Space);
                        row.expr(part);
                    }
                });
            }),
            ExprKind::Between { operand, low, high, negated } => {
                self.expr(operand);
                self.negation(*negated);
                self.word("between");
                self.put(Piece::Space);
                self.expr(low);
                self.word("and");
                self.put(Piece::Space);
                self.expr(high);
            }
            ExprKind::InList { operand, items, negated } => {
                self.expr(operand);
                self.negation(*negated);
                self.word("in");
                self.put(Piece::Space);
                self.in_parentheses(|row| {
                    for (i, item) in items.iter().enumerate() {
                        if i > 0 {
                            row.token(",");
                            row.put(Piece::Fill);
                        }
                        row.expr(item);
                    }
                });
            }
            ExprKind::InSet { operand, set, negated } => {
                self.expr(operand);
                self.negation(*negated);
                self.word("in");
                self.put(Piece::Space);
                self.expr(set);
            }
            ExprKind::Is { operand, known } => {
                self.expr(operand);
                self.word("is");
                self.word(if *known { "known" } else { "missing" });
            }
            ExprKind::Range { low, high } => {
                if let Some(low) = low {
                    self.expr(low);
                }
                self.token("..");
                if let Some(high) = high {
                    self.expr(high);
                }
            }
            ExprKind::Paren(inner) => self.in_parentheses(|row| row.expr(inner)),
        }
    }

    fn negation(&mut self, negated: bool) {
        if negated {
            self.word("not");
        }
    }

    fn in_parentheses(&mut self, inner: impl FnOnce(&mut Self)) {
        self.group(|row| {
            row.token("(");
            row.indented(|row| {
                row.put(Piece::Soft);
                inner(row);
                row.skip();
            });
            row.put(Piece::Soft);
            row.token(")");
        });
    }

    /// Operators of one level stand below one another where the line is too short. They lean to the left, as far as
    /// somebody likes to add: a list, no recursion.
    fn chain(&mut self, expr: &Expr, of: u8) {
        let mut rest = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { op, left, right, .. } = &first.kind
            && level(*op) == of
        {
            rest.push((*op, right));
            first = left;
        }
        self.group(|row| {
            row.expr(first);
            row.indented(|row| {
                for (op, operand) in rest.into_iter().rev() {
                    row.put(Piece::Line);
                    for (i, word) in op.symbol().split(' ').enumerate() {
                        if i > 0 {
                            row.put(Piece::Space);
                        }
                        row.token(word);
                    }
                    row.put(Piece::Space);
                    row.expr(operand);
                }
            });
        });
    }

    fn call(&mut self, function: &Name, args: &[Arg]) {
        self.group(|row| {
            row.span(function.span);
            row.token("(");
            row.indented(|row| {
                for (i, arg) in args.iter().enumerate() {
                    if i > 0 {
                        row.token(",");
                    }
                    row.put(if i > 0 { Piece::Line } else { Piece::Soft });
                    row.arg(arg);
                }
                row.skip();
            });
            row.put(Piece::Soft);
            row.token(")");
        });
    }

    fn arg(&mut self, arg: &Arg) {
        self.group(|row| {
            if let Some(name) = &arg.name {
                row.span(name.span);
                row.token(":");
                row.put(Piece::Space);
            }
            row.expr(&arg.expr);
            row.indented(|row| {
                if let Some(on) = &arg.on {
                    row.word("on");
                    row.beside(on.span);
                }
                if let Some(filter) = &arg.filter {
                    row.put(Piece::Line);
                    row.token("where");
                    row.put(Piece::Space);
                    row.expr(filter);
                }
                if let Some(by) = &arg.by {
                    row.put(Piece::Line);
                    row.token("by");
                    row.beside(by.span);
                }
            });
        });
    }

    pub fn unit(&mut self, unit: &UnitExpr) {
        self.span(unit.name.span);
        for per in &unit.per {
            self.word("per");
            self.beside(per.span);
        }
    }
}

/// Operators that may stand in one chain.
fn level(op: Binary) -> u8 {
    match op {
        Binary::Otherwise => 0,
        Binary::Or => 1,
        Binary::And => 2,
        Binary::Equal
        | Binary::NotEqual
        | Binary::Less
        | Binary::LessEqual
        | Binary::Greater
        | Binary::GreaterEqual
        | Binary::Contains
        | Binary::StartsWith => 3,
        Binary::Union | Binary::Except => 4,
        Binary::Intersect => 5,
        Binary::Add | Binary::Subtract => 6,
        Binary::Multiply | Binary::Divide => 7,
    }
}

/// One word, number, date or range, without a text or clauses.
fn is_simple(phrase: &Phrase) -> bool {
    let plain = matches!(
        phrase.expr.kind,
        ExprKind::Number(_)
            | ExprKind::Unit(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Time(_)
            | ExprKind::Path(_)
            | ExprKind::Range { .. }
    );
    plain && phrase.text.is_none() && phrase.clauses.is_empty()
}
