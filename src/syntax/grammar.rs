//! The parser that pest makes of `grammar/kpi.pest`.

// The generated code is pest's.
#![allow(missing_docs)]

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/kpi.pest"]
pub struct Grammar;
