//! What never changes of stores and listings: who sells what, in which variants, how dear, how restless.

use tillwatch_core::id::{ItemId, SellerId, SkuId, StoreId, Warehouse};

use super::Size;
use super::draw::{Draw, named};
use super::markets::MARKETS;
use super::words;

/// A store, and who is behind it.
#[derive(Debug, Clone)]
pub(super) struct Shop {
    id: StoreId,
    /// The storefront of the United States knows it by another id.
    us_id: StoreId,
    pub(super) name: String,
    pub(super) seller: usize,
    /// How often a weekly round brings a coupon, in thousandths.
    pub(super) restless: u64,
    /// Its listings, by place.
    pub(super) listings: Vec<usize>,
}

impl Shop {
    pub(super) fn id(&self, country: &str) -> &StoreId {
        if country == "US" { &self.us_id } else { &self.id }
    }
}

/// A listing.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) item: ItemId,
    pub(super) title: String,
    pub(super) shop: usize,
    /// The one who really sells it; on a listing that gathers several merchants, not the store's own.
    pub(super) seller: usize,
    /// Its place in [`words::CATEGORIES`].
    pub(super) category: usize,
    /// About what it costs, in cents of a dollar.
    pub(super) base: i64,
    /// The crossed-out price in hundredths of that.
    pub(super) was: i64,
    /// The usual seconds between two changes of price.
    pub(super) pace: i64,
    pub(super) variants: Vec<Make>,
    /// Whether it ships in the shared pool.
    pub(super) pooled: bool,
    /// Its own shipping, in cents of a dollar; zero is free.
    pub(super) fee: i64,
    /// Whether weekly rounds can bring it a platform coupon.
    pub(super) rotates: bool,
    /// What a first order saves, in cents of a dollar.
    pub(super) allowance: Option<i64>,
    /// Whether it is sold, by place in [`MARKETS`].
    pub(super) sold: [bool; MARKETS.len()],
    /// When it appears and when it is gone, where it does not stand for ever.
    pub(super) appears: Option<i64>,
    pub(super) gone: Option<i64>,
    pub(super) rating: u16,
}

/// A variant.
#[derive(Debug, Clone)]
pub(super) struct Make {
    pub(super) sku: SkuId,
    pub(super) name: String,
    /// Its price in thousandths of the listing's.
    pub(super) factor: i64,
    pub(super) warehouse: Warehouse,
    /// Whether it is ever sold; one that is not carries a placeholder.
    pub(super) sold: bool,
}

/// Stores, sellers and listings.
#[derive(Debug, Clone)]
pub(super) struct Catalog {
    pub(super) shops: Vec<Shop>,
    pub(super) sellers: Vec<SellerId>,
    pub(super) plans: Vec<Plan>,
}

impl Catalog {
    pub(super) fn new(seed: u64, size: Size, origin: i64) -> Self {
        let stores = u64::from(size.stores.max(1));
        let mut shops: Vec<Shop> = (0..stores).map(|place| shop(seed, place)).collect();
        let sellers = (0..stores)
            .map(|place| id(SellerId::parse, 220_000_000 + place * 7_919))
            .collect();
        let plans: Vec<Plan> = (0..u64::from(size.listings))
            .map(|place| plan(seed, place, &shops, origin))
            .collect();
        for (place, plan) in plans.iter().enumerate() {
            shops[plan.shop].listings.push(place);
        }
        Self { shops, sellers, plans }
    }
}

