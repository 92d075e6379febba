//! The kinds of checkouts: what a single one can use together.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places come from the setting's own lists"
)]

use alloc::vec::Vec;

use super::{MOST_SLOTS, Setting, Takes, Variant};

/// More kinds than this are not listed.
const MOST_KINDS: usize = 4_000;

/// What a checkout uses: for each slot a variant, counted from one; zero is none.
pub(super) struct Kind {
    pub(super) chosen: [u8; MOST_SLOTS],
    /// The offers that it takes a use of.
    pub(super) offers: Vec<usize>,
    /// The slots whose minimums no other minimum of the same lines goes over.
    pub(super) minimums: Vec<usize>,
    /// The slots whose benefit is capped.
    pub(super) capped: Vec<usize>,
    /// Whether a coupon of a store or seller that tolerates no other is kept away.
    pub(super) tolerant: bool,
}

/// All kinds; `None` if there are too many.
pub(super) fn kinds(setting: &Setting, uses: &[Option<u32>]) -> Option<Vec<Kind>> {
    let mut kinds = Vec::new();
    let mut chosen = [0; MOST_SLOTS];
    loop {
        kinds.extend(kind(setting, uses, chosen));
        if kinds.len() > MOST_KINDS {
            return None;
        }
        // The next in order.
        let more = |slot: &usize| usize::from(chosen[*slot]) < setting.slots[*slot].variants.len();
        let Some(slot) = (0..setting.slots.len()).find(more) else {
            return Some(kinds);
        };
        chosen[slot] += 1;
        chosen[..slot].fill(0);
    }
}

fn kind(setting: &Setting, uses: &[Option<u32>], chosen: [u8; MOST_SLOTS]) -> Option<Kind> {
    let all = (0..setting.slots.len()).filter_map(|slot| Some((slot, setting.chosen(chosen, slot)?)));
    let all: Vec<(usize, &Variant)> = all.collect();
    let picked: Vec<&Variant> = all.iter().map(|(_, own)| *own).filter(|own| !own.automatic).collect();
    let fees = |own: &&Variant| matches!(own.takes, Takes::Fees(_));
    let prices = picked.len() - picked.iter().filter(|own| fees(own)).count();
    // What tolerates no other stands alone, but for free shipping on top of it.
    if picked.len() > 1 && picked.iter().any(|own| own.exclusive) {
        let strict = setting.strict || prices > 0 && picked.iter().any(|own| fees(own) && own.exclusive);
        if strict || prices > 1 {
            return None;
        }
    }
    let able = |own: &Variant| own.spend.iter().sum::<i64>() >= own.needs && uses[own.offer] != Some(0);
    if !all.iter().all(|(_, own)| able(own)) {
        return None;
    }
    let least = |(slot, own): &&(usize, &Variant)| {
        let over =
            |(place, other): &(usize, &Variant)| other.spend == own.spend && (other.needs, *place) > (own.needs, *slot);
        !all.iter().any(over)
    };
    Some(Kind {
        chosen,
        offers: all.iter().map(|(_, own)| own.offer).collect(),
        minimums: all.iter().filter(least).map(|(slot, _)| *slot).collect(),
        capped: all
            .iter()
            .filter(|(_, own)| own.capped())
            .map(|(slot, _)| *slot)
            .collect(),
        tolerant: prices > 0,
    })
}
