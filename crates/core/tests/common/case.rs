//! Checkouts as people write them, and receipts as people read them: one small text on each side.
//!
//! ```text
//! line 50.00 x2 store=A ship=3.99
//! discount P5 platform 5.00 from=20.00
//! under seed-2026
//! before 100.00 + 3.99 = 103.99
//! platform P5 takes 5.00 of 100.00 -> 95.00
//! after 95.00 + 3.99 = 98.99
//! ```
//!
//! The first part becomes checkout JSON and goes through the reader; each `under` is a rule set and the whole receipt
//! that it must give, refusals and all.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use tillwatch_core::checkout::{self, Checkout, Tax};
use tillwatch_core::rules::{self, RuleBook, RuleSet};
use tillwatch_core::stack::{self, Receipt};

/// Carries out a case under each of its rule sets. Answers the totals in minor units, so that parts can be added up.
#[track_caller]
pub(crate) fn check(case: &str) -> Vec<i64> {
    let lines: Vec<&str> = case
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let mut blocks = lines.split(|line| line.starts_with("under "));
    let checkout = read(blocks.next().unwrap());
    let names = lines.iter().filter_map(|line| line.strip_prefix("under "));
    names
        .zip(blocks)
        .map(|(name, expected)| {
            let rules = rule_set(name);
            let stack = stack::best(&checkout, &rules);
            let written = serde_json::to_value(Receipt::new(&checkout, &rules, &stack)).unwrap();
            let told = told(&written);
            assert!(
                told == expected,
                "under {name}\n  expected:\n{}\n  got:\n{}",
                expected.join("\n"),
                told.join("\n")
            );
            stack.total().minor()
        })
        .collect()
}

/// A built-in rule set, or `strict`: the default one with free shipping kept away by exclusive discounts too.
pub(crate) fn rule_set(name: &str) -> RuleSet {
    if name == "strict" {
        let strict = include_str!("../../src/rules/seed-2026.json").replace(
            "\"exclusive_blocks_free_shipping\": false",
            "\"exclusive_blocks_free_shipping\": true",
        );
        return rules::read(strict.as_bytes()).unwrap();
    }
    RuleBook::built_in().unwrap().get(Some(name)).unwrap().clone()
}

/// The checkout of a case's first part.
fn read(lines: &[&str]) -> Checkout {
    let mut parts = json!({"market": "US", "currency": "USD", "at": "2026-06-03T12:00:00Z"});
    let (mut bought, mut discounts, mut pools) = (Vec::new(), Vec::new(), Vec::new());
    for text in lines {
        let words: Vec<&str> = text.split_whitespace().collect();
        let rest = &words[1..];
        match words[0] {
            "line" => bought.push(line(rest, bought.len())),
            "discount" => discounts.push(discount(rest, parts["currency"].as_str().unwrap())),
            "pool" => pools.push(match rest {
                [id, fee] => json!({"id": id, "fee": fee}),
                [id, fee, from] => json!({"id": id, "fee": fee, "free_from": from.trim_start_matches("free_from=")}),
                _ => panic!("{text}"),
            }),
            "tax" => {
                parts["tax"] = match rest {
                    ["included", rate] => json!({"included": true, "rate": rate}),
                    ["included", rate, "net"] => json!({"included": true, "rate": rate, "minimum_spend_net": true}),
                    ["added", rate] => json!({"included": false, "rate": rate}),
                    _ => panic!("{text}"),
                }
            }
            "holds" => parts["holds"] = json!(rest),
            field @ ("market" | "currency" | "at") => parts[field] = json!(rest[0]),
            _ => panic!("{text}"),
        }
    }
    parts["lines"] = Value::Array(bought);
    parts["discounts"] = Value::Array(discounts);
    parts["shipping_pools"] = Value::Array(pools);
    let plain = Tax {
        included: true,
        ..Tax::default()
    };
    let read = checkout::read(parts.to_string().as_bytes(), |_| plain).unwrap();
    assert_eq!(read.warnings, Vec::<String>::new());
    read.value
}

fn line(words: &[&str], place: usize) -> Value {
    let mut line =
        json!({"item": format!("i{}", place.saturating_add(1)), "store": "A", "seller": "L", "unit_price": words[0]});
    for word in &words[1..] {
        match word.split_once('=') {
            None => line["quantity"] = json!(word.trim_start_matches('x').parse::<u32>().unwrap()),
            Some(("ship", fee)) => line["shipping"] = json!(fee),
            Some(("pool", id)) => line["shipping_pool"] = json!(id),
            Some(("category", ids)) => line["categories"] = json!(list(ids)),
            Some((field @ ("store" | "seller"), "nobody")) => line[field] = Value::Null,
            Some((field @ ("store" | "seller" | "item" | "warehouse"), id)) => line[field] = json!(id),
            Some(_) => panic!("{word}"),
        }
    }
    line
}

