//! Ways of shipping out of freight rows: the line's own fee, or the one fee of the Choice group.

use serde_json::Value;
use tillwatch_core::country::Country;
use tillwatch_core::id::PoolId;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::Shipping;

use super::amount::money_value;
use super::price::{own_currency, words};
use super::value::{at, country, currency, days, first, shown, text, warehouse, yes};

/// The pool of all lines whose fee is the Choice group's.
const POOL: &str = "choice";

/// What the freight rows of a page say.
#[derive(Debug, Default)]
pub(super) struct Freight {
    /// The ways, cheapest first.
    pub(super) ways: Vec<Shipping>,
    /// The country that the rows were quoted for.
    pub(super) to: Option<Country>,
    /// Every row says that nothing is shipped there.
    pub(super) unreachable: bool,
    /// Words on free shipping from a spend on: "Free shipping for orders over US $40.00".
    pub(super) free_over: Vec<String>,
    /// Rows whose fee could not be read.
    pub(super) unread: usize,
}

/// Reads freight rows: `bizData` objects, or objects that hold one.
pub(super) fn read<'a>(rows: impl Iterator<Item = &'a Value>, page: Option<Currency>) -> Freight {
    let mut freight = Freight::default();
    let (mut seen, mut unreachable) = (0_usize, 0_usize);
    for row in rows.take(200) {
        let data = if row.get("bizData").is_some() {
            at(row, "bizData")
        } else {
            row
        };
        if !data.is_object() {
            continue;
        }
        seen = seen.saturating_add(1);
        freight.to = freight.to.or_else(|| country(at(data, "shipToCode")));
        if yes(at(data, "unreachable")) {
            unreachable = unreachable.saturating_add(1);
            continue;
        }
        match way(data, page) {
            Some(way) => freight.ways.push(way),
            None => freight.unread = freight.unread.saturating_add(1),
        }
        let words = first(data, &["freeShippingPromotion", "freeShippingPanelPromotion"]);
        if let Some(words) = shown(words, 200).filter(|words| !freight.free_over.contains(words)) {
            freight.free_over.push(words);
        }
    }
    freight.unreachable = seen > 0 && seen == unreachable;
    freight.ways.sort_by_key(|way| way.fee.minor());
    freight
}

fn way(data: &Value, page: Option<Currency>) -> Option<Shipping> {
    // `currency` of a row is the base currency and not the one in which the fee is shown (March 2024).
    let shown_in = currency(at(data, "displayCurrency")).or(page);
    let fee = fee(data, shown_in)?;
    // Seen in March 2024: "yes" goes with one fee for all such lines of the order, waived from a threshold. Rows of
    // December 2022 name a threshold without it and are the line's own.
    let pooled = yes(at(data, "choiceFreeShipping")) && fee.is_positive();
    let threshold = || words(at(data, "logisticsComposeThreshold"), fee.currency()).filter(|t| t.is_positive());
    Some(Shipping {
        fee,
        pool: pooled.then(|| PoolId::parse(POOL).ok()).flatten(),
        free_from: pooled.then(threshold).flatten(),
        service: shown(
            first(data, &["company", "deliveryProviderName", "deliveryOptionCode"]),
            80,
        ),
        from: warehouse(first(data, &["shipFromCode", "shipFrom"])),
        to: country(at(data, "shipToCode")),
        days: days_of(at(data, "deliveryDayMin"), at(data, "deliveryDayMax")),
    })
}

/// A fee is shown with an amount; without one it is free, unless the row says that it charges.
fn fee(data: &Value, shown_in: Option<Currency>) -> Option<Money> {
    let amount = at(data, "displayAmount");
    let words_of_it = at(data, "formattedAmount");
    if amount.is_null() && words_of_it.is_null() {
        let charged = text(at(data, "shippingFee")).is_some_and(|fee| fee != "free");
        return if charged { None } else { shown_in.map(Money::zero) };
    }
    let currency = own_currency(amount).or(shown_in)?;
    money_value(amount, currency).or_else(|| words(words_of_it, currency))
}

/// A fee of the line alone, of which nothing else is known.
pub(super) fn line_fee(fee: Money) -> Shipping {
    Shipping {
        fee,
        pool: None,
        free_from: None,
        service: None,
        from: None,
        to: None,
        days: None,
    }
}

/// The fewest and the most days on the way, if both are there and in this order.
pub(super) fn days_of(fewest: &Value, most: &Value) -> Option<(u16, u16)> {
    days(fewest).zip(days(most)).filter(|(fewest, most)| fewest <= most)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use super::*;

    fn read_one(json: &str) -> Freight {
        let row: Value = serde_json::from_str(json).unwrap();
        read(std::iter::once(&row), Some(Currency::USD))
    }

    #[test]
    fn a_row_without_an_amount_is_free_only_where_it_does_not_charge() {
        assert!(
            read_one(r#"{"shippingFee": "free", "shipToCode": "US"}"#).ways[0]
                .fee
                .is_zero()
        );
        let unread = read_one(r#"{"shippingFee": "charge"}"#);
        assert_eq!((unread.ways.len(), unread.unread), (0, 1));
    }

    #[test]
    fn the_choice_fee_is_pooled_and_its_threshold_is_no_fee() {
        let freight = read_one(
            r#"{"bizData": {"shippingFee": "charge", "displayAmount": 51.98, "displayCurrency": "MXN",
                "choiceFreeShipping": "yes", "logisticsComposeThreshold": "MXN$170,00", "shipToCode": "MX",
                "deliveryDayMin": 12, "deliveryDayMax": 14, "shipFromCode": "CN"}}"#,
        );
        let way = &freight.ways[0];
        assert_eq!(
            (way.fee.to_string(), way.fee.currency().to_string()),
            ("51.98".into(), "MXN".into())
        );
        assert_eq!(way.pool.as_ref().map(PoolId::as_str), Some("choice"));
        assert_eq!(way.free_from.map(|m| m.to_string()).as_deref(), Some("170.00"));
        assert_eq!(
            (way.days, freight.to.map(|c| c.to_string()).as_deref()),
            (Some((12, 14)), Some("MX"))
        );
    }

    #[test]
    fn a_threshold_without_the_choice_mark_leaves_the_fee_with_the_line() {
        let freight = read_one(r#"{"displayAmount": 3.68, "logisticsComposeThreshold": "$5.00"}"#);
        assert_eq!((freight.ways[0].pool.clone(), freight.ways[0].free_from), (None, None));
    }

    #[test]
    fn a_page_whose_every_row_is_unreachable_ships_nothing() {
        assert!(read_one(r#"{"unreachable": true, "shipToCode": "MX"}"#).unreachable);
    }
}
