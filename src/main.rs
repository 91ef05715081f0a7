use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(fishbone::cli::main(std::env::args_os()))
}
