//! Whether the operator's key works, found out by one call of the official API.

use tillwatch_app::permits::{Permit, permits};
use tillwatch_app::ports::source::{Ask, Limits, Reading, Source, SourceError, Wanted};
use tillwatch_app::ports::store::{ListingId, Store};
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::Outcome;

use super::Findings;
use crate::environment::set;
use crate::errand::{Errand, NoErrand};
use crate::home::Home;
use crate::receipt::moment;

/// What is asked for where nothing is tracked: any listing will do, and this one was in an answer of September 2026.
const ANY: &str = "1005006338829917";

/// What is looked at.
const WHAT: &str = "key";

pub(super) fn look(home: &Home, now: Instant, findings: &mut Findings) -> anyhow::Result<()> {
    let mut errand = match Errand::new(home) {
        Ok(errand) => errand,
        Err(NoErrand::Served) => {
            let told = "not asked, since the server that runs uses it; its page /status tells how it fares";
            findings.ok(WHAT, told);
            return match (home.existing_store()?, set("TILLWATCH_APP_KEY")) {
                (Some(store), Some(app)) => permissions(&store, &app, findings),
                _ => Ok(()),
            };
        }
        Err(NoErrand::Failed(error)) => return Err(error),
        Err(none) => {
            findings.look(WHAT, none.to_string());
            return Ok(());
        }
    };
    let ask = question(&errand.store)?;
    let (limits, links) = (errand.api.limits(), errand.api.has_tracking_id());
    let app = errand.api.app().to_owned();
    match errand.read(&ask, &mut now.clone()) {
        Ok(answer) => tell(&ask, &limits, links, answer, findings),
        Err(NoErrand::Failed(error)) => return Err(error),
        Err(none) => findings.look(WHAT, none.to_string()),
    }
    permissions(&errand.store, &app, findings)
}

/// What is remembered of each method that the app called beside readings. Nothing is asked for it.
fn permissions(store: &dyn Store, app: &str, findings: &mut Findings) -> anyhow::Result<()> {
    for permit in permits(store, app)? {
        let Permit { method, at, refusals } = &permit;
        let short = method.strip_prefix("aliexpress.affiliate.").unwrap_or(method);
        let purpose = purpose(short);
        let at = moment(*at);
        if *refusals == 0 {
            findings.ok(
                "permission",
                format!("{short} ({purpose}): allowed, as its answer of {at} shows"),
            );
            continue;
        }
        let times = if *refusals == 1 {
            String::new()
        } else {
            format!(", {refusals} times in a row")
        };
        let told = format!(
            "{short} ({purpose}): refused for lack of permission on {at}{times}. Ask the marketplace to let your app call \
             it; it is asked again after {}",
            moment(permit.again())
        );
        findings.look("permission", told);
    }
    Ok(())
}

/// What a method is called for.
fn purpose(method: &str) -> &'static str {
    match method {
        "featuredpromo.get" => "which campaigns run",
        "featuredpromo.products.get" => "codes of campaigns",
        "hotproduct.query" => "codes of what sells well",
        "promotion.info.get" => "codes of what you watch",
        "product.sku.detail.get" => "prices of each variant",
        "product.shipping.get" => "shipping fees",
        "product.query" => "listings that a search asks for",
        "category.get" => "names of categories",
        "link.generate" => "links that are counted as yours",
        _ => "beside readings",
    }
}

/// One listing: the first that is tracked, if there is one.
fn question(store: &dyn Store) -> anyhow::Result<Ask> {
    let tracked = store.tracked(ListingId(0), 1)?.pop().map(|tracked| tracked.key);
    let (item, market, currency) = match tracked {
        Some(key) => (key.item, key.market, key.currency),
        None => (ItemId::parse(ANY)?, Country::US, Currency::USD),
    };
    Ok(Ask {
        market,
        currency,
        items: vec![Wanted {
            item,
            skus: Vec::new(),
            since: None,
        }],
    })
}

fn tell(ask: &Ask, limits: &Limits, links: bool, answer: Result<Vec<Reading>, SourceError>, findings: &mut Findings) {
    match answer {
        Ok(readings) => {
            let priced = readings.iter().any(|one| one.snapshot.outcome == Outcome::Ok);
            let what = if priced { "a price" } else { "no price" };
            let items: Vec<&str> = ask.items.iter().map(|wanted| wanted.item.as_str()).collect();
            let links = if links {
                "links can be made with the tracking id"
            } else {
                "without a tracking id no link is counted as yours"
            };
            let told = format!(
                "it works: the API answered with {what} of listing {} for {}; {} listings fit a call; {links}",
                items.join(", "),
                ask.market,
                limits.items_per_call,
            );
            findings.ok(WHAT, told);
        }
        Err(error @ (SourceError::Later { .. } | SourceError::Spent { .. })) => {
            findings.look(WHAT, format!("the API knows it, but {error}"));
        }
        Err(error @ (SourceError::Misconfigured { .. } | SourceError::NotPermitted { .. })) => {
            let told = format!(
                "{error}. Look at the key, the secret, this machine's clock, and what the marketplace's console lets \
                 the app do"
            );
            findings.bad(WHAT, told);
        }
        Err(error @ (SourceError::Unreachable { .. } | SourceError::Challenged { .. })) => {
            findings.bad(WHAT, format!("whether it works cannot be told: {error}"));
        }
    }
}
