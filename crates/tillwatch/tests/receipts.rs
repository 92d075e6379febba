//! Receipts as people see them, each compared with a text that was read and found right.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::path::Path;
use std::process::Command;

/// The receipt of `tests/receipts/<name>.json` or of another input is that of `tests/receipts/<name>.txt`.
fn check(name: &str, arguments: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/receipts");
    let told = Command::new(env!("CARGO_BIN_EXE_tillwatch"))
        .args(arguments)
        .current_dir(&folder)
        .env("COLUMNS", "80")
        .env("TILLWATCH_DATA", folder.join("no-data"))
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let wanted = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap_or_default();
    assert!(told == wanted, "{name}.txt has\n{wanted}\nand the receipt is\n{told}");
}

#[test]
fn the_example_of_the_guide_comes_to_37_80() {
    check("example", &["stack", "--input", "../../../../examples/checkout.json"]);
}

#[test]
fn several_lines_share_each_discount_and_the_personal_layer_stands_apart() {
    check("two-stores", &["stack", "--input", "two-stores.json"]);
}

#[test]
fn a_checkout_to_which_nothing_applies_says_so_and_adds_its_tax() {
    check("nothing-applies", &["stack", "--input", "nothing-applies.json"]);
}

#[test]
fn what_the_till_dropped_is_told_in_sentences() {
    check(
        "dropped",
        &["diagnose", "--paid", "38.81", "--input", "two-stores.json"],
    );
}

#[test]
fn the_saved_page_of_the_examples_is_quoted_with_a_known_code() {
    check("example-listing", &["quote", "../../../../examples/listing.html"]);
}

#[test]
fn a_saved_listing_is_quoted_with_what_stands_beside_its_total() {
    check(
        "listing",
        &[
            "quote",
            "../../../net/tests/fixtures/pages/modules.html",
            "--at",
            "2022-12-10T12:00:00Z",
        ],
    );
}
