//! Checkouts at the till: the best stack, what a shown total tells, the cheapest split. Nothing of them is stored.
//!
//! The formats are those of the commands. A field that nobody knows is told among the warnings, as there.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tillwatch_app::App;
use tillwatch_core::basket::{self, Wishlist};
use tillwatch_core::checkout::{Checkout, Read};
use tillwatch_core::input;
use tillwatch_core::money::Money;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{self, Receipt, diagnose};
use utoipa::ToSchema;

use super::body::{Query, Raw};
use super::shapes;
use crate::counter::{Bell, COME_BACK, MOST_DISCOUNTS, MOST_LINES, NotComputed};
use crate::problem::Kind;
use crate::{Problem, Site};

/// The most bytes of a checkout.
pub(crate) const MOST_BYTES: usize = 256 * 1024;

/// The longest that a split is searched for, in seconds.
const LONGEST: u32 = 10;

/// The rule sets that checkouts may name.
static BOOK: LazyLock<Option<RuleBook>> = LazyLock::new(|| RuleBook::built_in().ok());

/// What a checkout is and what it showed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DiagnosisAsked)]
pub(crate) struct Shown {
    /// The total that the checkout showed, in its currency.
    #[schema(example = "42.00")]
    paid: String,
    /// The checkout, in the format of `/api/v1/stacks`.
    #[schema(value_type = shapes::Checkout)]
    checkout: Box<RawValue>,
}

/// How long a split is searched for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Patience {
    /// After so many seconds the best split so far is the answer, with its bound: 1 to 10.
    #[param(minimum = 1, maximum = 10, default = 2, required = false)]
    #[serde(default = "Patience::usual")]
    time_limit: u32,
}

impl Patience {
    const fn usual() -> u32 {
        2
    }
}

/// The best stack of a checkout
///
/// The cheapest total that the discounts of a checkout allow, step by step, with a reason for each that does not apply.
#[utoipa::path(
    post, path = "/api/v1/stacks", operation_id = "stack", tag = "till",
    request_body(content = shapes::Checkout, example = json!(shapes::example())),
    responses((status = 200, description = "The stack", body = shapes::Stack)),
)]
pub(crate) async fn stack(State(site): State<Site>, Raw(body): Raw) -> Result<Response, Problem> {
    let answer = site.compute(Duration::from_secs(10), move |app, _| {
        let read = checkout(app, &body)?;
        let checkout = &read.value;
        let rules = rules(app, checkout)?;
        let best = stack::best(checkout, rules);
        let near_misses = stack::near_misses(checkout, rules, &best);
        let held = !checkout.holds.is_empty();
        let receipt = Receipt {
            near_misses: &near_misses,
            public_total: held.then(|| stack::variant::public(checkout, rules).total()),
            warnings: &read.warnings,
            ..Receipt::new(checkout, rules, &best)
        };
        written(&receipt)
    });
    answer.await
}

/// What a shown total tells
///
/// The best stack is taken to have been attached; then what must have fallen out of it to give the total that was shown.
#[utoipa::path(
    post, path = "/api/v1/diagnoses", operation_id = "diagnosis", tag = "till",
    request_body(content = Shown, example = json!({"paid": "42.00", "checkout": shapes::example()})),
    responses((status = 200, description = "The diagnosis", body = shapes::Diagnosis)),
)]
pub(crate) async fn diagnosis(State(site): State<Site>, Raw(body): Raw) -> Result<Response, Problem> {
    let answer = site.compute(Duration::from_secs(10), move |app, _| {
        let shown: Shown = input::read(&body)?;
        let read = checkout(app, shown.checkout.get().as_bytes()).map_err(|problem| problem.within("checkout"))?;
        let checkout = &read.value;
        let paid = Money::parse(&shown.paid, checkout.currency);
        let paid = paid.map_err(|error| Problem::bad_value("paid", error.to_string()))?;
        let rules = rules(app, checkout).map_err(|problem| problem.within("checkout"))?;
        let diagnosis = diagnose::diagnose(checkout, rules, paid);
        let best = stack::best(checkout, rules);
        let receipt = Receipt {
            warnings: &read.warnings,
            ..Receipt::new(checkout, rules, &best)
        };
        written(&diagnose::Written::new(&receipt, &diagnosis))
    });
    answer.await
}

