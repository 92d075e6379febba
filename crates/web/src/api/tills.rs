//! What tills showed beside receipts, for programs, and how far they agree.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tillwatch_app::receipts::ReceiptName;
use tillwatch_app::tills::{Agreement, Amounts, Shown, Unheard};
use tillwatch_core::country::Country;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::stack::Receipt;
use tillwatch_core::stack::diagnose::{self, diagnose};
use utoipa::ToSchema;

use super::body::{Body, Path, Query};
use super::shapes;
use super::till::written;
use crate::limits;
use crate::problem::Kind;
use crate::visitor::Visitor;
use crate::{Problem, Site};

/// The name of the format.
const SCHEMA: &str = "tillwatch/till/1";

/// What a till showed: that it was the same, or its total and what else is known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TillSaid)]
pub(crate) struct Said {
    /// Whether everything was as on the receipt; then nothing else is said.
    #[serde(default)]
    same: bool,
    /// The total that the till showed, before tax that it adds; with shipping where the receipt is.
    #[schema(example = "42.00")]
    total: Option<String>,
    /// The price before any discount.
    price: Option<String>,
    /// What steps of the receipt took off, by their names; zero where one was missing.
    #[serde(default)]
    steps: BTreeMap<String, String>,
    /// Shipping after all discounts.
    shipping: Option<String>,
    /// Whether coupons of one's own were used: then nothing is kept.
    #[serde(default)]
    own_coupons: bool,
}

/// What is answered.
#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    receipt: String,
    counts: &'static str,
    total: Money,
    shown: Money,
    difference: Option<Money>,
    diagnosis: diagnose::Written<'a>,
}

/// What a till showed beside a receipt
///
/// Kept with a fingerprint of the network, made with a secret; of one network the last word on a receipt counts, and it
/// weighs as much as any other network however much it says. Half a year later it is forgotten. The answer says which
/// discounts must have been dropped to give that total.
#[utoipa::path(
    post, path = "/api/v1/receipts/{receipt}/tills", operation_id = "till", tag = "till",
    params(("receipt" = String, Path, description = "The receipt's name, as its address `/r/{receipt}` has it")),
    request_body(content = Said, example = json!({"total": "42.00", "steps": {"code": "0.00"}})),
    responses((status = 200, description = "For what it counts, and what it tells", body = shapes::TillHeard)),
)]
pub(crate) async fn hear(
    State(site): State<Site>,
    Path(name): Path<String>,
    Extension(visitor): Extension<Visitor>,
    Body(said): Body<Said>,
) -> Result<Response, Problem> {
    site.may(limits::Kind::Report, visitor)?;
    let network = visitor.voice();
    let answer = site.ask(move |app, now| {
        let unknown = || Problem::not_found(Unheard::NoReceipt.to_string());
        let name = ReceiptName::parse(&name).ok_or_else(unknown)?;
        let shown = shown(&said, name.key.currency)?;
        let heard = app.hear_of_till(&name, &network, &shown, now)?;
        let kept = &heard.kept;
        let receipt = Receipt::new(&kept.checkout, &kept.rules, &kept.stack);
        written(&Answer {
            schema: SCHEMA,
            receipt: name.to_string(),
            counts: heard.counts.name(),
            total: kept.stack.total(),
            shown: heard.shown,
            difference: heard.shown.checked_sub(kept.stack.total()),
            diagnosis: diagnose::Written::new(&receipt, &diagnose(&kept.checkout, &kept.rules, heard.shown)),
        })
    });
    answer.await
}

fn shown(said: &Said, currency: Currency) -> Result<Shown, Problem> {
    let amount = |field: String, text: &str| {
        Money::parse(text, currency).map_err(|error| Problem::bad_value(field, error.to_string()))
    };
    let maybe = |field: &str, text: Option<&str>| text.map(|text| amount(field.to_owned(), text)).transpose();
    let total = maybe("total", said.total.as_deref())?;
    let alone = said.price.is_none() && said.shipping.is_none() && said.steps.is_empty() && !said.own_coupons;
    match total {
        None if said.same && alone => Ok(Shown::Same),
        None if said.same => Err(Problem::new(Kind::Conflict, "where all is the same nothing else is said").at("same")),
        None => Err(Problem::new(Kind::Missing, "the total that the till showed, or same").at("total")),
        Some(_) if said.same => Err(Problem::new(Kind::Conflict, "either same or a total, not both").at("same")),
        Some(total) => Ok(Shown::Other(Box::new(Amounts {
            total,
            price: maybe("price", said.price.as_deref())?,
            steps: said
                .steps
                .iter()
                .map(|(step, text)| Ok((step.clone(), amount(format!("steps.{step}"), text)?)))
                .collect::<Result<_, Problem>>()?,
            shipping: maybe("shipping", said.shipping.as_deref())?,
            own_coupons: said.own_coupons,
        }))),
    }
}

impl From<Unheard> for Problem {
    fn from(why: Unheard) -> Self {
        let told = why.to_string();
        match why {
            Unheard::NoReceipt => Self::not_found(told),
            Unheard::NoTill => Self::new(Kind::Refused, told),
            Unheard::Beyond { field, .. } | Unheard::NoSuchPart { field } => Self::bad_value(field, told),
            Unheard::Store(error) => error.into(),
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Only of this ship-to country.
    #[serde(default)]
    #[param(example = "US", required = false)]
    market: String,
}

/// How far tills agree with receipts
///
/// By rule set, market and what is compared, from what shoppers said in the last half year. `total_where_rules_differ`
/// counts only receipts at which the built-in rule sets come to several totals: it shows which of them is right.
#[utoipa::path(
    get, path = "/api/v1/agreement", operation_id = "agreement", tag = "till", params(Asked),
    responses((status = 200, description = "The agreement", body = shapes::Agreements)),
)]
pub(crate) async fn agreement(State(site): State<Site>, Query(asked): Query<Asked>) -> Result<Json<Value>, Problem> {
    let market = match asked.market.trim() {
        "" => None,
        code => Some(Country::parse(code).map_err(|error| Problem::bad_value("market", error.to_string()))?),
    };
    let all = site.ask(|app, now| Ok(app.agreement(now)?)).await?;
    let items = all
        .iter()
        .filter(|one| market.is_none_or(|market| one.market == market));
    let items: Vec<Value> = items.map(row).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn row(one: &Agreement) -> Value {
    json!({
        "rules": one.rules,
        "market": one.market,
        "of": one.of.name(),
        "networks": one.networks,
        "share_percent": one.share.to_string(),
        "low_confidence": one.is_of_few(),
    })
}
