//! Would an output take the place of something that is read, or of the other output?

use std::path::Path;

use stoplist_files::output::same_file;

use crate::failure::Failure;

/// Refuses an output that is one of the inputs or another output, by whatever path or link. A file
/// that does not exist yet can only be told by its path.
pub(crate) fn refuse(inputs: &[&Path], outputs: &[&Path]) -> Result<(), Failure> {
    for (place, output) in outputs.iter().enumerate() {
        if let Some(input) = inputs.iter().find(|input| same_file(input, output)) {
            let message = format!("{} would overwrite {}", output.display(), input.display());
            return Err(Failure::usage(message).hint("name another output"));
        }
        let mut earlier = outputs.iter().take(place);
        if earlier.any(|earlier| earlier == output || same_file(earlier, output)) {
            let message = format!("two outputs would be the same file, {}", output.display());
            return Err(Failure::usage(message).hint("name two"));
        }
    }
    Ok(())
}