/// A wishlist split into checkouts
///
/// The split that costs least together, with proof, or with a bound where the time was over. Up to 100 lines and 100
/// discounts are taken.
#[utoipa::path(
    post, path = "/api/v1/baskets", operation_id = "basket", tag = "till", params(Patience),
    request_body(content = shapes::Wishlist, example = json!(shapes::example())),
    responses((status = 200, description = "The basket", body = shapes::Basket)),
)]
pub(crate) async fn basket(
    State(site): State<Site>,
    Query(patience): Query<Patience>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    if !(1..=LONGEST).contains(&patience.time_limit) {
        let told = format!("{} seconds; from 1 to {LONGEST} are allowed", patience.time_limit);
        return Err(Problem::bad_value("time_limit", told));
    }
    let limit = Duration::from_secs(u64::from(patience.time_limit));
    let answer = site.compute(limit, move |app, bell| {
        let almanac = app.almanac();
        let read = basket::read(&body, &almanac.markets)?;
        let wishlist: &Wishlist = &read.value;
        let checkout = &wishlist.checkout;
        few_enough("lines", checkout.lines.len(), MOST_LINES)?;
        few_enough("discounts", checkout.discounts.len(), MOST_DISCOUNTS)?;
        let rules = rules(app, &wishlist.checkout)?;
        let split = basket::best(wishlist, rules, &mut |_| {
            if bell.rang() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        let advice = basket::advice(wishlist, rules, &split);
        let drawer = basket::drawer(wishlist, rules, &split);
        let notes = basket::notes(&almanac.markets, wishlist, &split);
        written(&basket::Answer {
            wishlist,
            rules,
            basket: &split,
            advice: &advice,
            drawer: &drawer,
            notes: &notes,
            warnings: &read.warnings,
        })
    });
    answer.await
}

fn few_enough(field: &'static str, count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    Err(Problem::new(Kind::Refused, format!("{count} {field}; at most {most} are split")).at(field))
}

impl Site {
    /// Runs a calculation when its turn comes, where it holds up nobody else. The bell says when to come to an end.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        limit: Duration,
        calculation: impl FnOnce(&App, &Bell) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = Arc::clone(&self.app);
        // Caught in the thread where it happens, which knows what the log calls it.
        let work = move |bell: &Bell| {
            catch_unwind(AssertUnwindSafe(|| calculation(&app, bell))).unwrap_or_else(|_| Err(Problem::internal()))
        };
        match self.counter.compute(limit, work).await {
            Ok(answer) => answer,
            Err(NotComputed::Busy) => {
                let told = "too many such questions wait already";
                Err(Problem::unavailable(told, u32::from(COME_BACK)))
            }
            Err(NotComputed::Failed) => Err(Problem::internal()),
        }
    }
}

fn checkout(app: &App, json: &[u8]) -> Result<Read<Checkout>, Problem> {
    let almanac = app.almanac();
    Ok(tillwatch_core::checkout::read(json, |market| {
        almanac.markets.tax(market)
    })?)
}

/// The rule set that a checkout names, else the one that this site goes by.
fn rules<'a>(app: &'a App, checkout: &Checkout) -> Result<&'a RuleSet, Problem> {
    match (checkout.rules.as_deref(), BOOK.as_ref()) {
        (None, _) => Ok(app.rules()),
        (Some(named), _) if named == app.rules().id => Ok(app.rules()),
        (Some(named), Some(book)) => Ok(book.get(Some(named))?),
        (Some(_), None) => Err(Problem::internal()),
    }
}

/// An answer as JSON. The amounts in it are borrowed, so that it is written where they are.
pub(crate) fn written(answer: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(answer).map_err(|_| Problem::internal())?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}
