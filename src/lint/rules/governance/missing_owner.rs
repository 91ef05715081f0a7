//! an indicator that nobody answers for, or several do
//!
//! One person or one role answers for an indicator: reads it, explains it, acts on it. Where there is no owner, or several
//! share it, each waits for the others.
//!
//! ```kpi,fails
//! source orders {
//!   from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! indicator sales "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   owner: "Sales manager and marketing manager"
//! }
//! ```
//!
//! ```kpi
//! source orders {
//!   from: csv("orders.csv"), time: day
//!   field day: date
//! }
//! indicator sales "Orders" {
//!   formula: count(orders), unit: 1, direction: higher, frequency: monthly
//!   owner: "Head of Sales and Marketing"
//! }
//! ```
//!
//! Two roles are recognised by a separator between them (`,` `;` `/` `、` `&`), and by `and`, `与`, `和`, `及` where both
//! sides end like a role (manager, director, 经理, 主管 …): one role may well have an `and` in its name.
//!
//! Sources: A. Neely et al., "Designing performance measures: a structured approach", *International Journal of Operations &
//! Production Management* 17 (11), 1997 (the record sheet: who measures, who acts).
//!
//! ## 中文
//!
//! 指标无人负责，或由多人共同负责
//!
//! 一个指标由一个人或一个岗位负责：看它、解释它、据此行动。无人负责或多人负责，就会互相等待。以 `,` `;` `/` `、` `&` 隔开，
//! 或以“和”“与”“及”连接两个岗位的，视为多人。

use crate::lint::rules::prelude::*;
use crate::lint::text;

pub const RULE: Rule =
    Rule { code: Code::new("G01", "missing-owner"), source: include_str!("missing_owner.rs"), check, ..Rule::STATIC };

/// The last words of roles, in lower case.
const ROLES: [&str; 42] = [
    "manager",
    "director",
    "head",
    "lead",
    "leader",
    "officer",
    "supervisor",
    "chief",
    "owner",
    "engineer",
    "analyst",
    "coordinator",
    "specialist",
    "administrator",
    "president",
    "team",
    "department",
    "controller",
    "nurse",
    "librarian",
    "teacher",
    "principal",
    "dean",
    "editor",
    "cfo",
    "ceo",
    "coo",
    "cto",
    "经理",
    "主管",
    "总监",
    "主任",
    "专员",
    "部长",
    "组长",
    "负责人",
    "总经理",
    "院长",
    "校长",
    "店长",
    "部",
    "处长",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (id, indicator, node) in context.indicators() {
        let name = indicator.naming.title();
        match (node.keys.get("owner"), &indicator.naming.owner) {
            (None, _) if context.lacks(node, "owner") => findings.push(
                Finding::at(node.place(), say!("`{name}` has no owner", "“{name}”没有责任人"))
                    .saying(say!("nobody answers for it", "无人负责"))
                    .help(say!(
                        "add `owner: \"…\"`: the one role that answers for it",
                        "写 `owner: \"…\"`：唯一的责任人或岗位"
                    ))
                    .of(id),
            ),
            (Some((_, property)), Some(owner)) if several(owner) => findings.push(
                Finding::at(property.span, say!("`{name}` has several owners", "“{name}”有多个责任人"))
                    .saying(say!("more than one", "不止一人"))
                    .help(say!(
                        "name the one who answers for it; the others may stand in `note`, or own its actions",
                        "只写负总责的一人；其他人可写在 `note` 里，或作为行动的责任人"
                    ))
                    .of(id),
            ),
            _ => {}
        }
    }
}

fn several(owner: &str) -> bool {
    let parts: Vec<&str> =
        owner.split([',', ';', '/', '、', '&', '+', '\u{ff0c}', '\u{ff1b}', '\u{ff0f}']).map(str::trim).collect();
    if parts.len() > 1 && parts.iter().all(|p| !p.is_empty()) && parts.iter().all(|p| is_role(p) || is_person(p)) {
        return true;
    }
    let joined: Vec<&str> = text::split_words(owner, &["and", "with"], &["和", "与", "及", "以及"]);
    joined.len() > 1 && joined.iter().all(|part| is_role(part))
}

fn is_role(part: &str) -> bool {
    let lower = part.trim().to_lowercase();
    ROLES.iter().any(|role| {
        lower
            .strip_suffix(role)
            .is_some_and(|before| text::is_cjk_text(role) || before.is_empty() || before.ends_with(' '))
    })
}

/// A capitalised name of one to three words, or two to four Chinese characters.
fn is_person(part: &str) -> bool {
    let words: Vec<&str> = part.split_whitespace().collect();
    let capital = |w: &&str| w.chars().next().is_some_and(char::is_uppercase);
    if text::is_cjk_text(part) {
        return (2..=4).contains(&part.chars().count());
    }
    (1..=3).contains(&words.len()) && words.iter().all(capital)
}
