//! Listings by words, watched or not, and the names of categories.

use std::collections::BTreeSet;

use tillwatch_app::ports::Later;
use tillwatch_app::ports::finder::{Category, Finder, Offered, Question};
use tillwatch_app::ports::source::SourceError;
use tillwatch_core::id::CategoryId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Snapshot};

use super::sign::Parameters;
use super::{Affiliate, CURRENCIES, NAME, call, has_content, marketplace_code, no_answer};
use crate::http::Answer;
use crate::readers::{self, Asked};

/// The method that finds listings by words.
pub const QUERY: &str = "aliexpress.affiliate.product.query";

/// The method that names categories.
pub const CATEGORIES: &str = "aliexpress.affiliate.category.get";

/// The most listings of a page: what does not fit the question is left out of them.
const PAGE: &str = "50";

impl Finder for Affiliate {
    fn account(&self) -> &'static str {
        NAME
    }

    fn app(&self) -> &str {
        &self.settings.app_key
    }

    fn finding(&self, currency: Currency) -> Option<&'static str> {
        CURRENCIES.contains(&currency.code()).then_some(QUERY)
    }

    fn naming(&self) -> &'static str {
        CATEGORIES
    }

    fn find<'a>(&'a self, question: &'a Question, now: Instant) -> Later<'a, Result<Vec<Offered>, SourceError>> {
        Box::pin(async move {
            if self.finding(question.currency).is_none() {
                return Ok(Vec::new());
            }
            let [least, most] = [question.least, question.most].map(|bound| bound.and_then(minor));
            let business = Parameters::from([
                ("keywords", question.words.as_str()),
                (
                    "category_ids",
                    question.category.as_ref().map_or("", CategoryId::as_str),
                ),
                ("min_sale_price", least.as_deref().unwrap_or_default()),
                ("max_sale_price", most.as_deref().unwrap_or_default()),
                ("page_no", "1"),
                ("page_size", PAGE),
                ("ship_to_country", marketplace_code(&question.market)),
                ("target_currency", question.currency.code()),
                ("target_language", &self.settings.language),
            ]);
            let call = call::signed(&self.settings, QUERY, &business, now);
            found(question, &self.client.send(&call).await?, now)
        })
    }

    fn categories(&self, now: Instant) -> Later<'_, Result<Vec<Category>, SourceError>> {
        Box::pin(async move {
            let call = call::signed(&self.settings, CATEGORIES, &Parameters::new(), now);
            let answer = self.client.send(&call).await?;
            if !has_content(&answer, now)? {
                return Ok(Vec::new());
            }
            readers::affiliate::categories(&answer.body).ok_or_else(|| SourceError::Unreachable {
                why: "what came back is no list of categories".to_owned(),
            })
        })
    }
}

/// A bound as the method wants it: in hundredths (10000 is 100.00, as users of it report). What it wants of currencies
/// without hundredths is not known, so that there the answer alone is held against the bound.
fn minor(bound: Money) -> Option<String> {
    (bound.currency().digits() == 2).then(|| bound.minor().to_string())
}

/// The listings of an answer that have a price as it was asked for, each once.
fn found(question: &Question, answer: &Answer, now: Instant) -> Result<Vec<Offered>, SourceError> {
    if !has_content(answer, now)? {
        return Ok(Vec::new());
    }
    let seen = readers::read(&answer.body);
    let is_answer = seen.iter().any(|one| one.shape.starts_with("affiliate_"));
    if !is_answer || seen.iter().any(|one| one.outcome == Outcome::Blocked) {
        return Err(no_answer(answer, &seen));
    }
    let asked = Asked {
        item: None,
        market: Some(question.market),
        currency: Some(question.currency),
    };
    let mut told = BTreeSet::new();
    let offered = asked.check(seen).into_iter().filter_map(|one| offered(question, one));
    Ok(offered.filter(|one| told.insert(one.item.clone())).collect())
}

fn offered(question: &Question, seen: Snapshot) -> Option<Offered> {
    let price = seen.salable().find_map(|variant| variant.price)?;
    let is_enough = question.least.is_none_or(|least| price.minor() >= least.minor());
    let is_little = question.most.is_none_or(|most| price.minor() <= most.minor());
    let fits = seen.outcome == Outcome::Ok && is_enough && is_little;
    Some(Offered {
        item: seen.item.filter(|_| fits)?,
        title: seen.title,
        price,
    })
}
