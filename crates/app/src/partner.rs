//! Links that are counted as the operator's: made when somebody follows one for the first time, and kept.

use tillwatch_core::cadence::{Second, Share};
use tillwatch_core::instant::Instant;

use crate::account;
use crate::ports::source::SourceError;
use crate::ports::store::StoreError;
use crate::{App, permits};

/// How long a link is used before it is made anew, in seconds: the marketplace may cancel one that nobody followed for
/// six months (its rules as of August 2026).
const KEPT: i64 = 150 * 86_400;

/// How long nothing is asked after a call that was refused, in seconds.
const REST: i64 = 60 * 60;

impl App {
    /// The operator's link to where the clean address of a listing leads. `None` where none can be had now: nobody makes any, the listing is not in the
    /// programme, the day's calls are spent, or the call failed. The reader then goes by the clean link.
    ///
    /// The call is charged and written down before it is made, to the share of those who wait for an answer.
    pub async fn partner_link(
        &self,
        clean: &str,
        clock: &(dyn Fn() -> Instant + Sync),
    ) -> Result<Option<String>, StoreError> {
        let Some(linking) = &self.linking else {
            return Ok(None);
        };
        let now = clock();
        let name = format!("partner:{clean}");
        let kept = self.store.recall(&name)?;
        if let Some(link) = kept.as_deref().and_then(|kept| fresh(kept, now)) {
            return Ok((!link.is_empty()).then(|| link.to_owned()));
        }
        let linker = &linking.linker;
        if !permits::may_ask(self.store(), linker.app(), linker.method(), now)? {
            return Ok(None);
        }
        let charged = {
            let state = &mut *self.state();
            let rests = *linking.rests_until() > now.moment().as_second();
            let account = account::of_mut(&mut state.accounts, linker.account());
            let Some(account) = account.filter(|_| !rests) else {
                return Ok(None);
            };
            if account.spend(Share::Pasted, Second::of(now)).is_err() {
                return Ok(None);
            }
            account.kept()
        };
        self.store.remember(&charged.0, &charged.1)?;
        self.figures.called(linker.account());
        match linker.link(clean, now).await {
            Ok(link) => {
                let now = clock();
                permits::granted(self.store(), linker.app(), linker.method(), now)?;
                let at = now.moment().as_second();
                self.store
                    .remember(&name, &format!("{at} {}", link.as_deref().unwrap_or_default()))?;
                Ok(link)
            }
            Err(error) => {
                self.figures.refused(linker.account());
                let now = clock();
                *linking.rests_until() = now.moment().as_second().saturating_add(REST);
                if matches!(error, SourceError::NotPermitted { .. }) {
                    permits::refused(self.store(), linker.app(), linker.method(), now)?;
                }
                self.beside_refused(linker.account(), &error, now)?;
                Ok(None)
            }
        }
    }

    /// A call beside the readings was refused. A wrong set-up of it is none of theirs: only what all calls of a key have in
    /// common reaches its account.
    pub(crate) fn beside_refused(
        &self,
        account: &'static str,
        error: &SourceError,
        now: Instant,
    ) -> Result<(), StoreError> {
        if matches!(
            error,
            SourceError::Misconfigured { .. } | SourceError::NotPermitted { .. }
        ) {
            return Ok(());
        }
        let charged = {
            let state = &mut *self.state();
            let account = account::of_mut(&mut state.accounts, account);
            account.map(|account| {
                account.refused(error, Second::of(now));
                account.kept()
            })
        };
        match charged {
            Some((key, value)) => self.store.remember(&key, &value),
            None => Ok(()),
        }
    }
}

/// The link that was kept, empty where there was none to be had, unless that is too long ago.
fn fresh(kept: &str, now: Instant) -> Option<&str> {
    let (at, link) = kept.split_once(' ')?;
    let since = now.moment().as_second().checked_sub(at.parse().ok()?)?;
    (0..KEPT).contains(&since).then_some(link)
}
