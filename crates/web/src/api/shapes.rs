//! The formats of the core as the document tells them. The core writes and reads them itself, so nothing is made of these.
#![expect(
    dead_code,
    reason = "they are read at build time, by what makes the document of them"
)]

use serde_json::{Value, json};
use utoipa::ToSchema;

/// An amount in its currency: a decimal string with as many digits as the currency has.
#[derive(ToSchema)]
#[schema(pattern = r"^-?[0-9]+(\.[0-9]+)?$", example = "12.20")]
pub(crate) struct Amount(String);

/// A percentage as a decimal string.
#[derive(ToSchema)]
#[schema(pattern = r"^-?[0-9]+(\.[0-9]+)?$", example = "7.5")]
pub(crate) struct Percentage(String);

/// A moment by RFC 3339, with its offset.
#[derive(ToSchema)]
#[schema(format = DateTime, example = "2026-06-03T12:00:00Z")]
pub(crate) struct Moment(String);

/// The id of a listing, a variant, a store: digits in a string, since some are longer than a float holds.
#[derive(ToSchema)]
#[schema(pattern = "^[0-9]{1,19}$", example = "1005006367324382")]
pub(crate) struct Id(String);

/// A ship-to country by ISO 3166-1.
#[derive(ToSchema)]
#[schema(pattern = "^[A-Z]{2}$", example = "US")]
pub(crate) struct Market(String);

/// A currency by ISO 4217.
#[derive(ToSchema)]
#[schema(pattern = "^[A-Z]{3}$", example = "USD")]
pub(crate) struct CurrencyCode(String);

/// What became of a reading.
#[derive(ToSchema)]
#[schema(example = "ok")]
pub(crate) struct OutcomeName(String);

/// A checkout: lines with their prices, and every discount that is known.
#[derive(ToSchema)]
pub(crate) struct Checkout {
    #[schema(example = "tillwatch/checkout/1")]
    schema: Option<String>,
    market: Market,
    currency: CurrencyCode,
    /// The moment for which discounts are judged.
    at: Moment,
    /// A rule set by its name.
    #[schema(example = "seed-2026")]
    rules: Option<String>,
    /// How tax stands in the prices; absent is the market's own row.
    tax: Option<Tax>,
    /// Personal discounts that the buyer holds, by id.
    holds: Option<Vec<String>>,
    shipping_pools: Option<Vec<Pool>>,
    #[schema(min_items = 1)]
    lines: Vec<Line>,
    discounts: Option<Vec<Discount>>,
}

/// A checkout that is to be split, with what the split must keep to.
#[derive(ToSchema)]
pub(crate) struct Wishlist {
    #[serde(flatten)]
    checkout: Checkout,
    limits: Option<Limits>,
}

#[derive(ToSchema)]
pub(crate) struct Limits {
    #[schema(minimum = 1)]
    max_checkouts: Option<u32>,
    max_merchandise: Option<Amount>,
    /// Groups of lines, by place, that stay together.
    together: Option<Vec<Vec<u32>>>,
    /// Groups of lines, by place, that no checkout holds two of.
    apart: Option<Vec<Vec<u32>>>,
}

#[derive(ToSchema)]
pub(crate) struct Tax {
    included: Option<bool>,
    rate: Option<Percentage>,
    /// Whether minimums are tested without tax.
    minimum_spend_net: Option<bool>,
}

#[derive(ToSchema)]
pub(crate) struct Pool {
    id: String,
    fee: Amount,
    free_from: Option<Amount>,
}

#[derive(ToSchema)]
pub(crate) struct Line {
    item: Id,
    sku: Option<Id>,
    title: Option<String>,
    store: Option<Id>,
    seller: Option<Id>,
    categories: Option<Vec<String>>,
    /// The country that it ships from.
    warehouse: Option<String>,
    unit_price: Amount,
    #[schema(minimum = 1)]
    quantity: Option<u32>,
    shipping: Option<Amount>,
    shipping_pool: Option<String>,
}

