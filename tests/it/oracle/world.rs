//! The sources that every random design has, and their rows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};

use super::days::{Almanac, Cut};
use super::exact::Val;
use super::tree::{Pred, RowExpr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Id,
    Text,
    Bool,
    Date,
    Timestamp,
    Integer,
    Decimal,
    Number,
    /// A number of hours.
    Hours,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Id => "id",
            Kind::Text => "text",
            Kind::Bool => "bool",
            Kind::Date => "date",
            Kind::Timestamp => "timestamp",
            Kind::Integer => "integer",
            Kind::Decimal => "decimal",
            Kind::Number | Kind::Hours => "number",
        }
    }
}

pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub optional: bool,
    /// What follows the type.
    pub more: &'static str,
}

pub struct Schema {
    pub name: &'static str,
    pub time: usize,
    pub key: &'static str,
    pub fields: &'static [Field],
}

const fn field(name: &'static str, kind: Kind, optional: bool, more: &'static str) -> Field {
    Field { name, kind, optional, more }
}

pub const ORDERS: usize = 0;
pub const CLIENTS: usize = 1;
pub const STOCK: usize = 2;

pub const SCHEMAS: [Schema; 3] = [
    Schema {
        name: "orders",
        time: 1,
        key: "id",
        fields: &[
            field("id", Kind::Id, false, ""),
            field("day", Kind::Date, false, ""),
            field("done", Kind::Date, true, ""),
            field("at", Kind::Timestamp, false, ""),
            field("client", Kind::Id, true, " -> clients"),
            field("region", Kind::Text, true, ""),
            field("kind", Kind::Text, true, " in \"x\", \"y\", \"z\""),
            field("amount", Kind::Decimal, true, ""),
            field("qty", Kind::Integer, true, ""),
            field("score", Kind::Number, true, ""),
            field("rush", Kind::Bool, true, ""),
            field("spent", Kind::Hours, true, " hours"),
        ],
    },
    Schema {
        name: "clients",
        time: 1,
        key: "client",
        fields: &[
            field("client", Kind::Id, false, ""),
            field("joined", Kind::Date, false, ""),
            field("segment", Kind::Text, true, ""),
            field("region", Kind::Text, true, ""),
            field("size", Kind::Integer, true, ""),
            field("rate", Kind::Decimal, true, ""),
        ],
    },
    Schema {
        name: "stock",
        time: 0,
        key: "day, site",
        fields: &[
            field("day", Kind::Date, false, ""),
            field("site", Kind::Id, false, ""),
            field("region", Kind::Text, true, ""),
            field("kind", Kind::Text, true, ""),
            field("level", Kind::Integer, true, ""),
            field("worth", Kind::Number, true, ""),
        ],
    },
];

/// Fields of `orders`.
pub const DAY: usize = 1;
pub const DONE: usize = 2;
pub const AT: usize = 3;
pub const CLIENT_IN_ORDERS: usize = 4;
pub const AMOUNT: usize = 7;
pub const QTY: usize = 8;
pub const SCORE: usize = 9;
pub const RUSH: usize = 10;
pub const SPENT: usize = 11;

/// A field of a row of `source`, or, through `client`, of its partner in `clients`. Past the declared ones: computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRef {
    pub via_client: bool,
    pub field: usize,
}

impl FieldRef {
    pub fn own(field: usize) -> FieldRef {
        FieldRef { via_client: false, field }
    }
}

pub const DIMENSIONS: [&str; 4] = ["region", "kind", "segment", "client"];
pub const REGION: usize = 0;
pub const KIND: usize = 1;
pub const CLIENT: usize = 3;

/// The field that carries a dimension.
pub fn carrier(dimension: usize, source: usize) -> Option<FieldRef> {
    let own = |field| Some(FieldRef::own(field));
    match (dimension, source) {
        (0, ORDERS) => own(5),
        (0, CLIENTS) => own(3),
        (0, STOCK) => own(2),
        (1, ORDERS) => own(6),
        (1, STOCK) => own(3),
        (2, ORDERS) => Some(FieldRef { via_client: true, field: 2 }),
        (2, CLIENTS) => own(2),
        (3, ORDERS) => own(4),
        (3, CLIENTS) => own(0),
        _ => None,
    }
}

