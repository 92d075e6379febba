//! The OpenAPI document, made of the handlers and their types.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::Response as Told;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, Ref, RefOr};
use utoipa::{Modify, OpenApi};

use super::{board, discounts, export, history, listing, lists, promotions, quotes, table, till, tills};
use crate::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "tillwatch",
        version = "1",
        license(name = "MIT", identifier = "MIT"),
        description = "What a listing really costs at the till, with its working.\n\n\
            Amounts and percentages are decimal strings, ids are strings, moments are RFC 3339. Adding a field to an \
            answer is no new version. Public data needs no key and may be read from any site's script; nothing that is \
            sent to be calculated is stored.\n\n\
            **Lists are opened by the secret in their address.** Whoever has it sees and changes the list, so it belongs \
            into no log and no link that others follow. A wrong secret is answered like one that never was.\n\n\
            Calls are limited per network; `RateLimit-Policy` and `RateLimit` tell the limit and what is left of it. \
            What goes wrong is `application/problem+json` (RFC 9457), whose `type` stays. A body is at most 64 KiB, a \
            checkout 256 KiB."
    ),
    paths(
        quotes::quote,
        till::stack,
        till::diagnosis,
        till::basket,
        listing::show,
        history::show,
        table::show,
        export::export,
        board::deals,
        board::search,
        promotions::show,
        discounts::show,
        tills::hear,
        tills::agreement,
        lists::open,
        lists::show,
        lists::change,
        lists::remove,
        lists::watch,
        lists::unwatch,
    ),
    components(schemas(Problem)),
    tags(
        (name = "listings", description = "What a listing costs now and what it cost before"),
        (name = "discovery", description = "What is cheap now, what is coming, which codes there are"),
        (name = "till", description = "Checkouts of one's own, calculated and forgotten"),
        (name = "lists", description = "Lists and watches without an account"),
        (name = "export", description = "All public history"),
    ),
    modifiers(&Common),
)]
pub(crate) struct Document;

/// What is the same of every call.
struct Common;

/// What can go wrong with any call.
const ALWAYS: [(&str, &str); 6] = [
    ("400", "A value that is not accepted; `field` names it"),
    ("408", "The call took too long to arrive, or to answer"),
    ("429", "Too many calls of this network"),
    ("500", "A fault of the program; `instance` finds it in the log"),
    ("503", "For now it cannot be done"),
    ("default", "Anything else that goes wrong"),
];

/// What can go wrong where the address names something.
const NAMED: (&str, &str) = ("404", "It is not there");

/// What can go wrong with a body.
const WITH_BODY: [(&str, &str); 3] = [
    ("413", "The body is longer than this address takes"),
    ("415", "The body is not said to be JSON"),
    (
        "422",
        "It was understood and cannot be done, or does not fit what is kept",
    ),
];

/// What can go wrong with a call that changes something.
const CHANGING: (&str, &str) = ("403", "The call came from a page of another site");

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let all = ALWAYS.into_iter().chain([NAMED]).chain(WITH_BODY).chain([CHANGING]);
        let shared = all.map(|(status, why)| (name(status), RefOr::T(problem(status, why))));
        let parts = document.components.get_or_insert_default();
        parts.responses.extend(shared);
        for (path, item) in &mut document.paths.paths {
            let named = path.contains('{');
            let PathItem {
                get,
                post,
                patch,
                delete,
                ..
            } = &mut *item;
            if let Some(operation) = get {
                complete(operation, named, false);
            }
            for operation in [post, patch, delete].into_iter().flatten() {
                complete(operation, named, true);
            }
        }
    }
}

/// Under which name the answer to a problem stands in the document.
fn name(status: &str) -> String {
    format!("problem_{status}")
}

fn problem(status: &str, why: &str) -> Told {
    let mut told = Told::new(why);
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    told.content.insert("application/problem+json".into(), content);
    if matches!(status, "429" | "503") {
        let why = "In how many seconds another try is worth it";
        told.headers.insert("Retry-After".into(), header(Type::Integer, why));
    }
    limits(&mut told);
    told
}

fn complete(operation: &mut Operation, named: bool, changes: bool) {
    let has_body = operation.request_body.is_some();
    let responses = &mut operation.responses.responses;
    for told in responses.values_mut() {
        if let RefOr::T(told) = told {
            limits(told);
            if !changes {
                let told_of = "A name for this very answer, for If-None-Match";
                told.headers.insert("ETag".into(), header(Type::String, told_of));
            }
        }
    }
    let mut wrong: Vec<(&str, &str)> = ALWAYS.to_vec();
    wrong.extend(named.then_some(NAMED));
    wrong.extend(has_body.then_some(WITH_BODY).into_iter().flatten());
    wrong.extend(changes.then_some(CHANGING));
    for (status, _) in wrong {
        responses.insert(status.to_owned(), Ref::from_response_name(name(status)).into());
    }
    if !changes {
        let told = Told::new("Nothing changed since the answer that If-None-Match names");
        responses.insert("304".to_owned(), told.into());
    }
}

fn limits(told: &mut Told) {
    for (name, why) in [
        (
            "RateLimit-Policy",
            "How many calls a network has, and in how many seconds they come back",
        ),
        ("RateLimit", "How many calls are left"),
    ] {
        told.headers.insert(name.into(), header(Type::String, why));
    }
}

fn header(kind: Type, why: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(kind));
    header.description = Some(why.to_owned());
    header
}

/// The document as it is sent.
static TEXT: LazyLock<Option<Bytes>> = LazyLock::new(|| Document::openapi().to_pretty_json().ok().map(Bytes::from));

/// `GET /openapi.json`
pub(crate) async fn show() -> Result<Response, Problem> {
    let text = TEXT.clone().ok_or_else(Problem::internal)?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((headers, text).into_response())
}
