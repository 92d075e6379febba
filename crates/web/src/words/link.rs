//! Texts of why a pasted text names no listing.

use serde::Deserialize;
use tillwatch_app::conversation::Nowhere;
use tillwatch_core::link::{Identity, Page, Reason};

use super::fill;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    page: String,
    pages: Pages,
    foreign_site: String,
    look_alike: String,
    userinfo: String,
    unknown_wrapper: String,
    wrapper_elsewhere: String,
    empty: String,
    no_link: String,
    scheme: String,
    bad_host: String,
    port: String,
    control_character: String,
    no_item_number: String,
    zero: String,
    leading_zero: String,
    too_short: String,
    too_long: String,
    us_range: String,
    sku_alone: String,
    foreign_digits: String,
    invisible: String,
    signed: String,
    exponent: String,
    separated: String,
    amid_text: String,
    outside_families: String,
    nested_too_deep: String,
    nowhere: Elsewhere,
}

/// Pages of the marketplace that are no listing, as "this is {page}" has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    home: String,
    store: String,
    cart: String,
    search: String,
    category: String,
    coupons: String,
    campaign: String,
    snapshot: String,
    order: String,
    account: String,
    message: String,
    other: String,
}

/// What became of a short link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    no_answer: String,
    challenged: String,
    no_redirect: String,
    too_many_redirects: String,
}

impl Words {
    /// Why a text names no listing. A short link that nobody asked where it leads is told as one that gave no answer.
    pub(crate) fn why(&self, identity: &Identity) -> String {
        identity.reason.as_ref().map_or_else(
            || self.nowhere(Nowhere::NoAnswer).to_owned(),
            |reason| self.reason(reason),
        )
    }

    /// Why a short link led nowhere.
    pub(crate) fn nowhere(&self, how: Nowhere) -> &str {
        match how {
            Nowhere::NoAnswer => &self.nowhere.no_answer,
            Nowhere::Challenged => &self.nowhere.challenged,
            Nowhere::NoRedirect => &self.nowhere.no_redirect,
            Nowhere::TooManyRedirects => &self.nowhere.too_many_redirects,
        }
    }

    fn reason(&self, reason: &Reason) -> String {
        let text = match reason {
            Reason::Page(page) => return fill(&self.page, &[("page", self.pages.of(*page))]),
            Reason::ForeignSite { .. } => &self.foreign_site,
            Reason::LookAlike { .. } => &self.look_alike,
            Reason::Userinfo { .. } => &self.userinfo,
            Reason::UnknownWrapper { .. } => &self.unknown_wrapper,
            Reason::WrapperElsewhere { .. } => &self.wrapper_elsewhere,
            Reason::Empty => &self.empty,
            Reason::NoLink => &self.no_link,
            Reason::UnsupportedScheme { .. } => &self.scheme,
            Reason::BadHost => &self.bad_host,
            Reason::Port { .. } => &self.port,
            Reason::ControlCharacter => &self.control_character,
            Reason::NoItemNumber => &self.no_item_number,
            Reason::Zero => &self.zero,
            Reason::LeadingZero => &self.leading_zero,
            Reason::TooShort { .. } => &self.too_short,
            Reason::TooLong { .. } => &self.too_long,
            Reason::UsRange { .. } => &self.us_range,
            Reason::SkuAlone { .. } => &self.sku_alone,
            Reason::ForeignDigits => &self.foreign_digits,
            Reason::Invisible => &self.invisible,
            Reason::Signed => &self.signed,
            Reason::Exponent => &self.exponent,
            Reason::Separated => &self.separated,
            Reason::AmongWords { .. } => &self.amid_text,
            Reason::OutsideFamilies { .. } => &self.outside_families,
            Reason::NestedTooDeep => &self.nested_too_deep,
        };
        fill(text, &[("value", &reason.subject())])
    }
}

impl Pages {
    const fn of(&self, page: Page) -> &String {
        match page {
            Page::Home => &self.home,
            Page::Store => &self.store,
            Page::Cart => &self.cart,
            Page::Search => &self.search,
            Page::Category => &self.category,
            Page::Coupons => &self.coupons,
            Page::Campaign => &self.campaign,
            Page::Snapshot => &self.snapshot,
            Page::Order => &self.order,
            Page::Account => &self.account,
            Page::Message => &self.message,
            Page::Other => &self.other,
        }
    }
}
