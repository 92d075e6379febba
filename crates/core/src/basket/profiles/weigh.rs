//! What each unit and each own saving weighs in a checkout that uses certain discounts.
//!
//! Each minimum and each cap has a multiplier. A discount that takes a share of what is running leaves the rest of all
//! that came before it, so that whatever comes before weighs less by that share. A capped one takes no more than any
//! mixture of its share and its cap. With any multipliers the weights come to no more than the checkout costs.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places come from the setting's own lists; a setting has no amounts over 10^9"
)]

use super::{MOST_SLOTS, Setting, Takes};

/// Steps of a mixture of share and cap.
pub(in crate::basket) const MIX: i64 = 64;

/// Weights are counted in parts of a minor unit.
pub(in crate::basket) const SCALE: i64 = 10_000 * MIX;

/// For each slot of a checkout a multiplier of its minimum, and its mixture.
#[derive(Debug, Clone, Copy)]
pub(in crate::basket) struct Multipliers {
    pub(in crate::basket) needs: [i64; MOST_SLOTS],
    pub(in crate::basket) mix: [i64; MOST_SLOTS],
}

impl Multipliers {
    pub(in crate::basket) const NONE: Self = Self {
        needs: [0; MOST_SLOTS],
        mix: [MIX; MOST_SLOTS],
    };
}

/// What does not depend on the units, and what a unit of own savings weighs.
pub(in crate::basket) struct Weights {
    pub(in crate::basket) fixed: i64,
    pub(in crate::basket) own: i64,
}

/// Weighs the units of a checkout with a variant for each slot, counted from one.
pub(in crate::basket) fn weigh(
    setting: &Setting,
    chosen: [u8; MOST_SLOTS],
    with: &Multipliers,
    units: &mut [i64],
) -> Weights {
    units.fill(0);
    let mut fixed = 0;
    // From the last step to the first; rounded down and up, so that the bound stays one.
    let (mut low, mut high) = (SCALE, SCALE);
    let mut own = if setting.own_fees { SCALE } else { 0 };
    for step in (0..setting.steps).rev() {
        if setting.own_steps.contains(&step) {
            own = own.max(high);
        }
        let Some(slot) = setting.slots.iter().position(|slot| slot.step == step) else {
            continue;
        };
        let Some(variant) = setting.chosen(chosen, slot) else {
            continue;
        };
        let (mix, toll) = (with.mix[slot], with.needs[slot]);
        fixed += toll * variant.needs;
        if toll != 0 {
            less(units, &variant.spend, toll);
        }
        match variant.takes {
            Takes::Amount(amount) => fixed -= high * amount,
            Takes::Share(points, cap) => {
                let part = points * mix;
                if mix < MIX {
                    fixed -= (high * (MIX - mix) / MIX + 1) * cap;
                }
                // Half a unit of rounding.
                fixed -= SCALE / 2;
                if variant.whole {
                    low = low * (SCALE - part) / SCALE;
                    high = high * (SCALE - part) / SCALE + 1;
                } else {
                    less(units, &variant.spend, high * part / SCALE + 1);
                }
            }
            Takes::Fees(cap) => {
                if mix < MIX {
                    fixed -= SCALE / MIX * (MIX - mix) * cap;
                }
                less(units, &variant.fees, SCALE / MIX * mix);
            }
        }
    }
    for (unit, (listed, shipping)) in units.iter_mut().zip(setting.listed.iter().zip(&setting.shipping)) {
        *unit += low * listed + SCALE * shipping;
    }
    if setting.keeps_away(chosen) {
        own = 0;
    }
    Weights { fixed, own }
}

fn less(units: &mut [i64], amounts: &[i64], weight: i64) {
    for (unit, amount) in units.iter_mut().zip(amounts) {
        *unit -= weight * amount;
    }
}
