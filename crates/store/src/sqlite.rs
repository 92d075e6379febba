//! The store in one SQLite file: its connections, and which of them a method uses.
//!
//! The file has a write-ahead log, so that readers never wait for the writer: each reads what was there when it began.
//! One connection writes, behind a lock. It writes with two promises. What someone was told is kept (a watch, a day's
//! budget) is on the disk before the method returns (`synchronous = FULL`). Readings are in the log and survive the
//! death of the program, but the machine's power may take the last of them (`NORMAL`); a reading can be made again,
//! and without a wait for the disk many more fit in a second. A second writing connection for the one or the other
//! would forget all pages that it has read whenever the other has written.

mod alerts;
pub(crate) mod backup;
mod board;
mod channels;
mod checkouts;
mod checks;
pub(crate) mod examine;
mod failure;
mod history;
mod lines;
mod lists;
mod memory;
mod outbox;
mod questions;
pub(crate) mod released;
mod rules;
mod schema;
mod seek;
mod tails;
mod tills;
mod tracking;
mod values;
mod voices;
mod watches;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tillwatch_app::ports::store::{
    Agreed, Asked, Asking, Check, Counts, Decided, Disagreement, Due, Former, Found, Hash, Keep, Letter, ListId,
    ListOf, ListingId, ListingKey, ListingPast, ListingState, Logged, NewChannel, NewWatch, OutboxFigures, Parcel,
    ParcelId, Post, Question, QuestionId, Repriced, Rest, Settled, Sought, Store, StoreError, Terms, Tracked,
    VariantId, Verdict, Voices, Watch, WatchId,
};
use tillwatch_app::token::Token;
use tillwatch_core::alert::Rule;
use tillwatch_core::checkout::Checkout;
use tillwatch_core::history::{Lane, Minute, Run, Series, Void};
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::snapshot::Outcome;

use failure::Answer;

/// How long one program waits for another that writes in the same file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reading connections that are kept open; more are opened when all are busy, and closed afterwards.
const READERS: usize = 4;

/// Bytes of pages that the writing connection keeps: those that the readings of 100,000 listings go back and forth
/// between. A page takes room only once it was needed.
const PAGES: i64 = 16 << 20;

/// Pages in the log before they are copied into the file, 16 MiB: readings of many listings write the same pages again
/// and again, and each of them is copied once.
const LOG_PAGES: i64 = 4_000;

/// Statements that a connection keeps prepared: more than there are.
const STATEMENTS: usize = 128;

/// The store in SQLite.
#[derive(Debug)]
pub struct Sqlite {
    /// The file; absent in memory, where the writing connection also reads.
    file: Option<PathBuf>,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    promise: Promise,
}

/// When what is written is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Once the method returns, whatever happens to the machine.
    Durable,
    /// Once the method returns, whatever happens to the program; after a power cut the last ones may be missing.
    Ordered,
}

impl Sqlite {
    /// Opens the store of a file, which is made if it is not there and brought up to this version if it is older.
    ///
    /// Several programs may have the file open; one that is to be the only one sees to that itself.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = connect(path, OpenFlags::default())?;
        schema::prepare(&mut connection)?;
        // Below zero it is in KiB, not in pages.
        connection
            .pragma_update(None, "cache_size", -(PAGES >> 10))
            .and_then(|()| connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES))
            .map_err(failure::Failure::from)?;
        Ok(Self::over(Some(path.to_owned()), connection))
    }

    /// An empty store that is gone when it is dropped, for tests.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory().map_err(failure::Failure::from)?;
        settle(&connection)?;
        schema::prepare(&mut connection)?;
        Ok(Self::over(None, connection))
    }

    fn over(file: Option<PathBuf>, connection: Connection) -> Self {
        let writer = Writer {
            connection,
            promise: Promise::Durable,
        };
        Self {
            file,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
        }
    }

    /// Does all of it in one transaction, or none of it.
    fn write<T>(&self, promise: Promise, work: impl FnOnce(&Transaction<'_>) -> Answer<T>) -> Result<T, StoreError> {
        let mut writer = self.writer();
        writer.promises(promise)?;
        let done = (|| {
            // Takes the right to write at once: two that both began by reading could not both go on.
            let transaction = writer
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })();
        done.map_err(|failure: failure::Failure| failure.into())
    }

    /// Reads all of it as it was at one moment.
    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Answer<T>) -> Result<T, StoreError> {
        let Some(file) = &self.file else {
            return Ok(within(&mut self.writer().connection, work)?);
        };
        let idle = self.readers().pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => reader(file)?,
        };
        let answer = within(&mut reader, work);
        let mut readers = self.readers();
        if readers.len() < READERS {
            readers.push(reader);
        }
        Ok(answer?)
    }

    /// A writer that died in the middle has written nothing, and its connection is as good as before.
    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Turned over between transactions, where SQLite heeds it.
    fn promises(&mut self, promise: Promise) -> Answer<()> {
        if self.promise != promise {
            let level = match promise {
                Promise::Durable => "FULL",
                Promise::Ordered => "NORMAL",
            };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.promise = promise;
        }
        Ok(())
    }
}

