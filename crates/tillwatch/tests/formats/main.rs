//! The formats, their schemas and their documents agree: every example is valid, what is written is valid, and what the
//! readers refuse for its form the schemas refuse too.
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing must stop")]

mod schema;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tillwatch_core::almanac::{Almanac, read_ladder};
use tillwatch_core::{checkout, snapshot};
use tillwatch_net::readers::feed;

use schema::Schemas;

const FORMATS: [&str; 5] = ["ladder", "snapshot", "feed", "checkout", "export"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a file of the tree")
}

fn files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the tree");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    names.map(|name| format!("{folder}/{name}")).collect()
}

fn schemas() -> Schemas {
    let parsed = |path: &String| serde_json::from_str(&text(path)).expect("JSON");
    let name = |path: &String| path.rsplit('/').next().expect("a name").to_owned();
    Schemas(
        files("docs/schemas")
            .iter()
            .map(|path| (name(path), parsed(path)))
            .collect(),
    )
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|why| panic!("{why}: {json}"))
}

/// The format that a value names: `tillwatch/feed/1` is `feed`.
fn format(value: &Value) -> Option<&str> {
    value["schema"].as_str()?.strip_prefix("tillwatch/")?.strip_suffix("/1")
}

fn assert_valid(schemas: &Schemas, json: &str) {
    let value = value(json);
    let format = format(&value).unwrap_or_else(|| panic!("no format is named: {json}"));
    assert_eq!(schemas.faults(&format!("{format}.json"), &value), [""; 0], "{json}");
}

/// The blocks of code of a document, each with its language.
fn blocks(markdown: &str) -> Vec<(&str, &str)> {
    let blocks = markdown.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.split_once('\n')).collect()
}

fn tillwatch(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tillwatch"))
        .args(arguments)
        .env("TILLWATCH_DATA", data)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut stdin = child.stdin.take().expect("its input");
    // It may end before it has read all.
    _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("its answer")
}

/// Whether the program's own reader of a format takes a text whole.
fn is_read(format: &str, json: &str) -> bool {
    let bytes = json.as_bytes();
    match format {
        "ladder" => read_ladder(bytes).is_ok(),
        "snapshot" => snapshot::read(bytes).is_ok(),
        "feed" => feed::read(json).is_some_and(|feed| feed.refused.is_empty()),
        "checkout" => {
            let almanac = Almanac::built_in().expect("it is built in");
            checkout::read(bytes, |market| almanac.markets.tax(market)).is_ok()
        }
        "export" => {
            let data = tempfile::tempdir().expect("a folder");
            tillwatch(data.path(), &["import", "-"], json).status.success()
        }
        other => panic!("there is no reader of {other}"),
    }
}

/// The example of each format in the page on formats.
fn examples() -> BTreeMap<String, String> {
    let page = text("docs/feeds.md");
    let json = blocks(&page).into_iter().filter(|(language, _)| *language == "json");
    json.map(|(_, block)| (format(&value(block)).expect("a format").to_owned(), block.to_owned()))
        .collect()
}

#[test]
fn every_example_is_valid_and_read() {
    let (schemas, examples) = (schemas(), examples());
    assert_eq!(examples.keys().collect::<Vec<_>>().len(), FORMATS.len());
    for (format, example) in &examples {
        assert_valid(&schemas, example);
        assert!(is_read(format, example), "{example}");
    }
    let pages = [text("docs/feeds.md"), text("docs/data.md")].concat();
    let mut lines = 0;
    for (language, block) in blocks(&pages) {
        match language {
            "json" => assert_valid(&schemas, block),
            "jsonl" => {
                block.lines().for_each(|line| assert_valid(&schemas, line));
                lines += feed::read(block).expect("a feed").listings.len();
            }
            "csv" => lines += feed::read(block).expect("a feed").listings.len(),
            other => panic!("what is a block of {other:?}?"),
        }
    }
    assert_eq!(lines, 3);
}

