//! Paths of AliExpress: where a listing's number stands, and which pages are no listings.

use super::number::{self, Number};
use super::reason::{Page, Reason};

/// What a path says by itself, before any parameter is looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// A listing's number.
    Listing(Number),
    /// A listing's page with a number that is none, or without one.
    Broken(Reason),
    /// Another page.
    Page(Page),
}

/// Reads a decoded path; `below` is what the host has before the storefront's name.
pub(super) fn read(below: &str, path: &str) -> Path {
    let segments = || path.split('/').map(str::trim).filter(|segment| !segment.is_empty());
    let mut front = segments().map(str::to_ascii_lowercase);
    let (first, second) = (front.next().unwrap_or_default(), front.next().unwrap_or_default());
    match (first.as_str(), second.as_str()) {
        // `/store/product/<slug>/<store>_<item>.html`
        ("store", "product") => segments()
            .next_back()
            .and_then(|last| last.rsplit_once('_'))
            .map_or(Path::Page(Page::Store), |(_, word)| numbered([word].into_iter())),
        // Numbers on these pages are stores' and orders' own, whatever follows.
        ("store" | "snapshot", _) => Path::Page(page(below, &first, &second)),
        _ => {
            let mut after = segments();
            let is_item = |word: &str| word.eq_ignore_ascii_case("item") || word.eq_ignore_ascii_case("i");
            if after.any(is_item) {
                numbered(after)
            } else {
                Path::Page(page(below, &first, &second))
            }
        }
    }
}

/// The last item number wins: what stands before it is a slug, what stands after it a block page's own path.
fn numbered<'p>(words: impl Iterator<Item = &'p str>) -> Path {
    let mut answer = Path::Broken(Reason::NoItemNumber);
    for word in words {
        match number::read(word) {
            Some(Ok(number)) => answer = Path::Listing(number),
            Some(Err(reason)) if !matches!(answer, Path::Listing(_)) => answer = Path::Broken(reason),
            _ => {}
        }
        // `….html,https:` is where a second link was glued to the first.
        if word.ends_with(':') {
            break;
        }
    }
    answer
}

fn page(below: &str, first: &str, second: &str) -> Page {
    by_path(first, second)
        .or_else(|| by_host(below))
        .unwrap_or(match first {
            "" | "index.html" | "index.htm" => Page::Home,
            _ => Page::Other,
        })
}

fn by_path(first: &str, second: &str) -> Option<Page> {
    // `/p/<app>/index.html` and `/app/<app>` hold the newer pages; the app's name tells what they are.
    let word = if matches!(first, "p" | "app") { second } else { first };
    let word = word.split('.').next().unwrap_or(word);
    Some(match word {
        "store" | "shop" => Page::Store,
        "snapshot" => Page::Snapshot,
        "category" | "all-wholesale-products" => Page::Category,
        "w" | "wholesale" | "search" | "glosearch" | "premium" | "popular" | "af" => Page::Search,
        "gcp" | "wow" | "ssr" | "promotion" | "campaign" | "activity" | "sale" | "__pc" | "__mb" => Page::Campaign,
        "shopcart" | "shoppingcart" | "cart" => Page::Cart,
        "order" | "orders" | "orderlist" | "order_list" | "order_detail" | "trade" | "tracking" => Page::Order,
        "account" | "login" | "user" => Page::Account,
        "message" | "feedback" => Page::Message,
        _ if word.contains("coupon") => Page::Coupons,
        _ => return None,
    })
}

fn by_host(below: &str) -> Option<Page> {
    Some(match below.rsplit('.').next().unwrap_or(below) {
        "campaign" | "sale" | "activity" | "activities" | "promotion" => Page::Campaign,
        "coupon" | "coupons" => Page::Coupons,
        "cart" | "shoppingcart" => Page::Cart,
        "trade" | "order" | "track" | "tracking" => Page::Order,
        "login" | "passport" | "accounts" | "my" => Page::Account,
        "message" | "msg" | "feedback" => Page::Message,
        "search" => Page::Search,
        _ => return None,
    })
}

impl Page {
    /// Whether a `productId` among the page's parameters may name the listing that the page is about.
    pub(super) fn may_be_about_a_product(self) -> bool {
        match self {
            Self::Message | Self::Campaign | Self::Coupons | Self::Account | Self::Home | Self::Other => true,
            Self::Store | Self::Cart | Self::Search | Self::Category | Self::Snapshot | Self::Order => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn check(path: &str, expected: &str) {
        let answer = match read("www", path) {
            Path::Listing(number) => number.written,
            Path::Broken(reason) => reason.name().to_string(),
            Path::Page(page) => Reason::Page(page).name().to_string(),
        };
        assert_eq!(answer, expected, "{path}");
    }

    #[test]
    fn the_number_is_found_in_every_form_of_a_listings_path() {
        check("/item/1005006367324382.html", "1005006367324382");
        check("/item//32424305003", "32424305003");
        check("/I/32367486295.HTM", "32367486295");
        check("/item/-/1005006367324382.html", "1005006367324382");
        check("/item/2023-100/2023/32772354059.html", "32772354059");
        check("/fr/item/1005006367324382.html", "1005006367324382");
        check("/item/1005008204179129.html/_____tmd_____/punish", "1005008204179129");
        check(
            "/item/1005006367324382.html,https://b.c/item/32772354059.html",
            "1005006367324382",
        );
        check("/store/product/a_b/1357038_1005004787627817.html", "1005004787627817");
    }

    #[test]
    fn a_listings_path_without_a_good_number_is_broken() {
        check("/item/.html", "no_item_number");
        check("/item", "no_item_number");
        check("/item/0.html", "zero_id");
        check("/item/12000036893609536.html", "sku_alone");
        check("/store/product/a/1357038_7.html", "too_short");
    }

    #[test]
    fn other_pages_are_named() {
        check("/", "home_page");
        check("/store/group/20/911061014_518557583.html", "store_page");
        check("/store/product/a.html", "store_page");
        check("/snapshot/item/3005612434.html", "order_snapshot");
        check("/p/my-coupons/index.html", "coupon_page");
        check("/p/shoppingcart/index.html", "cart");
        check("/w/wholesale-drills.html", "search_page");
        check("/category/15/home.html", "category_page");
        check("/gcp/300000512/x", "campaign_page");
        check("/something", "other_page");
    }
}
