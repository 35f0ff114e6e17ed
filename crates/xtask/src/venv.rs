//! Where is a Python that has certain packages?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::process::run_aside;

/// The Python of the environment `venv` in a directory, which has the packages of a requirements file.
/// It is made when it is missing or other versions are asked for.
pub(crate) fn python(requirements: &str, directory: &str) -> Result<PathBuf, Failure> {
    let environment = Path::new(directory).join("venv");
    let python = environment.join("bin/python");
    // Written last, and so a sign that all packages are there.
    let installed = environment.join("requirements.txt");
    let text =
        fs::read_to_string(requirements).map_err(|error| format!("{requirements}: {error}"))?;
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == text) {
        return Ok(python);
    }
    run_aside(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment),
        "Python 3.10 or newer is needed, with its module venv (the package python3-venv of Debian)",
    )?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
    run_aside(install.arg(requirements), "the packages come from PyPI: is the network there?")?;
    fs::write(&installed, text).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}
