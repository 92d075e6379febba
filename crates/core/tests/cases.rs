//! Cases from tills: each file in `cases/` is a checkout, a rule set and the total that a till showed for it, as
//! `tillwatch tills export` writes them. What one rule set was held against stays true for good.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use tillwatch_core::checkout::{self, Tax};
use tillwatch_core::money::Money;
use tillwatch_core::rules::RuleBook;
use tillwatch_core::stack;

/// What of a case is computed; the rest says where it is from.
#[derive(Deserialize)]
struct Case {
    schema: String,
    rules: String,
    checkout: Box<RawValue>,
    total: String,
}

/// Why a case does not hold; nothing where it does.
fn wrong(json: &str) -> Option<String> {
    let case: Case = serde_json::from_str(json).unwrap();
    assert_eq!(case.schema, "tillwatch/case/1");
    // What was exported says how tax stands.
    let read = checkout::read(case.checkout.get().as_bytes(), |_| Tax::default()).unwrap();
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
    let book = RuleBook::built_in().unwrap();
    let total = stack::best(&read.value, book.get(Some(&case.rules)).unwrap()).total();
    let shown = Money::parse(&case.total, read.value.currency).unwrap();
    (total != shown).then(|| format!("{} comes to {total} and not to {shown}", case.rules))
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
