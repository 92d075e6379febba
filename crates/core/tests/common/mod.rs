//! What the tests and the benchmarks of the engine share: made-up checkouts, and an oracle that knows no shortcut.

pub(crate) mod generate;
pub(crate) mod oracle;
