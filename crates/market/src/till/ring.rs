//! Ringing up: what counts, in which order, and how much it takes.

use tillwatch_core::id::PoolId;
use tillwatch_core::money::Money;

use super::order::{ORDER, Step};
use super::share::{Ratio, split};
use super::{Asked, Attached, Bill, Billed, Good, Place, Taken, Till};
use crate::view::{Offer, Takes};

/// What is still to be paid, in minor units, line by line and pool by pool.
#[derive(Debug, Clone)]
struct Open {
    goods: Vec<i128>,
    shipping: Vec<i128>,
    pools: Vec<(PoolId, i128)>,
    taken: Vec<Taken>,
}

/// A discount that was asked for, and where.
#[derive(Debug, Clone, Copy)]
struct Claim<'a> {
    offer: &'a Offer,
    place: Option<&'a Place>,
}

/// What a discount would take, before anything is taken.
enum Bite {
    Price(i128),
    Shipping(i128),
}

impl Bite {
    fn amount(&self) -> i128 {
        match self {
            Self::Price(amount) | Self::Shipping(amount) => *amount,
        }
    }
}

impl Till {
    /// Totals the cart. What the fine print forbids is left out, and nothing is said of it.
    pub fn ring(&self, asked: &Asked) -> Bill {
        let claims = self.claims(asked);
        let (proud, mut kept): (Vec<Claim<'_>>, Vec<_>) = claims.into_iter().partition(|claim| claim.offer.exclusive);
        let mut open = self.take(&kept);
        // One that counts only alone gives way to any that is there already.
        for step in &ORDER {
            for claim in proud.iter().filter(|claim| step.takes.contains(&claim.offer.kind)) {
                kept.push(*claim);
                let with = self.take(&kept);
                if self.is_at_peace(&with) {
                    open = with;
                } else {
                    kept.pop();
                }
            }
        }
        self.bill(open)
    }

    /// What was asked for, is known, and counts at all for this cart.
    fn claims<'a>(&'a self, asked: &'a Asked) -> Vec<Claim<'a>> {
        let attached = asked.attached.iter().filter_map(|Attached { offer, place }| {
            let offer = self.offers.iter().find(|known| known.id == *offer)?;
            Some(Claim {
                offer,
                place: place.as_ref(),
            })
        });
        let typed = asked.typed.iter().filter_map(|text| {
            let offer = self.offers.iter().find(|known| known.code.as_ref() == Some(text))?;
            Some(Claim { offer, place: None })
        });
        attached.chain(typed).filter(|claim| self.counts(claim.offer)).collect()
    }

    /// The fine print that does not depend on lines.
    fn counts(&self, offer: &Offer) -> bool {
        offer.starts <= self.at
            && self.at < offer.ends
            && offer.currency == self.currency
            && (offer.regions.is_empty() || offer.regions.contains(&self.country))
            && (!offer.personal || self.held.contains(&offer.id))
            && offer.left > 0
    }

    /// Whether each discount that counts only alone, does: beside it nobody asked for another one on prices.
    fn is_at_peace(&self, open: &Open) -> bool {
        let chosen: Vec<&Offer> = open
            .taken
            .iter()
            .filter_map(|taken| self.offers.iter().find(|offer| offer.id == taken.offer))
            .filter(|offer| {
                ORDER
                    .iter()
                    .any(|step| !step.by_itself && step.takes.contains(&offer.kind))
            })
            .collect();
        chosen.iter().filter(|offer| offer.exclusive).all(|alone| {
            let others = chosen.iter().filter(|other| other.id != alone.id);
            others.into_iter().all(|other| is_for_shipping(other))
        })
    }

    fn take(&self, claims: &[Claim<'_>]) -> Open {
        let mut open = self.begin();
        for step in &ORDER {
            for place in step.places(&self.goods) {
                if step.by_itself {
                    self.take_by_itself(step, &place, &mut open);
                } else {
                    self.take_asked(step, &place, claims, &mut open);
                }
            }
        }
        open
    }

    /// Before any discount. A shared fee is charged once, or not at all from its threshold on.
    fn begin(&self) -> Open {
        let merchandise: i128 = self.goods.iter().map(listed).sum();
        let mut open = Open {
            goods: self.goods.iter().map(listed).collect(),
            shipping: vec![0; self.goods.len()],
            pools: Vec::new(),
            taken: Vec::new(),
        };
        for (good, own) in self.goods.iter().zip(&mut open.shipping) {
            let Some(way) = &good.shipping else { continue };
            let fee = i128::from(way.fee.minor());
            match &way.pool {
                None => *own = fee,
                Some(pool) if open.pools.iter().any(|(known, _)| known == pool) => {}
                Some(pool) => {
                    let waived = way
                        .free_from
                        .is_some_and(|from| merchandise >= i128::from(from.minor()));
                    open.pools.push((pool.clone(), if waived { 0 } else { fee }));
                }
            }
        }
        open
    }

    /// Of the discounts that happen by themselves, the one that takes most; of equal ones the first id.
    fn take_by_itself(&self, step: &Step, place: &Place, open: &mut Open) {
        let ready = self.offers.iter().filter(|offer| {
            step.takes.contains(&offer.kind)
                && self.counts(offer)
                && !open.taken.iter().any(|taken| taken.offer == offer.id)
        });
        let most = ready
            .filter_map(|offer| Some((self.bite(offer, place, open)?, offer)))
            .max_by(|(one, first), (other, second)| {
                one.amount().cmp(&other.amount()).then_with(|| second.id.cmp(&first.id))
            });
        if let Some((bite, offer)) = most {
            self.carry_out(&bite, offer, place, open);
        }
    }

    /// The first of those asked for that takes anything here and was not taken elsewhere.
    fn take_asked(&self, step: &Step, place: &Place, claims: &[Claim<'_>], open: &mut Open) {
        for Claim { offer, place: wanted } in claims {
            let here = step.takes.contains(&offer.kind) && wanted.is_none_or(|wanted| wanted == place);
            if !here || open.taken.iter().any(|taken| taken.offer == offer.id) {
                continue;
            }
            if let Some(bite) = self.bite(offer, place, open) {
                self.carry_out(&bite, offer, place, open);
                return;
            }
        }
    }

    /// The lines of a place that a discount covers.
    fn covered(&self, offer: &Offer, place: &Place) -> Vec<usize> {
        let lines = self.goods.iter().enumerate();
        lines
            .filter(|(_, good)| place.holds(good) && covers(offer, good))
            .map(|(line, _)| line)
            .collect()
    }

    /// What a discount takes in a place; `None` if its minimum is not met or nothing is left to take.
    fn bite(&self, offer: &Offer, place: &Place, open: &Open) -> Option<Bite> {
        let lines = self.covered(offer, place);
        let spend = self.spend(&lines);
        if lines.is_empty() || spend < i128::from(offer.minimum.minor()) {
            return None;
        }
        let base: i128 = lines.iter().map(|line| open.goods[*line]).sum();
        let percent = |points: u16| Ratio::new(base * i128::from(points), 10_000).half_up();
        let price = match &offer.takes {
            Takes::Fixed(amount) => i128::from(amount.minor()),
            Takes::Percent(share, cap) => capped(percent(share.points()), *cap),
            Takes::Tiers(tiers) => {
                let met = tiers.iter().filter(|(from, _)| i128::from(from.minor()) <= spend);
                let (_, amount) = met.max_by_key(|(from, _)| from.minor())?;
                i128::from(amount.minor())
            }
            Takes::PerSpend { every, amount, cap } => {
                let times = spend.checked_div(i128::from(every.minor()))?;
                capped(times * i128::from(amount.minor()), *cap)
            }
            Takes::Pieces(tiers) => {
                let pieces: u32 = lines.iter().map(|line| self.goods[*line].quantity).sum();
                let met = tiers.iter().filter(|(from, _)| *from <= pieces);
                let (_, share) = met.max_by_key(|(from, _)| *from)?;
                percent(share.points())
            }
            Takes::Shipping(cap) => {
                let own: i128 = lines.iter().map(|line| open.shipping[*line]).sum();
                let pooled: i128 = self.pools_of(&lines, open).map(|pool| open.pools[pool].1).sum();
                let amount = capped(own + pooled, *cap);
                return (amount > 0).then_some(Bite::Shipping(amount));
            }
        };
        let amount = price.min(base);
        (amount > 0).then_some(Bite::Price(amount))
    }

    /// What a minimum is tested against: the listed prices, in the European Union without the tax in them.
    fn spend(&self, lines: &[usize]) -> i128 {
        let gross: i128 = lines.iter().map(|line| listed(&self.goods[*line])).sum();
        match self.net_of {
            None => gross,
            Some(rate) => Ratio::new(gross * 10_000, 10_000 + i128::from(rate.points())).half_up(),
        }
    }

    /// The places of the pools that have one of these lines.
    fn pools_of<'a>(&'a self, lines: &'a [usize], open: &'a Open) -> impl Iterator<Item = usize> + 'a {
        let has = |pool: &PoolId| {
            let mut ways = lines.iter().filter_map(|line| self.goods[*line].shipping.as_ref());
            ways.any(|way| way.pool.as_ref() == Some(pool))
        };
        let pools = open.pools.iter().enumerate();
        pools.filter(move |(_, (pool, _))| has(pool)).map(|(place, _)| place)
    }

    fn carry_out(&self, bite: &Bite, offer: &Offer, place: &Place, open: &mut Open) {
        let lines = self.covered(offer, place);
        match *bite {
            Bite::Price(amount) => {
                let weights: Vec<i128> = lines.iter().map(|line| open.goods[*line]).collect();
                for (line, part) in lines.iter().zip(split(amount, &weights)) {
                    open.goods[*line] -= part;
                }
            }
            Bite::Shipping(mut amount) => {
                let mut pay = |due: &mut i128| {
                    let part = amount.min(*due);
                    *due -= part;
                    amount -= part;
                };
                let pools: Vec<usize> = self.pools_of(&lines, open).collect();
                for line in lines {
                    pay(&mut open.shipping[line]);
                }
                for pool in pools {
                    pay(&mut open.pools[pool].1);
                }
            }
        }
        open.taken.push(Taken {
            offer: offer.id.clone(),
            kind: offer.kind,
            place: place.clone(),
            amount: self.money(bite.amount()),
        });
    }

    fn money(&self, minor: i128) -> Money {
        Money::new(i64::try_from(minor).unwrap_or(i64::MAX), self.currency)
    }

    fn bill(&self, open: Open) -> Bill {
        let goods = open.goods.iter().sum::<i128>();
        let shipping = open
            .shipping
            .iter()
            .chain(open.pools.iter().map(|(_, fee)| fee))
            .sum::<i128>();
        let lines = self.goods.iter().zip(open.goods.iter().zip(&open.shipping));
        Bill {
            listed: self.money(self.goods.iter().map(listed).sum()),
            goods: self.money(goods),
            shipping: self.money(shipping),
            total: self.money(goods + shipping),
            lines: lines
                .map(|(good, (paid, shipping))| Billed {
                    listed: self.money(listed(good)),
                    paid: self.money(*paid),
                    shipping: self.money(*shipping),
                })
                .collect(),
            pools: open
                .pools
                .into_iter()
                .map(|(pool, fee)| (pool, self.money(fee)))
                .collect(),
            taken: open.taken,
        }
    }
}

fn listed(good: &Good) -> i128 {
    i128::from(good.unit.minor()) * i128::from(good.quantity)
}

fn capped(amount: i128, cap: Option<Money>) -> i128 {
    cap.map_or(amount, |cap| amount.min(i128::from(cap.minor())))
}

fn is_for_shipping(offer: &Offer) -> bool {
    matches!(offer.takes, Takes::Shipping(_))
}

/// The fine print that depends on the line. An empty list asks for nothing.
fn covers(offer: &Offer, good: &Good) -> bool {
    let free_or = |free: bool, named: bool| free || named;
    free_or(offer.stores.is_empty(), offer.stores.contains(&good.store))
        && free_or(offer.sellers.is_empty(), offer.sellers.contains(&good.seller))
        && free_or(offer.items.is_empty(), offer.items.contains(&good.item))
        && free_or(offer.warehouses.is_empty(), offer.warehouses.contains(&good.warehouse))
        && free_or(
            offer.categories.is_empty(),
            good.categories
                .iter()
                .any(|category| offer.categories.contains(category)),
        )
        && !offer.excluded.contains(&good.item)
}
