//! Calls of the official API by a command, charged to the same account as those of `serve`.

use std::time::Duration;

use tillwatch_app::account::{Account, budget_name, read_budget};
use tillwatch_app::permits;
use tillwatch_app::ports::source::{Ask, Reading, Source, SourceError};
use tillwatch_app::ports::store::Store;
use tillwatch_core::cadence::{Second, Share};
use tillwatch_core::instant::Instant;
use tillwatch_net::http::Client;
use tillwatch_net::sources::affiliate::{Affiliate, CALLS_PER_DAY, SPACING};
use tillwatch_store::Sqlite;

use crate::home::{Held, Home};
use crate::sources;

/// How long the space between two calls is waited out, in seconds; longer than that is no space.
const PATIENCE: u32 = 5;

/// Calls that may be made.
pub(crate) struct Errand {
    pub(crate) api: Affiliate,
    pub(crate) store: Sqlite,
    account: Account,
    /// No server starts meanwhile, which would count the key's calls without this one.
    _held: Held,
}

/// Why none may be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoErrand {
    #[error("no app is named: set TILLWATCH_APP_KEY and TILLWATCH_APP_SECRET to read prices through the official API")]
    NoApp,
    #[error("a tillwatch serves from this data directory and spends the key's calls")]
    Served,
    #[error("no call of the official API is left for now: {CALLS_PER_DAY} a day, {} s apart", SPACING.as_secs_f32())]
    Spent,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl Errand {
    /// Makes ready for calls with the operator's app.
    pub(crate) fn new(home: &Home) -> Result<Self, NoErrand> {
        let client = Client::new(None, sources::reach()?).map_err(anyhow::Error::from)?;
        let api = sources::affiliate(CALLS_PER_DAY, SPACING, &client)?.ok_or(NoErrand::NoApp)?;
        if home.is_held()? {
            return Err(NoErrand::Served);
        }
        let held = home.hold()?;
        let store = home.store()?;
        let kept = store.recall(&budget_name(api.account())).map_err(anyhow::Error::from)?;
        let kept = kept.as_deref().and_then(read_budget).unwrap_or_default();
        Ok(Self {
            account: Account::new(&api, kept),
            api,
            store,
            _held: held,
        })
    }

    /// Reads prices.
    pub(crate) fn read(&mut self, ask: &Ask, now: &mut Instant) -> Result<Result<Vec<Reading>, SourceError>, NoErrand> {
        self.call(now, async |api, now| api.read(ask, now).await)
    }

    /// A call of a method that needs a permission: none is made while the app is known to lack it, and what becomes of one
    /// is remembered. `None` without the permission.
    pub(crate) fn permitted<T>(
        &mut self,
        method: &str,
        now: &mut Instant,
        make: impl AsyncFnOnce(&Affiliate, Instant) -> Result<T, SourceError>,
    ) -> Result<Option<Result<T, SourceError>>, NoErrand> {
        let app = self.api.app().to_owned();
        if !permits::may_ask(&self.store, &app, method, *now).map_err(anyhow::Error::from)? {
            return Ok(None);
        }
        let answer = self.call(now, make)?;
        let noted = match &answer {
            Ok(_) => permits::granted(&self.store, &app, method, *now),
            Err(SourceError::NotPermitted { .. }) => permits::refused(&self.store, &app, method, *now).map(drop),
            Err(_) => Ok(()),
        };
        noted.map_err(anyhow::Error::from)?;
        Ok(Some(answer).filter(|answer| !matches!(answer, Err(SourceError::NotPermitted { .. }))))
    }

    /// Waits until a call may go out, charges it, writes that down, and makes it.
    fn call<T>(
        &mut self,
        now: &mut Instant,
        make: impl AsyncFnOnce(&Affiliate, Instant) -> Result<T, SourceError>,
    ) -> Result<Result<T, SourceError>, NoErrand> {
        let wait = self
            .account
            .next_allowed(Share::Pasted, Second::of(*now))
            .since(Second::of(*now));
        if wait > 0 && wait <= PATIENCE {
            std::thread::sleep(Duration::from_secs(u64::from(wait)));
            *now = now.plus_seconds(i64::from(wait));
        }
        self.account
            .spend(Share::Pasted, Second::of(*now))
            .map_err(|_| NoErrand::Spent)?;
        self.keep()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let answer = runtime.map_err(anyhow::Error::from)?.block_on(make(&self.api, *now));
        if let Err(error) = &answer
            && !matches!(error, SourceError::NotPermitted { .. })
        {
            self.account.refused(error, Second::of(*now));
            self.keep()?;
        }
        Ok(answer)
    }

    fn keep(&self) -> Result<(), NoErrand> {
        let (name, value) = self.account.kept();
        Ok(self.store.remember(&name, &value).map_err(anyhow::Error::from)?)
    }
}
