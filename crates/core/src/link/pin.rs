//! The variant that a link points at. Several parameters name one; they are asked in their order of trust.

use super::number;
use super::percent::decoded_until;
use super::url::Query;
use crate::id::SkuId;

/// Which part of a link named the variant, from the most to the least trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PinSource {
    /// The parameter `sku_id`.
    SkuIdParameter,
    /// The parameter `skuId`.
    SkuIdCamelParameter,
    /// `sku_id` within the JSON of `pdp_ext_f`.
    ExtendedJson,
    /// What follows the item in `productIds=<item>:<sku>`, or in the pasted `<item>:<sku>`.
    ProductIdsSuffix,
    /// The variant within `pdp_npi`: which price was shown, so a hint and not the shopper's choice.
    ShownPrice,
}

impl PinSource {
    /// The source's name for programs; it does not change between releases.
    pub fn name(self) -> &'static str {
        match self {
            Self::SkuIdParameter => "sku_id",
            Self::SkuIdCamelParameter => "skuId",
            Self::ExtendedJson => "pdp_ext_f",
            Self::ProductIdsSuffix => "productIds",
            Self::ShownPrice => "pdp_npi",
        }
    }

    /// Whether the shopper's link only recorded a shown price, so that the variant should be confirmed.
    pub fn is_hint(self) -> bool {
        self == Self::ShownPrice
    }
}

/// A variant and where it was found.
pub(super) type Pin = (SkuId, PinSource);

/// The most trusted pin of an address; `suffix` is the one that came with the item's number.
pub(super) fn of(query: &Query<'_>, suffix: Option<SkuId>) -> Option<Pin> {
    let parameter = |name| query.value(name).and_then(|value| number::variant(value.trim()));
    let shown = || query.value("pdp_npi").and_then(|value| shown(&value));
    let extended = || query.value("pdp_ext_f").and_then(|value| extended(&value));
    let pin = |source| move |sku| (sku, source);
    None.or_else(|| parameter("sku_id").map(pin(PinSource::SkuIdParameter)))
        .or_else(|| parameter("skuId").map(pin(PinSource::SkuIdCamelParameter)))
        .or_else(|| extended().map(pin(PinSource::ExtendedJson)))
        .or_else(|| suffix.map(pin(PinSource::ProductIdsSuffix)))
        .or_else(|| shown().map(pin(PinSource::ShownPrice)))
}

/// `{"sku_id":"12000…"}`. Searched and not parsed, for links arrive with the JSON's end cut off.
fn extended(value: &str) -> Option<SkuId> {
    const KEY: &str = "\"sku_id\"";
    let json = decoded_until(value, |text| text.contains(KEY));
    let (_, after) = json.split_once(KEY)?;
    let digits = after.trim_start().strip_prefix(':')?.trim_start();
    let digits = digits.strip_prefix('"').unwrap_or(digits);
    number::variant(digits.split(|c: char| !c.is_ascii_digit()).next()?)
}

/// `6@dis!ILS!31.36!15.68!!…@<trace>!<variant>!affd!…`: the second field after the last `@`.
fn shown(value: &str) -> Option<SkuId> {
    let text = decoded_until(value, |text| text.contains('!'));
    let (_, trace) = text.rsplit_once('@')?;
    number::variant(trace.split('!').nth(1)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use alloc::format;

    use super::super::url::Url;
    use super::*;

    fn check(query: &str, suffix: Option<&str>, expected: Option<(&str, PinSource)>) {
        let address = format!("a.b/?{query}");
        let pin = of(&Url::split(&address).unwrap().query, suffix.and_then(number::variant));
        let pin = pin.as_ref().map(|(sku, source)| (sku.as_str(), *source));
        assert_eq!(pin, expected, "{query}");
    }

    #[test]
    fn the_most_trusted_parameter_wins_and_the_next_takes_its_place() {
        let all = "pdp_npi=4@dis!USD!1!1!!!@x!10005!a&pdp_ext_f={\"sku_id\":\"10003\"}&skuId=10002&sku_id=10001";
        check(all, Some("10004"), Some(("10001", PinSource::SkuIdParameter)));
        let all = all.replace("&sku_id=10001", "");
        check(&all, Some("10004"), Some(("10002", PinSource::SkuIdCamelParameter)));
        let all = all.replace("&skuId=10002", "");
        check(&all, Some("10004"), Some(("10003", PinSource::ExtendedJson)));
        let all = all.replace("sku_id", "x");
        check(&all, Some("10004"), Some(("10004", PinSource::ProductIdsSuffix)));
        check(&all, None, Some(("10005", PinSource::ShownPrice)));
        check("", None, None);
    }

    #[test]
    fn json_is_read_encoded_twice_or_cut_off() {
        let expected = Some(("12000036893609536", PinSource::ExtendedJson));
        check(
            "pdp_ext_f=%7B%22sku_id%22%3A%2212000036893609536%22%7D?appkey=5",
            None,
            expected,
        );
        check(
            "pdp_ext_f=%257B%2522sku_id%2522%253A%252212000036893609536%2522%257D",
            None,
            expected,
        );
        check("pdp_ext_f={\"sku_id\" : 12000036893609536", None, expected);
        check("pdp_ext_f={\"orig_item_id\":\"1005005539162593\"}", None, None);
    }

    #[test]
    fn what_is_no_variant_number_is_passed_over() {
        check(
            "sku_id=undefined&skuId=12000036893609537",
            None,
            Some(("12000036893609537", PinSource::SkuIdCamelParameter)),
        );
        check("sku_id=0&pdp_npi=@&pdp_ext_f=", None, None);
    }
}
