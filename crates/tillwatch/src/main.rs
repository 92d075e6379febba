//! The command line: parse the arguments, run one command.

fn main() {}
