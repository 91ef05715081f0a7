//! What formulas are typed against: the declarations of the design as far as they are understood.

use std::collections::{HashMap, HashSet};

use super::nature::Reads;
use crate::design::{
    Constant, ConstantId, Dimension, DimensionId, Field, FieldId, FieldPath, IndicatorId, MeasureId, Source, SourceId,
    Subject, Type,
};
use crate::diagnostic::{Diagnostic, Diagnostics, Words, closest, codes::names, say};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Name};
use crate::value::{Calendar, Unit};

/// What a name in a formula stands for. Sources, dimensions, measures, indicators and constants share one namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    Source(SourceId),
    Dimension(DimensionId),
    Constant(ConstantId),
    Measure(MeasureId),
    Indicator(IndicatorId),
}

impl Entity {
    /// One of each kind.
    const EACH: [(Entity, DeclKind); 5] = [
        (Entity::Source(SourceId(0)), DeclKind::Source),
        (Entity::Dimension(DimensionId(0)), DeclKind::Dimension),
        (Entity::Constant(ConstantId(0)), DeclKind::Constant),
        (Entity::Measure(MeasureId(0)), DeclKind::Measure),
        (Entity::Indicator(IndicatorId(0)), DeclKind::Indicator),
    ];

    /// With its article, for messages: `an indicator`.
    pub fn what(self) -> Words {
        match self {
            Entity::Source(_) => say!("a source", "来源"),
            Entity::Dimension(_) => say!("a dimension", "维度"),
            Entity::Constant(_) => say!("a constant", "常量"),
            Entity::Measure(_) => say!("a measure", "度量"),
            Entity::Indicator(_) => say!("an indicator", "指标"),
        }
    }
}

/// A measure or an indicator as those see it who use it.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    pub name: String,
    pub span: Span,
    /// Its declared unit's, else its formula's; None: it stands on something that is already reported, and so does, in
    /// silence, what uses it. Subjects are typed after those that they name.
    pub ty: Option<Type>,
    /// The sources that its formula reads, through measures and indicators. Empty while it has no typed formula.
    pub reads: Reads,
    pub additive: bool,
    /// The power of counts without a unit in its values.
    pub counted: i8,
}

/// What is declared but not understood; what stands on it stays silent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Poison {
    /// Its list of fields is not known whole.
    Source(SourceId),
    /// Its type is not known.
    Field(SourceId, FieldId),
    /// Its list of paths is not known whole.
    Dimension(DimensionId),
    /// Its quantity is not known.
    Constant(ConstantId),
    Unit(String),
}

pub enum UnitLookup<'a> {
    Known(&'a Unit),
    /// Declared, but not understood: already reported.
    Poisoned,
    Unknown,
}

#[derive(Debug, Default)]
pub struct Scope {
    pub calendar: Calendar,
    /// Built-in ones first, then as declared.
    pub units: Vec<Unit>,
    pub sources: Vec<Source>,
    pub dimensions: Vec<Dimension>,
    pub constants: Vec<Constant>,
    pub measures: Vec<Signature>,
    pub indicators: Vec<Signature>,
    pub(super) poisoned: HashSet<Poison>,
    pub(super) entities: HashMap<String, Entity>,
    pub(super) unit_names: HashMap<String, usize>,
    /// One map a source.
    pub(super) fields: Vec<HashMap<String, FieldId>>,
    /// The words in what could not be read: an unknown name among them may be declared there, and stays silent.
    pub(super) unread_words: HashSet<String>,
}

impl Scope {
    pub fn entity(&self, name: &str) -> Option<Entity> {
        self.entities.get(name).copied()
    }

