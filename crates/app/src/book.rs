//! The price book: every tracked variant in memory, as small as re-pricing allows, and what a discount can touch of it.
//!
//! Variants that are alike in all but listing, price and shipping share a shelf: one checkout, priced once for its
//! discounts and then line by line. A discount's scope finds shelves through one index of postings; where it names
//! listings, it finds the very entries.

mod likeness;
mod reach;
mod reprice;

use std::collections::{BTreeMap, HashMap, btree_map};
use std::sync::Arc;

use slab::Slab;
use tillwatch_core::almanac::Almanac;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::discount::Discount;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::observation::Lanes;
use tillwatch_core::rules::RuleSet;

use crate::ports::store::{Terms, VariantId};
use likeness::{Likeness, Shown};
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
    shown: Shown,
    reach: Reach,
    /// The seconds at which a discount that listings show begins or ends, with the shelves that it is on.
    turns: BTreeMap<i64, Vec<usize>>,
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

impl Book {
    /// An empty one, for a rule set.
    pub fn new(rules: RuleSet) -> Self {
        Self {
            rules,
            entries: Slab::new(),
            places: BTreeMap::new(),
            shelves: Slab::new(),
            alike: HashMap::new(),
            shown: Shown::default(),
            reach: Reach::default(),
            turns: BTreeMap::new(),
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
        let likeness = Likeness::of(own, delivered, &mut self.shown);
        let (Some(line), Some(likeness)) = (own.lines.first(), likeness) else {
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
        Some((lanes(entry.lanes, likeness.bare().currency), terms))
    }

    /// A variant's own checkout, as it was entered but for when and where its discounts were seen.
    pub fn checkout(&self, variant: VariantId) -> Option<Checkout> {
        let entry = self.entries.get(*self.places.get(&variant)?)?;
        let mut checkout = self.shelves.get(entry.shelf)?.likeness.checkout();
        for line in &mut checkout.lines {
            line.item = entry.item.clone();
            line.unit_price = Money::new(entry.unit_price, checkout.currency);
            line.shipping = Money::new(entry.shipping, checkout.currency);
        }
        Some(checkout)
    }

    /// The next second after this one at which a discount that a listing showed begins or ends.
    pub fn next_turn(&self) -> Option<i64> {
        self.turns.first_key_value().map(|(second, _)| *second)
    }

    /// What the discounts touch that began or ended up to a moment; each is told once.
    pub fn turned(&mut self, now: Instant) -> Touched {
        let now = now.moment().as_second();
        let mut touched = Touched::default();
        while let Some(first) = self.turns.first_entry().filter(|first| *first.key() <= now) {
            touched.shelves.extend(first.remove());
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
            let checkout = home.likeness.bare();
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
        self.reach.add_shelf(likeness.bare(), place);
        for second in likeness.turns() {
            self.turns.entry(second).or_default().push(place);
        }
        self.alike.insert(likeness, place);
        place
    }

    fn clear_shelf(&mut self, place: usize) {
        let Shelf { likeness, .. } = self.shelves.remove(place);
        self.alike.remove(&likeness);
        self.reach.remove_shelf(likeness.bare(), place);
        for second in likeness.turns() {
            if let btree_map::Entry::Occupied(mut shelves) = self.turns.entry(second) {
                shelves.get_mut().retain(|shelf| *shelf != place);
                if shelves.get().is_empty() {
                    shelves.remove();
                }
            }
        }
        if let Some(gone) = Arc::into_inner(likeness) {
            self.shown.forget(gone);
        }
    }

    /// The prices of one variant by a fresh look at everything that is known: what a new reading is priced with.
    pub fn price(own: &Checkout, almanac: &Almanac, rules: &RuleSet, now: Instant) -> Option<Lanes> {
        let mut checkout = own.clone();
        checkout.at = now;
        let known = almanac.discounts_for(checkout.market, now);
        tillwatch_core::quote::join(&mut checkout.discounts, known.of_lines(&checkout.lines).into_iter());
        Lanes::of(&checkout, rules)
    }
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
