//! `cargo xtask msrv`: does the workspace build with the oldest compiler that it names?
//!
//! Every member states the same `rust-version`, no dependency asks for a newer one, and where a
//! toolchain of that version is installed the workspace is checked with it.

use serde_json::Value;

use crate::Failure;
use crate::process::{cargo, output};

/// Major, minor, patch.
type Version = [u64; 3];

pub(crate) fn run() -> Result<(), Failure> {
    let metadata = output("cargo", &["metadata", "--locked", "--format-version", "1"])?;
    let stated = stated(&serde_json::from_str(&metadata)?)?;
    println!("   rust-version {stated} covers every dependency");

    let current = output("rustc", &["--version"])?;
    let current = current.split(' ').nth(1).unwrap_or_default();
    if same_release(current, &stated) {
        println!("   the compiler in use is that version");
        return Ok(());
    }
    let toolchains = [format!("+{stated}"), format!("+{stated}.0")];
    match toolchains.iter().find(|toolchain| output("cargo", &[toolchain, "--version"]).is_ok()) {
        Some(toolchain) => cargo(&[toolchain, "check", "--workspace", "--locked"]),
        None => {
            println!("   not built with {stated}: `rustup toolchain install {stated}` first");
            Ok(())
        }
    }
}

/// The members' common `rust-version`, when it is enough for everything in the lock file.
fn stated(metadata: &Value) -> Result<String, Failure> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let members = metadata["workspace_members"].as_array().ok_or("cargo metadata: no members")?;
    let mut stated: Option<&str> = None;
    for member in packages.iter().filter(|package| members.contains(&package["id"])) {
        let name = &member["name"];
        let version = member["rust_version"].as_str().ok_or_else(|| {
            format!("package {name} states no rust-version; add `rust-version.workspace = true`")
        })?;
        if *stated.get_or_insert(version) != version {
            return Err(
                format!("package {name} states a rust-version of its own: {version}").into()
            );
        }
    }
    let stated = stated.ok_or("the workspace has no members")?;
    for package in packages {
        let Some(asked) = package["rust_version"].as_str() else { continue };
        if parse(asked)? > parse(stated)? {
            return Err(format!(
                "{} {} needs Rust {asked}, the workspace states {stated}; \
                 raise rust-version in Cargo.toml or hold the dependency back",
                package["name"], package["version"]
            )
            .into());
        }
    }
    Ok(stated.to_owned())
}

fn parse(version: &str) -> Result<Version, Failure> {
    let mut parsed = [0; 3];
    let release = version.split(['-', '+']).next().unwrap_or_default();
    for (place, part) in parsed.iter_mut().zip(release.split('.')) {
        *place = part.parse().map_err(|_| format!("`{version}` is not a version"))?;
    }
    Ok(parsed)
}

/// Whether a compiler's version is of the stated release; patch releases do not matter.
fn same_release(compiler: &str, stated: &str) -> bool {
    match (parse(compiler), parse(stated)) {
        (Ok([major, minor, _]), Ok(stated)) => stated.starts_with(&[major, minor]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Failure, parse, same_release, stated};

    fn metadata(member: Value, dependency: Value) -> Value {
        json!({
            "workspace_members": ["a"],
            "packages": [
                { "id": "a", "name": "ours", "version": "0.1.0", "rust_version": member },
                { "id": "b", "name": "theirs", "version": "2.0.0", "rust_version": dependency },
            ],
        })
    }

    fn refusal(metadata: &Value) -> String {
        stated(metadata).err().map(|failure| failure.to_string()).unwrap_or_default()
    }

    #[test]
    fn accepts_dependencies_up_to_the_stated_version() -> Result<(), Failure> {
        for dependency in [json!("1.95.0"), json!("1.9"), Value::Null] {
            assert_eq!(stated(&metadata(json!("1.95"), dependency))?, "1.95");
        }
        Ok(())
    }

    #[test]
    fn refuses_a_dependency_that_needs_more() {
        let refusal = refusal(&metadata(json!("1.95"), json!("1.96.1")));
        assert!(refusal.contains("\"theirs\" \"2.0.0\" needs Rust 1.96.1"), "{refusal}");
    }

    #[test]
    fn refuses_a_member_that_states_nothing() {
        let refusal = refusal(&metadata(Value::Null, Value::Null));
        assert!(refusal.contains("\"ours\" states no rust-version"), "{refusal}");
    }

    #[test]
    fn compares_versions_as_numbers() -> Result<(), Failure> {
        assert!(parse("1.100")? > parse("1.95.3")?);
        assert_eq!(parse("1.95")?, parse("1.95.0")?);
        assert!(parse("one").is_err());
        assert!(same_release("1.95.2", "1.95"));
        assert!(same_release("1.95.0-beta.3", "1.95.0"));
        assert!(!same_release("1.96.0", "1.95"));
        Ok(())
    }
}
