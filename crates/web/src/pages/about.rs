//! What this is, what it can know, and what becomes of what somebody tells it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::html;
use crate::Site;
use crate::reader::{Frame, Reader};
use crate::words::fill;

#[derive(Template)]
#[template(path = "about.html")]
struct Page<'a> {
    frame: Frame<'a>,
    sections: Vec<(&'a str, Vec<String>)>,
}

/// `GET /about`
pub(crate) async fn show(State(site): State<Site>, reader: Reader) -> Response {
    let frame = reader.frame(&site);
    let values = [("version", env!("CARGO_PKG_VERSION"))];
    let sections = frame.words.about.sections.iter().map(|section| {
        let paragraphs = section.paragraphs.iter().map(|text| fill(text, &values));
        (section.heading.as_str(), paragraphs.collect())
    });
    let sections = sections.collect();
    html(&reader, &Page { frame, sections })
}
