//! Who makes links to listings that are counted as the operator's.

use tillwatch_core::instant::Instant;

use super::Later;
use super::source::SourceError;

/// Makes such links, one call each.
pub trait Linker: Send + Sync {
    /// The account that its calls are charged to, which is a source's.
    fn account(&self) -> &'static str;

    /// The app that asks: what it may ask is remembered of it. Nothing of it is secret.
    fn app(&self) -> &str;

    /// The method that makes them.
    fn method(&self) -> &'static str;

    /// The link that leads where the clean address of a listing does; `None` where the listing is not in the programme.
    /// `now` is what the call is signed with.
    fn link<'a>(&'a self, clean: &'a str, now: Instant) -> Later<'a, Result<Option<String>, SourceError>>;
}
