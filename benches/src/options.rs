//! What was asked for on the command line?

/// The value of `--name N`, a whole number above 0, or the default.
pub(crate) fn count(options: &[String], name: &str, default: usize) -> Result<usize, String> {
    let Some(value) = text(options, name)? else { return Ok(default) };
    let count = value.parse().ok().filter(|&count| count > 0);
    count.ok_or_else(|| format!("{name} takes a whole number above 0"))
}

/// The value of `--name PERCENT`, a whole number from 0 to 100, or the default.
pub(crate) fn percent(options: &[String], name: &str, default: u64) -> Result<u64, String> {
    let Some(value) = text(options, name)? else { return Ok(default) };
    let percent = value.parse().ok().filter(|&percent| percent <= 100);
    percent.ok_or_else(|| format!("{name} takes a whole number from 0 to 100"))
}

/// The value of `--name TEXT`.
pub(crate) fn text<'a>(options: &'a [String], name: &str) -> Result<Option<&'a str>, String> {
    let Some(place) = options.iter().position(|option| option == name) else { return Ok(None) };
    let value = options.get(place + 1).ok_or_else(|| format!("{name} takes a value"))?;
    Ok(Some(value))
}

/// Refuses options of other names: a misspelt one would leave a default in force unseen.
pub(crate) fn only(options: &[String], names: &[&str]) -> Result<(), String> {
    match options.iter().step_by(2).find(|option| !names.contains(&option.as_str())) {
        Some(option) => Err(format!("no option {option}; there are {}", names.join(", "))),
        None => Ok(()),
    }
}
