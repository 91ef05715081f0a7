//! Files, blocks and what stands in them.

use super::formula::Row;
use super::layout::{self, Piece, flat_width};
use super::page::Page;
use super::reader::{Note, Place, Reader};
use super::{INDENT, WIDTH, table};
use crate::source::Span;
use crate::syntax::Parse;
use crate::syntax::ast::*;

/// The text of a file, and how many entries stayed as they were.
pub(super) fn write(text: &str, parse: &Parse) -> (String, usize) {
    let reader = Reader::new(text, &parse.comments);
    let mut writer = Writer { reader, page: Page::default(), indent: 0, kept: 0 };
    let items = parse.file.items.iter().map(|item| match item {
        Item::Decl(decl) => Member::Decl(decl),
        Item::Use(used) => Member::Use(used),
        Item::Allow(allow) => Member::Allow(allow),
        Item::Hole(span) => Member::Hole(*span),
    });
    writer.members(items.collect());
    (writer.page.finish(), writer.kept)
}

/// What stands in a file or block.
#[derive(Clone, Copy)]
enum Member<'t> {
    Property(&'t Property),
    Decl(&'t Decl),
    Field(&'t Field),
    Clean(&'t Clean),
    Step(&'t CleanStep),
    Given(&'t Given),
    Expect(&'t Expect),
    Allow(&'t Allow),
    Use(&'t Use),
    Hole(Span),
}

impl<'t> Member<'t> {
    fn of(entry: &'t Entry) -> Self {
        match entry {
            Entry::Property(property) => Member::Property(property),
            Entry::Decl(decl) => Member::Decl(decl),
            Entry::Field(field) => Member::Field(field),
            Entry::Clean(clean) => Member::Clean(clean),
            Entry::Given(given) => Member::Given(given),
            Entry::Expect(expect) => Member::Expect(expect),
            Entry::Allow(allow) => Member::Allow(allow),
            Entry::Hole(span) => Member::Hole(*span),
        }
    }

    fn span(self) -> Span {
        match self {
            Member::Property(m) => m.span,
            Member::Decl(m) => m.span,
            Member::Field(m) => m.span,
            Member::Clean(m) => m.span,
            Member::Step(m) => m.span,
            Member::Given(m) => m.span,
            Member::Expect(m) => m.span,
            Member::Allow(m) => m.span,
            Member::Use(m) => m.span,
            Member::Hole(span) => span,
        }
    }

    /// What stands in its braces.
    fn block(self) -> Option<Vec<Member<'t>>> {
        match self {
            Member::Decl(decl) => decl.block.as_ref().map(|b| b.entries.iter().map(Member::of).collect()),
            Member::Clean(clean) => Some(clean.steps.iter().map(Member::Step).collect()),
            _ => None,
        }
    }
}

struct Writer<'a> {
    reader: Reader<'a>,
    page: Page<'a>,
    indent: usize,
    kept: usize,
}

impl<'a> Writer<'a> {
    /// All that stands in a file or block, and the comments behind it.
    fn members(&mut self, members: Vec<Member<'_>>) {
        let mut first = true;
        let mut tall_before = false;
        for member in members {
            let (notes, blank) = self.notes();
            let written = self.on_one_line(member);
            let tall = written.is_none()
                && !matches!(member, Member::Given(_) | Member::Decl(Decl { kind: DeclKind::Action, .. }));
            // Declarations of several lines stand apart from what is around them.
            let own = notes.iter().filter(|n| n.place == Place::Own);
            let apart = !first && (tall || tall_before) && !blank && !own.clone().any(|n| n.blank);
            self.write_notes(&notes, first, apart);
            let under_comment = own.count() > 0;
            if blank && (!first || under_comment) || apart && !under_comment {
                self.page.blank();
            }
            match written {
                Some(pieces) => layout::write(&pieces, &mut self.page, self.indent),
                None => self.on_lines(member),
            }
            self.page.end_line();
            self.reader.eat_separator();
            first = false;
            tall_before = tall;
        }
        let (notes, _) = self.notes();
        self.write_notes(&notes, first, false);
    }

    /// The comments before what comes next, and whether a blank line stands before that.
    fn notes(&mut self) -> (Vec<Note<'a>>, bool) {
        let mut notes = Vec::new();
        let blank = self.reader.skip(|note| notes.push(note));
        (notes, blank)
    }

    /// `first`: nothing stands before them; `apart`: a blank line must.
    fn write_notes(&mut self, notes: &[Note<'a>], mut first: bool, mut apart: bool) {
        for note in notes {
            if note.place == Place::Own {
                if !first && (note.blank || std::mem::take(&mut apart)) {
                    self.page.blank();
                }
                first = false;
            }
            self.page.note(*note, self.indent);
        }
    }

    /// The pieces of a member, as long as its braces stand on one line and there is room for that. Whoever wrote a block
    /// on several lines meant it so.
    fn on_one_line(&mut self, member: Member<'_>) -> Option<Vec<Piece<'a>>> {
        let before = self.reader;
        let mut row = Row::new(&mut self.reader);
        let blocks = member.block().is_some();
        // Longer ones need not be tried: in one that fits most bytes are no spaces.
        const LONGEST: usize = 8 * WIDTH;
        let span = member.span();
        let fit = match (member, blocks) {
            (Member::Given(_), _) => false,
            (_, false) => true,
            _ => span.range().len() <= LONGEST && !row.reader.has_comment(span),
        };
        if fit && inline(&mut row, member) && !row.lost {
            let pieces = row.pieces;
            let fits = |width| self.indent * INDENT + width <= WIDTH;
            if !blocks || flat_width(&pieces).is_some_and(fits) {
                return Some(pieces);
            }
        }
        self.reader = before;
        None
    }

    /// A member that takes several lines.
    fn on_lines(&mut self, member: Member<'_>) {
        let before = self.reader;
        let mut row = Row::new(&mut self.reader);
        match member {
            Member::Given(given) => {
                row.token("given");
                row.beside(given.source.span);
                let (pieces, lost) = (row.pieces, row.lost);
                layout::write(&pieces, &mut self.page, self.indent);
                if !lost && self.table(given) {
                    return;
                }
            }
            Member::Decl(_) | Member::Clean(_) => {
                head(&mut row, member);
                row.word("{");
                let empty = row.closes();
                if empty {
                    row.token("}");
                }
                if !row.lost {
                    let pieces = row.pieces;
                    layout::write(&pieces, &mut self.page, self.indent);
                    if empty {
                        return;
                    }
                    self.page.end_line();
                    self.indent += 1;
                    self.members(member.block().unwrap_or_default());
                    self.indent -= 1;
                    if self.reader.eat("}").is_some() {
                        self.page.text("}", self.indent);
                        return;
                    }
                }
            }
            _ => {}
        }
        self.reader = before;
        self.keep(member.span());
    }

    /// An entry as it stands.
    fn keep(&mut self, span: Span) {
        self.kept += 1;
        self.page.text(self.reader.slice(span).trim_end(), self.indent);
        self.reader.pass(span);
    }

    /// The rows of a table with the comments between and behind them.
    fn table(&mut self, given: &Given) -> bool {
        self.indent += 1;
        let rows = table::rows(given, &self.reader);
        let header = given.columns.last().map(|column| column.span);
        let lasts = given.rows.iter().map(|row| row.cells.last().map(|cell| cell.span));
        let mut read = true;
        for (row, last) in rows.iter().zip(std::iter::once(header).chain(lasts)) {
            let (notes, _) = self.notes();
            self.page.end_line();
            self.write_notes(&notes, true, false);
            if self.reader.eat("|").is_none() {
                // A table without any row has no header either.
                read = given.columns.is_empty() && given.rows.is_empty();
                break;
            }
            if let Some(last) = last {
                self.reader.pass(last);
                let rest = self.reader.rest();
                let closes = rest.trim_start_matches([' ', '\t']);
                if closes.starts_with('|') {
                    let blanks = rest.len() - closes.len();
                    let at = self.reader.at() + blanks;
                    self.reader.pass(Span::new(last.file, at, at + 1));
                }
            }
            self.page.text(row, self.indent);
        }
        self.indent -= 1;
        read
    }
}

/// A member on one line (or, without a block, on as many as its value takes). False: it cannot stand so.
fn inline(row: &mut Row<'_, '_>, member: Member<'_>) -> bool {
    let Some(entries) = member.block() else {
        return match member {
            Member::Decl(decl) => {
                decl_head(row, decl);
                true
            }
            Member::Given(_) | Member::Hole(_) => false,
            member => {
                plain(row, member);
                true
            }
        };
    };
    head(row, member);
    row.word("{");
    let from = row.reader.at();
    for (i, entry) in entries.iter().enumerate() {
        if i > 0 {
            // Only before `key:` may a comma stand.
            if !matches!(entry, Member::Property(_)) || row.reader.rest().find(',').is_none() {
                return false;
            }
            row.token(",");
        }
        row.put(Piece::Space);
        if !inline(row, *entry) {
            return false;
        }
    }
    if !entries.is_empty() {
        row.put(Piece::Space);
    }
    row.token("}");
    let within = Span::new(member.span().file, from, row.reader.at());
    !row.reader.slice(within).contains('\n')
}

/// What stands before the braces.
fn head(row: &mut Row<'_, '_>, member: Member<'_>) {
    match member {
        Member::Decl(decl) => decl_head(row, decl),
        Member::Clean(_) => row.token("clean"),
        _ => {}
    }
}

fn decl_head(row: &mut Row<'_, '_>, decl: &Decl) {
    row.span(decl.kind_span);
    if let Some(when) = &decl.when {
        row.word("when");
        row.beside(when.span);
    }
    if let Some(name) = &decl.name {
        row.beside(name.span);
    }
    if let Some(label) = &decl.label {
        row.beside(label.span);
    }
    if let Some(value) = &decl.value {
        if row.sees("=") {
            row.word("=");
        } else {
            row.token(":");
        }
        row.phrases(value);
    }
}

fn plain(row: &mut Row<'_, '_>, member: Member<'_>) {
    match member {
        Member::Property(property) => {
            row.span(property.key.span);
            row.token(":");
            row.phrases(&property.value);
        }
        Member::Field(of) => field(row, of),
        Member::Step(of) => step(row, of),
        Member::Expect(of) => expect(row, of),
        Member::Allow(allow) => {
            row.token("allow");
            row.beside(allow.rule.span);
            if let Some(until) = &allow.until {
                row.word("until");
                row.put(Piece::Space);
                row.unbroken(|row| row.expr(until));
            }
            if row.sees(":") {
                row.token(":");
            }
            if let Some(reason) = &allow.reason {
                row.beside(reason.span);
            }
        }
        Member::Use(used) => {
            row.token("use");
            row.beside(used.path.span);
        }
        Member::Decl(_) | Member::Clean(_) | Member::Given(_) | Member::Hole(_) => row.lost = true,
    }
}

fn field(row: &mut Row<'_, '_>, field: &Field) {
    enum Part<'f> {
        Unit(&'f UnitExpr),
        Domain(&'f Expr),
        Members(&'f [Text]),
        Refers(&'f Name),
        Column(&'f Text),
        Computed(&'f Expr),
    }
    row.token("field");
    row.beside(field.name.span);
    if let Some(label) = &field.label {
        row.beside(label.span);
    }
    row.token(":");
    row.beside(field.kind.span);
    if field.optional {
        row.token("?");
    }
    let mut parts: Vec<(u32, Part<'_>)> = Vec::new();
    parts.extend(field.unit.iter().map(|u| (u.span.start, Part::Unit(u))));
    parts.extend(field.domain.iter().map(|d| (d.span.start, Part::Domain(d))));
    parts.extend(field.members.first().map(|first| (first.span.start, Part::Members(&field.members))));
    parts.extend(field.refers.iter().map(|name| (name.span.start, Part::Refers(name))));
    parts.extend(field.column.iter().map(|text| (text.span.start, Part::Column(text))));
    parts.extend(field.computed.iter().map(|expr| (expr.span.start, Part::Computed(expr))));
    parts.sort_by_key(|(start, _)| *start);
    for (_, part) in parts {
        row.put(Piece::Space);
        match part {
            Part::Unit(unit) => row.unit(unit),
            Part::Domain(domain) => row.unbroken(|row| row.expr(domain)),
            Part::Members(members) => {
                row.token("in");
                row.put(Piece::Space);
                row.group(|row| {
                    row.indented(|row| {
                        for (i, member) in members.iter().enumerate() {
                            if i > 0 {
                                row.token(",");
                                row.put(Piece::Fill);
                            }
                            row.span(member.span);
                        }
                    });
                });
            }
            Part::Refers(name) => {
                row.token("->");
                row.beside(name.span);
            }
            Part::Column(text) => {
                row.token("from");
                row.beside(text.span);
            }
            Part::Computed(expr) => {
                row.token("=");
                row.put(Piece::Space);
                row.expr(expr);
            }
        }
    }
}

fn step(row: &mut Row<'_, '_>, step: &CleanStep) {
    match &step.kind {
        CleanKind::Deduplicate { by, keep } => {
            row.token("deduplicate");
            row.word("by");
            row.put(Piece::Space);
            row.group(|row| {
                row.indented(|row| {
                    for (i, name) in by.iter().enumerate() {
                        if i > 0 {
                            row.token(",");
                            row.put(Piece::Fill);
                        }
                        row.span(name.span);
                    }
                });
            });
            if let Some((keep, field)) = keep {
                row.word("keep");
                row.word(match keep {
                    Keep::Latest => "latest",
                    Keep::Earliest => "earliest",
                });
                row.beside(field.span);
            }
        }
        CleanKind::DropWhere(condition) => {
            row.token("drop");
            row.word("where");
            row.put(Piece::Space);
            row.expr(condition);
        }
        CleanKind::DropInvalid => {
            row.token("drop");
            row.word("invalid");
        }
        CleanKind::BlankInvalid => {
            row.token("blank");
            row.word("invalid");
        }
        CleanKind::Hole => row.lost = true,
    }
    if let Some(reason) = &step.reason {
        row.beside(reason.span);
    }
}

fn expect(row: &mut Row<'_, '_>, expect: &Expect) {
    row.token("expect");
    row.beside(expect.name.span);
    if let Some(period) = &expect.period {
        row.word("in");
        row.put(Piece::Space);
        row.unbroken(|row| row.expr(period));
    }
    if let Some(slice) = &expect.slice {
        row.word("for");
        row.put(Piece::Space);
        row.unbroken(|row| row.expr(slice));
    }
    match &expect.outcome {
        Outcome::Value(value) => {
            row.word("=");
            row.put(Piece::Space);
            row.expr(value);
        }
        Outcome::Is(word) => {
            row.word("is");
            row.beside(word.span);
        }
        Outcome::Hole => row.lost = true,
    }
}
