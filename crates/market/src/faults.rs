//! Faults: what goes wrong with an answer, by chance from a seed or on demand.

use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// A part of the marketplace that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// The signed affiliate API.
    Api,
    /// Listing pages.
    Page,
    /// The storefront's own product call.
    Product,
    /// Short links.
    Link,
    /// Published ladders of codes.
    Ladder,
    /// The cart.
    Cart,
    /// The rules for robots.
    Robots,
}

impl Surface {
    /// Its name in the counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Page => "page",
            Self::Product => "product",
            Self::Link => "link",
            Self::Ladder => "ladder",
            Self::Cart => "cart",
            Self::Robots => "robots",
        }
    }
}

/// A thing that goes wrong with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A page that asks whether a person is there, with status 200.
    Challenge,
    /// The same for a product call: it wants its user validated.
    Validate,
    /// The frame of a page without its data, or an answer without any.
    Hollow,
    /// Too many requests, with the seconds to wait.
    TooMany,
    /// Too many requests, without a word on how long to wait.
    TooManyUntold,
    /// The body comes slowly.
    Slow,
    /// The connection is cut amid the body.
    Cut,
    /// Prices in another currency than was asked for.
    OtherCurrency,
    /// Prices for another ship-to country than was asked for.
    OtherMarket,
    /// Prices of zero.
    ZeroPrice,
    /// An error of the server.
    ServerError,
    /// JSON that ends amid itself, in a whole answer.
    Truncated,
    /// Windows of codes that end in words.
    OddWindow,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Challenge,
        Self::Validate,
        Self::Hollow,
        Self::TooMany,
        Self::TooManyUntold,
        Self::Slow,
        Self::Cut,
        Self::OtherCurrency,
        Self::OtherMarket,
        Self::ZeroPrice,
        Self::ServerError,
        Self::Truncated,
        Self::OddWindow,
    ];

    /// Its name in the counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Validate => "validate",
            Self::Hollow => "hollow",
            Self::TooMany => "too_many",
            Self::TooManyUntold => "too_many_untold",
            Self::Slow => "slow",
            Self::Cut => "cut",
            Self::OtherCurrency => "other_currency",
            Self::OtherMarket => "other_market",
            Self::ZeroPrice => "zero_price",
            Self::ServerError => "server_error",
            Self::Truncated => "truncated",
            Self::OddWindow => "odd_window",
        }
    }

    /// Whether it can befall a surface: an answer of the API names no country, a link has no price.
    pub const fn befalls(self, surface: Surface) -> bool {
        match self {
            Self::Challenge => matches!(surface, Surface::Page | Surface::Link),
            Self::Validate => matches!(surface, Surface::Product | Surface::Cart),
            Self::Hollow | Self::OtherMarket => matches!(surface, Surface::Page | Surface::Product),
            Self::OtherCurrency | Self::ZeroPrice => {
                matches!(surface, Surface::Api | Surface::Page | Surface::Product)
            }
            Self::Truncated => {
                matches!(
                    surface,
                    Surface::Api | Surface::Product | Surface::Ladder | Surface::Cart
                )
            }
            Self::OddWindow => matches!(surface, Surface::Api),
            Self::TooMany | Self::TooManyUntold | Self::Slow | Self::Cut | Self::ServerError => true,
        }
    }
}

/// Which faults there are: a share for each kind and surface, and those that were ordered.
#[derive(Debug, Default)]
pub struct Faults {
    seed: u64,
    shares: Vec<(Surface, Fault, u16)>,
    ordered: Mutex<Vec<Fault>>,
}

impl Faults {
    /// None by chance; the seed of the draws that [`Faults::share`] adds.
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Lets a kind befall so many of a thousand answers of a surface. What cannot befall it never does.
    #[must_use]
    pub fn share(mut self, surface: Surface, fault: Fault, permille: u16) -> Self {
        if fault.befalls(surface) {
            self.shares.push((surface, fault, permille));
        }
        self
    }

    /// Lets a kind befall so many of a thousand answers of every surface that it can befall.
    #[must_use]
    pub fn share_everywhere(self, fault: Fault, permille: u16) -> Self {
        const SURFACES: [Surface; 7] = [
            Surface::Api,
            Surface::Page,
            Surface::Product,
            Surface::Link,
            Surface::Ladder,
            Surface::Cart,
            Surface::Robots,
        ];
        SURFACES
            .into_iter()
            .fold(self, |faults, surface| faults.share(surface, fault, permille))
    }

    /// Orders one fault: it befalls the next answer of a surface that it can befall. Several befall one answer each, in
    /// the order in which they were ordered.
    pub fn next(&self, fault: Fault) {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// What befalls the nth answer of a surface, which depends on the seed and on nothing else, unless one is ordered.
    pub(crate) fn befall(&self, surface: Surface, nth: u64) -> Option<Fault> {
        let mut ordered = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = ordered.iter().position(|fault| fault.befalls(surface)) {
            return Some(ordered.remove(place));
        }
        let mut left = drawn(self.seed, surface, nth);
        for (_, fault, permille) in self.shares.iter().filter(|(of, ..)| *of == surface) {
            match left.checked_sub(u64::from(*permille)) {
                Some(rest) => left = rest,
                None => return Some(*fault),
            }
        }
        None
    }
}

/// Below a thousand, evenly; the same for the same three on any machine.
fn drawn(seed: u64, surface: Surface, nth: u64) -> u64 {
    let digest = Sha256::digest(format!("{seed} {} {nth}", surface.name()));
    let wide = digest
        .iter()
        .take(8)
        .fold(0_u128, |wide, byte| wide << 8 | u128::from(*byte));
    u64::try_from((wide * 1_000) >> 64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_befalls_about_so_many_answers_and_the_same_ones_for_the_same_seed() {
        let faults = |seed| {
            let faults =
                Faults::seeded(seed)
                    .share(Surface::Page, Fault::Slow, 100)
                    .share(Surface::Page, Fault::Cut, 50);
            (0..10_000)
                .map(|nth| faults.befall(Surface::Page, nth))
                .collect::<Vec<_>>()
        };
        let drawn = faults(7);
        let count = |fault| drawn.iter().filter(|drawn| **drawn == Some(fault)).count();
        assert!((850..1_150).contains(&count(Fault::Slow)), "{}", count(Fault::Slow));
        assert!((380..620).contains(&count(Fault::Cut)), "{}", count(Fault::Cut));
        assert!(drawn == faults(7) && drawn != faults(8));
    }

    #[test]
    fn an_ordered_fault_waits_for_a_surface_that_it_can_befall() {
        let faults = Faults::default();
        faults.next(Fault::ZeroPrice);
        faults.next(Fault::Cut);
        assert_eq!(faults.befall(Surface::Link, 0), Some(Fault::Cut));
        assert_eq!(faults.befall(Surface::Link, 1), None);
        assert_eq!(faults.befall(Surface::Page, 0), Some(Fault::ZeroPrice));
        assert_eq!(faults.befall(Surface::Page, 1), None);
    }

    #[test]
    fn what_cannot_befall_a_surface_never_does() {
        let faults = Faults::seeded(1).share(Surface::Link, Fault::ZeroPrice, 1_000);
        assert_eq!(faults.befall(Surface::Link, 0), None);
    }
}
