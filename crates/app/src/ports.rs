//! What the watch needs of the outside, as the watch would say it.

pub mod browser;
pub mod codes;
pub mod finder;
pub mod linker;
pub mod notifier;
pub mod painter;
pub mod source;
pub mod store;

use std::future::Future;
use std::pin::Pin;

/// An answer that the outside takes its time with.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
