//! What is declared: the declarations of all files by kind, their keys, and who has which name.

pub mod graph;
pub mod keys;
pub mod properties;

use std::collections::{HashMap, HashSet};

use crate::design::FactorId;
use crate::diagnostic::{Diagnostic, Diagnostics, Words, codes, say};
use crate::source::{SourceFile, Span};
use crate::syntax::Parse;
use crate::syntax::ast::{Allow, Decl, DeclKind, Entry, Item, Name};
pub use properties::Properties;

/// One declaration and its keys.
#[derive(Debug)]
pub struct Node<'a> {
    pub decl: &'a Decl,
    pub keys: Properties<'a>,
    /// The factor that it stands in.
    pub parent: Option<FactorId>,
}

impl<'a> Node<'a> {
    pub fn name(&self) -> &'a str {
        self.decl.name.as_ref().map_or("", |n| n.text.as_str())
    }

    /// The place of its name, else of its kind's word.
    pub fn place(&self) -> Span {
        properties::place(self.decl)
    }
}

/// A waiver and the block that it stands in (None: the whole design).
#[derive(Debug)]
pub struct Waiver<'a> {
    pub allow: &'a Allow,
    pub block: Option<Span>,
}

/// A namespace. Constants stand beside the four kinds that formulas name, since formulas name them too; a challenge and
/// an opportunity share one, since `addresses` names either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    Formula,
    Unit,
    Perspective,
    Objective,
    Factor,
    Process,
    Context,
}

pub const fn space(kind: DeclKind) -> Option<Space> {
    match kind {
        DeclKind::Source | DeclKind::Dimension | DeclKind::Measure | DeclKind::Indicator | DeclKind::Constant => {
            Some(Space::Formula)
        }
        DeclKind::Unit => Some(Space::Unit),
        DeclKind::Perspective => Some(Space::Perspective),
        DeclKind::Objective => Some(Space::Objective),
        DeclKind::Factor => Some(Space::Factor),
        DeclKind::Process => Some(Space::Process),
        DeclKind::Challenge | DeclKind::Opportunity => Some(Space::Context),
        DeclKind::Design | DeclKind::Calendar | DeclKind::Action | DeclKind::Test => None,
    }
}

/// What a name stands for: the kind and the place in that kind's list of [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    pub kind: DeclKind,
    pub index: u32,
    pub span: Span,
}

/// The declarations of a design, in the order of files and text; places in the lists are the ids of `design`.
#[derive(Debug, Default)]
pub struct Model<'a> {
    pub design: Option<Node<'a>>,
    pub calendar: Option<Node<'a>>,
    pub units: Vec<Node<'a>>,
    pub constants: Vec<Node<'a>>,
    pub dimensions: Vec<Node<'a>>,
    pub sources: Vec<Node<'a>>,
    pub measures: Vec<Node<'a>>,
    pub perspectives: Vec<Node<'a>>,
    pub objectives: Vec<Node<'a>>,
    /// Processes, challenges and opportunities.
    pub contexts: Vec<Node<'a>>,
    /// Parents before children.
    pub factors: Vec<Node<'a>>,
    pub indicators: Vec<Node<'a>>,
    pub tests: Vec<Node<'a>>,
    pub waivers: Vec<Waiver<'a>>,
    names: HashMap<(Space, &'a str), Declared>,
    /// The words in what the parser could not read: an unknown name among them may be declared there.
    pub unread_words: HashSet<&'a str>,
}