fn within<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Answer<T>) -> Answer<T> {
    let transaction = connection.transaction()?;
    let answer = work(&transaction)?;
    transaction.finish()?;
    Ok(answer)
}

/// What holds for every connection.
fn settle(connection: &Connection) -> Answer<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan that never looks at the bound values: else a statement that could use a partial index is parsed and
    // planned anew at each use, which was half of the time of a reading.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn connect(file: &Path, flags: OpenFlags) -> Answer<Connection> {
    let connection = Connection::open_with_flags(file, flags)?;
    settle(&connection)?;
    Ok(connection)
}

fn reader(file: &Path) -> Answer<Connection> {
    let connection = connect(file, OpenFlags::default() - OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

impl Store for Sqlite {
    fn track(
        &self,
        key: &ListingKey,
        sku: Option<&SkuId>,
        _now: Instant,
    ) -> Result<(ListingId, VariantId), StoreError> {
        self.write(Promise::Durable, |to| tracking::track(to, key, sku))
    }

    fn track_all(
        &self,
        wanted: &[(ListingKey, Option<SkuId>)],
        _now: Instant,
    ) -> Result<Vec<(ListingId, VariantId)>, StoreError> {
        self.write(Promise::Durable, |to| {
            wanted
                .iter()
                .map(|(key, sku)| tracking::track(to, key, sku.as_ref()))
                .collect()
        })
    }

    fn tracked(&self, after: ListingId, most: usize) -> Result<Vec<Tracked>, StoreError> {
        self.read(|from| tracking::tracked(from, after, most))
    }

    fn each_tracked(&self, after: ListingId, take: &mut dyn FnMut(Tracked)) -> Result<(), StoreError> {
        self.read(|from| {
            tracking::each_tracked(from, after, usize::MAX, take)?;
            // Nobody reads all of it again soon: its pages need not stay in memory.
            Ok(from.release_memory()?)
        })
    }

    fn take_touched(&self) -> Result<Vec<ListingId>, StoreError> {
        self.write(Promise::Ordered, watches::take_touched)
    }

    fn tracked_one(&self, id: ListingId) -> Result<Option<Tracked>, StoreError> {
        self.read(|from| tracking::tracked_one(from, id))
    }

    fn listing(&self, key: &ListingKey) -> Result<Option<ListingState>, StoreError> {
        self.read(|from| tracking::listing(from, key))
    }

    fn markets_of(&self, item: &ItemId) -> Result<Vec<ListingKey>, StoreError> {
        self.read(|from| tracking::markets_of(from, item))
    }

    fn record_checks(&self, checks: &[Check]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| checks::record_checks(to, checks))
    }

    fn record_prices(&self, at: Instant, prices: &[Repriced]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| checks::record_prices(to, at, prices))
    }

    fn series(&self, variant: VariantId, lane: Lane, terms: &Terms) -> Result<Option<Series>, StoreError> {
        self.read(|from| history::series(from, variant, lane, terms))
    }

    fn terms_of(&self, variant: VariantId) -> Result<Vec<Terms>, StoreError> {
        self.read(|from| history::terms_of(from, variant))
    }

    fn put_past(&self, variant: VariantId, lane: Lane, terms: &Terms, runs: &[Run]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| history::put_past(to, variant, lane, terms, runs))
    }

    fn put_checkouts(&self, variant: VariantId, past: &[(Minute, Checkout)]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| checkouts::put_past(to, variant, past))
    }

    fn put_checks(&self, listing: ListingId, checks: &[Run<Outcome>]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| history::put_checks(to, listing, checks))
    }

    fn checks(&self, listing: ListingId) -> Result<Vec<Run<Outcome>>, StoreError> {
        self.read(|from| history::checks(from, listing))
    }

    fn put_listing(&self, past: &ListingPast) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| history::put_listing(to, past))
    }

    fn checkouts(
        &self,
        variant: VariantId,
        from: Minute,
        until: Minute,
    ) -> Result<Vec<(Minute, Checkout)>, StoreError> {
        self.read(|store| checkouts::between(store, variant, from, until))
    }

    fn void(&self, variant: VariantId, void: &Void) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| history::void(to, variant, void))
    }

    fn unvoid(&self, variant: VariantId, void: &Void) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| history::unvoid(to, variant, void))
    }

    fn voids(&self, variant: VariantId) -> Result<Vec<Void>, StoreError> {
        self.read(|from| history::voids(from, variant))
    }

    fn add_watch(&self, watch: &NewWatch, now: Instant) -> Result<WatchId, StoreError> {
        self.write(Promise::Durable, |to| watches::add(to, watch, None, now))
    }

    fn watches(&self) -> Result<Vec<Watch>, StoreError> {
        self.read(watches::all)
    }

    fn watch(&self, id: WatchId) -> Result<Option<Watch>, StoreError> {
        self.read(|from| watches::one(from, id))
    }

    fn remove_watch(&self, id: WatchId) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| watches::remove(to, id))
    }

    fn rest_watch(&self, id: WatchId, rest: Rest) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| watches::rest(to, id, rest))
    }

    fn change_rules(&self, id: WatchId, rules: &[Rule]) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| rules::change(to, id, rules))
    }

    fn watches_telling(&self, address: &str) -> Result<Vec<Watch>, StoreError> {
        self.read(|from| watches::telling(from, address))
    }

    fn open_list(&self, secret: &Hash, now: Instant) -> Result<ListId, StoreError> {
        self.write(Promise::Durable, |to| lists::open(to, secret, now))
    }

    fn list(&self, secret: &Hash) -> Result<Option<ListOf>, StoreError> {
        self.read(|from| lists::of(from, secret))
    }

    fn add_to_list(&self, list: ListId, watch: &NewWatch, now: Instant) -> Result<(WatchId, bool), StoreError> {
        self.write(Promise::Durable, |to| lists::add(to, list, watch, now))
    }

    fn remove_from_list(&self, list: ListId, watch: WatchId) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| lists::remove_from(to, list, watch))
    }

    fn name_list(&self, list: ListId, name: Option<&str>) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| lists::name(to, list, name))
    }

    fn remove_list(&self, list: ListId) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| lists::remove(to, list))
    }

    fn add_secret(&self, list: ListId, secret: &Hash, former: Former) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| lists::add_secret(to, list, secret, former))
    }

    fn list_log(&self, list: ListId, most: usize) -> Result<Vec<Logged>, StoreError> {
        self.read(|from| outbox::list_log(from, list, most))
    }

    fn invite(&self, token: &Hash, watches: &[WatchId], until: Instant, now: Instant) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| lists::invite(to, token, watches, until, now))
    }

    fn accept(&self, token: &Hash, channel: &NewChannel, now: Instant) -> Result<Option<Vec<WatchId>>, StoreError> {
        self.write(Promise::Durable, |to| lists::accept(to, token, channel, now))
    }

    fn record_alerts(&self, decided: &[Decided]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| alerts::record(to, decided))
    }

    fn lease(&self, now: Instant, until: Instant, most: usize) -> Result<Vec<Parcel>, StoreError> {
        self.write(Promise::Ordered, |to| outbox::lease(to, now, until, most))
    }

    fn settle(&self, parcel: ParcelId, settled: &Settled, now: Instant) -> Result<bool, StoreError> {
        self.write(Promise::Ordered, |to| outbox::settle(to, parcel, settled, now))
    }

    fn hasten(&self, beginning: &str, now: Instant) -> Result<usize, StoreError> {
        self.write(Promise::Ordered, |to| outbox::hasten(to, beginning, now))
    }

    fn outbox(&self, now: Instant) -> Result<OutboxFigures, StoreError> {
        self.read(|from| outbox::figures(from, now))
    }

    fn dead_letters(&self, most: usize) -> Result<Vec<Letter>, StoreError> {
        self.read(|from| outbox::dead_letters(from, most))
    }

    fn resend(&self, parcel: ParcelId, now: Instant) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| outbox::resend(to, parcel, now))
    }

    fn alert_log(&self, watch: WatchId, most: usize) -> Result<Vec<Logged>, StoreError> {
        self.read(|from| outbox::log(from, watch, most))
    }

    fn ask_confirmation(
        &self,
        address: &str,
        mailbox: &Hash,
        token: &Token,
        now: Instant,
    ) -> Result<Asked, StoreError> {
        self.write(Promise::Durable, |to| questions::ask(to, address, mailbox, token, now))
    }

    fn lists_telling(&self, address: &str) -> Result<Vec<ListId>, StoreError> {
        self.read(|from| questions::lists_telling(from, address))
    }

    fn mail_link(&self, address: &str, list: ListId, token: &Token, now: Instant) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| {
            questions::mail_link(to, address, list, token, now)
        })
    }

    fn lend_secret(&self, list: ListId, secret: &Hash, now: Instant) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| lists::lend(to, list, secret, now))
    }

    fn lease_questions(&self, now: Instant, until: Instant, most: usize) -> Result<Vec<Question>, StoreError> {
        self.write(Promise::Ordered, |to| questions::lease(to, now, until, most))
    }

    fn settle_question(&self, question: QuestionId, settled: &Settled, now: Instant) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| questions::settle(to, question, settled, now))
    }

    fn question(&self, token: &Hash) -> Result<Option<Asking>, StoreError> {
        self.read(|from| questions::asking(from, token))
    }

    fn confirm(&self, token: &Hash, now: Instant) -> Result<Option<String>, StoreError> {
        self.write(Promise::Durable, |to| questions::confirm(to, token, now))
    }

    fn suppress(&self, address: &str, salted_hash: &[u8]) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| channels::suppress(to, address, salted_hash))
    }

    fn is_suppressed(&self, salted_hash: &[u8]) -> Result<bool, StoreError> {
        self.read(|from| channels::is_suppressed(from, salted_hash))
    }

    fn unsuppress(&self, salted_hash: &[u8]) -> Result<bool, StoreError> {
        self.write(Promise::Durable, |to| channels::unsuppress(to, salted_hash))
    }

    fn board_due(
        &self,
        after: ListingId,
        old: Minute,
        listings: usize,
        most: usize,
    ) -> Result<(Vec<Due>, Option<ListingId>), StoreError> {
        self.read(|from| board::due(from, after, old, listings, most))
    }

    fn put_on_board(&self, posts: &[Post]) -> Result<(), StoreError> {
        self.write(Promise::Ordered, |to| board::put(to, posts))
    }

    fn board(&self, sought: &Sought) -> Result<Vec<Found>, StoreError> {
        self.read(|from| seek::found(from, sought))
    }

    fn board_has(&self, part: &str) -> Result<bool, StoreError> {
        self.read(|from| seek::has(from, part))
    }

    fn board_words(&self, take: &mut dyn FnMut(&str, u32)) -> Result<(), StoreError> {
        self.read(|from| seek::words(from, take))
    }

    fn hear_of_code(&self, code: &str, network: &Hash, proven: bool, now: Instant) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| voices::hear(to, code, network, proven, now))
    }

    fn voices(&self, after: Instant, lately: Instant) -> Result<Vec<Voices>, StoreError> {
        self.read(|from| voices::all(from, after, lately))
    }

    fn hear_of_till(&self, verdict: &Verdict, keep: &Keep, now: Instant) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| tills::hear(to, verdict, keep, now))
    }

    fn forget_till(&self, receipt: &str, network: &Hash) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| tills::forget(to, receipt, network))
    }

    fn agreement(&self, after: Instant) -> Result<Vec<Agreed>, StoreError> {
        self.read(|from| tills::agreement(from, after))
    }

    fn disagreements(&self, after: Instant, most: usize) -> Result<Vec<Disagreement>, StoreError> {
        self.read(|from| tills::disagreements(from, after, most))
    }

    fn remember(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(Promise::Durable, |to| memory::remember(to, name, value))
    }

    fn recall(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|from| memory::recall(from, name))
    }

    fn recall_all(&self, beginning: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|from| memory::recall_all(from, beginning))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.read(memory::counts)
    }
}
