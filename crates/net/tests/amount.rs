//! Displayed amounts and offers, in the formats that the marketplace shows.
#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

use proptest::prelude::*;
use serde_json::{Value, json};
use tillwatch_core::discount::{Benefit, Percent, PieceTier};
use tillwatch_core::money::{BasisPoints, Currency, Money};
use tillwatch_net::readers::amount::{Offer, amounts_in, money_value, number, offer, parse};

fn in_(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn minor(text: &str, code: &str) -> Option<i64> {
    parse(text, in_(code)).map(Money::minor)
}

fn minors(text: &str, code: &str) -> Vec<i64> {
    amounts_in(text, in_(code)).into_iter().map(Money::minor).collect()
}

#[test]
fn every_displayed_format_is_read_to_the_last_unit() {
    let table = [
        ("US $2,415.08", "USD", 241_508),
        ("$7.35", "USD", 735),
        ("2.415,08 €", "EUR", 241_508),
        ("€ 2,75", "EUR", 275),
        ("20,40 €", "EUR", 2_040),
        ("1,99€", "EUR", 199),
        ("2.000 €", "EUR", 200_000),
        ("2.00 €", "EUR", 200),
        ("1\u{a0}234,56kr", "SEK", 123_456),
        ("1\u{202f}234,56 kr", "NOK", 123_456),
        ("1\u{2009}234 567,80 kr", "SEK", 123_456_780),
        ("100,00kr", "SEK", 10_000),
        ("917,40 грн.", "UAH", 91_740),
        ("MXN$2.314,90", "MXN", 231_490),
        ("R$ 12,90", "BRL", 1_290),
        ("R$1.234,5", "BRL", 123_450),
        ("CN￥ 88.10", "CNY", 8_810),
        ("C$8.31", "CAD", 831),
        ("￡3.05", "GBP", 305),
        ("₪52.70", "ILS", 5_270),
        ("52.70 ILS", "ILS", 5_270),
        ("\u{200f}52.70 \u{200f}₪", "ILS", 5_270),
        ("KRW 15,400", "KRW", 15_400),
        ("₩15,400", "KRW", 15_400),
        ("￥1.500", "JPY", 1_500),
        ("KWD 1.250", "KWD", 1_250),
        ("1,250.500 KWD", "KWD", 1_250_500),
        ("2,710,455.18", "SEK", 271_045_518),
        ("₹2,34,567.89", "INR", 23_456_789),
        ("₹2,34,567", "INR", 23_456_700),
        ("CHF 1’234.50", "CHF", 123_450),
        ("1'234'567.50", "CHF", 123_456_750),
        ("zł 45,5", "PLN", 4_550),
        ("PKR 1,204", "PKR", 120_400),
        ("١٢٫٥٠", "AED", 1_250),
        ("0.99", "USD", 99),
        ("7", "USD", 700),
    ];
    for (text, code, expected) in table {
        assert_eq!(minor(text, code), Some(expected), "{text:?} in {code}");
    }
}

#[test]
fn what_is_no_single_amount_of_the_currency_is_none() {
    let table = [
        ("", "USD"),
        ("free", "USD"),
        ("-$5.00", "USD"),
        ("−5", "USD"),
        ("$1.20 - $3.40", "USD"),
        ("12%", "USD"),
        ("12 sold", "USD"),
        ("1.234.56", "USD"),
        ("12,34,56", "USD"),
        ("0.999", "USD"),
        ("1.2345", "USD"),
        ("12.5", "KRW"),
        ("45.90 ILS", "USD"),
        ("MXN$45,90", "USD"),
        ("US $45.90", "CAD"),
        ("45,90 €", "GBP"),
        ("99999999999999999999999", "USD"),
    ];
    for (text, code) in table {
        assert_eq!(minor(text, code), None, "{text:?} in {code}");
    }
    assert_eq!(minor("12.00", "KRW"), Some(12), "zeros past the digits are nothing");
}

#[test]
fn all_amounts_of_a_sentence_are_found_in_order_and_nothing_else_is() {
    assert_eq!(minors("$12 off on $109", "USD"), [1_200, 10_900]);
    assert_eq!(
        minors("US $6 off every US $45 spent (max US $18 off)", "USD"),
        [600, 4_500, 1_800]
    );
    assert_eq!(minors("En compras de MXN$712,30 o más", "MXN"), [71_230]);
    assert_eq!(minors("On order over ILS 71.5 , get ILS 4.02 off", "ILS"), [7_150, 402]);
    assert_eq!(minors("5 € de remise dès 30 € d'achat", "EUR"), [500, 3_000]);
    assert_eq!(minors("1,99€ 2,99€", "EUR"), [199, 299]);
    assert_eq!(minors("Buy 2 $5 off", "USD"), [500]);
    assert_eq!(minors("$0.94 each, ≥ 3 pieces", "USD"), [94]);
    assert_eq!(
        minors("Delivery: Dec. 28 - Jan. 04, 100% new, AFSO6", "USD"),
        [0_i64; 0]
    );
    assert_eq!(minors("5 £ or 6 €", "EUR"), [600]);
}

#[test]
fn an_offer_is_told_in_each_form_and_language_that_was_seen() {
    let usd = |minor| Money::new(minor, Currency::USD);
    let fixed = |amount, minimum: Option<i64>| {
        Some(Offer {
            benefit: Benefit::Fixed { amount: usd(amount) },
            min_spend: minimum.map(usd),
        })
    };
    let every = |amount, every, cap: Option<i64>| {
        Some(Offer {
            benefit: Benefit::PerSpend {
                every: usd(every),
                amount: usd(amount),
                cap: cap.map(usd),
            },
            min_spend: None,
        })
    };
    let read = |text| offer(text, Currency::USD);
    assert_eq!(read("$11 off on $95"), fixed(1_100, Some(9_500)));
    assert_eq!(read("On order over USD 12, get USD 3 off"), fixed(300, Some(1_200)));
    assert_eq!(read("Get US $4.50 off orders over US $44.00"), fixed(450, Some(4_400)));
    assert_eq!(read("US $3.20 off"), fixed(320, None));
    assert_eq!(
        read("3 $ de descuento en pedidos de más de 29 $"),
        fixed(300, Some(2_900))
    );
    assert_eq!(read("3 $ de remise dès 29 $ d'achat"), fixed(300, Some(2_900)));
    assert_eq!(read("3 $ Rabatt ab 29 $"), fixed(300, Some(2_900)));
    assert_eq!(read("3 $ di sconto per ordini oltre 29 $"), fixed(300, Some(2_900)));
    assert_eq!(read("Скидка $3 при заказе от $29"), fixed(300, Some(2_900)));
    assert_eq!(read("הנחה של $3 על כל הזמנה מעל $29"), fixed(300, Some(2_900)));
    assert_eq!(read("$4 off every $25"), every(400, 2_500, None));
    assert_eq!(
        read("US $6 off every US $45 spent (max US $18 off)"),
        every(600, 4_500, Some(1_800))
    );
    assert_eq!(read("US $4.00 off per US $40.00"), every(400, 4_000, None));
    assert_eq!(read("$4 dto. por cada $40"), every(400, 4_000, None));
    assert_eq!(read("4 $ de remise tous les 40 $"), every(400, 4_000, None));
    assert_eq!(read("4 $ Rabatt je 40 $"), every(400, 4_000, None));
    assert_eq!(read("$4 di sconto ogni $40"), every(400, 4_000, None));
    assert_eq!(read("$4 rabatu za każde $40"), every(400, 4_000, None));
    assert_eq!(read("Скидка $4 за каждые $40"), every(400, 4_000, None));
    assert_eq!(read("$4 הנחה על כל $40"), every(400, 4_000, None));
}

#[test]
fn a_share_is_told_with_its_cap_its_minimum_or_its_pieces() {
    let percent = |points| Percent(BasisPoints::new(points).unwrap());
    let read = |text| offer(text, in_("EUR"));
    let euros = |minor| Money::new(minor, in_("EUR"));
    let share = |points, cap: Option<i64>, minimum: Option<i64>| {
        Some(Offer {
            benefit: Benefit::Percent {
                percent: percent(points),
                cap: cap.map(euros),
            },
            min_spend: minimum.map(euros),
        })
    };
    assert_eq!(read("get 10% off"), share(1_000, None, None));
    assert_eq!(
        read("On order over EUR 20, get 7.5% off"),
        share(750, None, Some(2_000))
    );
    assert_eq!(read("10% off, up to €5"), share(1_000, Some(500), None));
    let pieces = |pieces, points| {
        Some(Offer {
            benefit: Benefit::Pieces {
                tiers: vec![PieceTier {
                    pieces,
                    percent: percent(points),
                }],
            },
            min_spend: None,
        })
    };
    assert_eq!(read("Buy 4 get 6% off"), pieces(4, 600));
    assert_eq!(read("Compra 4 y llévate 6% dto."), pieces(4, 600));
    assert_eq!(read("up to 60% off"), None);
}

#[test]
fn a_saving_a_fee_or_a_rate_is_no_offer() {
    for text in [
        "Save $17.50",
        "New shoppers save $9.20",
        "Free shipping over $10",
        "14-day delivery on $5",
        "+Shipping: $4.10",
        "$0.94 each, ≥ 3 pieces",
        "4 × $14.68 with no interest",
        "Orders over US $44.00",
        "Every US $45 spent",
        "$1 off on $9, $2 off on $19",
        "$0 off on $19",
        "",
    ] {
        assert_eq!(offer(text, Currency::USD), None, "{text:?}");
    }
}

#[test]
fn json_numbers_keep_their_digits() {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let cents = |value: &Value| money_value(value, Currency::USD).map(Money::minor);
    assert_eq!(cents(&value("6.7")), Some(670));
    assert_eq!(cents(&value("45")), Some(4_500));
    assert_eq!(cents(&value("45.000")), Some(4_500));
    assert_eq!(cents(&json!("33.81")), Some(3_381));
    assert_eq!(
        number(&value("12000036815593862001")).as_deref(),
        Some("12000036815593862001")
    );
    for refused in ["-1", "1e3", "1.234", "null", "\"\"", "\"1,2\"", "[]", "true"] {
        assert_eq!(cents(&value(refused)), None, "{refused}");
    }
}

fn grouped(whole: i64, mark: &str) -> String {
    let digits = whole.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

proptest! {
    #[test]
    fn an_amount_that_is_written_is_read_back(minor in 0_i64..1_000_000_000_000) {
        let (whole, cents) = (minor / 100, minor % 100);
        for (text, code) in [
            (format!("US ${}.{cents:02}", grouped(whole, ",")), "USD"),
            (format!("{},{cents:02} €", grouped(whole, ".")), "EUR"),
            (format!("€ {whole},{cents:02}"), "EUR"),
            (format!("{},{cents:02}kr", grouped(whole, "\u{a0}")), "SEK"),
            (format!("{}.{cents:02} CHF", grouped(whole, "’")), "CHF"),
            (format!("R$ {},{cents:02}", grouped(whole, ".")), "BRL"),
        ] {
            prop_assert_eq!(parse(&text, in_(code)).map(Money::minor), Some(minor), "{}", &text);
            prop_assert_eq!(minors(&format!("Get {text} off"), code), vec![minor], "{}", &text);
        }
        prop_assert_eq!(parse(&format!("₩{}", grouped(minor, ",")), in_("KRW")).map(Money::minor), Some(minor));
        let (whole, part) = (minor / 1_000, minor % 1_000);
        let text = format!("KWD {}.{part:03}", grouped(whole, ","));
        prop_assert_eq!(parse(&text, in_("KWD")).map(Money::minor), Some(minor), "{}", &text);
    }

    #[test]
    fn no_text_makes_a_reader_fall_over(text in "\\PC*") {
        for code in ["USD", "JPY", "KWD"] {
            let _ = (parse(&text, in_(code)), amounts_in(&text, in_(code)), offer(&text, in_(code)));
        }
    }

    #[test]
    fn no_mixture_of_digits_marks_and_words_makes_a_reader_fall_over(
        text in "([0-9٣]|[.,'’ \u{a0}]|[$€₪%-]|off|max|every|US|KWD|buy|İ|כל){0,40}"
    ) {
        for code in ["USD", "KRW", "KWD"] {
            let currency = in_(code);
            for money in amounts_in(&text, currency) {
                prop_assert!(money.minor() >= 0);
            }
            let _ = (parse(&text, currency), offer(&text, currency), number(&json!(text)));
        }
    }
}