/// A discount with its terms. An empty list means no restriction.
#[derive(ToSchema)]
pub(crate) struct Discount {
    id: String,
    /// `store_discount`, `spend_and_save`, `platform`, `category`, `welcome`, `store`, `seller`, `code` or `free_shipping`.
    #[schema(example = "code")]
    kind: String,
    benefit: Benefit,
    currency: Option<CurrencyCode>,
    min_spend: Option<Amount>,
    valid_from: Option<Moment>,
    valid_until: Option<Moment>,
    scope: Option<Scope>,
    regions: Option<Vec<Market>>,
    warehouses: Option<Vec<String>>,
    /// `public`, or who may use it.
    audience: Option<String>,
    exclusive: Option<bool>,
    uses: Option<u32>,
}

/// What it takes off: by its `type`, `fixed`, `percent`, `tiers`, `per_spend`, `pieces` or `shipping`.
#[derive(ToSchema)]
pub(crate) struct Benefit {
    #[schema(example = "fixed")]
    r#type: String,
    amount: Option<Amount>,
    percent: Option<Percentage>,
    cap: Option<Amount>,
    every: Option<Amount>,
    tiers: Option<Vec<Value>>,
}

#[derive(ToSchema)]
pub(crate) struct Scope {
    stores: Option<Vec<Id>>,
    sellers: Option<Vec<Id>>,
    categories: Option<Vec<String>>,
    items: Option<Vec<Id>>,
    excluded_items: Option<Vec<Id>>,
}

/// What applied, step by step, what did not and why, and what is paid.
#[derive(ToSchema)]
pub(crate) struct Stack {
    #[schema(example = "tillwatch/stack/1")]
    schema: String,
    rules: String,
    currency: CurrencyCode,
    before: Totals,
    steps: Vec<Applied>,
    after: Totals,
    saved: Saved,
    refused: Vec<Refused>,
    near_misses: Vec<NearMiss>,
    earliest_expiry: Option<Moment>,
    /// The best total without what is the buyer's own; there where the checkout has `holds`.
    #[schema(nullable = false)]
    public_total: Option<Amount>,
    /// Fields of the checkout that nobody knows.
    #[schema(nullable = false)]
    warnings: Option<Vec<String>>,
}

#[derive(ToSchema)]
pub(crate) struct Totals {
    merchandise: Amount,
    shipping: Amount,
    total: Amount,
}

#[derive(ToSchema)]
pub(crate) struct Applied {
    #[schema(example = "code")]
    step: String,
    slot: Option<String>,
    discount: String,
    eligible_spend: Amount,
    base: Amount,
    amount: Amount,
    after: Amount,
    by_line: Vec<Amount>,
}

#[derive(ToSchema)]
pub(crate) struct Saved {
    amount: Amount,
    percent: Percentage,
}

/// A discount that does not apply; with its numbers, which depend on the reason.
#[derive(ToSchema)]
pub(crate) struct Refused {
    discount: String,
    #[schema(example = "below_minimum")]
    reason: String,
}

#[derive(ToSchema)]
pub(crate) struct NearMiss {
    discount: String,
    short: Amount,
    total_if_met: Amount,
    gain: Amount,
    pays: bool,
}

