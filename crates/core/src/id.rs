//! Identifiers, each its own type so that a store can never be passed where an item is meant.
//!
//! They are texts and not numbers: variant ids have 17 digits and more, past what a double can hold,
//! and the format must survive the day on which an id is no number at all.

use alloc::boxed::Box;
use alloc::string::ToString;
use core::fmt;

/// Ids of the US storefront are the global ones plus this: 2^51.
///
/// Seen on 87 recorded listings of December 2022 and in one official answer of April 2026, without exception.
pub const US_OFFSET: u64 = 2_251_799_813_685_248;

/// The longest text that is taken for an id.
const LONGEST: usize = 128;

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing, or only blanks.
    #[error("is empty; an id has 1 to 128 characters")]
    Empty,
    /// More than 128 characters.
    #[error("has more than 128 characters")]
    TooLong,
    /// A control character or a blank at either end.
    #[error("has a control character or a blank at its end")]
    Unprintable,
}

fn checked(text: &str) -> Result<Box<str>, IdError> {
    if text.trim().is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > LONGEST {
        return Err(IdError::TooLong);
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(IdError::Unprintable);
    }
    Ok(text.into())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The only door: 1 to 128 characters without control characters.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                checked(text).map(Self)
            }

            /// The id as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        text_id!(@shown $name);
    };
    (@shown $name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }
    };
}

text_id! {
    /// One thing on a listing that can be bought (SKU): a colour, a size, a warehouse.
    SkuId
}
text_id! {
    /// A store. The same shop has different ids on the global and the US storefront; prefer the seller where it is known.
    StoreId
}
text_id! {
    /// The seller behind a store; the page calls it `adminSeq`.
    SellerId
}
text_id! {
    /// A category of goods.
    CategoryId
}
text_id! {
    /// A discount, as its source or its operator names it.
    DiscountId
}
text_id! {
    /// A group of lines that share one shipping fee in a checkout.
    PoolId
}
text_id! {
    /// A warehouse or a country that goods are shipped from, such as `CN` or `US`.
    Warehouse
}

/// A listing. Always the canonical id: an id of the US storefront is folded into the global one on the way in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(Box<str>);

impl ItemId {
    /// The only door for texts; digits of 2^51 or more lose [`US_OFFSET`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let written = checked(text)?;
        if written.len() >= 16
            && written.bytes().all(|b| b.is_ascii_digit())
            && let Ok(number) = written.parse::<u64>()
        {
            return Ok(Self::from_number(number));
        }
        Ok(Self(written))
    }

    /// The canonical id of a number as a link or an answer gives it.
    pub fn from_number(number: u64) -> Self {
        Self(number.checked_sub(US_OFFSET).unwrap_or(number).to_string().into())
    }

    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(@shown ItemId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_us_storefront_folds_into_the_global_one() {
        let us = ItemId::parse("3256807990906987").map(|id| id.to_string());
        assert_eq!(us.as_deref(), Ok("1005008177221739"));
    }

    #[test]
    fn a_global_id_stays_as_it_is() {
        let id = ItemId::parse("1005008177221739").map(|id| id.to_string());
        assert_eq!(id.as_deref(), Ok("1005008177221739"));
    }

    #[test]
    fn an_id_that_is_no_number_is_kept() {
        assert_eq!(ItemId::parse("mug-1").map(|id| id.to_string()).as_deref(), Ok("mug-1"));
    }

    #[test]
    fn empty_long_and_control_texts_are_no_ids() {
        assert_eq!(StoreId::parse("  "), Err(IdError::Empty));
        assert_eq!(StoreId::parse(&"1".repeat(129)), Err(IdError::TooLong));
        assert_eq!(StoreId::parse("1\u{0}2"), Err(IdError::Unprintable));
        assert_eq!(StoreId::parse(" 12"), Err(IdError::Unprintable));
    }
}
