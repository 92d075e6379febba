//! What every store must show: a case of the conformance suite for each method of the port, and each case run.

use std::collections::BTreeSet;

use crate::{Files, assert_clean, files, tree};

const PORT: &str = "crates/app/src/ports/store.rs";
const CASES: &str = "crates/store/tests/store/conformance/cases.rs";
const SUITE: &str = "crates/store/tests/store/conformance.rs";

/// The methods that a trait asks for.
fn methods<'a>(source: &'a str, of: &str) -> BTreeSet<&'a str> {
    let body = source
        .split_once(&format!("pub trait {of}"))
        .map_or("", |(_, body)| body);
    let body = body.split_once("\n}").map_or(body, |(body, _)| body);
    body.lines()
        .filter_map(|line| name(line.strip_prefix("    fn ")?))
        .collect()
}

/// The functions that a file offers to the rest of its crate.
fn cases(source: &str) -> BTreeSet<&str> {
    let offered = source.lines().filter_map(|line| line.strip_prefix("pub(crate) fn "));
    offered.filter_map(name).collect()
}

/// The names in the one list of cases to run.
fn listed(source: &str) -> BTreeSet<&str> {
    let list = source
        .split_once("\ncases! {")
        .and_then(|(_, rest)| rest.split_once('}'));
    list.map_or("", |(list, _)| list).split_whitespace().collect()
}

fn name(function: &str) -> Option<&str> {
    function.split(['(', '<']).next()
}

fn missing_cases(files: &Files) -> Vec<String> {
    let text = |path: &str| files.get(path).map_or("", String::as_str);
    let (cases, listed) = (cases(text(CASES)), listed(text(SUITE)));
    let methods = methods(text(PORT), "Store");
    let without = methods
        .difference(&cases)
        .map(|method| format!("{method} of the store has no case"));
    let unused = cases
        .difference(&methods)
        .map(|case| format!("the case {case} is of no method"));
    let idle = cases
        .difference(&listed)
        .map(|case| format!("the case {case} is never run"));
    without.chain(unused).chain(idle).collect()
}

#[test]
fn each_method_of_the_store_has_its_case() {
    let tree = tree();
    assert!(methods(&tree[PORT], "Store").len() > 20, "the methods are found");
    assert_clean(&missing_cases(&tree));
}

#[test]
fn a_method_without_a_case_and_a_case_that_is_not_run_are_named() {
    let port = "pub trait Store: Send {\n    /// Keeps.\n    fn keep(&self);\n    fn give<T>(\n        &self) -> T;\n    fn drop(&self);\n}\n\
                pub trait Other {\n    fn other(&self);\n}\n";
    let cases = "fn helper() {}\npub(crate) fn keep(s: &dyn Store) {}\npub(crate) fn drop(s: &dyn Store) {}\npub(crate) fn old() {}\n";
    let files = files(&[
        (PORT, port),
        (CASES, cases),
        (SUITE, "mod cases;\n\ncases! {\n    keep old\n}\n"),
    ]);
    assert_eq!(
        missing_cases(&files),
        [
            "give of the store has no case",
            "the case old is of no method",
            "the case drop is never run"
        ]
    );
}
