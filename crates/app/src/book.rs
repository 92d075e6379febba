//! The price book: every tracked variant in memory, as small as re-pricing allows, and what a discount can touch of it.
//!
//! Variants that are alike in all but listing, price and shipping share a shelf: one checkout, priced once for its
//! discounts and then line by line. A discount's scope finds shelves through one index of postings; where it names
//! listings, it finds the very entries.

mod reach;
mod reprice;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use slab::Slab;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::discount::{Discount, Provenance};
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::observation::Lanes;
use tillwatch_core::rules::RuleSet;

use crate::ports::store::{Terms, VariantId};
use reach::Reach;
pub use reach::Touched;
pub use reprice::Moved;

/// All tracked variants that have a price.
pub struct Book {
    rules: RuleSet,
    entries: Slab<Entry>,
    places: BTreeMap<VariantId, usize>,
    shelves: Slab<Shelf>,
    alike: HashMap<Arc<Likeness>, usize>,
    reach: Reach,
    /// The seconds at which a discount that listings show begins or ends, with the shelves that it is on.
    turns: BTreeSet<(i64, usize)>,
}

/// One variant.
struct Entry {
    variant: VariantId,
    item: ItemId,
    shelf: usize,
    /// Its place among the shelf's members.
    member: usize,
    unit_price: i64,
    shipping: i64,
    /// Sticker, automatic, public, code.
    lanes: [i64; 4],
}

/// Variants that differ only in listing, price and shipping.
struct Shelf {
    likeness: Arc<Likeness>,
    members: Vec<usize>,
}

/// What the variants of a shelf have in common.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    /// A checkout of one line with the discounts that the listings showed; what sets a variant apart is blank.
    checkout: Checkout,
    delivered: bool,
}

impl Likeness {
    fn of(own: &Checkout, delivered: bool) -> Option<Self> {
        let [line] = own.lines.as_slice() else {
            return None;
        };
        let mut checkout = own.clone();
        checkout.at = Instant::utc(Timestamp::UNIX_EPOCH);
        checkout.lines = vec![tillwatch_core::checkout::Line {
            item: ItemId::from_number(0),
            sku: None,
            title: None,
            unit_price: Money::zero(own.currency),
            shipping: Money::zero(own.currency),
            quantity: 1,
            ..line.clone()
        }];
        for discount in &mut checkout.discounts {
            // When and where a discount was seen does not change what it takes.
            discount.provenance = Provenance::default();
        }
        Some(Self { checkout, delivered })
    }
}

impl Book {
    /// An empty one, for a rule set.
    pub fn new(rules: RuleSet) -> Self {
        Self {
            rules,
            entries: Slab::new(),
            places: BTreeMap::new(),
            shelves: Slab::new(),
            alike: HashMap::new(),
            reach: Reach::default(),
            turns: BTreeSet::new(),
        }
    }

    /// How many variants stand in it.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Enters a variant with its own checkout (one piece, the discounts that its listing showed) and its prices, in
    /// place of what was known of it. A checkout of more than one line is nothing that can be watched and is left out.
    pub fn enter(&mut self, variant: VariantId, own: &Checkout, delivered: bool, lanes: &Lanes) {
        let (Some(line), Some(likeness)) = (own.lines.first(), Likeness::of(own, delivered)) else {
            return;
        };
        let known = self.places.get(&variant).and_then(|place| self.entries.get_mut(*place));
        let stays = |entry: &&mut Entry| {
            entry.item == line.item && self.alike.get(&likeness).is_some_and(|shelf| *shelf == entry.shelf)
        };
        if let Some(entry) = known.filter(stays) {
            entry.unit_price = line.unit_price.minor();
            entry.shipping = line.shipping.minor();
            entry.lanes = minors(lanes);
            return;
        }
        self.leave(variant);
        let home = self.shelf_of(likeness);
        let Some(fellows) = self.shelves.get_mut(home) else {
            return;
        };
        let place = self.entries.insert(Entry {
            variant,
            item: line.item.clone(),
            shelf: home,
            member: fellows.members.len(),
            unit_price: line.unit_price.minor(),
            shipping: line.shipping.minor(),
            lanes: minors(lanes),
        });
        fellows.members.push(place);
        self.reach.add_item(&line.item, place);
        self.places.insert(variant, place);
    }

