//! Listing pages: of 2022, of 2023/24, and the empty frame of today whose data comes by a call.

mod components;
mod frame;
mod modules;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use tillwatch_core::id::ItemId;

use super::Marketplace;
use super::asked::Asked;
use super::visit::{Reply, Visit};
use crate::faults::{Fault, Surface};
use crate::world::Absence;

pub(super) use frame::challenge;

/// In which year's shape a page comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    /// To December 2022: blocks named `*Module`.
    Modules,
    /// 2023 and 2024: blocks named `*Component`.
    Components,
    /// Since July 2024: nothing in the page.
    Shell,
}

impl Era {
    /// As the query asks (`era=a`, `c` or `d`), else by the listing: each kind is met.
    fn of(query: Option<&str>, item: &ItemId) -> Self {
        let last = item.as_str().bytes().next_back().unwrap_or(b'0');
        match (query, last) {
            (Some("a"), _) | (None, b'0'..=b'2') => Self::Modules,
            (Some("c"), _) | (None, b'3'..=b'5') => Self::Components,
            _ => Self::Shell,
        }
    }
}

/// A listing by its own id or by that of the US storefront; the page calls it by the one that was asked for.
pub(super) async fn listing(
    State(shop): State<Arc<Marketplace>>,
    Path(page): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::of_cookie(&headers);
    let id = page.trim_end_matches(".html");
    shop.visit(Surface::Page, |visit| {
        Reply::html(match ItemId::parse(id) {
            Ok(item) => write(visit, id, &item, query.get("era").map(String::as_str), &asked),
            Err(_) => frame::gone(),
        })
    })
}

fn write(visit: &Visit<'_>, id: &str, item: &ItemId, era: Option<&str>, asked: &Asked) -> String {
    let era = match Era::of(era, item) {
        Era::Shell if !visit.shop.shells => Era::Components,
        era => era,
    };
    if visit.fault == Some(Fault::Hollow) {
        return frame::shell(id, "AliExpress");
    }
    match visit.listing(item, asked) {
        Ok(listing) => match era {
            Era::Modules => {
                let data = modules::data(id, &listing, visit.now);
                frame::with_data(id, &listing.title, &data)
            }
            Era::Components => {
                let data = components::data(id, &listing, visit.now);
                frame::with_data(id, &listing.title, &data)
            }
            Era::Shell => frame::shell(id, &listing.title),
        },
        Err(Absence::NotSoldThere) if era == Era::Shell => frame::shell(id, "AliExpress"),
        Err(Absence::NotSoldThere) => frame::with_data(id, "AliExpress", &components::banned(id)),
        Err(Absence::Unknown | Absence::Removed) => frame::gone(),
    }
}

/// `4.7` of 470.
pub(super) fn stars(rating: u16) -> String {
    format!("{}.{}", rating / 100, rating % 100 / 10)
}
