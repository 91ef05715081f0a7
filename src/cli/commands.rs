//! One command, one file.

pub mod check;
pub mod code;
pub mod schema;

use super::args::Command;
use super::ui::{Exit, Failure, Ui};

pub fn run(command: Command, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check::run(&args, ui),
        Command::Code(args) => code::run(&args, ui),
        Command::Schema(args) => schema::run(&args, ui),
    }
}
