//! What a user calls the rules of the grammar. No user ever sees a rule's name.

use super::grammar::Rule;

/// In messages: "expected …". The match has no `_`, so that a new rule gets its words.
pub(super) fn words(rule: Rule) -> &'static str {
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
        | Rule::new_line => "the end of the entry",
        Rule::block | Rule::late_block => "a block",
        Rule::decl | Rule::starts_word | Rule::kind | Rule::only_head => "a declaration",
        Rule::when => "`when`",
        Rule::property => "a property",
        Rule::key_name | Rule::key_start => "a key",
        Rule::field | Rule::only_field => "a field",
        Rule::field_tail | Rule::name | Rule::word | Rule::quoted | Rule::name_start => "a name",
        Rule::field_type | Rule::only_type => "a type",
        Rule::field_word => "`field`",
        Rule::optional => "`?`",
        Rule::field_unit | Rule::unit => "a unit",
        Rule::domain => "a range",
        Rule::bound | Rule::share => "a number",
        Rule::members => "`in` and a list",
        Rule::refers => "`->`",
        Rule::column => "`from`",
        Rule::computed | Rule::equals => "`=`",
        Rule::clean | Rule::clean_word => "`clean`",
        Rule::step => "a step of cleaning",
        Rule::deduplicate | Rule::deduplicate_word => "`deduplicate`",
        Rule::keep => "`keep`",
        Rule::drop | Rule::drop_word => "`drop`",
        Rule::blank | Rule::blank_word => "`blank`",
        Rule::invalid => "`invalid`",
        Rule::use_file | Rule::use_word => "`use`",
        Rule::allow | Rule::allow_word => "`allow`",
        Rule::until => "`until`",
        Rule::rule_name => "the code or name of a rule",
        Rule::given | Rule::given_word => "`given`",
        Rule::row | Rule::loose_row => "a row of a table",
        Rule::expect | Rule::expect_word => "`expect`",
        Rule::period => "a period",
        Rule::slice | Rule::condition => "`dimension = value`",
        Rule::outcome => "`=`, `is missing` or `is` and a status",
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
        | Rule::only_phrases => "a value",
        Rule::clause | Rule::clause_word => "a clause",
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
        | Rule::is_state => "an operator",
        Rule::and => "`and`",
        Rule::between_word => "`between`",
        Rule::then_word => "`then`",
        Rule::else_word => "`else`",
        Rule::open => "`(`",
        Rule::on => "`on`",
        Rule::filter => "`where`",
        Rule::by => "`by`",
        Rule::close => "`)`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::dot => "`.`",
        Rule::dots => "`..`",
        Rule::percent => "`%`",
        Rule::per => "`per`",
        Rule::text | Rule::long_text | Rule::short_text => "a text",
        Rule::comment => "a comment",
    }
}
