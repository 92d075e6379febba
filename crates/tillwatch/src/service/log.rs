//! The log: readable sentences with fields, on standard error.
//!
//! No address, chat id, secret link or personal code goes into it: of a call its method and the form of its address, of a
//! fault of the program the line where it was.

use tracing::level_filters::LevelFilter;

use crate::failure::Usage;

/// Starts the log, faults of the program included. `TILLWATCH_LOG` is its level (`info` where it is not set), `TILLWATCH_LOG_FORMAT=json` makes a JSON
/// value of each line.
pub(crate) fn start() -> anyhow::Result<()> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let level = match set("TILLWATCH_LOG") {
        None => LevelFilter::INFO,
        Some(level) => level.parse().map_err(|_| {
            Usage(format!(
                "TILLWATCH_LOG: {level:?} is no level; allowed: off, error, warn, info, debug, trace"
            ))
        })?,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .with_writer(std::io::stderr);
    std::panic::set_hook(Box::new(tillwatch_web::mishap::log));
    match set("TILLWATCH_LOG_FORMAT").as_deref() {
        Some("json") => log.json().init(),
        None | Some("text") => log.with_ansi(false).init(),
        Some(other) => {
            return Err(Usage(format!(
                "TILLWATCH_LOG_FORMAT: {other:?} is no format; allowed: text, json"
            ))
            .into());
        }
    }
    Ok(())
}