#[derive(Clone, Debug)]
pub enum Cell {
    Num(Val),
    Text(String),
    Bool(bool),
    Date(Date),
    Stamp(DateTime),
}

/// As in the file: empty is missing.
pub type Raw = Vec<String>;

/// `deduplicate by id`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedupe {
    /// Doubles are equal.
    Equal,
    /// `keep latest at`
    Latest,
    /// `keep earliest at`
    Earliest,
}

/// How a source's rows are cleaned and what it says about itself.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// `refreshed`: by its word and the period that it stands for.
    pub refreshed: Option<(&'static str, Cut)>,
    pub covers: Option<Date>,
    pub dedupe: Option<Dedupe>,
    pub drop_where: Option<Pred>,
    pub plan: bool,
}

pub struct World {
    pub almanac: Almanac,
    pub raw: [Vec<Raw>; 3],
    pub manners: [Manners; 3],
    /// Of `orders`: name and expression.
    pub computed: Vec<(String, RowExpr)>,
    /// By days: value from that day on; the first may hold from the beginning.
    pub constants: Vec<Vec<(Option<Date>, String)>>,
}

impl World {
    pub fn field_name(&self, source: usize, at: FieldRef) -> String {
        if at.via_client {
            return format!("client.{}", SCHEMAS[CLIENTS].fields[at.field].name);
        }
        match SCHEMAS[source].fields.get(at.field) {
            Some(field) => field.name.to_string(),
            None => self.computed[at.field - SCHEMAS[source].fields.len()].0.clone(),
        }
    }

    pub fn csv(&self, source: usize) -> String {
        let mut text = String::new();
        let quote = |cell: &str| match cell.contains([',', '"', '\n']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.to_string(),
        };
        let header: Vec<&str> = SCHEMAS[source].fields.iter().map(|f| f.name).collect();
        writeln!(text, "{}", header.join(",")).unwrap();
        // A file without rows is refused: a source that shall have none has one that is cleaned away.
        let filler: Raw = SCHEMAS[source].fields.iter().map(World::filler).collect();
        let rows = &self.raw[source];
        for row in if rows.is_empty() { std::slice::from_ref(&filler) } else { rows } {
            writeln!(text, "{}", row.iter().map(|c| quote(c)).collect::<Vec<_>>().join(",")).unwrap();
        }
        text
    }

    fn filler(field: &Field) -> String {
        match field.kind {
            _ if field.optional => "",
            Kind::Date => "2020-02-29",
            Kind::Timestamp => "2020-02-29T10:00:00",
            _ => "filler",
        }
        .to_string()
    }

