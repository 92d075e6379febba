//! The OpenAPI document: it has every address of the API, and the API every address of it.
//!
//! A change of the document is looked at: run these tests with `TILLWATCH_REWRITE=1` and read the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::house::House;

/// Addresses of the API that the router has, each where it is written.
const ROUTES: [&str; 3] = [
    include_str!("../../src/api.rs"),
    include_str!("../../src/lib.rs"),
    include_str!("../../src/secret.rs"),
];

/// Every address in the sources of the routes.
fn routes() -> BTreeSet<String> {
    let texts = ROUTES.iter().flat_map(|source| source.split('"').skip(1).step_by(2));
    let addresses = texts.filter(|text| text.starts_with("/api/v1/") && !text.contains(char::is_whitespace));
    addresses.map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn the_document_and_the_router_have_the_same_addresses_and_methods() {
    let house = House::new();
    let document = house.get("/openapi.json").await.json();
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        told.insert(path.clone(), methods.collect());
    }
    let mut there = BTreeMap::new();
    for path in routes() {
        // A method that nothing answers tells those that something does.
        let place = path
            .replace("{item}", "1")
            .replace("{secret}", "x")
            .replace("{receipt}", "x")
            .replace("{id}", "1");
        let answer = house.send("PROPFIND", &place, &[], "").await;
        assert_eq!(answer.status, 405, "{path}");
        let methods = answer.header("allow").split(',').map(|method| method.trim().to_owned());
        there.insert(path, methods.filter(|method| method != "HEAD").collect());
    }
    assert_eq!(told, there);
}

#[tokio::test]
async fn every_call_says_what_can_go_wrong_and_has_a_name_of_its_own() {
    let document = House::new().get("/openapi.json").await.json();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            assert!(names.insert(call["operationId"].as_str().unwrap().to_owned()), "{path}");
            assert!(!call["summary"].as_str().unwrap().is_empty(), "{path}");
            for status in ["400", "429", "500", "503", "default"] {
                let answer = format!("#/components/responses/problem_{status}");
                assert_eq!(call["responses"][status]["$ref"], answer, "{method} {path}");
                let answer = &document["components"]["responses"][format!("problem_{status}")];
                let schema = &answer["content"]["application/problem+json"]["schema"];
                assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{status}");
            }
        }
    }
    let of_limit = &document["components"]["responses"]["problem_429"]["headers"];
    assert!(of_limit["Retry-After"].is_object() && of_limit["RateLimit"].is_object());
    let kinds = document["components"]["schemas"]["Kind"].to_string();
    for kind in [
        "bad_value",
        "not_found",
        "too_many_requests",
        "unsupported_media_type",
        "link_led_nowhere",
    ] {
        assert!(kinds.contains(kind), "{kinds}");
    }
}

#[tokio::test]
async fn the_document_is_the_one_that_was_looked_at() {
    let text = House::new().get("/openapi.json").await.text;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi.json");
    if std::env::var_os("TILLWATCH_REWRITE").is_some() {
        std::fs::write(&file, format!("{}\n", text.trim_end())).unwrap();
        return;
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let now: Value = serde_json::from_str(&text).unwrap();
    assert!(
        kept == now,
        "the document changed: TILLWATCH_REWRITE=1 writes it anew, to be read and committed"
    );
}
