//! The till and the engine were written apart from one text. Here they total the same carts, to the cent.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

mod carts;
mod engine;

use tillwatch_core::checkout::Checkout;
use tillwatch_core::market::Markets;
use tillwatch_core::money::Money;
use tillwatch_core::rules::{RuleBook, RuleSet};
use tillwatch_core::stack::{Slot, Stack, best};
use tillwatch_market::till::{Asked, Attached, Bill, Cart, Place, Till};
use tillwatch_market::view::OfferKind;
use tillwatch_market::world::MARKETS;

use carts::Chance;

/// Carts in all, and of how many of them every choice is tried.
const CARTS: u64 = 10_000;
const THOROUGH: u64 = 25;
const MOST_CHOICES: usize = 3_000;

/// What happened in a run, so that a run in which nothing happens is none.
#[derive(Debug, Default)]
struct Seen {
    taken: u64,
    by_itself: u64,
    several: u64,
    exclusive: u64,
    tried: u64,
    whole: u64,
}

#[test]
fn the_till_charges_what_the_engine_says_and_no_choice_is_cheaper() {
    let markets = Markets::built_in().unwrap();
    let rules = RuleBook::built_in().unwrap();
    let rules = rules.get(Some("seed-2026")).unwrap();
    let mut seen = Seen::default();
    for batch in 0..8 {
        let world = carts::world(batch);
        let shelves = carts::shelves(&world);
        let mut chance = Chance(batch + 100);
        for number in 0..CARTS / 8 {
            let cart = carts::cart(&mut chance, &world, &shelves);
            let till = Till::open(&world, &cart).unwrap();
            let checkout = engine::checkout(&cart, &till, &markets);
            let name = format!("cart {number} of world {batch}");
            compare(&name, &cart, &till, &checkout, rules, number % THOROUGH == 0, &mut seen);
        }
    }
    println!("{seen:?}");
    assert!(seen.taken > CARTS && seen.by_itself > CARTS / 2, "{seen:?}");
    assert!(seen.several > CARTS / 10 && seen.exclusive > CARTS / 100, "{seen:?}");
    assert!(seen.tried > 10 * CARTS && seen.whole > CARTS / THOROUGH / 3, "{seen:?}");
}

#[test]
fn both_know_the_same_taxes_of_each_market() {
    let known = Markets::built_in().unwrap();
    for market in &MARKETS {
        let country = tillwatch_core::country::Country::parse(market.country).unwrap();
        assert_eq!(known.tax(country).taken_out(), market.net_of(), "{}", market.country);
        assert_eq!(
            known.get(country).unwrap().currency,
            market.currency(),
            "{}",
            market.country
        );
    }
}

fn compare(
    name: &str,
    cart: &Cart,
    till: &Till,
    checkout: &Checkout,
    rules: &RuleSet,
    thorough: bool,
    seen: &mut Seen,
) {
    let stack = best(checkout, rules);
    assert!(stack.proven, "{name}: not proven");
    let asked = choice(&stack, checkout);
    let bill = till.ring(&asked);
    if let Err(difference) = same(&stack, checkout, &bill) {
        panic!("{name}: {difference}\n{}", report(cart, till, checkout, &stack, &bill));
    }
    seen.taken += bill.taken.len() as u64;
    let ids = asked.attached.len() + asked.typed.len();
    seen.by_itself += (bill.taken.len() - ids) as u64;
    seen.several += u64::from(ids > 1);
    seen.exclusive += u64::from(stack.discounts(checkout).any(|discount| discount.exclusive));
    let mut none_cheaper = |other: &Asked| {
        let tried = till.ring(other);
        seen.tried += 1;
        assert!(
            tried.total.minor() >= bill.total.minor(),
            "{name}: {other:?} is cheaper\n{}",
            report(cart, till, checkout, &stack, &tried)
        );
    };
    let places = places(till);
    for (at, (_, candidates)) in places.iter().enumerate() {
        for candidate in candidates.iter().map(Some).chain([None]) {
            none_cheaper(&with(&asked, &places, at, candidate));
        }
    }
    let all = places
        .iter()
        .try_fold(1_usize, |all, (_, candidates)| all.checked_mul(candidates.len() + 1));
    if thorough && let Some(all) = all.filter(|all| *all <= MOST_CHOICES) {
        seen.whole += 1;
        for number in 0..all {
            none_cheaper(&numbered(number, &places));
        }
    }
}

/// What the stack asks for, as a shopper asks for it.
fn choice(stack: &Stack, checkout: &Checkout) -> Asked {
    let mut asked = Asked::default();
    for applied in &stack.applied {
        let discount = &checkout.discounts[applied.discount];
        if discount.kind.is_automatic() {
            continue;
        }
        if discount.kind == engine::kind(OfferKind::Code) {
            asked.typed.push(discount.code.clone().unwrap());
            continue;
        }
        asked.attached.push(Attached {
            offer: discount.id.clone(),
            place: Some(place(&applied.slot)),
        });
    }
    asked
}

