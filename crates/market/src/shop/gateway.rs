//! The signed affiliate API: one address, the method in a parameter, every answer with status 200.

mod answer;
mod app;
mod extra;
mod limit;
mod product;
mod sign;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

use super::Marketplace;
use super::visit::{Reply, Visit};
use crate::faults::Surface;
use answer::Refusal;

pub use app::Key;
pub(super) use limit::Limits;
pub(super) use sign::hex_md5;
pub use sign::sign;

/// The parameters of a call, by name.
pub(super) type Parameters = BTreeMap<String, String>;

/// How far a timestamp may be from now, in seconds.
const MOST_SKEW: i64 = 7_200;

/// Parameters may stand in the query, in a form, or in both; those of the form count.
pub(super) async fn call(
    State(shop): State<Arc<Marketplace>>,
    method: Method,
    Query(query): Query<Parameters>,
    form: Result<Form<Parameters>, FormRejection>,
) -> Response {
    let mut parameters = query;
    if method == Method::POST
        && let Ok(Form(form)) = form
    {
        parameters.extend(form);
    }
    shop.visit(Surface::Api, |visit| Reply::json(&answered(visit, &parameters)))
}

fn answered(visit: &Visit<'_>, parameters: &Parameters) -> Value {
    let request = Request { visit, parameters };
    match request.answer() {
        Ok(answer) => answer,
        Err(refusal) => {
            visit
                .shop
                .count(|counts| *counts.refusals.entry(refusal.code).or_default() += 1);
            refusal.written(&visit.trace())
        }
    }
}

/// A call of the API.
pub(super) struct Request<'a> {
    visit: &'a Visit<'a>,
    parameters: &'a Parameters,
}

impl Request<'_> {
    /// A parameter that says something.
    fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// Whether lists come flat.
    fn simplified(&self) -> bool {
        self.get("simplify") == Some("true")
    }

    fn answer(&self) -> Result<Value, Refusal> {
        let key = self.checked()?;
        let now = self.visit.now;
        let mut served = 0;
        let admitted = limit::admit(self.visit.shop, key, now);
        let answer = admitted.and_then(|()| self.dispatch(key, &mut served));
        self.visit.shop.count(|counts| {
            let day = counts.keys.entry((key.id.clone(), limit::day_of(now))).or_default();
            day.items += served;
            if let Err(refusal) = &answer {
                *day.refused.entry(refusal.code).or_default() += 1;
            }
        });
        answer
    }

    /// The key of a call whose signature and time are right.
    fn checked(&self) -> Result<&Key, Refusal> {
        let id = self.needed("app_key")?;
        self.needed("method")?;
        let (shown, how) = (self.needed("sign")?, self.needed("sign_method")?);
        let time = self.needed("timestamp")?;
        let keys = &self.visit.shop.keys;
        let key = keys.iter().find(|key| key.id == id).ok_or_else(Refusal::unknown_key)?;
        let wanted = sign(how, &key.secret, self.parameters).ok_or_else(Refusal::signature)?;
        let close = moment(time).is_some_and(|at| self.visit.now.duration_since(at).as_secs().abs() <= MOST_SKEW);
        if close && wanted == shown {
            Ok(key)
        } else {
            Err(Refusal::signature())
        }
    }

    fn dispatch(&self, key: &Key, served: &mut u64) -> Result<Value, Refusal> {
        let method = self.needed("method")?;
        if key.denied.contains(&method) {
            return Err(Refusal::permission());
        }
        let extra = |answer: &dyn Fn() -> Result<Value, Refusal>| {
            if key.extra {
                answer()
            } else {
                Err(Refusal::permission())
            }
        };
        match method {
            "aliexpress.affiliate.productdetail.get" => self.details(served),
            "aliexpress.affiliate.product.query" => self.query(served),
            "aliexpress.affiliate.featuredpromo.get" => Ok(self.campaigns()),
            "aliexpress.affiliate.featuredpromo.products.get" => self.featured(served),
            "aliexpress.affiliate.category.get" => Ok(self.categories()),
            "aliexpress.affiliate.link.generate" => self.links(),
            "aliexpress.affiliate.hotproduct.query" => {
                if key.extra {
                    self.hot(served)
                } else {
                    Err(Refusal::permission())
                }
            }
            "aliexpress.affiliate.promotion.info.get" => extra(&|| self.promotions()),
            "aliexpress.affiliate.product.sku.detail.get" => extra(&|| self.variants()),
            "aliexpress.affiliate.product.shipping.get" => extra(&|| self.shipping()),
            _ => Err(Refusal::no_such_method()),
        }
    }
}

/// Milliseconds since 1970, or `yyyy-MM-dd HH:mm:ss` in the API's time, UTC+8.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(millis) = text.parse() {
        return Timestamp::from_millisecond(millis).ok();
    }
    let zone = TimeZone::fixed(Offset::constant(8));
    let local = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
    local.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}
