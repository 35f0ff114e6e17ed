//! How does a verb run another program?
//!
//! Always from the root of the workspace and always waiting for its end.

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
