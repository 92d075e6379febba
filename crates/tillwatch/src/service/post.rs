//! The loop that hands alerts to their channels.

use std::sync::Arc;
use std::time::Duration;

use tillwatch_app::outbox::{Post, Sent};
use tillwatch_app::ports::store::{Parcel, StoreError};
use tillwatch_core::instant::Instant;
use tillwatch_web::Clock;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::Stop;

/// How often the outbox is looked into: an alert is on its way within this time.
const LOOK: Duration = Duration::from_millis(200);

/// How long a pause is while the store refuses.
const TROUBLE: Duration = Duration::from_secs(1);

/// Addresses that are told something at once.
const HANDS: usize = 50;

/// Runs until it is told to stop; what is on its way then is waited for.
pub(super) fn run(post: &Arc<Post>, clock: &Clock, runtime: &Runtime, stop: &Stop) {
    runtime.block_on(async {
        let mut under_way = JoinSet::new();
        while !stop.is_set() {
            while under_way.try_join_next().is_some() {}
            let free = HANDS.saturating_sub(under_way.len());
            let parcels = match post.collect(clock(), free) {
                Ok(parcels) => parcels,
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be looked into; trying again");
                    tokio::time::sleep(TROUBLE).await;
                    continue;
                }
            };
            if parcels.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
            for parcels in by_address(parcels) {
                let (post, clock) = (Arc::clone(post), Arc::clone(clock));
                under_way.spawn(async move {
                    // What is not recorded goes out again when its lease ends, with the same reference.
                    if let Err(error) = tell(&post, &clock, &parcels).await {
                        tracing::error!(%error, "the answer of a channel could not be recorded");
                    }
                });
            }
        }
        while under_way.join_next().await.is_some() {}
    });
}

/// Tells one address what it is to be told, in order. What cannot be told now holds the rest up.
async fn tell(post: &Post, clock: &Clock, parcels: &[Parcel]) -> Result<(), StoreError> {
    let mut rest = Post::messages(parcels, clock());
    while let Some(together) = rest.next() {
        let Some(first) = together.first() else { continue };
        let at = post.turn_of(first, clock());
        tokio::time::sleep(until(at, clock())).await;
        let tried = post.send_together(together, clock.as_ref()).await?;
        let watch = first.watch.0;
        match tried.sent {
            Sent::Delivered => tracing::debug!(watch, "an alert is delivered"),
            Sent::Later => tracing::info!(watch, "an alert is tried again later"),
            Sent::Dead => tracing::warn!(watch, "an alert was given up; tillwatch alerts says why"),
        }
        if let Some(again) = tried.again {
            return rest
                .flatten()
                .try_for_each(|parcel| post.put_back(parcel, again, clock()));
        }
    }
    Ok(())
}

/// Those of each address together, in their order.
fn by_address(parcels: Vec<Parcel>) -> Vec<Vec<Parcel>> {
    let mut groups: Vec<Vec<Parcel>> = Vec::new();
    for parcel in parcels {
        let same = |group: &&mut Vec<Parcel>| group.first().is_some_and(|first| first.address == parcel.address);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(parcel),
            None => groups.push(vec![parcel]),
        }
    }
    groups
}

pub(super) fn until(at: Instant, now: Instant) -> Duration {
    let millis = at
        .moment()
        .as_millisecond()
        .saturating_sub(now.moment().as_millisecond());
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
