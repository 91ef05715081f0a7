//! The generated designs and data of the benchmarks: the same bytes at every run.

use std::fmt::Write as _;
use std::path::Path;

/// Writes a design of `indicators` indicators, each of at least 450 bytes, spread over `files` files.
///
/// It has the shape of real designs: sources, dimensions and units in the first file, in each other file a factor with
/// measures and indicators over them, one in five built on its neighbour.
pub fn design(folder: &Path, indicators: usize, files: usize) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("base.kpi"), BASE)?;
    let per_file = indicators.div_ceil(files - 1);
    for file in 0..files - 1 {
        let mut text = format!(
            "factor area_{file} \"Area {file}\" {{\n  objective: growth\n  perspective: {}\n",
            ["financial", "customer", "process", "learning"][file % 4]
        );
        let mut measures = String::new();
        for i in file * per_file..((file + 1) * per_file).min(indicators) {
            indicator(&mut text, &mut measures, i, i == file * per_file);
        }
        std::fs::write(folder.join(format!("area_{file:03}.kpi")), format!("{measures}\n{text}}}\n"))?;
    }
    Ok(())
}

fn indicator(text: &mut String, measures: &mut String, i: usize, first: bool) {
    let status = ["paid", "open", "returned"][i % 3];
    let (formula, unit, direction, target) = match i % 5 {
        0 => (
            format!("count(orders where status = \"{status}\" and amount >= {} EUR) / count(orders)", i % 90),
            "%",
            "higher",
            "85%",
        ),
        1 => (
            format!("sum(orders.amount where status = \"{status}\" and items > {})", i % 7),
            "EUR",
            "higher",
            "1_000_000 EUR",
        ),
        2 => (format!("avg(orders.shipped_on - ordered_on where items <= {})", 3 + i % 9), "days", "lower", "3 days"),
        3 if !first => (format!("value_{i} / value_{}", i - 1), "EUR per day", "lower", "5 EUR per day"),
        3 => (format!("avg(orders.items where status = \"{status}\")"), "1", "lower", "5"),
        _ => (format!("growth(value_{i}, 1 year) + count_distinct(orders.customer_id) * 0"), "%", "higher", "5%"),
    };
    let _ = writeln!(
        measures,
        "measure value_{i} \"Value {i}\" = {}",
        match i % 5 {
            2 => format!("avg(orders.shipped_on - ordered_on where items > {})", i % 6),
            _ => format!("sum(orders.amount where region = \"north\" and items > {})", i % 6),
        }
    );
    let _ = write!(
        text,
        "
  indicator kpi_{i} \"Indicator number {i}\" {{
    definition: \"What indicator number {i} measures, in words that a stranger could compute it from, with its population and its period\"
    level: operational
    formula: {formula}
    unit: {unit}
    direction: {direction}
    frequency: monthly
    owner: \"Owner {}\"
    target: {target} until 2026-12-31
    review: monthly
    action when off_target \"Find the cause and agree what to do about it within the team\" {{ owner: \"Owner {}\", within: 14 days }}
    note: \"Agreed with the board; see the minutes for the reasons and for the history of this figure\"
  }}
",
        i % 40,
        i % 17
    );
}

const BASE: &str = r#"design generated "A generated design" { owner: "Nobody", period: 2026, locale: "en" }

calendar { timezone: "Europe/Berlin", fiscal_year_starts: January, week_starts: Monday }

unit EUR "euro": money "€"

source orders "Orders" {
  origin: internal
  from: csv("data/orders.csv")
  time: ordered_on
  key: order_id
  refreshed: daily

  field order_id: id
  field customer_id: id
  field ordered_on: date
  field shipped_on: date?
  field region: text in "north", "south", "east", "west"
  field status: text in "paid", "open", "returned"
  field items: integer 0..
  field amount: decimal EUR 0..
}

dimension region "Region": orders.region

objective growth "Growth" { owner: "Board" }
"#;