    pub fn unit(&self, name: &str) -> UnitLookup<'_> {
        match self.unit_names.get(name).and_then(|place| self.units.get(*place)) {
            Some(unit) => UnitLookup::Known(unit),
            None if self.poisoned.contains(&Poison::Unit(name.to_string())) => UnitLookup::Poisoned,
            None => UnitLookup::Unknown,
        }
    }

    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.index())
    }

    pub fn field(&self, source: SourceId, field: FieldId) -> Option<&Field> {
        self.source(source)?.fields.get(field.index())
    }

    pub fn field_named(&self, source: SourceId, name: &str) -> Option<FieldId> {
        self.fields.get(source.index())?.get(name).copied()
    }

    pub fn dimension(&self, id: DimensionId) -> Option<&Dimension> {
        self.dimensions.get(id.index())
    }

    pub fn constant(&self, id: ConstantId) -> Option<&Constant> {
        self.constants.get(id.index())
    }

    pub fn signature(&self, subject: Subject) -> Option<&Signature> {
        match subject {
            Subject::Measure(id) => self.measures.get(id.index()),
            Subject::Indicator(id) => self.indicators.get(id.index()),
        }
    }

    pub fn has_unit(&self, name: &str) -> bool {
        self.unit_names.contains_key(name)
    }

    pub fn add_unit(&mut self, unit: Unit) {
        self.unit_names.insert(unit.name.clone(), self.units.len());
        self.units.push(unit);
    }

    pub fn poison(&mut self, what: Poison) {
        self.poisoned.insert(what);
    }

    /// A field of `source`, or of what its references lead to: the names `customer_id`, `segment` of
    /// `customer_id.segment`. None: reported, or it stands on something that is.
    pub fn field_path(&self, source: SourceId, names: &[Name], sink: &mut Diagnostics) -> Option<FieldPath> {
        let (last, through) = names.split_last()?;
        let mut at = source;
        let mut via = Vec::new();
        for name in through {
            let id = self.known_field(at, name, sink)?;
            let field = self.field(at, id)?;
            let Some(next) = field.refers else {
                sink.push(
                    Diagnostic::error(
                        names::WRONG_KIND_OF_NAME,
                        name.span,
                        say!(
                            "`{}` refers to no source, so nothing can be read through it",
                            "`{}` 没有引用来源，不能经它读取",
                            field.name
                        ),
                    )
                    .saying(say!("not a reference", "不是引用"))
                    .label(field.span, say!("declared here", "在此声明"))
                    .help(say!(
                        "a reference is declared `field {}: id -> customers`",
                        "引用声明为 `field {}: id -> customers`",
                        field.name
                    )),
                );
                return None;
            };
            via.push(id);
            at = next;
        }
        let field = self.known_field(at, last, sink)?;
        Some(FieldPath { via, field })
    }

    /// The source and the field that a path from `source` ends at.
    pub fn end_of(&self, source: SourceId, path: &FieldPath) -> Option<(&Source, &Field)> {
        let mut at = source;
        for id in &path.via {
            at = self.field(at, *id)?.refers?;
        }
        Some((self.source(at)?, self.field(at, path.field)?))
    }

    /// The field of this name whose type is known; else it is reported, or was.
    fn known_field(&self, source: SourceId, name: &Name, sink: &mut Diagnostics) -> Option<FieldId> {
        let Some(id) = self.field_named(source, &name.text) else {
            self.unknown_field(source, name, sink);
            return None;
        };
        (!self.is_poisoned(&Poison::Field(source, id))).then_some(id)
    }

    pub fn is_poisoned(&self, what: &Poison) -> bool {
        self.poisoned.contains(what)
    }

    /// Reports a name that no source, dimension, constant, measure or indicator has. `wanted` says what would do here,
    /// for the label (`no source has this name`), and which names are worth suggesting.
    pub fn unknown_name(&self, name: &Name, wanted: &Words, suits: impl Fn(Entity) -> bool, sink: &mut Diagnostics) {
        if self.unread_words.contains(&name.text) {
            return;
        }
        let kinds: Vec<DeclKind> =
            Entity::EACH.into_iter().filter(|(entity, _)| suits(*entity)).map(|(_, kind)| kind).collect();
        sink.unresolved_among("name", &name.text, name.span, super::names::mask(&kinds), || {
            Diagnostic::error(names::UNKNOWN_NAME, name.span, say!("unknown name `{}`", "未知的名称 `{}`", name.text))
                .saying(say!("no {} has this name", "没有叫这个名称的{}", wanted))
        });
    }

    /// Reports a name that is no field of `source`; silent where the source's fields are not all known.
    pub fn unknown_field(&self, source: SourceId, name: &Name, sink: &mut Diagnostics) {
        let Some(owner) = self.source(source) else { return };
        if self.is_poisoned(&Poison::Source(source)) {
            return;
        }
        sink.unresolved(&format!("field of {}", owner.naming.name), &name.text, name.span, || {
            let diagnostic = Diagnostic::error(
                names::UNKNOWN_FIELD,
                name.span,
                say!("source `{}` has no field `{}`", "来源 `{}` 没有字段 `{}`", owner.naming.name, name.text),
            )
            .saying(say!("unknown field", "未知的字段"))
            .label(owner.naming.span, say!("declared here", "在此声明"));
            match closest(&name.text, owner.fields.iter().map(|f| f.name.as_str())) {
                Some(near) => diagnostic.meant(near),
                None if owner.fields.is_empty() => {
                    diagnostic.help(say!("the source declares no fields", "这个来源没有声明字段"))
                }
                None => {
                    let all = Words::names(owner.fields.iter().take(12).map(|f| f.name.as_str()));
                    diagnostic.help(match owner.fields.len() {
                        0..=12 => say!("its fields are {}", "它的字段有 {}", all),
                        _ => say!("its fields are {}, …", "它的字段有 {} 等", all),
                    })
                }
            }
        });
    }
}
