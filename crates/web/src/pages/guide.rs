//! How a total comes about and how to read what is shown; its example is computed by the engine.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tillwatch_core::checkout::{Checkout, Line};
use tillwatch_core::country::Country;
use tillwatch_core::discount::{Benefit, Discount, Kind, Percent};
use tillwatch_core::history::Minute;
use tillwatch_core::id::{DiscountId, ItemId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_core::stack::{self, Receipt};

use super::html;
use crate::Site;
use crate::reader::{Frame, Reader};
use crate::receipt::{self, Teller};

/// The example, in cents of a dollar: price, shipping, and what three coupons take; the code takes a tenth.
const PRICE: i64 = 5_000;
const SHIPPING: i64 = 399;
const COUPONS: [(Kind, i64); 3] = [(Kind::Platform, 500), (Kind::Store, 200), (Kind::Seller, 100)];
const CODE: u16 = 1_000;

#[derive(Template)]
#[template(path = "guide.html")]
struct Page<'a> {
    frame: Frame<'a>,
    receipt: Option<receipt::View>,
    lanes: [(&'a str, &'a str); 4],
}

/// `GET /guide`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Response {
    let frame = reader.frame(&site);
    let now = (site.clock)();
    let checkout = example(&frame.words.guide.example_line, now);
    let receipt = checkout.map(|checkout| {
        let best = stack::best(&checkout, site.app.rules());
        let teller = Teller {
            words: frame.words,
            now: Minute::of(now),
        };
        teller.tell(&Receipt::new(&checkout, site.app.rules(), &best), None, true)
    });
    let (names, texts) = (&frame.words.listing.lanes, &frame.words.guide.lanes);
    let [sticker, automatic, public, code] = texts.each_ref().map(String::as_str);
    let lanes = [
        (names.sticker.as_str(), sticker),
        (names.automatic.as_str(), automatic),
        (names.public.as_str(), public),
        (names.code.as_str(), code),
    ];
    html(&reader, &Page { frame, receipt, lanes })
}

/// A lamp with five discounts.
fn example(title: &str, now: Instant) -> Option<Checkout> {
    let usd = |minor| Money::new(minor, Currency::USD);
    let mut checkout = Checkout::new(Country::US, Currency::USD, now);
    checkout.lines.push(Line {
        item: ItemId::parse("example").ok()?,
        sku: None,
        title: Some(title.to_owned()),
        store: None,
        seller: None,
        categories: Vec::new(),
        warehouse: None,
        unit_price: usd(PRICE),
        quantity: 1,
        shipping: usd(SHIPPING),
        pool: None,
    });
    let percent = Percent(BasisPoints::new(CODE)?);
    let coupons = COUPONS.map(|(kind, minor)| (kind, Benefit::Fixed { amount: usd(minor) }));
    let rest = [
        (Kind::Code, Benefit::Percent { percent, cap: None }),
        (Kind::FreeShipping, Benefit::Shipping { cap: None }),
    ];
    for (kind, benefit) in coupons.into_iter().chain(rest) {
        let id = DiscountId::parse(&format!("example:{kind}")).ok()?;
        checkout
            .discounts
            .push(Discount::new(id, kind, benefit, Some(Currency::USD)));
    }
    Some(checkout)
}
