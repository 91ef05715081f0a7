//! Sets of keys.

use super::{Family, Function, Meaning, RangeRule, UnitRule};

pub const FUNCTIONS: &[Function] = &[Function {
    name: "set",
    family: Family::Sets,
    signature: "set(S.key [on field] [where condition])",
    doc: "The different keys of the rows: customers who paid, accounts with a subscription. Sets of one key are joined by `intersect`, `union` and `except`, counted by `count`, and choose a slice in `only(x, dimension in SET)`. Two ids are one key when they are one field, or refer to, or are the key of, one source.",
    example: "count(set(orders.customer_id where status = \"paid\"))",
    meaning: Meaning::Set,
    takes: (1, Some(1)),
    unit: UnitRule::Keys,
    range: RangeRule::Keys,
    twins: &[],
}];