impl<'a> Model<'a> {
    /// Gathers all declarations, judges them against the key table and their names against each other.
    pub fn new(files: &[(&'a SourceFile, &'a Parse)], sink: &mut Diagnostics) -> Model<'a> {
        let mut model = Model::default();
        for (file, parse) in files {
            let unread = Unread::new(parse);
            model.gather_unread(file, parse);
            for item in &parse.file.items {
                match item {
                    Item::Decl(decl) => {
                        properties::judge_top(decl, sink);
                        model.add(decl, None, &unread, sink);
                    }
                    Item::Allow(allow) => model.waivers.push(Waiver { allow, block: None }),
                    Item::Use(_) | Item::Hole(_) => {}
                }
            }
        }
        model
    }

    pub fn resolve(&self, space: Space, name: &str) -> Option<Declared> {
        self.names.get(&(space, name)).copied()
    }

    /// The names of a namespace that stand for declarations of these kinds, sorted.
    pub fn names(&self, space: Space, kinds: &[DeclKind]) -> Vec<&'a str> {
        let mut names: Vec<_> = self
            .names
            .iter()
            .filter(|((s, _), declared)| *s == space && kinds.contains(&declared.kind))
            .map(|((_, name), _)| *name)
            .collect();
        names.sort_unstable();
        names
    }

    /// The measures and indicators under their names, and whatever else a formula may name.
    pub fn formula_names(&self) -> impl Iterator<Item = (&'a str, Declared)> + '_ {
        self.names.iter().filter(|((space, _), _)| *space == Space::Formula).map(|((_, name), d)| (*name, *d))
    }

    fn gather_unread(&mut self, file: &'a SourceFile, parse: &'a Parse) {
        let mut words = |span: Span| {
            self.unread_words
                .extend(file.slice(span).split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()));
        };
        for item in &parse.file.items {
            match item {
                Item::Hole(span) => words(*span),
                Item::Decl(decl) => {
                    for entry in decl.block.iter().flat_map(|b| &b.entries) {
                        if let Entry::Hole(span) = entry {
                            words(*span);
                        }
                    }
                }
                Item::Use(_) | Item::Allow(_) => {}
            }
        }
    }

    fn add(&mut self, decl: &'a Decl, parent: Option<FactorId>, unread: &Unread, sink: &mut Diagnostics) {
        let keys = properties::judge(decl, &|span| unread.within(span), sink);
        let entries = decl.block.as_ref().map_or(&[][..], |b| &b.entries);
        for entry in entries {
            if let Entry::Allow(allow) = entry {
                self.waivers.push(Waiver { allow, block: Some(decl.span) });
            }
        }
        let node = Node { decl, keys, parent };
        let index = match decl.kind {
            DeclKind::Design => return once(&mut self.design, node, sink),
            DeclKind::Calendar => return once(&mut self.calendar, node, sink),
            // Actions are read with what they stand in.
            DeclKind::Action => return,
            DeclKind::Unit => push(&mut self.units, node),
            DeclKind::Constant => push(&mut self.constants, node),
            DeclKind::Dimension => push(&mut self.dimensions, node),
            DeclKind::Source => push(&mut self.sources, node),
            DeclKind::Measure => push(&mut self.measures, node),
            DeclKind::Perspective => push(&mut self.perspectives, node),
            DeclKind::Objective => push(&mut self.objectives, node),
            DeclKind::Process | DeclKind::Challenge | DeclKind::Opportunity => push(&mut self.contexts, node),
            DeclKind::Factor => push(&mut self.factors, node),
            DeclKind::Indicator => push(&mut self.indicators, node),
            DeclKind::Test => push(&mut self.tests, node),
        };
        if let (Some(space), Some(name)) = (space(decl.kind), &decl.name) {
            self.name(space, name, Declared { kind: decl.kind, index, span: name.span }, sink);
        }
        let table = keys::declaration(decl.kind);
        for entry in entries {
            if let Entry::Decl(inner) = entry {
                let own =
                    (decl.kind == DeclKind::Factor && table.inside.contains(&inner.kind)).then_some(FactorId(index));
                // An action's keys are judged where it stands; what may not stand here was reported, and is still read.
                self.add(inner, own.or(parent), unread, sink);
            }
        }
    }

    fn name(&mut self, space: Space, name: &'a Name, declared: Declared, sink: &mut Diagnostics) {
        let Some(first) = self.names.get(&(space, name.text.as_str())) else {
            self.names.insert((space, name.text.as_str()), declared);
            return;
        };
        let others = if first.kind == declared.kind {
            Words::default()
        } else {
            let (first, second) = (plural(first.kind), plural(declared.kind));
            say!("; {} and {} share one namespace", "；{}与{}共用一个命名空间", first, second)
        };
        sink.push(
            Diagnostic::error(
                codes::names::DOUBLED_NAME,
                name.span,
                say!("the name `{}` is declared twice", "名称 `{}` 声明了两次", name.text),
            )
            .saying(say!("{} of this name", "叫这个名称的{}", keys::a_kind(declared.kind)))
            .label(first.span, say!("{} has it already", "已有{}用了它", keys::a_kind(first.kind)))
            .help(say!("give one of them another name{}", "给其中一个换个名称{}", others)),
        );
    }
}

/// `indicators`, `processes`.
pub fn plural(kind: DeclKind) -> Words {
    let word = kind.word();
    let en = match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if word.ends_with('s') => format!("{word}es"),
        None => format!("{word}s"),
    };
    Words { en, zh: keys::kind_in_chinese(kind) }
}

fn push<'a>(list: &mut Vec<Node<'a>>, node: Node<'a>) -> u32 {
    list.push(node);
    list.len() as u32 - 1
}

fn once<'a>(slot: &mut Option<Node<'a>>, node: Node<'a>, sink: &mut Diagnostics) {
    match slot {
        None => *slot = Some(node),
        Some(first) => sink.push(
            Diagnostic::error(
                codes::names::DOUBLED_DECLARATION,
                node.place(),
                say!("a design has one `{}`", "一个设计只有一个 `{}`", node.decl.kind.word()),
            )
            .saying(say!("declared again", "再次声明"))
            .label(first.place(), say!("first declared here", "首次在此声明"))
            .help(say!("keep one of the two, and put what both say into it", "保留其中一个，把两处的内容写在一起")),
        ),
    }
}

/// Where the parser of one file complained.
struct Unread {
    /// Ascending.
    starts: Vec<u32>,
}

impl Unread {
    fn new(parse: &Parse) -> Unread {
        let mut starts: Vec<u32> = parse.diagnostics.iter().filter_map(Diagnostic::span).map(|s| s.start).collect();
        starts.sort_unstable();
        Unread { starts }
    }

    fn within(&self, span: Span) -> bool {
        let first = self.starts.partition_point(|start| *start < span.start);
        self.starts.get(first).is_some_and(|start| *start <= span.end)
    }
}
