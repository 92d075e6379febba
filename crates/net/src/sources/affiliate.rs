//! The official affiliate API with the operator's own key: fifty listings a call, no challenge, a price of the default
//! variant and perhaps a code.

mod call;
pub mod codes;
pub mod find;
mod link;
mod refusal;
pub mod sign;
pub mod variants;

use std::collections::BTreeMap;
use std::time::Duration;

use tillwatch_app::ports::Later;
use tillwatch_app::ports::source::{Ask, Depth, Limits, Reading, Source, SourceError};
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::{Outcome, Snapshot};
use url::Url;

use self::refusal::{Verdict, verdict};
use self::sign::{Parameters, SignMethod};
use super::{by_status, marketplace_code, refused, too_many};
use crate::http::{Answer, Client};
use crate::readers::{self, Asked};
use crate::secret::Secret;

/// The gateway of all methods by name.
pub const GATEWAY: &str = "https://api-sg.aliexpress.com/sync";

/// The space between calls at which nobody was asked to wait (September 2026).
pub const SPACING: Duration = Duration::from_millis(1_600);

/// The calls a day of an app that is not yet approved, by an old page of the documentation.
pub const CALLS_PER_DAY: u32 = 5_000;

/// The API's day is Beijing's.
const DAY_OFFSET: i32 = 28_800;

const NAME: &str = "affiliate";

const METHOD: &str = "aliexpress.affiliate.productdetail.get";
const SHAPE: &str = "affiliate_productdetail";
const ITEMS: u16 = 50;

/// The currencies that the API converts prices to (its library of November 2023). It answers others in its own way,
/// which is no price here, so that the call is saved.
const CURRENCIES: [&str; 19] = [
    "USD", "GBP", "CAD", "EUR", "UAH", "MXN", "TRY", "RUB", "BRL", "AUD", "INR", "JPY", "IDR", "SEK", "KRW", "ILS",
    "THB", "CLP", "VND",
];

/// An app's access to the API.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where calls go: [`GATEWAY`], or a simulated one.
    pub gateway: Url,
    /// The app's key.
    pub app_key: String,
    /// The app's secret, which signs and is never sent.
    pub app_secret: Secret,
    /// How calls are signed.
    pub sign_method: SignMethod,
    /// The operator's tracking id, for links that are counted as theirs.
    pub tracking_id: Option<String>,
    /// The language of titles, such as `EN`.
    pub language: String,
    /// The app's calls a day, such as [`CALLS_PER_DAY`].
    pub calls_per_day: u32,
    /// The least time between two calls, such as [`SPACING`].
    pub spacing: Duration,
}

/// The affiliate API as a source.
#[derive(Debug)]
pub struct Affiliate {
    settings: Settings,
    client: Client,
}

impl Affiliate {
    /// The source of an app.
    pub const fn new(settings: Settings, client: Client) -> Self {
        Self { settings, client }
    }

    /// The app's key, which every call shows.
    pub fn app(&self) -> &str {
        &self.settings.app_key
    }

    /// Whether links can be made that are counted as the operator's.
    pub const fn has_tracking_id(&self) -> bool {
        self.settings.tracking_id.is_some()
    }

    async fn ask(&self, ask: &Ask, now: Instant) -> Result<Vec<Reading>, SourceError> {
        too_many(ask, ITEMS)?;
        if ask.items.is_empty() {
            return Ok(Vec::new());
        }
        if !CURRENCIES.contains(&ask.currency.code()) {
            return Ok(refused(ask, SHAPE, Outcome::OtherCurrency, &unknown(ask.currency)));
        }
        let ids: Vec<&str> = ask.items.iter().map(|wanted| wanted.item.as_str()).collect();
        let ids = ids.join(",");
        let business = Parameters::from([
            ("product_ids", ids.as_str()),
            ("country", marketplace_code(&ask.market)),
            ("target_currency", ask.currency.code()),
            ("target_language", &self.settings.language),
            ("tracking_id", self.settings.tracking_id.as_deref().unwrap_or("")),
        ]);
        let call = call::signed(&self.settings, METHOD, &business, now);
        let answer = self.client.send(&call).await?;
        read(ask, &answer, now)
    }
}

impl Source for Affiliate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn limits(&self) -> Limits {
        Limits {
            items_per_call: ITEMS,
            calls_per_day: self.settings.calls_per_day,
            day_offset: DAY_OFFSET,
            spacing: self.settings.spacing,
        }
    }

    fn depth(&self) -> Depth {
        Depth::Brief
    }

    fn read<'a>(&'a self, ask: &'a Ask, now: Instant) -> Later<'a, Result<Vec<Reading>, SourceError>> {
        Box::pin(self.ask(ask, now))
    }
}

fn unknown(currency: Currency) -> String {
    format!(
        "The official API states no prices in {currency}: read the listing's page, or watch it in another currency."
    )
}

