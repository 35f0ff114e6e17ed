//! What does the exit code say when nothing failed?

use std::process::ExitCode;

use crate::failure::BAD_DATA;

/// What a verb came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is done; nothing is blocked, nothing is wrong.
    Done,
    /// A number is blocked, or a check has failed.
    No,
    /// What was asked about is no number.
    NoNumber,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Done => Self::SUCCESS,
            Answer::No => Self::from(1),
            Answer::NoNumber => Self::from(BAD_DATA),
        }
    }
}
