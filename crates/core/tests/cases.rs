//! Cases from tills: each file in `cases/` is a checkout, a rule set and the total that a till showed for it, as
//! `tillwatch tills export` writes them. What one rule set was held against stays true for good.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tillwatch_core::checkout::{self, Tax};
use tillwatch_core::money::Money;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::stack;

/// Why a case does not hold; nothing where it does.
fn wrong(json: &str) -> Option<String> {
    let case: Value = serde_json::from_str(json).unwrap();
    let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap().to_owned();
    assert_eq!(text("schema"), "tillwatch/case/1");
    let (rules, checkout) = (text("rules"), case.get("checkout").unwrap().to_string());
    // What was exported says how tax stands.
    let read = checkout::read(checkout.as_bytes(), |_| Tax::default()).unwrap();
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
    let book = RuleBook::built_in().unwrap();
    let total = stack::best(&read.value, book.get(Some(&rules)).unwrap()).total();
    let shown = Money::parse(&text("total"), read.value.currency).unwrap();
    (total != shown).then(|| format!("{rules} comes to {total} and not to {shown}"))
}

fn cases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| (file.display().to_string(), fs::read_to_string(&file).unwrap()))
        .collect()
}

#[test]
fn every_case_comes_to_what_the_till_showed() {
    let cases = cases();
    assert!(!cases.is_empty());
    for (file, json) in cases {
        if let Some(why) = wrong(&json) {
            panic!("{file}: {why}");
        }
    }
}

#[test]
fn a_case_that_does_not_hold_is_found() {
    for (file, json) in cases() {
        let other = json.replace("\"total\": \"", "\"total\": \"9");
        assert!(wrong(&other).is_some(), "{file}");
    }
}