fn place(slot: &Slot) -> Place {
    match slot {
        Slot::Checkout => Place::Cart,
        Slot::Store(store) => Place::Store(store.clone().unwrap()),
        Slot::Seller(seller) => Place::Seller(seller.clone().unwrap()),
    }
}

/// Totals, and what each discount took, where, and in which order, and what each line pays.
fn same(stack: &Stack, checkout: &Checkout, bill: &Bill) -> Result<(), String> {
    let check = |what: &str, engine: &dyn std::fmt::Debug, till: &dyn std::fmt::Debug| {
        let (engine, till) = (format!("{engine:?}"), format!("{till:?}"));
        (engine == till)
            .then_some(())
            .ok_or(format!("{what}: the engine says {engine}, the till {till}"))
    };
    let applied = stack.applied.iter().map(|applied| {
        let discount = &checkout.discounts[applied.discount];
        (&discount.id, place(&applied.slot), applied.amount)
    });
    let applied: Vec<_> = applied.collect();
    let taken: Vec<_> = bill
        .taken
        .iter()
        .map(|taken| (&taken.offer, taken.place.clone(), taken.amount))
        .collect();
    check("discounts", &applied, &taken)?;
    check("total", &stack.total(), &bill.total)?;
    check("goods", &stack.after.merchandise, &bill.goods)?;
    check("shipping", &stack.after.shipping, &bill.shipping)?;
    check("listed", &stack.before.merchandise, &bill.listed)?;
    for (line, billed) in bill.lines.iter().enumerate() {
        let off = stack
            .applied
            .iter()
            .map(|applied| applied.by_line[line].minor())
            .sum::<i64>();
        let by_till = [(billed.listed, billed.paid)].map(|(listed, paid)| listed.minor() - paid.minor())[0];
        let shipped = checkout.lines[line].shipping.minor() - billed.shipping.minor();
        check("line", &off, &(by_till + shipped))?;
    }
    Ok(())
}

type Places = Vec<((Place, usize), Vec<Attached>)>;

/// Each place of each step that is chosen in, with what could be chosen there: whatever counts at all for the cart.
fn places(till: &Till) -> Places {
    let steps: [&[OfferKind]; 5] = [
        &[OfferKind::Platform, OfferKind::Category, OfferKind::Welcome],
        &[OfferKind::Store],
        &[OfferKind::Seller],
        &[OfferKind::Code],
        &[OfferKind::FreeShipping],
    ];
    let mut places = Places::new();
    for (step, kinds) in steps.into_iter().enumerate() {
        for good in till.goods() {
            let place = match step {
                1 => Place::Store(good.store.clone()),
                2 => Place::Seller(good.seller.clone()),
                _ => Place::Cart,
            };
            if places.iter().any(|(known, _)| *known == (place.clone(), step)) {
                continue;
            }
            let candidates = till
                .offers()
                .iter()
                .filter(|offer| kinds.contains(&offer.kind))
                .map(|offer| Attached {
                    offer: offer.id.clone(),
                    place: Some(place.clone()),
                });
            let takes = |candidate: &Attached| {
                let alone = till.ring(&Asked {
                    attached: vec![candidate.clone()],
                    typed: Vec::new(),
                });
                alone.taken.iter().any(|taken| taken.offer == candidate.offer)
            };
            places.push(((place.clone(), step), candidates.filter(takes).collect()));
        }
    }
    places
}

/// The choice with something else, or nothing, in one place.
fn with(asked: &Asked, places: &Places, at: usize, candidate: Option<&Attached>) -> Asked {
    let (_, there) = &places[at];
    let mut other = Asked::default();
    // First of all, so that a discount that the choice has elsewhere moves here.
    other.attached.extend(candidate.cloned());
    let stays = |attached: &&Attached| !there.contains(attached);
    other.attached.extend(asked.attached.iter().filter(stays).cloned());
    let is_code = matches!(places[at].0, (Place::Cart, 3));
    if !is_code {
        other.typed.clone_from(&asked.typed);
    }
    other
}

/// One of all choices, by number.
fn numbered(mut number: usize, places: &Places) -> Asked {
    let mut asked = Asked::default();
    for (_, candidates) in places {
        let which = number % (candidates.len() + 1);
        number /= candidates.len() + 1;
        asked
            .attached
            .extend(which.checked_sub(1).map(|which| candidates[which].clone()));
    }
    asked
}

fn report(cart: &Cart, till: &Till, checkout: &Checkout, stack: &Stack, bill: &Bill) -> String {
    let zero = Money::zero(cart.currency);
    let applied: Vec<_> = stack
        .applied
        .iter()
        .map(|applied| &checkout.discounts[applied.discount].id)
        .collect();
    format!(
        "market {} at {}\ngoods {:#?}\noffers {:#?}\nengine {} by {applied:?}, saved {}\nbill {bill:#?}",
        cart.market,
        cart.at,
        till.goods(),
        till.offers(),
        stack.total(),
        stack.saved().checked_sub(zero).unwrap_or(zero),
    )
}
