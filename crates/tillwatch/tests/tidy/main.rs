//! The rules of the house that a machine can hold: who imports whom, what a file opens with, and that what the
//! documents name is there.
//!
//! Each rule is a function from what it reads to its complaints, so that beside each "the tree is clean" stands a
//! small bad case that the same function must refuse.

mod documents;
mod imports;
mod lines;
mod lints;
mod stores;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Paths from the root, with `/`, and what the files say.
type Files = BTreeMap<String, String>;

fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder
        .join("../..")
        .canonicalize()
        .expect("the crate lies two folders below the root")
}

/// Version control, fuzzer findings and what cargo built, which it marks with a tag, are not the tree.
fn is_left_aside(folder: &Path) -> bool {
    let names = [".git", "fuzz/corpus", "fuzz/artifacts"];
    folder.join("CACHEDIR.TAG").exists() || names.into_iter().any(|name| folder.ends_with(name))
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

#[track_caller]
fn assert_clean(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_tree_is_read_without_what_was_built() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let kept = ["README.md", ".ci/run", "crates/core/src/target/low.rs"];
    let left = [
        ".git/config",
        "target/CACHEDIR.TAG",
        "target/debug/a.rs",
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
