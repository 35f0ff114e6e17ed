//! Would an output take the place of something that is read, or two things share one place?

use std::path::Path;

use stoplist_files::output::same_file;

use crate::failure::Failure;

/// Refuses an output that is one of the inputs or another output, by whatever path or link, and a
/// standard input that is named twice: the second would find nothing, or what the first left.
pub(crate) fn refuse(inputs: &[&Path], outputs: &[&Path]) -> Result<(), Failure> {
    if inputs.iter().filter(|input| is_stdin(input)).count() > 1 {
        return Err(Failure::usage("the standard input is named twice").hint("save it to a file"));
    }
    if outputs.iter().filter(|output| is_stdout(output)).count() > 1 {
        return Err(Failure::usage("two outputs would go to standard output").hint("name a file"));
    }
    for (place, output) in outputs.iter().enumerate() {
        if let Some(input) = inputs.iter().find(|input| same_file(input, output)) {
            let message = format!("{} would overwrite {}", output.display(), input.display());
            return Err(Failure::usage(message).hint("name another output"));
        }
        if outputs.iter().take(place).any(|earlier| same_file(earlier, output)) {
            let message = format!("two outputs would be the same file, {}", output.display());
            return Err(Failure::usage(message).hint("name two"));
        }
    }
    Ok(())
}

fn is_stdin(path: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Whether what is written there mixes with a report on standard output.
pub(crate) fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Refuses a table on a standard output that `--json` has taken; whether one is there otherwise.
pub(crate) fn takes_stdout(outputs: &[&Path], json: bool) -> Result<bool, Failure> {
    let taken = outputs.iter().any(|output| is_stdout(output));
    if taken && json {
        return Err(Failure::usage("both an output and --json would go to standard output")
            .hint("name a file"));
    }
    Ok(taken)
}
