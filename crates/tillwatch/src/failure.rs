//! How a run ends, and which error ends it how.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use tillwatch_app::ports::store::StoreError;
use tillwatch_core::input::InputError;

/// The end of a run, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// All was answered.
    Done = 0,
    /// Some input was refused, and the rest still answered.
    Refused = 1,
    /// The command was written wrongly.
    Usage = 2,
    /// The outside failed: a file, a folder, a source.
    Outside = 3,
}

impl Status {
    /// Done, or refused where any of the input was.
    pub(crate) const fn all_answered(all: bool) -> Self {
        if all { Self::Done } else { Self::Refused }
    }

    /// How an error ends the run. What is neither of the input nor of the command comes from outside.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let unfit = matches!(
            error.downcast_ref(),
            Some(StoreError::NotThere(_) | StoreError::Refused(_))
        );
        if unfit || error.downcast_ref::<InputError>().is_some() {
            Self::Refused
        } else if error.is::<Usage>() {
            Self::Usage
        } else if reader_left(error) {
            Self::Done
        } else {
            Self::Outside
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Whether nobody reads the output any more, as after `| head`: no failure, and nothing to say.
pub(crate) fn reader_left(error: &anyhow::Error) -> bool {
    let broken = |io: &std::io::Error| io.kind() == ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(broken))
}

/// A command that was written wrongly in a way that only the program itself can see.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
