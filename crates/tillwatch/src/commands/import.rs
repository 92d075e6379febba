//! `import`: what was exported, back into a store.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tillwatch_app::effects;
use tillwatch_app::ports::store::{ListingPast, Store, StoreError};
use tillwatch_app::transfer::{Incoming, Unfit};
use tillwatch_core::input::InputError;

use super::Refusal;
use crate::failure::Status;
use crate::home::Home;
use crate::input::read_all;
use crate::output::Output;
use crate::page::Ink;
use crate::portable;
use crate::progress::Progress;

/// Take in what was exported
///
/// Reads JSON and CSV of `export`. What is kept already is passed over, so that the same file can be taken in twice; what
/// contradicts it is refused with its place. Of each listing all is taken in or nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:
  tillwatch import prices.json")]
pub(crate) struct Arguments {
    /// The file, or `-` for standard input
    file: PathBuf,
}

/// What was done.
#[derive(Default, Serialize)]
struct Taken {
    listings: u64,
    /// Listings of which nothing was lacking.
    known: u64,
    refused: u64,
    runs: u64,
    watches: u64,
}

/// Takes in each listing.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let read = portable::read(&read_all(&arguments.file)?)?;
    let store = Home::find(data).store()?;
    let mut taken = Taken::default();
    {
        let incoming = Incoming::to(&store)?;
        let all = u64::try_from(read.len()).unwrap_or(u64::MAX);
        let mut progress = Progress::new("importing");
        for (done, one) in (1..).zip(read) {
            match one
                .map_err(anyhow::Error::from)
                .and_then(|(place, past)| take(&store, &incoming, &place, &past))
            {
                Ok(Some(put)) => taken.count(&put),
                Ok(None) => taken.known += 1,
                Err(error) => match error.downcast_ref::<InputError>() {
                    Some(refused) => {
                        taken.refused += 1;
                        if output.json {
                            output.value(&Refusal { error: refused })?;
                        } else {
                            eprintln!("tillwatch: {refused}");
                        }
                    }
                    None => return Err(error),
                },
            }
            progress.at(done, all);
        }
    }
    if taken.listings > 0 {
        // What past sales did rests on another past now.
        effects::forget(&store)?;
    }
    if output.json {
        output.value(&taken)?;
    } else {
        let mut page = output.page();
        let text = format!(
            "{} listings taken in with {} runs and {} watches; {} were there already; {} refused",
            taken.listings, taken.runs, taken.watches, taken.known, taken.refused
        );
        page.paragraph(0, Ink::Plain, &text);
        output.show(&page)?;
    }
    Ok(Status::all_answered(taken.refused == 0))
}

impl Taken {
    fn count(&mut self, put: &ListingPast) {
        let long = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let series = put.variants.iter().flat_map(|variant| &variant.series);
        let prices: u64 = series.map(|series| long(series.runs.len())).sum();
        let watches: u64 = put.variants.iter().map(|variant| long(variant.watches.len())).sum();
        self.listings += 1;
        self.runs += prices + long(put.checks.len());
        self.watches += watches;
    }
}

/// What was lacking of a listing and is put now; nothing of one that does not fit.
fn take(
    store: &dyn Store,
    incoming: &Incoming<'_>,
    place: &str,
    past: &ListingPast,
) -> anyhow::Result<Option<ListingPast>> {
    let lacks = incoming.lacking(past).map_err(|why| match why {
        Unfit::Conflict { place: within, why } => InputError::conflict(format_args!("{place}.{within}"), why).into(),
        Unfit::Store(error) => anyhow::Error::from(error),
    })?;
    let Some(lacks) = lacks else { return Ok(None) };
    match store.put_listing(&lacks) {
        Ok(()) => Ok(Some(lacks)),
        Err(StoreError::Refused(why)) => Err(InputError::wrong(place, why).into()),
        Err(other) => Err(other.into()),
    }
}
