//! What the files say: a purpose first, nothing bound to one machine, data that parses, a core without floats.

use serde_json::Value;

use crate::{Files, assert_clean, ending, files, tree};

fn files_without_a_purpose(files: &Files) -> Vec<String> {
    let purpose = |text: &str| {
        text.strip_prefix("//!")
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default()
            .to_owned()
    };
    let silent = files
        .iter()
        .filter(|(path, text)| ending(path) == "rs" && purpose(text).trim().is_empty());
    silent
        .map(|(path, _)| format!("{path} does not open with its purpose"))
        .collect()
}

#[test]
fn every_source_file_opens_with_its_purpose() {
    assert_clean(&files_without_a_purpose(&tree()));
}

#[test]
fn a_file_that_opens_with_code_is_found() {
    let files = files(&[
        ("a.rs", "//! What it is for.\n"),
        ("b.rs", "use x;\n//! late"),
        ("c.rs", "//!\n//! empty"),
        ("d.md", ""),
    ]);
    assert_eq!(
        files_without_a_purpose(&files),
        [
            "b.rs does not open with its purpose",
            "c.rs does not open with its purpose"
        ]
    );
}

/// Folders that only one machine has. A link's path and a relative path are preceded by other characters.
fn names_a_machine_path(line: &str) -> bool {
    let folders = ["home", "root", "Users", "work", "mnt", "tmp"].map(|folder| format!("/{folder}/"));
    let opens = |before: Option<char>| before.is_none_or(|c| c.is_whitespace() || "\"'`(=:<>[,".contains(c));
    let stands_alone = |folder: &String| {
        line.match_indices(folder)
            .any(|(at, _)| opens(line[..at].chars().next_back()))
    };
    folders.iter().any(stands_alone) || line.contains(concat!(":\\", "Users\\"))
}

fn names_a_package_registry(line: &str) -> bool {
    let hosts = [
        concat!("crates", ".io"),
        concat!("npmjs", ".org"),
        concat!("npmjs", ".com"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("proxy.golang", ".org"),
        concat!("rubygems", ".org"),
    ];
    hosts.into_iter().any(|host| line.contains(host))
}

fn leaves_work_undone(line: &str) -> bool {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME")];
    line.split(|c: char| !c.is_alphanumeric())
        .any(|word| marks.contains(&word))
}

/// A recorded page says what its author said, and cargo writes the lock file; the rest is ours.
fn is_ours(path: &str) -> bool {
    path != "Cargo.lock" && (!path.contains("/fixtures/") || ending(path) == "md")
}

/// What a line must not do, and how a complaint says it.
type Rule = (fn(&str) -> bool, &'static str);

const RULES: [Rule; 3] = [
    (names_a_machine_path, "names a folder of one machine"),
    (names_a_package_registry, "names a package registry"),
    (leaves_work_undone, "leaves work undone"),
];

fn improper_lines(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| is_ours(path)) {
        for (number, line) in (1..).zip(text.lines()) {
            let broken = RULES.iter().filter(|(breaks, _)| breaks(line));
            complaints.extend(broken.map(|(_, what)| format!("{path}:{number} {what}")));
        }
    }
    complaints
}

#[test]
fn no_line_is_bound_to_one_machine_or_left_undone() {
    assert_clean(&improper_lines(&tree()));
}

#[test]
fn a_line_that_is_bound_or_undone_is_named() {
    let path = concat!("see `/ho", "me/me/tillwatch`\n");
    let registry = concat!("fine\nhttps://index.crates", ".io/\n");
    let undone = concat!("// TO", "DO: later\n");
    let fine = concat!("a mastodon, https://example.com/ho", "me/page and ../../ro", "ot/key\n");
    let files = files(&[
        ("a.md", path),
        ("b.md", registry),
        ("c.rs", undone),
        ("d.md", fine),
        ("e/fixtures/f.html", undone),
    ]);
    assert_eq!(
        improper_lines(&files),
        [
            "a.md:1 names a folder of one machine",
            "b.md:2 names a package registry",
            "c.rs:1 leaves work undone"
        ]
    );
}

/// A private mirror or a git branch in the lock file would build on one machine only.
fn foreign_sources(lock: &str) -> Vec<&str> {
    let public = concat!("source = \"registry+https://github.com/rust-lang/crates", ".io-index\"");
    lock.lines()
        .filter(|line| line.starts_with("source = ") && *line != public)
        .collect()
}

#[test]
fn every_dependency_comes_from_the_public_index() {
    assert_eq!(foreign_sources(&tree()["Cargo.lock"]), Vec::<&str>::new());
}

#[test]
fn a_dependency_from_elsewhere_is_named() {
    let elsewhere = "source = \"git+https://example.com/serde\"";
    assert_eq!(
        foreign_sources(&format!("name = \"serde\"\n{elsewhere}\n")),
        [elsewhere]
    );
}

fn data_that_does_not_parse(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| ending(path) == "json") {
        if let Err(error) = serde_json::from_str::<Value>(text) {
            complaints.push(format!("{path}: {error}"));
        }
    }
    complaints
}

#[test]
fn every_data_file_parses() {
    assert_clean(&data_that_does_not_parse(&tree()));
}

#[test]
fn a_data_file_with_a_stray_comma_is_named() {
    let complaints = data_that_does_not_parse(&files(&[("good.json", "[1]"), ("bad.json", "[1,]")]));
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].starts_with("bad.json: "), "{complaints:?}");
}

fn does_without_std(lib: &str) -> bool {
    let wanted = ["#![no_std]", "#![cfg_attr(not(test), no_std)]"];
    lib.lines().any(|line| wanted.contains(&line.trim()))
}

/// Also finds `as_f64` and `1f64`: what ends in a float's name hands one out.
fn floats(files: &Files) -> Vec<String> {
    let is_float = |word: &str| matches!(word.trim_start_matches(|c: char| c.is_ascii_digit()), "f32" | "f64");
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let has_float = |line: &str| code(line).split(|c: char| !c.is_alphanumeric()).any(is_float);
    let mut complaints = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("crates/core/src/")) {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| has_float(line));
        complaints.extend(lines.map(|(number, _)| format!("{path}:{number} has a float")));
    }
    complaints
}

#[test]
fn the_core_does_without_the_standard_library() {
    assert!(does_without_std(&tree()["crates/core/src/lib.rs"]));
    assert!(!does_without_std(
        "//! Once `no_std`.\n// #![no_std]\n#![cfg_attr(test, no_std)]\n"
    ));
}

#[test]
fn no_float_is_in_the_core() {
    assert_clean(&floats(&tree()));
}

#[test]
fn a_float_in_the_core_is_found_in_each_form() {
    let text = "// f64 in a comment\nlet a: f64;\nn.as_f64()\nlet b = 1f32;\nlet buf64 = 0xaf64;\n";
    let files = files(&[("crates/core/src/a.rs", text), ("crates/net/src/b.rs", text)]);
    let places = [
        "crates/core/src/a.rs:2",
        "crates/core/src/a.rs:3",
        "crates/core/src/a.rs:4",
    ];
    assert_eq!(floats(&files), places.map(|place| format!("{place} has a float")));
}
