//! Amounts and sentences as storefronts write them: marks, signs and languages as they were recorded.

use serde_json::{Number, Value, json};
use tillwatch_core::money::{BasisPoints, Money};

/// How the storefront of a country wrote in some year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    country: &'static str,
    /// The pages of 2022 write dollars as `US $1.00`, later ones as `$1.00`.
    old: bool,
}

/// Where a sign stands, and the marks between digits.
struct Style {
    front: &'static str,
    back: &'static str,
    thousands: &'static str,
    decimal: char,
}

impl Words {
    /// The storefront of a country in 2022.
    pub(super) const fn of_2022(country: &'static str) -> Self {
        Self { country, old: true }
    }

    /// The storefront of a country since 2023.
    pub(super) const fn of(country: &'static str) -> Self {
        Self { country, old: false }
    }

    fn spanish(self) -> bool {
        matches!(self.country, "MX" | "ES")
    }

    fn style(self, money: Money) -> Style {
        let style = |front, back, thousands, decimal| Style {
            front,
            back,
            thousands,
            decimal,
        };
        match money.currency().code() {
            "USD" if self.old => style("US $", "", ",", '.'),
            "USD" => style("$", "", ",", '.'),
            "GBP" => style("￡", "", ",", '.'),
            "EUR" => match self.country {
                "DE" => style("", "€", ".", ','),
                "FR" => style("", " €", "\u{202f}", ','),
                "NL" => style("€ ", "", ".", ','),
                _ => style("", " €", ".", ','),
            },
            "MXN" => style("MXN$", "", ".", ','),
            "BRL" => style("R$", "", ".", ','),
            "CAD" => style("C$", "", ",", '.'),
            "PLN" => style("", " zł", "\u{a0}", ','),
            "SEK" => style("", "kr", " ", ','),
            "UAH" => style("", " грн.", " ", ','),
            "JPY" => style("￥", "", ",", '.'),
            "KRW" => style("₩", "", ",", '.'),
            "ILS" => style("₪", "", ",", '.'),
            // Nothing recorded: the code behind, as affiliate links write it.
            _ => style("", "", ",", '.'),
        }
    }

    /// `US $1,192.72`, `1.192,72 €`, `MXN$1.986,69`.
    pub(super) fn amount(self, money: Money) -> String {
        let style = self.style(money);
        let (whole, part) = parts(money);
        let part = if part.is_empty() {
            part
        } else {
            format!("{}{part}", style.decimal)
        };
        let code = if style.front.is_empty() && style.back.is_empty() {
            format!(" {}", money.currency())
        } else {
            String::new()
        };
        let Style {
            front, back, thousands, ..
        } = style;
        format!("{front}{}{part}{back}{code}", grouped(&whole, thousands))
    }

    /// The same without a part of nothing: `US $5`, `MXN$20`.
    fn brief(self, money: Money) -> String {
        let zeros = format!(
            "{}{}",
            self.style(money).decimal,
            "0".repeat(usize::from(money.currency().digits()))
        );
        let long = self.amount(money);
        if money.currency().digits() == 0 {
            long
        } else {
            long.replacen(&zeros, "", 1)
        }
    }

    /// `MXN$18.995,11|18995|11`: the words, the whole units and the part.
    pub(super) fn local(self, money: Money) -> String {
        let (whole, part) = parts(money);
        format!("{}|{whole}|{part}", self.amount(money))
    }

    /// An amount object, `{"currency": "MXN", "formatedAmount": "MXN$8,52", "value": 8.52}`, misspelt as it is.
    pub(super) fn object(self, money: Money) -> Value {
        json!({
            "currency": money.currency().code(),
            "formatedAmount": self.amount(money),
            "value": number(money),
        })
    }

    /// A minimum: "Orders over US $29.00".
    pub(super) fn minimum(self, minimum: Money) -> String {
        let minimum = self.amount(minimum);
        if self.spanish() {
            format!("En compras de {minimum} o más")
        } else {
            format!("Orders over {minimum}")
        }
    }

    /// An amount off an order, once.
    pub(super) fn off_once(self, amount: Money, minimum: Money) -> String {
        let (amount, minimum) = (self.amount(amount), self.amount(minimum));
        if self.spanish() {
            format!("{amount} dto. en pedidos de más de {minimum}")
        } else {
            format!("Get {amount} off orders over {minimum}")
        }
    }

    /// An amount off for each so much.
    pub(super) fn off_each(self, amount: Money, every: Money) -> String {
        let (amount, every) = (self.amount(amount), self.amount(every));
        if self.spanish() {
            format!("{amount} dto. cada pedido de más de {every}")
        } else {
            format!("Get {amount} off each order over {every}")
        }
    }

