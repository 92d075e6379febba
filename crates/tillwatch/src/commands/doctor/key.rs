//! Whether the operator's key works, found out by one call of the official API, charged like any other.

use tillwatch_app::account::{Account, budget_name, read_budget};
use tillwatch_app::ports::source::{Ask, Reading, Source, SourceError, Wanted};
use tillwatch_app::ports::store::{ListingId, Store};
use tillwatch_core::cadence::{Second, Share};
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::Outcome;
use tillwatch_net::http::Client;
use tillwatch_net::sources::affiliate::{Affiliate, CALLS_PER_DAY, SPACING};

use super::Findings;
use crate::home::Home;
use crate::sources;

/// What is asked for where nothing is tracked: any listing will do, and this one is in the API's own documentation.
const ANY: &str = "1005006338829917";

/// What is looked at.
const WHAT: &str = "key";

pub(super) fn ask(home: &Home, now: Instant, findings: &mut Findings) -> anyhow::Result<()> {
    let client = Client::new(None, sources::reach()?)?;
    let Some(api) = sources::affiliate(CALLS_PER_DAY, SPACING, &client)? else {
        let told = "no app is named: prices are read through the official API once TILLWATCH_APP_KEY and \
                    TILLWATCH_APP_SECRET are set";
        findings.look(WHAT, told);
        return Ok(());
    };
    let Ok(_held) = home.hold() else {
        findings.ok(
            WHAT,
            "not asked, since the server that runs uses it; its /status tells how it fares",
        );
        return Ok(());
    };
    let store = home.store()?;
    let kept = store.recall(&budget_name(api.account()))?;
    let kept = kept.as_deref().and_then(read_budget).unwrap_or_default();
    let mut account = Account::new(&api, kept);
    if account.spend(Share::Pasted, Second::of(now)).is_err() {
        let told = format!("not asked: {CALLS_PER_DAY} calls were made today, or one just now");
        findings.look(WHAT, told);
        return Ok(());
    }
    let (name, value) = account.kept();
    store.remember(&name, &value)?;
    let ask = question(&store)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(api.read(&ask, now));
    tell(&ask, &api, answer, findings);
    Ok(())
}

/// One listing: the first that is tracked, if there is one.
fn question(store: &dyn Store) -> anyhow::Result<Ask> {
    let tracked = store.tracked(ListingId(0), 1)?.pop().map(|tracked| tracked.key);
    let (item, market, currency) = match tracked {
        Some(key) => (key.item, key.market, key.currency),
        None => (ItemId::parse(ANY)?, Country::US, Currency::USD),
    };
    let wanted = Wanted { item, skus: Vec::new() };
    Ok(Ask {
        market,
        currency,
        items: vec![wanted],
    })
}

fn tell(ask: &Ask, api: &Affiliate, answer: Result<Vec<Reading>, SourceError>, findings: &mut Findings) {
    let limits = api.limits();
    let item = ask
        .items
        .first()
        .map(|wanted| wanted.item.to_string())
        .unwrap_or_default();
    match answer {
        Ok(readings) => {
            let priced = readings.iter().any(|one| one.snapshot.outcome == Outcome::Ok);
            let seen = if priced {
                format!("the API told a price of listing {item}")
            } else {
                format!(
                    "the API answered, though not with a price of listing {item} for {}",
                    ask.market
                )
            };
            let links = if api.has_tracking_id() {
                "links can be made with the tracking id"
            } else {
                "no tracking id is set, so that no link is counted as yours"
            };
            let told = format!(
                "it works: {seen}. {} listings fit a call, {} calls a day; {links}",
                limits.items_per_call, limits.calls_per_day
            );
            findings.ok(WHAT, told);
        }
        Err(error @ (SourceError::Later { .. } | SourceError::Spent { .. })) => {
            findings.look(WHAT, format!("it is known to the API, but {error}"));
        }
        Err(error @ SourceError::Misconfigured { .. }) => {
            let told = format!(
                "{error}. Look at the key, the secret, this machine's clock and the app's permissions in the \
                 marketplace's console"
            );
            findings.bad(WHAT, told);
        }
        Err(error @ (SourceError::Unreachable { .. } | SourceError::Challenged { .. })) => {
            findings.bad(WHAT, format!("whether it works cannot be told: {error}"));
        }
    }
}