#[test]
fn every_file_to_try_and_every_ladder_that_is_built_in_is_valid() {
    let schemas = schemas();
    let (mut seen, mut campaigns) = (0, 0);
    for path in files("examples").into_iter().filter(|path| path.ends_with(".json")) {
        let text = text(&path);
        if format(&value(&text)).is_some() {
            assert_valid(&schemas, &text);
            seen += 1;
        }
    }
    for path in files("crates/core/data/campaigns") {
        assert_valid(&schemas, &text(&path));
        campaigns += 1;
    }
    assert!(seen >= 2 && campaigns > 20, "{seen} examples, {campaigns} campaigns");
    let lines = text("examples/feed.ndjson");
    lines.lines().for_each(|line| assert_valid(&schemas, line));
    for (name, listings) in [("examples/feed.ndjson", 2), ("examples/feed.csv", 2)] {
        let feed = feed::read(&text(name)).expect("a feed");
        assert_eq!((feed.listings.len(), feed.refused), (listings, Vec::new()), "{name}");
    }
}

#[test]
fn what_the_program_writes_is_valid() {
    let schemas = schemas();
    let data = tempfile::tempdir().expect("a folder");
    let mut lines = 0;
    for file in [
        "examples/listing.html",
        "examples/affiliate.json",
        "examples/feed.ndjson",
        "examples/feed.csv",
    ] {
        let told = tillwatch(data.path(), &["snapshot", "--json", file], "");
        for line in String::from_utf8_lossy(&told.stdout).lines() {
            assert_valid(&schemas, line);
            lines += 1;
        }
    }
    assert!(lines >= 6, "{lines}");
    assert!(
        tillwatch(data.path(), &["import", "-"], &examples()["export"])
            .status
            .success()
    );
    let export = tillwatch(data.path(), &["export"], "").stdout;
    let export = String::from_utf8_lossy(&export);
    assert!(export.contains("24.98"), "{export}");
    assert_valid(&schemas, &export);
}

/// What stands in the example of a format, and what makes it wrong.
const WRONG: &[(&str, &str, &str)] = &[
    ("ladder", "\"invented-2027-03\"", "\"\""),
    ("ladder", "\"invented-2027-03\"", "17"),
    ("ladder", "\"An invented sale\"", "\" \""),
    ("ladder", "  \"kind\": \"code\",\n", ""),
    ("ladder", "\"USD\"", "\"dollars\""),
    ("ladder", "[\"US\"]", "[\"USA\"]"),
    ("ladder", "\"2027-03-15\"", "\"15 March\""),
    ("ladder", "T23:59:59", "T23:59:59-08:00"),
    ("ladder", "  \"zone\": \"America/Los_Angeles\",\n", ""),
    ("ladder", "\"3.00\"", "3.00"),
    ("ladder", "\"3.00\"", "\"0.00\""),
    ("ladder", "\"off\": \"3.00\", ", ""),
    ("ladder", "\"29.00\"", "\"29,00\""),
    ("ladder", "\"min_spend\": \"29.00\"", "\"cap\": \"1.00\""),
    ("ladder", "\"medium\"", "\"sure\""),
    ("ladder", "\"tiers\"", "\"tears\""),
    ("snapshot", "\"other_currency\"", "\"wrong\""),
    ("snapshot", "\"outcome\": \"other_currency\",", ""),
    ("snapshot", "\"1005000000000001\"", "1005000000000001"),
    ("snapshot", "[]", "[{\"sku\": \"12\"}]"),
    ("snapshot", "[]", "[{\"salable\": \"yes\"}]"),
    ("snapshot", "[]", "{}"),
    ("feed", "\"24.99\"", "24.99"),
    ("feed", "\"24.99\"", "\"$24.99\""),
    ("feed", "\"24.99\"", "\"0.00\""),
    ("feed", "\"24.99\"", "\"-24.99\""),
    ("feed", "\"salable\": true", "\"salable\": false"),
    ("feed", "\"currency\": \"USD\",\n      \"seen_at\"", "\"seen_at\""),
    ("feed", "\"market\": \"US\",", ""),
    ("feed", "\"item\": \"1005000000000001\",", ""),
    ("feed", "T12:00:00Z", "T12:00:00"),
    ("feed", "\"seen_at\": \"2026-06-03T12:00:00Z\",", ""),
    ("feed", "{\"fee\": \"1.99\", ", "{"),
    ("feed", "\"id\": \"STORE2\",", ""),
    ("feed", "          \"currency\": \"USD\",\n", ""),
    ("feed", "\"amount\": \"2.00\"", "\"cap\": \"2.00\""),
    ("checkout", "\"at\": \"2026-06-03T12:00:00Z\",", ""),
    ("checkout", "\"24.99\"", "\"0\""),
    ("checkout", "\"24.99\"", "\"24.99 USD\""),
    ("checkout", "\"quantity\": 2", "\"quantity\": 0"),
    ("checkout", "\"quantity\": 2", "\"quantity\": 1.5"),
    ("checkout", "\"10\"", "\"101\""),
    ("checkout", "\"lines\"", "\"lions\""),
    ("export", "\"24.98\"", "\"0.00\""),
    ("export", "90, \"ok\"", "-1, \"ok\""),
    ("export", "12:00:00Z\", 90, \"ok\"", "12:00:30Z\", 90, \"ok\""),
    ("export", "\"sku\": \"12\"", "\"sku\": null"),
    (
        "export",
        "\"lane\": \"public\", \"runs\"",
        "\"lane\": \"private\", \"runs\"",
    ),
    ("export", "\"checks\": [[\"2026-06-03T12:00:00Z\", 90, \"ok\"]],", ""),
];

