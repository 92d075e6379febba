//! What the built-in data says, and what a ladder's file is refused for.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]
