//! How does a verb run another program?
//!
//! Always from the root of the workspace and always waiting for its end.

use std::io;
use std::process::{Command, Stdio};

use crate::Failure;

/// Runs a program whose output goes to the terminal.
pub(crate) fn run(program: &str, args: &[&str], env: &[(&str, &str)]) -> Result<(), Failure> {
    let shown = shown(program, args);
    println!("   $ {shown}");
    let status = Command::new(program)
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("`{program}` does not start ({error}); is it installed?"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}").into()) }
}

/// Runs `cargo` as [`run`] does.
pub(crate) fn cargo(args: &[&str]) -> Result<(), Failure> {
    run("cargo", args, &[])
}

/// Runs a program all of whose output goes to standard error: standard output is for something else.
pub(crate) fn run_aside(command: &mut Command, remedy: &str) -> Result<(), Failure> {
    let shown = shown_of(command);
    eprintln!("   $ {shown}");
    let status = command.stdin(Stdio::null()).stdout(io::stderr()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}; {remedy}").into()),
        Err(error) => Err(format!("`{shown}` does not start: {error}; {remedy}").into()),
    }
}

/// What a program writes to its standard output; when it fails, what it writes about that.
pub(crate) fn output(program: &str, args: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program)
        .args(args)
        // A toolchain that is asked for and not there is an answer, not a reason to fetch it.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{program}` does not start ({error}); is it installed?"))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let status = output.status;
    Err(format!("`{}` ended with {status}: {}", shown(program, args), complaint.trim()).into())
}

fn shown(program: &str, args: &[&str]) -> String {
    std::iter::once(&program).chain(args).copied().collect::<Vec<_>>().join(" ")
}

/// A command as it would be typed.
pub(crate) fn shown_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::run_aside;

    #[test]
    fn a_failure_says_what_to_do() {
        let mut shell = Command::new("sh");
        let failed = run_aside(shell.args(["-c", "exit 3"]), "eat more fruit").expect_err("failed");
        assert!(failed.to_string().contains("eat more fruit"), "{failed}");
        let absent = run_aside(&mut Command::new("no-such-program"), "buy one").expect_err("none");
        assert!(absent.to_string().contains("buy one"), "{absent}");
        assert!(run_aside(Command::new("sh").args(["-c", "exit 0"]), "").is_ok());
    }
}