/// What a shown total tells: sets of discounts that must have been dropped, fewest first.
#[derive(ToSchema)]
pub(crate) struct Diagnosis {
    #[schema(example = "tillwatch/diagnosis/1")]
    schema: String,
    rules: String,
    currency: CurrencyCode,
    paid: Amount,
    best: Amount,
    tolerance: Amount,
    explanations: Vec<Explanation>,
    /// What to think where nothing explains it.
    #[schema(nullable = false)]
    note: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct Explanation {
    dropped: Vec<String>,
    total: Amount,
    difference: Amount,
    why: Vec<Why>,
}

#[derive(ToSchema)]
pub(crate) struct Why {
    discount: String,
    rule: String,
    detail: String,
}

/// The checkouts that cost least together.
#[derive(ToSchema)]
pub(crate) struct Basket {
    #[schema(example = "tillwatch/basket/1")]
    schema: String,
    rules: String,
    currency: CurrencyCode,
    checkouts: Vec<BasketPart>,
    total: Amount,
    lower_bound: Amount,
    /// `optimal`, or `bounded` where the time was over.
    #[schema(example = "optimal")]
    proof: String,
    one_checkout_total: Amount,
    each_alone_total: Amount,
}

#[derive(ToSchema)]
pub(crate) struct BasketPart {
    /// Lines of the wishlist, by place.
    lines: Vec<u32>,
    stack: Stack,
    total: Amount,
}

/// What a listing costs at the till, with its working.
#[derive(ToSchema)]
pub(crate) struct Quote {
    #[schema(example = "tillwatch/quote/1")]
    schema: String,
    /// The listing's own address.
    link: String,
    /// What the link was found to be.
    identity: Value,
    snapshot: QuoteReading,
    variant: Option<Value>,
    /// Whether the shipping was named; where it was not, the total is without it.
    shipping_known: bool,
    checkout: Value,
    stack: Stack,
    other_variants: Vec<OtherVariant>,
    notes: Vec<String>,
    market_notes: Vec<Value>,
    lanes: super::listing::LanePrices,
    /// When the listing was last tried.
    checked_at: Option<Moment>,
    /// What became of that.
    outcome: Option<OutcomeName>,
    /// Whether the total is what is paid now, as far as readings tell.
    is_present: bool,
}

#[derive(ToSchema)]
pub(crate) struct QuoteReading {
    outcome: OutcomeName,
    shape: String,
    title: Option<String>,
    store_name: Option<String>,
    seen_at: Option<Moment>,
}

#[derive(ToSchema)]
pub(crate) struct OtherVariant {
    sku: Option<Id>,
    name: Option<String>,
    warehouse: Option<String>,
    total: Amount,
    difference: Option<Amount>,
}

/// What a till showed beside a receipt: `same`, or a total and what else is known.
#[derive(ToSchema)]
pub(crate) struct TillHeard {
    #[schema(example = "tillwatch/till/1")]
    schema: String,
    receipt: String,
    /// `rules`, `price` where only the reading of the price is judged by it, or `nothing`.
    #[schema(example = "rules")]
    counts: String,
    /// What the receipt comes to.
    total: Amount,
    /// What the till showed.
    shown: Amount,
    /// The second less the first.
    difference: Amount,
    diagnosis: Diagnosis,
}

/// How far tills agree with receipts.
#[derive(ToSchema)]
pub(crate) struct Agreements {
    items: Vec<Agreement>,
    /// All are told at once.
    next: Option<String>,
}

/// How far tills agree with a rule set in a market.
#[derive(ToSchema)]
pub(crate) struct Agreement {
    #[schema(example = "seed-2026")]
    rules: String,
    #[schema(example = "US")]
    market: String,
    /// `total`, `total_where_rules_differ`, `price`, `shipping` or a step of the rule set.
    #[schema(example = "total")]
    of: String,
    /// Networks that said anything of it in the last half year.
    networks: u32,
    /// What of it agrees; each network weighs the same.
    share_percent: Percentage,
    /// Whether these are few.
    low_confidence: bool,
}

/// Public codes.
#[derive(ToSchema)]
pub(crate) struct Codes {
    items: Vec<PublicCode>,
    /// All are told at once.
    next: Option<String>,
}

/// A public code with its terms, and what visitors say of it.
#[derive(ToSchema)]
pub(crate) struct PublicCode {
    code: String,
    campaign: String,
    source: String,
    /// How sure it is that there is such a code.
    #[schema(example = "high")]
    confidence: String,
    /// `holds`, `coming` or `over`.
    #[schema(example = "holds")]
    time: String,
    valid_from: Option<Moment>,
    valid_until: Option<Moment>,
    discount: Discount,
    /// Networks that reported on it.
    tries: u32,
    proven: u32,
    refused: u32,
    last_proven_at: Option<Moment>,
    /// How likely it works.
    likelihood_percent: Percentage,
    /// Whether too few have tried it to say much.
    low_confidence: bool,
    codes_of_source_tried: u32,
    codes_of_source_proven: u32,
}

/// Named sales and weekly rounds.
#[derive(ToSchema)]
pub(crate) struct Promotions {
    items: Vec<Promotion>,
    /// All are told at once.
    next: Option<String>,
}

/// A named sale, or a weekly round.
#[derive(ToSchema)]
pub(crate) struct Promotion {
    id: String,
    name: String,
    /// `warm_up` or `main`.
    #[schema(example = "main")]
    phase: String,
    /// How its window is known.
    label: String,
    confidence: String,
    /// The rule that computes it, or that it stands for.
    rule: Option<String>,
    /// `on`, `coming` or `over`.
    #[schema(example = "over")]
    time: String,
    starts: Option<Moment>,
    ends: Option<Moment>,
    source: Option<String>,
    /// The largest coupon that was named with it.
    top_coupon: Option<String>,
    notes: Vec<String>,
    effect: Option<SaleEffect>,
}

/// What a sale that is over did to the prices that are tracked.
#[derive(ToSchema)]
pub(crate) struct SaleEffect {
    /// Listings with prices in it and in the thirty days before.
    listings: u32,
    cheaper_than_30_days_before: u32,
    all_time_lows: u32,
    /// Below zero is cheaper.
    median_change_percent: Percentage,
    /// Whether these are too few to say much.
    low_confidence: bool,
}

/// The address of a list, which is a secret.
#[derive(ToSchema)]
pub(crate) struct ListAddress {
    #[schema(example = "tillwatch/list/1")]
    schema: String,
    secret: String,
    /// The page of the list.
    address: String,
}

/// A list with its watches.
#[derive(ToSchema)]
pub(crate) struct List {
    #[schema(example = "tillwatch/list/1")]
    schema: String,
    name: Option<String>,
    since: Moment,
    watches: Vec<ListedWatch>,
}

#[derive(ToSchema)]
#[serde(untagged)]
pub(crate) enum ListOrAddress {
    List(List),
    Address(ListAddress),
}

#[derive(ToSchema)]
pub(crate) struct ListedWatch {
    id: i64,
    item: Id,
    market: Market,
    currency: CurrencyCode,
    sku: Option<Id>,
    title: Option<String>,
    lane: String,
    target: Option<Amount>,
    rules: Vec<Value>,
    /// `awake`, `silent` or `stopped`.
    state: String,
    silent_until: Option<Moment>,
    since: Moment,
    price: Option<Amount>,
    sticker: Option<Amount>,
    confirmed_at: Option<Moment>,
    checked_at: Option<Moment>,
    outcome: Option<OutcomeName>,
    channels: Vec<ListedChannel>,
}

/// A channel by what may be told of it: a list may be shared.
#[derive(ToSchema)]
pub(crate) struct ListedChannel {
    channel: String,
    agreed: bool,
    /// `on_its_way`, `asked` or `failed`.
    asked: Option<String>,
    /// Why it is told nothing more.
    paused: Option<String>,
}

/// A watch that was asked for.
#[derive(ToSchema)]
pub(crate) struct WatchMade {
    #[schema(example = "tillwatch/watch/1")]
    schema: String,
    id: i64,
    is_new: bool,
    /// The price now, where it is known.
    price: Option<Amount>,
    /// Whether a rule is met already.
    is_met: bool,
    asked: Vec<AskedMailbox>,
}

#[derive(ToSchema)]
pub(crate) struct AskedMailbox {
    channel: String,
    /// `asked`, `asked_before`, `agreed` or `wants_nothing`.
    answer: String,
    not_before: Option<Moment>,
}

/// A checkout to try things out with.
pub(crate) fn example() -> Value {
    json!({
        "schema": "tillwatch/checkout/1",
        "market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z",
        "lines": [{"item": "1005006367324382", "unit_price": "50.00", "quantity": 1, "shipping": "3.99"}],
        "discounts": [{
            "id": "AFSO6", "kind": "code", "benefit": {"type": "fixed", "amount": "6.00"},
            "currency": "USD", "min_spend": "39.00",
        }],
    })
}
