//! One list of forbidden calls for the whole tree, and the workspace's lints in every crate.

use std::collections::BTreeMap;

use crate::{Files, files, tree};

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
