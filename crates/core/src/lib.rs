//! The calculation behind tillwatch: links, money, discounts, checkouts and the best stack.
//!
//! It knows no clock, no file, no socket, no database and no thread: whatever it needs is an argument, and the
//! same arguments always give the same answer.
#![cfg_attr(not(test), no_std)]

extern crate alloc;
// The makers of test inputs are shared with the tests outside, which know the crate by its name.
#[cfg(test)]
extern crate self as tillwatch_core;

pub mod alert;
pub mod almanac;
pub mod basket;
pub mod cadence;
pub mod calendar;
pub mod checkout;
pub mod country;
pub mod discount;
pub mod history;
pub mod id;
pub mod input;
pub mod instant;
pub mod link;
pub mod market;
pub mod money;
pub mod observation;
pub mod quote;
pub mod rules;
pub mod snapshot;
pub mod stack;