fn discount(words: &[&str], currency: &str) -> Value {
    let mut made = json!({"id": words[0], "kind": words[1], "currency": currency});
    let mut options = words[3..].iter();
    let pairs = |tiers: &'_ str| -> Vec<(String, String)> {
        let pair = |tier: &str| tier.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned()));
        tiers.split(',').map(|tier| pair(tier).unwrap()).collect()
    };
    let mut next = || pairs(options.next().unwrap());
    made["benefit"] = match words[2] {
        "shipping" => json!({"type": "shipping"}),
        "tiers" => {
            let tiers = next()
                .into_iter()
                .map(|(from, off)| json!({"min_spend": from, "amount": off}));
            json!({"type": "tiers", "tiers": tiers.collect::<Vec<_>>()})
        }
        "pieces" => {
            let tiers = next().into_iter().map(
                |(from, off)| json!({"pieces": from.parse::<u32>().unwrap(), "percent": off.trim_end_matches('%')}),
            );
            json!({"type": "pieces", "tiers": tiers.collect::<Vec<_>>()})
        }
        "per" => {
            let (every, amount) = next().remove(0);
            json!({"type": "per_spend", "every": every, "amount": amount})
        }
        percent if percent.ends_with('%') => json!({"type": "percent", "percent": percent.trim_end_matches('%')}),
        amount if amount.starts_with(|c: char| c.is_ascii_digit()) => json!({"type": "fixed", "amount": amount}),
        other => json!({"type": other}),
    };
    for option in options {
        match option.split_once('=') {
            None if *option == "personal" => made["audience"] = json!("personal"),
            None if *option == "exclusive" => made["exclusive"] = json!(true),
            Some(("cap", cap)) => made["benefit"]["cap"] = json!(cap),
            Some(("from", least)) => made["min_spend"] = json!(least),
            Some(("since", at)) => made["valid_from"] = json!(at),
            Some(("until", at)) => made["valid_until"] = json!(at),
            Some(("region", codes)) => made["regions"] = json!(list(codes)),
            Some(("warehouse", ids)) => made["warehouses"] = json!(list(ids)),
            Some(("store", ids)) => made["scope"]["stores"] = json!(list(ids)),
            Some(("seller", ids)) => made["scope"]["sellers"] = json!(list(ids)),
            Some(("category", ids)) => made["scope"]["categories"] = json!(list(ids)),
            Some(("item", ids)) => made["scope"]["items"] = json!(list(ids)),
            Some(("but", ids)) => made["scope"]["excluded_items"] = json!(list(ids)),
            Some(("uses", count)) => made["uses"] = count.parse::<u32>().map_or(json!(count), |count| json!(count)),
            Some(("currency", "none")) => made["currency"] = Value::Null,
            Some(("currency", code)) => made["currency"] = json!(code),
            _ => panic!("{option}"),
        }
    }
    made
}

fn list(ids: &str) -> Vec<&str> {
    ids.split(',').collect()
}

/// A receipt's JSON as lines of text.
fn told(receipt: &Value) -> Vec<String> {
    let mut told = vec![totals("before", &receipt["before"])];
    told.extend(receipt["steps"].as_array().unwrap().iter().map(step));
    told.push(totals("after", &receipt["after"]));
    if let Some(tax) = receipt.get("tax_added") {
        let (rate, amount, total) = (word(&tax["rate"]), word(&tax["amount"]), word(&tax["total_with_tax"]));
        told.push(format!("tax {rate}% {amount} = {total}"));
    }
    told.extend(receipt["refused"].as_array().unwrap().iter().map(refusal));
    told
}

fn totals(name: &str, part: &Value) -> String {
    let (goods, shipping) = (word(&part["merchandise"]), word(&part["shipping"]));
    format!("{name} {goods} + {shipping} = {}", word(&part["total"]))
}

fn step(step: &Value) -> String {
    let slot = step["slot"].as_str().map(|id| format!("@{id}")).unwrap_or_default();
    let (base, spend) = (word(&step["base"]), word(&step["eligible_spend"]));
    let mut told = format!(
        "{}{slot} {} takes {} of {base}",
        word(&step["step"]),
        word(&step["discount"]),
        word(&step["amount"])
    );
    if base != spend {
        write!(told, " spend {spend}").unwrap();
    }
    write!(told, " -> {}", word(&step["after"])).unwrap();
    if step["by_line"].as_array().is_some_and(|parts| parts.len() > 1) {
        write!(told, " lines {}", word(&step["by_line"])).unwrap();
    }
    if let Some(parts) = step.get("by_pool") {
        write!(told, " pools {}", word(parts)).unwrap();
    }
    told
}

fn refusal(refused: &Value) -> String {
    let fields: &Map<String, Value> = refused.as_object().unwrap();
    let mut told = format!("not {} {}", word(&refused["discount"]), word(&refused["reason"]));
    for (name, value) in fields
        .iter()
        .filter(|(name, _)| !["discount", "reason"].contains(&name.as_str()))
    {
        write!(told, " {name}={}", word(value)).unwrap();
    }
    told
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(word).collect::<Vec<_>>().join("+"),
        other => other.to_string(),
    }
}
