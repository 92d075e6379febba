//! A simulated marketplace: seeded and deterministic, as nasty as the real one, with a till that knows nothing of the
//! engine. Of our own code it uses money and ids alone.

pub mod counters;
pub mod faults;
pub mod shop;
pub mod till;
pub mod view;
pub mod world;
