//! The least that a kind of checkout comes to over whole sets of lines that meet its minimums.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "places come from the setting's own lists; a setting has no amounts over 10^9"
)]

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Duals, Told, sums};
use crate::basket::profiles::weigh::SCALE;

/// More minimums of one checkout are not looked at.
const MOST_MINIMUMS: usize = 3;

/// So many sets are looked at before the rougher price has to do.
const MOST_NODES: u32 = 20_000;

/// How far above the rough price is looked at first; four times as far whenever that is too little.
const FIRST_ROOM: i64 = SCALE * 16;

type Spends = [i64; MOST_MINIMUMS];

/// A set of a group's units: what it costs above the cheapest, what it adds to each minimum, and its units.
struct Item {
    cost: i64,
    spends: Spends,
    set: u16,
}

struct Dive {
    /// For each group its sets, the cheapest first.
    items: Vec<Vec<Item>>,
    needs: Spends,
    order: Vec<usize>,
    /// What the groups from each one on can add at most.
    rest: Vec<Spends>,
    sets: Vec<u16>,
    best: Option<Vec<u16>>,
    below: i64,
    nodes: u32,
}

impl Duals<'_> {
    /// Prices a kind over whole sets, with the multipliers that it has.
    pub(super) fn dive(&mut self, place: usize) {
        let rough = self.value(place);
        let mut dive = self.prepare(place);
        let mut room = FIRST_ROOM;
        while dive.nodes > 0 {
            dive.start(room);
            dive.go(0, 0, [0; MOST_MINIMUMS]);
            if dive.best.is_some() {
                break;
            }
            room = room.saturating_mul(4);
        }
        let priced = &mut self.kinds[place];
        priced.told = Told::Wholly;
        if let Some(sets) = dive.best.filter(|_| dive.nodes > 0) {
            priced.value = rough + dive.below;
            priced.sets = sets;
        }
    }

    /// The sets of all groups as they cost now.
    fn prepare(&mut self, place: usize) -> Dive {
        let priced = &self.kinds[place];
        let chosen = priced.kind.chosen;
        let minimums = priced.kind.minimums.iter().take(MOST_MINIMUMS);
        let minimums: Vec<_> = minimums.filter_map(|slot| self.setting.chosen(chosen, *slot)).collect();
        let mut needs = [0; MOST_MINIMUMS];
        for (need, variant) in needs.iter_mut().zip(&minimums) {
            *need = variant.needs;
        }
        let mut items = Vec::with_capacity(self.own.len());
        for own in &self.own {
            sums(own, &self.unit, &mut self.sums);
            own.most(priced.own, priced.kind.tolerant, &mut self.most);
            let costs = self.sums.iter().zip(&self.most).map(|(sum, most)| sum - most);
            let least = costs.clone().min().unwrap_or(0);
            let mut spends = vec![[0; MOST_MINIMUMS]];
            for unit in &own.units {
                for set in 0..spends.len() {
                    let mut with = spends[set];
                    for (sum, variant) in with.iter_mut().zip(&minimums) {
                        *sum += variant.spend[*unit as usize];
                    }
                    spends.push(with);
                }
            }
            let item = |(set, (cost, spends)): (usize, (i64, Spends))| Item {
                cost: cost - least,
                spends,
                set: set as u16,
            };
            let mut sets: Vec<Item> = costs.zip(spends).enumerate().map(item).collect();
            sets.sort_unstable_by_key(|item| (item.cost, item.set));
            items.push(sets);
        }
        Dive {
            sets: vec![0; items.len()],
            order: Vec::new(),
            rest: Vec::new(),
            items,
            needs,
            best: None,
            below: 0,
            nodes: MOST_NODES,
        }
    }
}

impl Dive {
    /// Looks at what is less than so much above the cheapest.
    fn start(&mut self, room: i64) {
        self.below = room;
        // What a group can add at most, and how much that can differ.
        let most = |group: usize, minimum: usize| {
            let own = self.items[group].iter().take_while(|item| item.cost < room);
            own.map(|item| item.spends[minimum]).max().unwrap_or(0)
        };
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by_key(|group| (Reverse(most(*group, 0)), *group));
        self.rest = vec![[0; MOST_MINIMUMS]; order.len() + 1];
        for (at, group) in order.iter().enumerate().rev() {
            self.rest[at] = core::array::from_fn(|minimum| self.rest[at + 1][minimum] + most(*group, minimum));
        }
        self.order = order;
    }

    fn go(&mut self, at: usize, cost: i64, have: Spends) {
        self.nodes = self.nodes.saturating_sub(1);
        let short = (0..MOST_MINIMUMS).any(|n| have[n] + self.rest[at][n] < self.needs[n]);
        if self.nodes == 0 || short {
            return;
        }
        let Some(group) = self.order.get(at).copied() else {
            self.below = cost;
            self.best = Some(self.sets.clone());
            return;
        };
        for place in 0..self.items[group].len() {
            let item = &self.items[group][place];
            let (with, spends) = (cost + item.cost, item.spends);
            if with >= self.below {
                return;
            }
            self.sets[group] = item.set;
            self.go(at + 1, with, core::array::from_fn(|n| have[n] + spends[n]));
        }
    }
}