    /// The declarations of calendar, sources, dimensions and constants.
    pub fn declarations(&self) -> String {
        let mut text = String::new();
        let a = &self.almanac;
        let days = |days: &std::collections::BTreeSet<Date>| -> String {
            days.iter().map(Date::to_string).collect::<Vec<_>>().join(", ")
        };
        let month = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ][a.fiscal_start as usize - 1];
        writeln!(text, "design random {{\n  definition: \"drawn by lot\"\n}}").unwrap();
        writeln!(text, "calendar {{\n  timezone: \"UTC\"\n  fiscal_year_starts: {month}").unwrap();
        if a.fiscal_start != 1 {
            writeln!(text, "  fiscal_year_named: {}", if a.named_by_end { "end" } else { "start" }).unwrap();
        }
        writeln!(text, "  week_starts: {:?}", a.week_first).unwrap();
        if !a.holidays.is_empty() {
            writeln!(text, "  holidays: {}", days(&a.holidays)).unwrap();
        }
        if !a.worked.is_empty() {
            writeln!(text, "  workdays: {}", days(&a.worked)).unwrap();
        }
        writeln!(text, "}}").unwrap();
        for (index, phases) in self.constants.iter().enumerate() {
            let phases: Vec<String> = phases
                .iter()
                .map(|(from, value)| match from {
                    Some(day) => format!("{value} from {day}"),
                    None => value.clone(),
                })
                .collect();
            writeln!(text, "constant k{index} = {}", phases.join(", ")).unwrap();
        }
        for (source, schema) in SCHEMAS.iter().enumerate() {
            let manners = &self.manners[source];
            writeln!(text, "source {} {{\n  from: csv(\"{}.csv\")", schema.name, schema.name).unwrap();
            writeln!(text, "  time: {}", schema.fields[schema.time].name).unwrap();
            // `stock` may count a site twice a day, and doubled orders are there to be removed.
            if source != STOCK {
                writeln!(text, "  key: {}", schema.key).unwrap();
            }
            if let Some((word, _)) = manners.refreshed {
                writeln!(text, "  refreshed: {word}").unwrap();
            }
            if let Some(day) = manners.covers {
                writeln!(text, "  covers: {day}..").unwrap();
            }
            if manners.plan {
                writeln!(text, "  plan: true").unwrap();
            }
            for field in schema.fields {
                let kind = field.kind.word();
                let optional = if field.optional { "?" } else { "" };
                writeln!(text, "  field {}: {kind}{optional}{}", field.name, field.more).unwrap();
            }
            if source == ORDERS {
                for (name, expr) in &self.computed {
                    writeln!(text, "  field {name}: number? = {}", expr.text(self, ORDERS)).unwrap();
                }
            }
            let is_empty = self.raw[source].is_empty();
            if manners.dedupe.is_some() || manners.drop_where.is_some() || is_empty {
                writeln!(text, "  clean {{").unwrap();
                match manners.dedupe {
                    Some(Dedupe::Equal) => writeln!(text, "    deduplicate by id").unwrap(),
                    Some(Dedupe::Latest) => writeln!(text, "    deduplicate by id keep latest at").unwrap(),
                    Some(Dedupe::Earliest) => writeln!(text, "    deduplicate by id keep earliest at").unwrap(),
                    None => {}
                }
                if is_empty {
                    writeln!(text, "    drop where {} is known \"a filler\"", schema.fields[schema.time].name).unwrap();
                }
                if let Some(pred) = &manners.drop_where {
                    writeln!(text, "    drop where {} \"drawn\"", pred.text(self, source)).unwrap();
                }
                writeln!(text, "  }}").unwrap();
            }
            writeln!(text, "}}").unwrap();
        }
        for (dimension, name) in DIMENSIONS.iter().enumerate() {
            let carriers: Vec<String> = (0..SCHEMAS.len())
                .filter_map(|s| Some(format!("{}.{}", SCHEMAS[s].name, self.field_name(s, carrier(dimension, s)?))))
                .collect();
            writeln!(text, "dimension {name}: {}", carriers.join(", ")).unwrap();
        }
        text
    }

    fn cell(kind: Kind, text: &str) -> Option<Cell> {
        if text.is_empty() {
            return None;
        }
        Some(match kind {
            Kind::Id | Kind::Text => Cell::Text(text.to_string()),
            Kind::Bool => Cell::Bool(text == "true"),
            Kind::Date => Cell::Date(text.parse().unwrap()),
            Kind::Timestamp => Cell::Stamp(text.parse().unwrap()),
            Kind::Integer | Kind::Decimal => Cell::Num(Val::parse(text)),
            Kind::Number | Kind::Hours => Cell::Num(Val::float(super::exact::Ratio::parse(text))),
        })
    }

    /// The rows as typed cells, before cleaning.
    pub fn typed(&self, source: usize) -> Vec<Vec<Option<Cell>>> {
        let kinds: Vec<Kind> = SCHEMAS[source].fields.iter().map(|f| f.kind).collect();
        self.raw[source].iter().map(|row| row.iter().zip(&kinds).map(|(c, k)| World::cell(*k, c)).collect()).collect()
    }
}

/// Client → its row in `clients`.
pub type Partners = BTreeMap<String, usize>;
