//! Lanes: which discounts a price counts, since "the price" has no single answer.

use core::fmt;

/// What is taken off a price before it is kept. Each lane has a history of its own, and each is at most the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Nothing applied: the price on the listing, with shipping.
    Sticker,
    /// Discounts that apply by themselves.
    Automatic,
    /// Also public coupons, which attach once they are saved.
    Public,
    /// Also a public code that is typed.
    Code,
}

impl Lane {
    /// All of them, from the dearest to the cheapest.
    pub const ALL: [Self; 4] = [Self::Sticker, Self::Automatic, Self::Public, Self::Code];

    /// The name in every format of ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sticker => "sticker",
            Self::Automatic => "automatic",
            Self::Public => "public",
            Self::Code => "code",
        }
    }

    /// The lane of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_found_by_its_name_alone() {
        assert_eq!(Lane::ALL.map(Lane::name), ["sticker", "automatic", "public", "code"]);
        for lane in Lane::ALL {
            assert_eq!(Lane::from_name(lane.name()), Some(lane));
        }
        assert_eq!((Lane::from_name("Sticker"), Lane::from_name("")), (None, None));
    }
}
