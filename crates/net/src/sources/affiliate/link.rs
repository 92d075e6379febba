//! Links that are counted as the operator's, made by `link.generate`.

use serde_json::Value;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::linker::Linker;
use tillwatch_app::ports::source::SourceError;
use tillwatch_core::instant::Instant;
use url::Url;

use super::refusal::{Verdict, verdict};
use super::sign::Parameters;
use super::{Affiliate, NAME, by_status, call};
use crate::http::Answer;
use crate::links::STOREFRONTS;
use crate::readers;

const METHOD: &str = "aliexpress.affiliate.link.generate";

/// A link to one listing, not one of the kind for campaigns.
const NORMAL: &str = "0";

impl Linker for Affiliate {
    fn account(&self) -> &'static str {
        NAME
    }

    fn app(&self) -> &str {
        &self.settings.app_key
    }

    fn method(&self) -> &'static str {
        METHOD
    }

    fn link<'a>(&'a self, clean: &'a str, now: Instant) -> Later<'a, Result<Option<String>, SourceError>> {
        Box::pin(async move {
            let business = Parameters::from([
                ("promotion_link_type", NORMAL),
                ("source_values", clean),
                ("tracking_id", self.settings.tracking_id.as_deref().unwrap_or("")),
            ]);
            let call = call::signed(&self.settings, METHOD, &business, now);
            let answer = self.client.send(&call).await?;
            let made = read(clean, &answer, now)?;
            // A reader is sent to the marketplace and nowhere else, whatever an answer says.
            let marketplace = self.client.only(&STOREFRONTS);
            let is_of_it = |url: &Url| url.scheme() == "https" && marketplace.reach().check(url).is_ok();
            Ok(made.filter(|link| Url::parse(link).is_ok_and(|url| is_of_it(&url))))
        })
    }
}

/// The link that the answer has for an address.
fn read(clean: &str, answer: &Answer, now: Instant) -> Result<Option<String>, SourceError> {
    if let Some(error) = by_status(answer, now) {
        return Err(error);
    }
    if let Some(refusal) = readers::refusal_in(&answer.body) {
        return match verdict(&refusal, now) {
            Verdict::Call(error) => Err(error),
            Verdict::Nothing => Ok(None),
        };
    }
    let parsed: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let result = parsed.as_ref().and_then(|value| {
        let body = value.as_object()?.values().find_map(|body| body.get("resp_result"))?;
        body.get("result")
    });
    let Some(links) = result.and_then(|result| result.get("promotion_links")) else {
        let why = "what came back is no answer of the API".to_owned();
        return Err(SourceError::Unreachable { why });
    };
    let links = links.get("promotion_link").unwrap_or(links).as_array();
    let made = links.into_iter().flatten().find_map(|link| {
        let is_ours = link.get("source_value").and_then(Value::as_str) == Some(clean);
        link.get("promotion_link").and_then(Value::as_str).filter(|_| is_ours)
    });
    Ok(made.map(str::to_owned))
}
