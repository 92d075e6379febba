//! Ids of discounts: the same for what is the same discount on several listings, and different for all else.
//!
//! An id is the name by which people know the discount, then `~` and eight hexadecimal digits made of whatever makes it
//! another one: kind, benefit, minimum, currency, issuer and window. The platform numbers its coupons small ("8") and
//! uses a number again, and two sellers can choose the same code, so that the name alone would collide in a checkout of
//! several listings. Two listings that show one coupon of the platform give it one id, so that it is never used twice.

use std::collections::BTreeMap;

use tillwatch_core::discount::{Benefit, Discount, Kind, Scope};
use tillwatch_core::id::DiscountId;
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_core::snapshot::Snapshot;

use super::value::fold;

/// The longest name, in bytes; an id has room for 128.
const LONGEST: usize = 100;

/// A discount that [`named`] gives its id once the rest is filled in.
pub(super) fn unnamed(kind: Kind, benefit: Benefit, currency: Option<Currency>) -> Discount {
    Discount::new(id_of("discount"), kind, benefit, currency)
}

/// Gives a discount its id: its name, and the mark of its terms.
pub(super) fn named(discount: Discount, name: &str) -> Discount {
    let mut name = fold(name, LONGEST);
    while name.len() > LONGEST {
        name.pop();
    }
    let name = if name.is_empty() { "discount" } else { name.trim_end() };
    let id = id_of(&format!("{name}~{:08x}", mark(&terms(&discount))));
    Discount { id, ..discount }
}

fn id_of(text: &str) -> DiscountId {
    match DiscountId::parse(text) {
        Ok(id) => id,
        Err(_) => unreachable!("folded words of at most 109 bytes are an id"),
    }
}

/// Everything that makes a discount another one, as one text.
fn terms(discount: &Discount) -> String {
    let moment = |at: Option<Instant>| at.map(|at| at.moment().to_string());
    let terms = (
        &discount.kind,
        &discount.benefit,
        discount.currency,
        discount.min_spend,
        issuer(discount),
        moment(discount.valid_from),
        moment(discount.valid_until),
    );
    serde_json::to_string(&terms).unwrap_or_default()
}

/// Who gives it: the platform for its own kinds, whatever listing they were seen on; else the narrowest that is known.
fn issuer(discount: &Discount) -> String {
    let platforms = matches!(
        discount.kind,
        Kind::Platform | Kind::Category | Kind::Welcome | Kind::SpendAndSave | Kind::Code
    );
    if platforms || discount.scope.is_everything() {
        return "platform".to_owned();
    }
    serde_json::to_string(&discount.scope).unwrap_or_default()
}

/// FNV-1a, folded to 32 bits: the same everywhere and in every version, which the standard library's hash is not.
fn mark(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) ^ (hash & 0xffff_ffff)
}

/// Adds a discount unless it is there already.
pub(super) fn add(discounts: &mut Vec<Discount>, discount: Discount) {
    if discounts.iter().all(|other| other.id != discount.id) {
        discounts.push(discount);
    }
}

/// The discounts of several readings for one checkout, each once: what several listings show is for all of them.
pub fn discounts_of(seen: &[Snapshot]) -> Vec<Discount> {
    let mut found: Vec<Discount> = Vec::new();
    let mut places: BTreeMap<DiscountId, usize> = BTreeMap::new();
    for discount in seen.iter().flat_map(|one| &one.discounts) {
        let known = places.get(&discount.id).and_then(|place| found.get_mut(*place));
        if let Some(known) = known {
            unite(&mut known.scope, &discount.scope);
        } else {
            places.insert(discount.id.clone(), found.len());
            found.push(discount.clone());
        }
    }
    found
}

/// Adds the listings of another scope. Scopes of other kinds are equal wherever the ids are; where they are not, the
/// first stays, which never reaches too far.
fn unite(scope: &mut Scope, other: &Scope) {
    let by_items = |scope: &Scope| {
        let rest = Scope {
            items: Vec::new(),
            ..scope.clone()
        };
        !scope.items.is_empty() && rest.is_everything()
    };
    if by_items(scope) && by_items(other) {
        for item in &other.items {
            if !scope.items.contains(item) {
                scope.items.push(item.clone());
            }
        }
    }
}
