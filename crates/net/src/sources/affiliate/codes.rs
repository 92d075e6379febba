//! Codes of single listings: by campaign, by what sells well, and by the promotions of listings.

use tillwatch_app::ports::Later;
use tillwatch_app::ports::codes::{Answer, CodeSource, MOST_LISTINGS, Question};
use tillwatch_app::ports::source::SourceError;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Outcome;

use super::sign::Parameters;
use super::{Affiliate, CURRENCIES, NAME, call, has_content, marketplace_code, no_answer};
use crate::http;
use crate::readers;

/// The method with the campaigns that run.
pub const CAMPAIGNS: &str = "aliexpress.affiliate.featuredpromo.get";

/// The method with the listings of a campaign.
pub const CAMPAIGN: &str = "aliexpress.affiliate.featuredpromo.products.get";

/// The method with the listings that sell well, for which an app needs the advanced permission.
pub const HOT: &str = "aliexpress.affiliate.hotproduct.query";

/// The method with the promotions of listings, for which an app needs a permission of its own.
pub const PROMOTIONS: &str = "aliexpress.affiliate.promotion.info.get";

/// The markets that [`PROMOTIONS`] serves, by its documentation (November 2023).
const PROMOTED: [&str; 17] = [
    "AT", "BE", "CH", "CZ", "HU", "SE", "PT", "DE", "FR", "NL", "ES", "IT", "PL", "GB", "JP", "US", "CL",
];

/// The most listings of a page.
const PAGE: &str = "50";

/// The longest name of a campaign that is taken for one, and the most campaigns of an answer.
const LONGEST: usize = 200;
const MOST_CAMPAIGNS: usize = 1_000;

impl CodeSource for Affiliate {
    fn account(&self) -> &'static str {
        NAME
    }

    fn app(&self) -> &str {
        &self.settings.app_key
    }

    fn method(&self, question: &Question) -> Option<&'static str> {
        let method = match question {
            Question::Campaigns => return Some(CAMPAIGNS),
            Question::Campaign { .. } => CAMPAIGN,
            Question::Hot { .. } => HOT,
            Question::Promotions { market, .. } if !PROMOTED.contains(&market.code()) => return None,
            Question::Promotions { .. } => PROMOTIONS,
        };
        let (_, currency) = question.place()?;
        CURRENCIES.contains(&currency.code()).then_some(method)
    }

    fn ask<'a>(&'a self, question: &'a Question, now: Instant) -> Later<'a, Result<Answer, SourceError>> {
        Box::pin(async move {
            let Some(method) = self.method(question) else {
                return Ok(Answer::Codes(Vec::new()));
            };
            let ids = match question {
                Question::Promotions { items, .. } if items.len() > MOST_LISTINGS => {
                    let why = format!(
                        "{} listings were asked for in one call, and {MOST_LISTINGS} fit",
                        items.len()
                    );
                    return Err(SourceError::Misconfigured { why });
                }
                Question::Promotions { items, .. } => joined(items),
                _ => String::new(),
            };
            let business = self.business(question, &ids);
            let answer = self
                .client
                .send(&call::signed(&self.settings, method, &business, now))
                .await?;
            match question {
                Question::Campaigns => campaigns(&answer, now).map(Answer::Campaigns),
                Question::Promotions { items, .. } => {
                    let codes = codes(&answer, now)?.into_iter().map(weakly).collect();
                    Ok(Answer::Codes(only_of(items, codes)))
                }
                _ => codes(&answer, now).map(Answer::Codes),
            }
        })
    }
}

impl Affiliate {
    /// The parameters of a question, with its listings as one text.
    fn business<'a>(&'a self, question: &'a Question, ids: &'a str) -> Parameters<'a> {
        let mut all = Parameters::from([("target_language", self.settings.language.as_str())]);
        let page = [
            ("page_no", "1"),
            ("page_size", PAGE),
            ("tracking_id", self.settings.tracking_id.as_deref().unwrap_or("")),
        ];
        match question {
            Question::Campaigns => all.clear(),
            Question::Campaign { name, market, currency } => {
                all.extend(page);
                all.extend([
                    ("promotion_name", name.as_str()),
                    ("country", marketplace_code(market)),
                    ("target_currency", currency.code()),
                ]);
            }
            Question::Hot { market, currency } => {
                all.extend(page);
                all.extend([
                    ("ship_to_country", marketplace_code(market)),
                    ("target_currency", currency.code()),
                ]);
            }
            Question::Promotions { market, currency, .. } => {
                all.extend([
                    ("product_id", ids),
                    ("ship_to_country", marketplace_code(market)),
                    ("currency", currency.code()),
                ]);
            }
        }
        all
    }
}

fn joined(items: &[ItemId]) -> String {
    let ids: Vec<&str> = items.iter().map(ItemId::as_str).collect();
    ids.join(",")
}

/// The campaigns of an answer, by name.
fn campaigns(answer: &http::Answer, now: Instant) -> Result<Vec<String>, SourceError> {
    if !has_content(answer, now)? {
        return Ok(Vec::new());
    }
    let names = readers::affiliate::campaigns(&answer.body).ok_or_else(|| SourceError::Unreachable {
        why: "what came back is no list of campaigns".to_owned(),
    })?;
    let fits = |name: &String| name.len() <= LONGEST;
    Ok(names.into_iter().filter(fits).take(MOST_CAMPAIGNS).collect())
}

/// The discounts on the listings of an answer, each once, with all listings that show it.
fn codes(answer: &http::Answer, now: Instant) -> Result<Vec<Discount>, SourceError> {
    if !has_content(answer, now)? {
        return Ok(Vec::new());
    }
    let seen = readers::read(&answer.body);
    if !seen.iter().any(|one| one.shape.starts_with("affiliate_"))
        || seen.iter().any(|one| one.outcome == Outcome::Blocked)
    {
        return Err(no_answer(answer, &seen));
    }
    Ok(readers::discounts_of(&seen))
}

/// No real answer of the promotions is known, only the names of their fields.
fn weakly(mut code: Discount) -> Discount {
    code.provenance.confidence = Some("low".to_owned());
    code
}

/// Only the listings that were asked for: what is said of another one is not believed.
fn only_of(items: &[ItemId], codes: Vec<Discount>) -> Vec<Discount> {
    let mut codes = codes;
    for code in &mut codes {
        code.scope.items.retain(|item| items.contains(item));
    }
    codes.retain(|code| !code.scope.items.is_empty());
    codes
}