    /// What the link of every amount off says, of those too that are taken once.
    pub(super) fn off_per(self, amount: Money, every: Money) -> String {
        let (amount, every) = (self.amount(amount), self.amount(every));
        if self.spanish() {
            format!("{amount} dto. por cada {every}")
        } else {
            format!("{amount} off per {every}")
        }
    }

    /// A share off from a number of pieces.
    pub(super) fn pieces(self, pieces: u32, share: BasisPoints) -> String {
        if self.spanish() {
            format!("Compra {pieces} y consigue {share}% dto.")
        } else {
            format!("Buy {pieces} get {share}% off")
        }
    }

    /// Off every so much across stores.
    pub(super) fn spend_and_save(self, amount: Money, every: Money, cap: Option<Money>) -> String {
        let (amount, every) = (self.brief(amount), self.brief(every));
        let cap = cap.map(|cap| self.brief(cap));
        match (self.spanish(), cap) {
            (false, Some(cap)) => format!("{amount} off every {every} spent (max {cap} off)"),
            (false, None) => format!("{amount} off every {every} spent"),
            (true, Some(cap)) => format!("{amount} dto. por cada {every} (máx. {cap})"),
            (true, None) => format!("{amount} dto. por cada {every}"),
        }
    }

    /// Free shipping from a spend on.
    pub(super) fn free_shipping(self, minimum: Money) -> String {
        let minimum = self.amount(minimum);
        if self.spanish() {
            format!("Envío gratis a partir de {minimum}")
        } else {
            format!("Free shipping for orders over {minimum} via the selected shipping method")
        }
    }

    /// The headings of a panel: platform, store, store discount, spend and save.
    pub(super) fn heading(self, group: &str) -> &'static str {
        match (group, self.spanish()) {
            ("platformCoupon", _) => "AliExpress Coupon/Code",
            ("shopCoupon", false) => "Store Coupon/Codes",
            ("shopCoupon", true) => "Código/Cupón vendedor",
            ("storeDiscount", false) => "Store Discount",
            ("storeDiscount", true) => "Tienda de descuento",
            _ => "Spend & Save",
        }
    }
}

/// The digits before and after the point.
fn parts(money: Money) -> (String, String) {
    let text = money.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    (whole.to_owned(), part.to_owned())
}

fn grouped(whole: &str, mark: &str) -> String {
    let first = whole.len() % 3;
    let mut groups = vec![&whole[..first]];
    groups.extend((first..whole.len()).step_by(3).map(|at| &whole[at..at + 3]));
    groups.retain(|group| !group.is_empty());
    groups.join(mark)
}

/// An amount as a JSON number of exactly its digits, without needless zeros: `8.5`, `33.81`, `1200`.
pub(super) fn number(money: Money) -> Value {
    let text = money.to_string();
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

    use tillwatch_core::money::Currency;

    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    #[test]
    fn amounts_are_written_as_they_were_recorded() {
        for (country, minor, code, written) in [
            ("US", 119_272, "USD", "$1,192.72"),
            ("DE", 958, "EUR", "9,58€"),
            ("FR", 119_272, "EUR", "1\u{202f}192,72 €"),
            ("ES", 119_272, "EUR", "1.192,72 €"),
            ("NL", 199, "EUR", "€ 1,99"),
            ("MX", 198_669, "MXN", "MXN$1.986,69"),
            ("GB", 247, "GBP", "￡2.47"),
            ("IL", 4_590, "ILS", "₪45.90"),
            ("JP", 1_234_567, "JPY", "￥1,234,567"),
            ("AE", 4_590, "AED", "45.90 AED"),
        ] {
            assert_eq!(Words::of(country).amount(money(minor, code)), written);
        }
        assert_eq!(Words::of_2022("US").amount(money(119_272, "USD")), "US $1,192.72");
        assert_eq!(Words::of("MX").local(money(1_899_511, "MXN")), "MXN$18.995,11|18995|11");
    }

    #[test]
    fn round_amounts_are_short_in_big_letters_only() {
        let words = Words::of_2022("US");
        let said = words.spend_and_save(money(500, "USD"), money(4_000, "USD"), Some(money(1_550, "USD")));
        assert_eq!(said, "US $5 off every US $40 spent (max US $15.50 off)");
    }

    #[test]
    fn a_number_has_exactly_the_digits_of_its_amount() {
        let written = |minor, code| number(money(minor, code)).to_string();
        assert_eq!(
            (written(850, "USD"), written(1_200, "JPY")),
            ("8.5".into(), "1200".into())
        );
        assert_eq!(written(800, "USD"), "8");
    }
}
