//! A listing that is asked for: one call of the official API.

use anyhow::bail;
use tillwatch_app::ports::source::{Ask, Wanted};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::snapshot::Snapshot;
use tillwatch_net::readers::Asked;

use crate::errand::{Errand, NoErrand};
use crate::failure::Usage;
use crate::home::Home;

/// What the API shows of the listing that was asked for.
pub(super) fn seen(asked: &Asked, home: &Home, almanac: &Almanac, now: Instant) -> anyhow::Result<Vec<Snapshot>> {
    let Some(item) = asked.item.clone() else {
        bail!("there is neither a file nor a listing to read");
    };
    let page = clean_url(&item, None);
    let errand = match Errand::new(home) {
        Ok(errand) => errand,
        Err(none @ (NoErrand::NoApp | NoErrand::Served)) => bail!(
            "this is listing {item}, and {none}. Or open {page} in your browser, save the page and run: tillwatch quote \
             {item} --page FILE"
        ),
        Err(none) => return Err(none.into()),
    };
    let Some(market) = asked.market else {
        return Err(Usage("the API's prices are for a country: name yours, such as --market US".into()).into());
    };
    let usual = || almanac.markets.get(market).map(|row| row.currency);
    let Some(currency) = asked.currency.or_else(usual) else {
        return Err(Usage(format!(
            "the currency of {market} is not known: name one, such as --currency USD"
        ))
        .into());
    };
    let ask = Ask {
        market,
        currency,
        items: vec![Wanted {
            item,
            skus: Vec::new(),
            since: None,
        }],
    };
    let readings = errand.read(&ask, now)??;
    Ok(readings.into_iter().map(|reading| reading.snapshot).collect())
}
