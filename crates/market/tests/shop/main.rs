//! The shop over its port: every surface read back by the readers to the facts of the world, the API's rules, links,
//! ladders, and what each fault is taken for.

#![expect(clippy::unwrap_used, reason = "a test that fails to set up must stop")]

mod api;
mod cart;
mod facts;
mod faults;
mod limits;
mod others;
mod pages;
mod product;
mod support;
