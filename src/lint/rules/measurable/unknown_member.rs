//! a target for something that does not occur
//!
//! A target, a threshold or a formula names a member of a dimension that no row of the data has: mostly another
//! spelling, and then the target judges nothing. A member that a field's closed list has (`text in "north", "south"`) is
//! spelt rightly and may come yet. Values outside of such a list are errors of the data (E0823).
//!
//! Sources: DAMA-DMBOK, 2nd ed. 2017, ch. 13 (validity); R. Kimball and M. Ross, *The Data Warehouse Toolkit*, 3rd ed.
//! 2013, ch. 4 (conformed dimensions).
//!
//! ## 中文
//!
//! 数据中没有的成员
//!
//! 目标、门槛或公式写了某个维度的成员，而数据里没有一行是它：多半是写法不同，那么这个目标什么也没有评判。字段已列出的取值
//! （`text in "north", "south"`）写法无误，不在此列；数据超出所列取值是数据错误（E0823）。

use crate::analysis::rows::Rows;
use crate::design::Dimension;
use crate::diagnostic::closest;
use crate::lint::Needs;
use crate::lint::named_members;
use crate::lint::rules::prelude::*;

pub const RULE: Rule = Rule {
    code: Code::new("M12", "unknown-member"),
    needs: Needs::Data,
    source: include_str!("unknown_member.rs"),
    check,
    ..Rule::STATIC
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(facts) = context.facts else { return };
    for named in named_members(context.design) {
        let (Some(members), Some(dimension)) =
            (facts.members(named.dimension), context.design.dimensions.get(named.dimension.index()))
        else {
            continue;
        };
        if members.contains(named.member) || is_listed(context, dimension, named.member) {
            continue;
        }
        let (title, member) = (dimension.naming.title(), named.member);
        let finding = Finding::at(
            named.span,
            say!("no row of the data has `{member}` as its {title}", "数据中没有一行的{title}是“{member}”"),
        );
        let finding = match closest(member, members.iter().map(String::as_str)) {
            Some(near) => finding.saying(say!("did you mean `{near}`?", "是不是“{near}”？")),
            None => {
                let some: Vec<&str> = members.iter().take(5).map(String::as_str).collect();
                let (some, all) = (some.join(", "), members.len());
                finding.saying(say!("there are {all}: {some}", "共有 {all} 个：{some}"))
            }
        };
        let finding =
            finding.help(say!("write it as the data does, or correct the data", "按数据的写法写，或改正数据"));
        findings.push(match named.indicator {
            Some(id) => finding.of(id),
            None => finding,
        });
    }
}

/// Whether a field that carries the dimension lists the member.
fn is_listed(context: &Context<'_>, dimension: &Dimension, member: &str) -> bool {
    dimension.fields.iter().any(|(source, path)| {
        let field = Rows::new(context.design, *source).field(path).map(|(_, field)| field);
        field.is_some_and(|f| f.members.iter().any(|m| m == member))
    })
}
