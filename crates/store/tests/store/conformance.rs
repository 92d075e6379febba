//! What every store must do, one case for each method, and each store that passes them.

mod alerts;
mod board;
mod cases;
mod lists;
mod questions;
mod tills;

/// Each case against each store, both new and empty.
macro_rules! cases {
    ($($name:ident)*) => {
        mod sqlite_in_a_file {
            $(#[test] fn $name() {
                let folder = tempfile::tempdir().expect("a folder can be made");
                let store = tillwatch_store::Sqlite::open(&folder.path().join("store.db")).expect("a store can be made");
                super::all::$name(&store);
            })*
        }

        mod sqlite_in_memory {
            $(#[test] fn $name() {
                super::all::$name(&tillwatch_store::Sqlite::in_memory().expect("a store can be made"));
            })*
        }
    };
}

/// The cases of all files.
mod all {
    pub(crate) use super::alerts::*;
    pub(crate) use super::board::*;
    pub(crate) use super::cases::*;
    pub(crate) use super::lists::*;
    pub(crate) use super::questions::*;
    pub(crate) use super::tills::*;
}

cases! {
    track track_all tracked each_tracked take_touched tracked_one listing markets_of record_checks record_prices series
    terms_of put_past put_checks checks put_listing checkouts put_checkouts void unvoid voids add_watch watches watch remove_watch remember recall
    recall_all counts rest_watch record_alerts lease settle hasten outbox dead_letters resend alert_log ask_confirmation confirm
    suppress is_suppressed unsuppress lease_questions settle_question question change_rules watches_telling open_list list add_to_list
    mail_link lists_telling lend_secret
    remove_from_list name_list remove_list add_secret list_log invite accept
    board_due put_on_board board board_has board_words hear_of_code voices
    hear_of_till forget_till agreement disagreements
}
