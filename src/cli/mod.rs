//! The command line: parse, call one service function, print. Exit codes: 0 done, 1 refused by data or parameters, 2 wrong
//! usage, 3 failure of machine or service.

mod areas;
mod args;
mod bar;
mod check;
mod commands;
mod gate;
mod output;
mod place;
mod register;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::texts::{self, ErrorKind};
use args::Cli;
use output::Output;

/// Runs one command and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe behind --help is nobody's error.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()) * 2);
        }
    };
    texts::speak_english(cli.lang == args::Language::En);
    let output = Output::new(cli.json);
    match commands::dispatch(&cli, &output) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let problem = error.problem();
            output.problem(&problem);
            ExitCode::from(exit_code(problem.kind))
        }
    }
}

/// The exit code of a kind of failure.
const fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::BadInput | ErrorKind::NotFound | ErrorKind::Conflict => 1,
        ErrorKind::Forbidden | ErrorKind::Unavailable | ErrorKind::Internal => 3,
    }
}

/// The command line as clap knows it: for documentation and tests.
#[must_use]
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_parameter_of_every_method_is_a_flag() {
        let command = command();
        let analyse = command.find_subcommand("analyse").expect("the command exists");
        for method in crate::service::METHODS {
            for parameter in method.parameters {
                assert!(analyse.get_arguments().any(|flag| flag.get_long() == Some(parameter.id)), "{}", parameter.id);
            }
        }
    }
}
