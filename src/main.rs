//! The program: sets the process up, hands over to the command line, exits with its code.

use std::process::ExitCode;

fn main() -> ExitCode {
    clear_foreign_proj_data();
    lagesbild::cli::run(std::env::args_os())
}

/// PROJ is compiled in with its own data base; a `PROJ_DATA` of the system would make it read an older one and fail.
#[expect(unsafe_code, reason = "first statement of main: no other thread exists that could read the environment")]
fn clear_foreign_proj_data() {
    for name in ["PROJ_DATA", "PROJ_LIB"] {
        if std::env::var_os(name).is_some() {
            // SAFETY: the process has one thread at this point.
            unsafe { std::env::remove_var(name) };
        }
    }
}
