//! What a user calls the rules of the grammar. No user ever sees a rule's name.

use super::grammar::Rule;
use crate::diagnostic::{Words, say};

/// In English and Chinese.
pub(super) type Phrase = (&'static str, &'static str);

pub(super) const END: Phrase = ("the end of the entry", "条目的结尾");
pub(super) const VALUE: Phrase = ("a value", "值");
pub(super) const OPERATOR: Phrase = ("an operator", "运算符");
pub(super) const CLAUSE: Phrase = ("a clause", "从句");
pub(super) const AND: Phrase = same("`and`");
pub(super) const THEN: Phrase = same("`then`");

/// What is written the same everywhere.
const fn same(text: &'static str) -> Phrase {
    (text, text)
}

/// `a, b or c`
pub(super) fn either(words: &[Phrase]) -> Words {
    match words {
        [] => say!("more", "更多内容"),
        words => Words::either(words.iter().map(|(en, zh)| Words { en: en.to_string(), zh: zh.to_string() })),
    }
}

/// In messages: "expected …". The match has no `_`, so that a new rule gets its words.
pub(super) fn words(rule: Rule) -> Phrase {
    match rule {
        Rule::EOI
        | Rule::file
        | Rule::entry
        | Rule::end
        | Rule::unseparated
        | Rule::stray_brace
        | Rule::head_tail
        | Rule::semicolon
        | Rule::word_end
        | Rule::reserved
        | Rule::next_entry
        | Rule::entry_word
        | Rule::bad
        | Rule::bad_head
        | Rule::bad_mark
        | Rule::junk
        | Rule::junk_rest
        | Rule::junk_piece
        | Rule::junk_paren
        | Rule::junk_space
        | Rule::junk_line
        | Rule::junk_open_line
        | Rule::junk_end
        | Rule::strict_property
        | Rule::strict_head
        | Rule::strict_field
        | Rule::strict_step
        | Rule::strict_expect
        | Rule::strict_allow
        | Rule::sp
        | Rule::sp_some
        | Rule::gap
        | Rule::space
        | Rule::lines
        | Rule::line_end
        | Rule::new_line => END,
        Rule::block | Rule::late_block => ("a block", "块"),
        Rule::decl | Rule::starts_word | Rule::kind | Rule::only_head => ("a declaration", "声明"),
        Rule::when => same("`when`"),
        Rule::property => ("a property", "属性"),
        Rule::key_name | Rule::key_start => ("a key", "键"),
        Rule::field | Rule::only_field => ("a field", "字段"),
        Rule::field_tail | Rule::name | Rule::word | Rule::quoted | Rule::name_start => ("a name", "名称"),
        Rule::field_type | Rule::only_type => ("a type", "类型"),
        Rule::field_word => same("`field`"),
        Rule::optional => same("`?`"),
        Rule::field_unit | Rule::unit => ("a unit", "单位"),
        Rule::domain => ("a range", "范围"),
        Rule::bound | Rule::share => ("a number", "数"),
        Rule::members => ("`in` and a list", "`in` 和列表"),
        Rule::refers => same("`->`"),
        Rule::column => same("`from`"),
        Rule::computed | Rule::equals => same("`=`"),
        Rule::clean | Rule::clean_word => same("`clean`"),
        Rule::step => ("a step of cleaning", "清洗步骤"),
        Rule::deduplicate | Rule::deduplicate_word => same("`deduplicate`"),
        Rule::keep => same("`keep`"),
        Rule::drop | Rule::drop_word => same("`drop`"),
        Rule::blank | Rule::blank_word => same("`blank`"),
        Rule::invalid => same("`invalid`"),
        Rule::use_file | Rule::use_word => same("`use`"),
        Rule::allow | Rule::allow_word => same("`allow`"),
        Rule::until => same("`until`"),
        Rule::rule_name => ("the code or name of a rule", "规则的代码或名称"),
        Rule::given | Rule::given_word => same("`given`"),
        Rule::row | Rule::loose_row => ("a row of a table", "表格的行"),
        Rule::expect | Rule::expect_word => same("`expect`"),
        Rule::period => ("a period", "期间"),
        Rule::slice | Rule::condition => ("`dimension = value`", "`维度 = 值`"),
        Rule::outcome => ("`=`, `is missing` or `is` and a status", "`=`、`is missing`，或 `is` 加状态"),
        Rule::phrases
        | Rule::behind_mark
        | Rule::phrase
        | Rule::value
        | Rule::expr
        | Rule::prefix
        | Rule::arithmetic
        | Rule::operand
        | Rule::signed
        | Rule::conditional
        | Rule::if_word
        | Rule::paren
        | Rule::term
        | Rule::arg
        | Rule::number
        | Rule::digits
        | Rule::percent_unit
        | Rule::time
        | Rule::hole
        | Rule::only_phrases => VALUE,
        Rule::clause | Rule::clause_word => CLAUSE,
        Rule::tail
        | Rule::infix
        | Rule::right
        | Rule::goes_on
        | Rule::sign
        | Rule::op_word
        | Rule::word_infix
        | Rule::plus
        | Rule::minus
        | Rule::not
        | Rule::times
        | Rule::divide
        | Rule::not_equal
        | Rule::less
        | Rule::less_equal
        | Rule::greater
        | Rule::greater_equal
        | Rule::or
        | Rule::contains
        | Rule::starts_with
        | Rule::member
        | Rule::not_member
        | Rule::intersect
        | Rule::union
        | Rule::except
        | Rule::otherwise
        | Rule::between
        | Rule::is_state => OPERATOR,
        Rule::and => AND,
        Rule::between_word => same("`between`"),
        Rule::then_word => THEN,
        Rule::else_word => same("`else`"),
        Rule::open => same("`(`"),
        Rule::on => same("`on`"),
        Rule::filter => same("`where`"),
        Rule::by => same("`by`"),
        Rule::close => same("`)`"),
        Rule::comma => same("`,`"),
        Rule::colon => same("`:`"),
        Rule::dot => same("`.`"),
        Rule::dots => same("`..`"),
        Rule::percent => same("`%`"),
        Rule::per => same("`per`"),
        Rule::text | Rule::long_text | Rule::short_text => ("a text", "文本"),
        Rule::comment => ("a comment", "注释"),
    }
}
