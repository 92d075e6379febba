//! A listing that is asked for: one call of the official API, and another one for what the first does not show.

use anyhow::bail;
use tillwatch_app::ports::source::{Ask, Wanted};
use tillwatch_core::almanac::Almanac;
use tillwatch_core::country::Country;
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::clean_url;
use tillwatch_core::snapshot::{Outcome, Snapshot, Variant};
use tillwatch_net::readers::Asked;
use tillwatch_net::sources::affiliate::variants::{Parcel, SHIPPING, VARIANTS, with_variants};

use crate::errand::{Errand, NoErrand};
use crate::failure::Usage;
use crate::home::Home;

/// What the API shows of the listing that was asked for, and of the variant if one is named.
pub(super) fn seen(
    asked: &Asked,
    sku: Option<&SkuId>,
    home: &Home,
    almanac: &Almanac,
    mut now: Instant,
) -> anyhow::Result<Vec<Snapshot>> {
    let Some(item) = asked.item.clone() else {
        bail!("there is neither a file nor a listing to read");
    };
    let page = clean_url(&item, None);
    let mut errand = match Errand::new(home) {
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
    let readings = errand.read(&ask, &mut now)??;
    let mut all = Vec::new();
    for mut seen in readings.into_iter().map(|reading| reading.snapshot) {
        if seen.outcome == Outcome::Ok {
            if let Some(sku) = sku.filter(|sku| !shows(&seen, sku)) {
                let included = almanac.markets.tax(market).included;
                seen = variant(&mut errand, &ask, seen, sku, included, &mut now)?;
            }
            shipping(&mut errand, &mut seen, sku, market, &mut now)?;
        }
        all.push(seen);
    }
    Ok(all)
}

fn shows(seen: &Snapshot, sku: &SkuId) -> bool {
    seen.variants.iter().any(|variant| variant.sku.as_ref() == Some(sku))
}

/// The same listing with the prices of all variants. They contain tax, so that they are not asked for where prices are
/// shown without it.
fn variant(
    errand: &mut Errand,
    ask: &Ask,
    seen: Snapshot,
    sku: &SkuId,
    included: bool,
    now: &mut Instant,
) -> anyhow::Result<Snapshot> {
    let instead = "Open the listing in your browser, save the page and quote it with --page FILE";
    if !included {
        bail!(
            "the API shows the price of another variant than {sku}, and those of each variant only with tax, while prices \
             for {} are shown without it. {instead}",
            ask.market
        );
    }
    let answer = errand.permitted(VARIANTS, now, async |api, now| api.variants(ask, now).await)?;
    let Some(answer) = answer else {
        bail!(
            "the API shows the price of another variant than {sku}, and your app may not ask for those of each variant \
             (product.sku.detail.get). {instead}"
        );
    };
    match answer?.pop().map(|reading| reading.snapshot) {
        Some(detailed) if detailed.outcome == Outcome::Ok => Ok(with_variants(seen, detailed)),
        other => bail!(
            "the API shows the price of another variant than {sku}, and of each variant none: {}. {instead}",
            other
                .and_then(|one| one.detail)
                .unwrap_or_default()
                .trim_end_matches('.')
        ),
    }
}

/// Adds the way of shipping, where none was shown and the app may ask for it. Without it the total says so.
fn shipping(
    errand: &mut Errand,
    seen: &mut Snapshot,
    sku: Option<&SkuId>,
    market: Country,
    now: &mut Instant,
) -> anyhow::Result<()> {
    let meant = |variant: &&Variant| sku.is_none() || variant.sku.as_ref() == sku;
    let variant = seen.variants.iter().find(meant);
    let parcel = variant.and_then(|variant| {
        Some(Parcel {
            item: seen.item.clone()?,
            sku: variant.sku.clone()?,
            price: variant.price?,
            market,
        })
    });
    let Some(parcel) = parcel.filter(|_| seen.shipping.is_empty()) else {
        return Ok(());
    };
    match errand.permitted(SHIPPING, now, async |api, now| api.shipping(&parcel, now).await) {
        Ok(Some(Ok(Some(way)))) => {
            seen.shipping = way.shipping;
            seen.notes.extend(way.notes);
        }
        Ok(Some(Err(error))) => seen
            .notes
            .push(format!("The fee of shipping could not be had: {error}.")),
        Ok(Some(Ok(None)) | None) | Err(NoErrand::Spent) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