    /// Takes a variant out.
    pub fn leave(&mut self, variant: VariantId) {
        let Some(place) = self.places.remove(&variant) else {
            return;
        };
        let entry = self.entries.remove(place);
        self.reach.remove_item(&entry.item, place);
        let Some(home) = self.shelves.get_mut(entry.shelf) else {
            return;
        };
        home.members.swap_remove(entry.member);
        let moved = home.members.get(entry.member);
        if let Some(moved) = moved.and_then(|place| self.entries.get_mut(*place)) {
            moved.member = entry.member;
        }
        if home.members.is_empty() {
            self.clear_shelf(entry.shelf);
        }
    }

    /// The prices of a variant as they stand, with their terms.
    pub fn prices(&self, variant: VariantId) -> Option<(Lanes, Terms)> {
        let entry = self.entries.get(*self.places.get(&variant)?)?;
        let likeness = &self.shelves.get(entry.shelf)?.likeness;
        let terms = Terms {
            rules: self.rules.id.clone(),
            delivered: likeness.delivered,
        };
        Some((lanes(entry.lanes, likeness.checkout.currency), terms))
    }

    /// The next second after this one at which a discount that a listing showed begins or ends.
    pub fn next_turn(&self) -> Option<i64> {
        self.turns.first().map(|(second, _)| *second)
    }

    /// What the discounts touch that began or ended up to a moment; each is told once.
    pub fn turned(&mut self, now: Instant) -> Touched {
        let now = now.moment().as_second();
        let mut touched = Touched::default();
        while let Some((second, shelf)) = self.turns.first().copied().filter(|(second, _)| *second <= now) {
            self.turns.remove(&(second, shelf));
            touched.shelves.insert(shelf);
        }
        touched
    }

    /// All that stands in it.
    pub fn everything(&self) -> Touched {
        Touched {
            shelves: self.shelves.iter().map(|(place, _)| place).collect(),
            ..Touched::default()
        }
    }

    /// What a known discount can touch, by its scope and whether or not it holds now.
    pub fn touched_by(&self, discount: &Discount) -> Touched {
        let mut touched = self.reach.candidates(discount);
        touched.shelves.retain(|shelf| self.is_meant(discount, *shelf));
        touched.entries.retain(|place| {
            self.entries
                .get(*place)
                .is_some_and(|entry| discount.scope.items.contains(&entry.item) && self.is_meant(discount, entry.shelf))
        });
        touched
    }

    fn is_meant(&self, discount: &Discount, place: usize) -> bool {
        self.shelves.get(place).is_some_and(|home| {
            let checkout = &home.likeness.checkout;
            let mut lines = checkout.lines.iter();
            lines.any(|line| tillwatch_core::stack::is_meant_for(discount, checkout, line))
        })
    }

    /// The shelf of a likeness, a new one where none is alike.
    fn shelf_of(&mut self, likeness: Likeness) -> usize {
        if let Some(known) = self.alike.get(&likeness) {
            return *known;
        }
        let likeness = Arc::new(likeness);
        let place = self.shelves.insert(Shelf {
            likeness: Arc::clone(&likeness),
            members: Vec::new(),
        });
        self.reach.add_shelf(&likeness.checkout, place);
        self.turns
            .extend(turns_of(&likeness.checkout).map(|second| (second, place)));
        self.alike.insert(likeness, place);
        place
    }

    fn clear_shelf(&mut self, place: usize) {
        let Shelf { likeness, .. } = self.shelves.remove(place);
        self.alike.remove(&likeness);
        self.reach.remove_shelf(&likeness.checkout, place);
        for second in turns_of(&likeness.checkout) {
            self.turns.remove(&(second, place));
        }
    }

    /// The prices of one variant by a fresh look at everything that is known: what a new reading is priced with.
    pub fn price(own: &Checkout, almanac: &Almanac, rules: &RuleSet, now: Instant) -> Option<Lanes> {
        let mut checkout = own.clone();
        checkout.at = now;
        let known = almanac.discounts_for(checkout.market, now);
        tillwatch_core::quote::join(&mut checkout.discounts, known.iter());
        Lanes::of(&checkout, rules)
    }
}

fn turns_of(checkout: &Checkout) -> impl Iterator<Item = i64> {
    let edges = checkout
        .discounts
        .iter()
        .flat_map(|discount| [discount.valid_from, discount.valid_until]);
    edges.flatten().map(|edge| edge.moment().as_second())
}

fn minors(lanes: &Lanes) -> [i64; 4] {
    [lanes.sticker, lanes.automatic, lanes.public, lanes.code].map(Money::minor)
}

fn lanes(minors: [i64; 4], currency: Currency) -> Lanes {
    let [sticker, automatic, public, code] = minors.map(|minor| Money::new(minor, currency));
    Lanes {
        sticker,
        automatic,
        public,
        code,
    }
}
