//! What the documents name is there: paths, links, crates and the first commands.

use std::process::{Command, Stdio};

use crate::imports::{IMPORTS, real_imports};
use crate::{Files, assert_clean, ending, exists, files, tree};

/// File endings by which a word in backticks is known for a path.
const ENDINGS: [&str; 16] = [
    "css", "csv", "html", "js", "json", "jsonl", "lock", "md", "rs", "sh", "sql", "svg", "toml", "tsv", "txt", "yml",
];

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
        let imports: Vec<&str> = imports.iter().copied().filter(|import| here(import)).collect();
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