/// An answer to a reading of each listing that was asked for.
fn read(ask: &Ask, answer: &Answer, now: Instant) -> Result<Vec<Reading>, SourceError> {
    if let Some(error) = by_status(answer, now) {
        return Err(error);
    }
    let nothing = format!(
        "The official API has no answer for this listing: it is not in the affiliate programme, or not for {}.",
        ask.market
    );
    if let Some(refusal) = readers::refusal_in(&answer.body) {
        return match verdict(&refusal, now) {
            Verdict::Call(error) => Err(error),
            Verdict::Nothing => Ok(refused(ask, SHAPE, Outcome::ApiRefused, &nothing)),
        };
    }
    let seen = readers::read(&answer.body);
    if !seen.iter().any(|one| one.shape.starts_with("affiliate_")) {
        return Err(no_answer(answer, &seen));
    }
    let seen: BTreeMap<ItemId, Snapshot> = seen
        .into_iter()
        .filter_map(|one| Some((one.item.clone()?, one)))
        .collect();
    let readings = refused(ask, SHAPE, Outcome::ApiRefused, &nothing);
    Ok(readings.into_iter().map(|missing| found(ask, &seen, missing)).collect())
}

/// The reading of a listing, if the answer has it in what was asked for.
fn found(ask: &Ask, seen: &BTreeMap<ItemId, Snapshot>, missing: Reading) -> Reading {
    let asked = Asked {
        item: Some(missing.item.clone()),
        market: Some(ask.market),
        currency: Some(ask.currency),
    };
    let one = seen.get(&missing.item).cloned();
    match one.and_then(|one| asked.check(vec![one]).pop()) {
        Some(snapshot) => Reading { snapshot, ..missing },
        None => missing,
    }
}

/// What an answer is before its content is looked at: something to read, or nothing at all.
fn has_content(answer: &Answer, now: Instant) -> Result<bool, SourceError> {
    if let Some(error) = by_status(answer, now) {
        return Err(error);
    }
    match readers::refusal_in(&answer.body).map(|refusal| verdict(&refusal, now)) {
        Some(Verdict::Call(error)) => Err(error),
        Some(Verdict::Nothing) => Ok(false),
        None => Ok(true),
    }
}

/// Why something that came back is no answer of the API.
fn no_answer(answer: &Answer, seen: &[Snapshot]) -> SourceError {
    let first = seen.first();
    let detail = first.and_then(|one| one.detail.clone()).unwrap_or_default();
    if first.is_some_and(|one| one.outcome == Outcome::Blocked) {
        return SourceError::Challenged { why: detail };
    }
    let why = match answer.status {
        200..300 => format!("what came back is no answer of the API. {detail}"),
        status => format!("the gateway answered with status {status}"),
    };
    SourceError::Unreachable { why }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderMap;
    use tillwatch_app::ports::source::Wanted;
    use tillwatch_core::country::Country;

    use super::*;

    const IDS: [&str; 3] = ["1005000222222222", "1005000222222223", "4000000222222"];

    fn ask() -> Ask {
        let wanted = |id| Wanted {
            item: ItemId::parse(id).expect("an id"),
            skus: Vec::new(),
            since: None,
        };
        Ask {
            market: Country::US,
            currency: Currency::USD,
            items: IDS.map(wanted).into(),
        }
    }

    /// Products of listings that were asked for or not, at prices in the currency or not, whole or not.
    fn product() -> impl Strategy<Value = String> {
        let id = prop_oneof![
            prop::sample::select(IDS.to_vec()),
            Just("1005000999999999"),
            Just("3256800035907470"),
            Just("")
        ];
        let price = prop::sample::select(vec![
            "\"7.50\"", "7.5", "\"0.00\"", "\"-1\"", "\"1e9\"", "null", "{}", "[1]",
        ]);
        let currency = prop::sample::select(vec!["USD", "EUR", "usd", "", "$"]);
        (id, price, currency).prop_map(|(id, price, currency)| {
            format!(
                r#"{{"product_id": "{id}", "target_sale_price": {price}, "target_sale_price_currency": "{currency}"}}"#
            )
        })
    }

    /// An answer, one that was cut somewhere, or nothing like it.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        let products = prop::collection::vec(product(), 0..6);
        let cut = prop::option::weighted(0.2, any::<prop::sample::Index>());
        let answer = (products, cut).prop_map(|(products, cut)| {
            let products = products.join(",");
            let mut whole = format!(
                r#"{{"aliexpress_affiliate_productdetail_get_response": {{"resp_result": {{"resp_code": 200,
                    "result": {{"products": {{"product": [{products}]}}}}}}}}}}"#
            );
            whole.truncate(cut.map_or(usize::MAX, |at| at.index(whole.len())));
            whole.into_bytes()
        });
        prop_oneof![4 => answer, 1 => any::<Vec<u8>>()]
    }

    proptest! {
        #[test]
        fn whatever_is_answered_each_listing_has_one_reading_and_a_price_only_as_asked(
            body in body(),
            status in prop::sample::select(vec![200_u16, 400, 403, 429, 500]),
        ) {
            let answer = Answer { status, body, headers: HeaderMap::new() };
            let now = Instant::parse("2026-11-22T12:00:00Z").expect("an instant");
            if let Ok(readings) = read(&ask(), &answer, now) {
                let ids: Vec<&str> = readings.iter().map(|one| one.item.as_str()).collect();
                prop_assert_eq!(ids, IDS);
                for Reading { item, snapshot } in readings {
                    prop_assert_eq!(snapshot.item.as_ref(), Some(&item));
                    let ok = snapshot.outcome == Outcome::Ok;
                    prop_assert_eq!(ok, snapshot.salable().next().is_some());
                    prop_assert!(!ok || snapshot.currency == Some(Currency::USD));
                    prop_assert_eq!(ok, snapshot.detail.is_none());
                }
            }
        }
    }
}