/// An id that is a number.
pub(super) fn id<T, E>(parse: impl Fn(&str) -> Result<T, E>, number: u64) -> T {
    let made = parse(&number.to_string());
    made.unwrap_or_else(|_| unreachable!("a number is an id"))
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn shop(seed: u64, at: u64) -> Shop {
    let mut draw = Draw::of(seed, const { named("shop") }, &[at]);
    // One seller in six has two stores.
    let seller = if at > 0 && draw.chance(166) { at - 1 } else { at };
    let number = 900_100_000 + at * 1_009;
    Shop {
        id: id(StoreId::parse, number),
        us_id: id(StoreId::parse, 1_101_000_000 + at * 1_013),
        name: if draw.chance(400) {
            format!("Shop{number} Store")
        } else {
            format!("{} Official Store", draw.pick(&words::BRANDS))
        },
        seller: place(seller),
        restless: draw.below(700),
        listings: Vec::new(),
    }
}

fn plan(seed: u64, at: u64, shops: &[Shop], origin: i64) -> Plan {
    let mut draw = Draw::of(seed, const { named("plan") }, &[at]);
    let shop = place(draw.below(shops.len() as u64));
    let gathers = draw.chance(80);
    let seller = if gathers {
        place(draw.below(shops.len() as u64))
    } else {
        shops[shop].seller
    };
    let category = place(draw.below(words::CATEGORIES.len() as u64));
    // From 0.99 to about 400 dollars, most of them cheap.
    let base = 99 + (draw.between(1, 200) * draw.between(1, 200)).min(40_000) * draw.between(1, 100) / 100;
    let two_years = 2 * 365 * super::DAY;
    let appears = draw.chance(50).then(|| origin - draw.between(0, two_years));
    let gone = (appears.is_none() && draw.chance(40)).then(|| origin + draw.between(-two_years, two_years));
    let mut sold = [true; MARKETS.len()];
    for market in &mut sold {
        *market = draw.chance(880);
    }
    Plan {
        item: item_id(seed, at),
        title: words::title(&mut draw, category),
        shop,
        seller,
        category,
        base,
        was: draw.between(115, 420),
        pace: pace(&mut draw),
        variants: makes(&mut draw, at),
        pooled: draw.chance(450),
        fee: if draw.chance(400) { 0 } else { draw.between(80, 900) },
        rotates: draw.chance(600),
        allowance: draw.chance(330).then(|| draw.pick(&[150, 300, 600, 650, 700])),
        sold,
        appears,
        gone,
        rating: u16::try_from(draw.between(380, 500)).unwrap_or(480),
    }
}

/// Lognormal about 14 days with sigma 1, by its twentieths.
fn pace(draw: &mut Draw) -> i64 {
    const HOURS: [i64; 19] = [
        65, 93, 119, 145, 171, 199, 229, 261, 296, 336, 381, 433, 494, 567, 660, 780, 947, 1_210, 1_740,
    ];
    draw.pick(&HOURS) * 3_600 + draw.between(0, 7_200)
}

fn makes(draw: &mut Draw, listing: u64) -> Vec<Make> {
    let colours = words::COLOURS.iter().take(draw.pick(&[1, 1, 2, 3, 4, 6]));
    let warehouses = [
        &["CN"][..],
        &["CN"],
        &["CN"],
        &["CN", "US"],
        &["CN", "ES"],
        &["US"],
        &["CN", "US", "PL"],
    ][place(draw.below(7))];
    let mut makes = Vec::new();
    for (colour, name) in (0..).zip(colours) {
        let dearer = draw.between(0, 60) * colour;
        for (near, warehouse) in (0..).zip(warehouses) {
            let number = 12_000_020_000_000_000 + listing * 64 + makes.len() as u64;
            makes.push(Make {
                sku: id(SkuId::parse, number),
                name: format!("{name}; ships from {warehouse}"),
                factor: 1_000 + dearer + near * draw.between(40, 250),
                warehouse: Warehouse::parse(warehouse).unwrap_or_else(|_| unreachable!("two letters are an id")),
                sold: makes.is_empty() || !draw.chance(90),
            });
        }
    }
    makes
}

/// Mostly of the family of today, some of older ones.
fn item_id(seed: u64, at: u64) -> ItemId {
    let mut draw = Draw::of(seed, const { named("item id") }, &[at]);
    let within = at * 4_099 + draw.below(4_099);
    let family = match draw.below(100) {
        0..90 => 1_005_004_000_000_000,
        90..96 => 4_000_100_000_000,
        _ => 32_800_000_000,
    };
    ItemId::from_number(family + within)
}
