//! Which of the tracked variants a command is about: a listing that was pasted, and what narrows it down.

use tillwatch_app::ports::store::{ListingKey, ListingState, Store, TrackedVariant};
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::input::InputError;
use tillwatch_core::link::{Identity, IdentityKind, identify};
use tillwatch_core::money::Currency;

/// One tracked variant.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Which {
    /// A link, a share text or a bare id of a listing that is watched
    #[arg(value_name = "LINK-OR-ITEM")]
    what: String,
    /// The ship-to country, where it is watched for several
    #[arg(long, value_name = "CC", value_parser = Country::parse)]
    market: Option<Country>,
    /// The currency, where it is watched in several
    #[arg(long, value_name = "CUR", value_parser = Currency::parse)]
    currency: Option<Currency>,
    /// The variant [default: the link's, else the first that is watched]
    #[arg(long, value_name = "ID", value_parser = SkuId::parse)]
    sku: Option<SkuId>,
}

impl Which {
    /// The listing and the variant, or what there is in their place.
    pub(crate) fn find(&self, store: &dyn Store) -> anyhow::Result<(ListingState, TrackedVariant)> {
        let identity = identify(&self.what);
        let item = item(&identity, "LINK-OR-ITEM")?;
        let mut keys = store.markets_of(&item)?;
        let all = places(&keys);
        keys.retain(|key| {
            self.market.is_none_or(|market| key.market == market)
                && self.currency.is_none_or(|currency| key.currency == currency)
        });
        let key = match (keys.as_slice(), all.is_empty()) {
            ([key], _) => key,
            ([], true) => {
                let detail = format!("nothing is kept of item {item}; tillwatch watch add {item} begins");
                return Err(InputError::wrong("LINK-OR-ITEM", detail).into());
            }
            ([], false) => {
                let detail = format!("item {item} is not watched there; it is watched for {all}");
                return Err(InputError::wrong("--market", detail).into());
            }
            _ => {
                let detail = format!("item {item} is watched for {all}; name one");
                return Err(InputError::missing("--market", detail).into());
            }
        };
        let state = store.listing(key)?;
        let state = state.ok_or_else(|| InputError::wrong("LINK-OR-ITEM", format!("item {item} is gone")))?;
        let variant = self.variant(&identity, &state)?.clone();
        Ok((state, variant))
    }

    fn variant<'a>(&self, identity: &Identity, state: &'a ListingState) -> Result<&'a TrackedVariant, InputError> {
        let variants = &state.tracked.variants;
        let find = |sku: &SkuId| variants.iter().find(|one| one.sku.as_ref() == Some(sku));
        if let Some(asked) = &self.sku {
            let known: Vec<&str> = variants
                .iter()
                .map(|one| one.sku.as_ref().map_or("the selected one", SkuId::as_str))
                .collect();
            let detail = || format!("variant {asked} is not watched; known: {}", known.join(", "));
            return find(asked).ok_or_else(|| InputError::wrong("--sku", detail()));
        }
        let linked = identity.pinned().and_then(find);
        let none = || InputError::wrong("LINK-OR-ITEM", "no variant of it is kept");
        linked.or_else(|| variants.first()).ok_or_else(none)
    }
}

/// The listing of a text, or why it is none.
pub(crate) fn item(identity: &Identity, place: &str) -> Result<ItemId, InputError> {
    let reason = || {
        if identity.kind == IdentityKind::NeedsRedirect {
            return "this is a short link; with --follow, `resolve` and `watch add` ask where it leads".to_owned();
        }
        let reason = identity.reason.as_ref().map(ToString::to_string);
        reason.unwrap_or_else(|| "it is no listing".to_owned())
    };
    identity.item.clone().ok_or_else(|| InputError::wrong(place, reason()))
}

/// A lane by its name.
pub(crate) fn lane(name: &str) -> Result<Lane, String> {
    let names = Lane::ALL.map(Lane::name).join(", ");
    Lane::from_name(name).ok_or_else(|| format!("there are {names}"))
}

fn places(keys: &[ListingKey]) -> String {
    let places: Vec<String> = keys
        .iter()
        .map(|key| format!("{} ({})", key.market, key.currency))
        .collect();
    places.join(", ")
}