#[test]
fn what_the_readers_refuse_for_its_form_the_schemas_refuse_too() {
    let (schemas, examples) = (schemas(), examples());
    for &(format, right, wrong) in WRONG {
        let example = &examples[format];
        let bad = example.replacen(right, wrong, 1);
        assert_ne!(&bad, example, "{format} has no {right}");
        assert!(!is_read(format, &bad), "{format} was read with {wrong}");
        let faults = schemas.faults(&format!("{format}.json"), &value(&bad));
        assert!(!faults.is_empty(), "the schema of {format} allows {wrong}");
    }
}

/// The fields of a file's schema that nobody explains.
fn unexplained(schemas: &Schemas, file: &str, schema: &Value) -> Vec<String> {
    let explained = |field: &Value| {
        let from_elsewhere = field["$ref"].as_str().and_then(|reference| {
            let (other, place) = reference.split_once('#')?;
            let file = if other.is_empty() { file } else { other };
            schemas.0.get(file)?.pointer(place)?.get("description")
        });
        field.get("description").or(from_elsewhere).is_some() || field.get("const").is_some()
    };
    let keywords = schema.as_object().into_iter().flatten();
    let listed = schema.as_array().into_iter().flatten();
    let mut found: Vec<String> = listed.flat_map(|inner| unexplained(schemas, file, inner)).collect();
    // What only narrows a field that is explained elsewhere is no field.
    for (keyword, inner) in keywords.filter(|(keyword, _)| !matches!(keyword.as_str(), "if" | "then")) {
        if keyword == "properties" {
            let fields = inner.as_object().expect("properties").iter();
            let silent = fields.filter(|(_, field)| !explained(field));
            found.extend(silent.map(|(name, _)| format!("{file}: {name}")));
        }
        found.extend(unexplained(schemas, file, inner));
    }
    found
}

#[test]
fn every_schema_names_its_format_and_explains_its_fields() {
    let schemas = schemas();
    for format in FORMATS {
        let schema = &schemas.0[&format!("{format}.json")];
        assert_eq!(schema["title"].as_str(), Some(format!("tillwatch/{format}/1").as_str()));
        assert_eq!(
            schema["$schema"].as_str(),
            Some("https://json-schema.org/draft/2020-12/schema")
        );
    }
    let all = schemas.0.iter();
    let silent: Vec<String> = all
        .flat_map(|(file, schema)| unexplained(&schemas, file, schema))
        .collect();
    assert_eq!(silent, [""; 0]);
    let bad = value(r#"{"properties": {"fee": {"type": "string"}}}"#);
    assert_eq!(unexplained(&schemas, "bad", &bad), ["bad: fee"]);
}
