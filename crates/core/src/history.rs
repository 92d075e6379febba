//! The price history of one series: what was seen, when it was last confirmed, and where nobody could see.
//!
//! A series is one variant in one ship-to country, currency and [`Lane`]. It has two lines of [`Run`]s. The line of
//! prices has a run for each span in which a price held. The line of checks has a run for each span in which checks
//! came to the same [`Outcome`]: any but [`Outcome::Ok`] opens a gap, and the next good check ends it. Both lines grow
//! by the same [`Tail`], are stored by the same [`encode`] and read by the same rule: a value holds until the next.
//!
//! Everything that is shown of a [`Series`] comes from one function of a moment, [`Series::at`], so that a table of
//! lows and the chart above it cannot disagree.

mod chart;
mod checksum;
mod lane;
mod minute;
mod run;
mod segment;
mod series;
mod window;

pub use lane::Lane;
pub use minute::Minute;
pub use run::{Price, Refused, Run, Tail, Value};
pub use segment::{Damaged, MOST_RUNS, decode, encode};
pub use series::{Known, Series, Span, Void};
pub use window::{Extreme, Figures, Period, Window};

#[cfg(doc)]
use crate::snapshot::Outcome;
