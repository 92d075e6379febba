//! Buttons: what each of them brings back, and what is done then.

use tillwatch_core::country::Country;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::{Currency, MOST_MINOR, Money};

use super::{Answer, Conversation};
use crate::ports::notifier::{Action, ActionKind, Address, Payload};
use crate::ports::store::{ListingKey, StoreError, WatchId};

/// A listing in a market, and perhaps a variant of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) item: ItemId,
    pub(super) sku: Option<SkuId>,
    pub(super) market: Country,
    pub(super) currency: Currency,
}

/// What a button of a watch asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Show,
    Why,
    Bought,
    Snooze,
    Lower,
    Raise,
    Stop,
    Resume,
}

/// What a button asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Press {
    /// Of a watch, under an alert or a list, which stays as it is.
    Deed(Deed, WatchId),
    /// Of a watch, under a message that shows it and changes with it.
    Own(Deed, WatchId),
    Watch(Place, Money),
    Why(Place),
    Elsewhere(Place),
    Look(Place),
    StopAll,
}

/// The letters of the deeds; those under an alert are part of messages that were sent long ago.
const DEEDS: [(Deed, &str); 8] = [
    (Deed::Show, "v"),
    (Deed::Why, "n"),
    (Deed::Bought, "b"),
    (Deed::Snooze, "z"),
    (Deed::Lower, "l"),
    (Deed::Raise, "u"),
    (Deed::Stop, "x"),
    (Deed::Resume, "r"),
];

impl Place {
    pub(super) fn of(key: &ListingKey, sku: Option<&SkuId>) -> Self {
        Self {
            item: key.item.clone(),
            sku: sku.cloned(),
            market: key.market,
            currency: key.currency,
        }
    }

    pub(super) fn key(&self) -> ListingKey {
        ListingKey {
            item: self.item.clone(),
            market: self.market,
            currency: self.currency,
        }
    }

    fn written(&self) -> String {
        let sku = self.sku.as_ref().map_or("", SkuId::as_str);
        format!("{}:{sku}:{}:{}", self.item, self.market, self.currency)
    }
}

impl Press {
    /// The button; `None` where its words would not fit, as of a listing with a very long id.
    pub(super) fn action(&self, kind: ActionKind, label: &str) -> Option<Action> {
        Some(Action {
            kind,
            label: label.to_owned(),
            payload: Payload::parse(&self.written()).ok()?,
            page: None,
        })
    }

    fn written(&self) -> String {
        let letter = |deed: &Deed| {
            DEEDS
                .iter()
                .find(|(other, _)| other == deed)
                .map_or("", |(_, letter)| letter)
        };
        match self {
            Self::Deed(deed, watch) => format!("{}{}", letter(deed), watch.0),
            Self::Own(deed, watch) => format!("{}.{}", letter(deed), watch.0),
            Self::Watch(place, target) => format!("w:{}:{}", place.written(), target.minor()),
            Self::Why(place) => format!("y:{}", place.written()),
            Self::Elsewhere(place) => format!("m:{}", place.written()),
            Self::Look(place) => format!("g:{}", place.written()),
            Self::StopAll => "s".to_owned(),
        }
    }

    /// Reads what a button brings back. Nothing of it is believed: a chat's program may send anything.
    fn read(text: &str) -> Option<Self> {
        if text == "s" {
            return Some(Self::StopAll);
        }
        let Some((letter, rest)) = text.split_once(':') else {
            let (deed, _) = DEEDS.iter().find(|(_, letter)| text.starts_with(letter))?;
            let number = text.get(1..)?;
            let (own, number) = number
                .strip_prefix('.')
                .map_or((false, number), |number| (true, number));
            let watch = WatchId(number.parse().ok()?);
            return Some(if own {
                Self::Own(*deed, watch)
            } else {
                Self::Deed(*deed, watch)
            });
        };
        let mut parts = rest.split(':');
        let mut next = || parts.next();
        let place = Place {
            item: ItemId::parse(next()?).ok()?,
            sku: match next()? {
                "" => None,
                sku => Some(SkuId::parse(sku).ok()?),
            },
            market: Country::parse(next()?).ok()?,
            currency: Currency::parse(next()?).ok()?,
        };
        let amount = next();
        match (letter, amount) {
            ("w", Some(amount)) => {
                let minor = amount.parse().ok().filter(|minor| (1..=MOST_MINOR).contains(minor))?;
                let target = Money::new(minor, place.currency);
                Some(Self::Watch(place, target))
            }
            ("y", None) => Some(Self::Why(place)),
            ("m", None) => Some(Self::Elsewhere(place)),
            ("g", None) => Some(Self::Look(place)),
            _ => None,
        }
    }
}

impl Conversation {
    /// What is answered to a press of a button.
    pub(super) async fn press(
        &self,
        chat: &Address,
        payload: &Payload,
        message: Option<i64>,
        now: Instant,
    ) -> Result<Answer, StoreError> {
        match Press::read(payload.as_str()) {
            Some(Press::Deed(deed, watch)) => self.deed(chat, deed, watch, None, now),
            Some(Press::Own(deed, watch)) => self.deed(chat, deed, watch, message, now),
            Some(Press::Watch(place, target)) => self.begin(chat, &place, target, message, now),
            Some(Press::Why(place)) => self.why(&place, now),
            Some(Press::Elsewhere(place)) => Ok(self.elsewhere(&place, now)),
            Some(Press::Look(place)) => self.at_place(chat, place, now).await,
            Some(Press::StopAll) => self.stop_all(chat, message, now),
            None => Ok(Answer::toast("This button is no longer understood")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use proptest::prelude::*;

    use super::*;

    fn place(sku: Option<&str>) -> Place {
        Place {
            item: ItemId::parse("1005006367324382").unwrap(),
            sku: sku.map(|sku| SkuId::parse(sku).unwrap()),
            market: Country::US,
            currency: Currency::USD,
        }
    }

    #[test]
    fn a_button_brings_back_what_it_was_made_of_and_fits() {
        let target = Money::new(MOST_MINOR, Currency::USD);
        let pinned = place(Some("12000036893609536"));
        let mut all = vec![
            Press::Watch(pinned.clone(), target),
            Press::Watch(place(None), target),
            Press::Why(pinned.clone()),
            Press::Elsewhere(place(None)),
            Press::Look(pinned),
            Press::StopAll,
        ];
        for (deed, _) in DEEDS {
            all.extend([Press::Deed(deed, WatchId(17)), Press::Own(deed, WatchId(i64::MAX))]);
        }
        for press in all {
            let action = press.action(ActionKind::Show, "x").unwrap();
            assert_eq!(Press::read(action.payload.as_str()), Some(press));
        }
    }

    #[test]
    fn what_no_button_brings_back_is_not_understood() {
        for text in [
            "x",
            "x1e3",
            "q17",
            "w:1005006367324382::US:USD",
            "w:1005006367324382::US:USD:0",
            "w:1005006367324382::US:USD:-5",
            "w:1005006367324382::US:USD:99999999999999999",
            "w:1005006367324382::XX1:USD:5",
            "y:1::US:USD:5",
            "s1",
            "é17",
        ] {
            assert_eq!(Press::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_payload_stops_the_bot(text in "\\PC{0,64}") {
            Press::read(&text);
        }
    }
}
