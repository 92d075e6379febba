//! Charts as PNG: few are drawn at a time, the latest are kept, and no message waits long for one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tillwatch_app::App;
use tillwatch_app::look::Look;
use tillwatch_app::ports::Later;
use tillwatch_app::ports::painter::Painter;
use tillwatch_app::ports::store::{ListingKey, VariantId};
use tillwatch_core::history::{Lane, Minute, Period};
use tillwatch_core::id::SkuId;
use tillwatch_core::instant::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::chart::{Brush, Dress, Width};
use crate::pages::listing::past;
use crate::words::Words;
use crate::{Problem, Site};

/// Pictures that are drawn at once for visitors, and as many for messages: neither waits for the other.
const AT_ONCE: usize = 1;

/// Messages that wait for a picture; the next one goes without. Thousands of alerts of one minute must not wait for it.
const WAITING: usize = 4;

/// How long a message waits for its picture, its turn included.
const PATIENCE: Duration = Duration::from_millis(300);

/// Pictures that are kept, some 30 KB each.
const KEPT: usize = 64;

/// The days that a message's chart goes back.
const DAYS: u32 = 90;

const DAY: u32 = 1_440;

/// How a picture is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    /// How far it goes back, in days; `None` is to the first price.
    pub(crate) days: Option<u32>,
    pub(crate) dark: bool,
    pub(crate) width: Width,
}

/// All that a picture depends on. The hour is for what changes without a reading: sales, and how much of a day is over.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subject {
    variant: VariantId,
    lane: Lane,
    view: View,
    language: &'static str,
    confirmed: Option<Minute>,
    hour: u32,
}

/// What draws, and what was drawn last.
pub(crate) struct Pictures {
    brush: Brush,
    kept: Mutex<VecDeque<(Subject, Bytes)>>,
    visitors: Arc<Semaphore>,
    messages: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Pictures {
    pub(crate) fn new() -> Self {
        Self {
            brush: Brush::new(),
            kept: Mutex::default(),
            visitors: Arc::new(Semaphore::new(AT_ONCE)),
            messages: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// A visitor's turn to have a picture drawn, held until it is.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.visitors).acquire_owned().await;
        turn.map_err(|_| Problem::internal())
    }

    /// The picture of what is looked at, perhaps one that was kept; nothing before the first reading.
    pub(crate) fn png(
        &self,
        app: &App,
        look: &Look,
        words: &Words,
        view: View,
        now: Instant,
    ) -> Result<Option<Bytes>, Problem> {
        let subject = Subject {
            variant: look.variant.id,
            lane: look.lane,
            view,
            language: words.code,
            confirmed: look.confirmed(),
            hour: Minute::of(now).number() / 60,
        };
        if let Some(kept) = self.recall(&subject) {
            return Ok(Some(kept));
        }
        let dress = Dress {
            dark: view.dark,
            large: true,
        };
        let Some(svg) = past::picture(app, look, words, view.days, dress, now)? else {
            return Ok(None);
        };
        let png = self.brush.png(&svg, view.width).ok_or_else(Problem::internal)?;
        let png = Bytes::from(png);
        self.keep(subject, png.clone());
        Ok(Some(png))
    }

    /// A kept picture, which is then the last one to be given up.
    fn recall(&self, subject: &Subject) -> Option<Bytes> {
        let mut kept = self.kept();
        let place = kept.iter().position(|(of, _)| of == subject)?;
        let found = kept.remove(place)?;
        let png = found.1.clone();
        kept.push_back(found);
        Some(png)
    }

    fn keep(&self, subject: Subject, png: Bytes) {
        let mut kept = self.kept();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((subject, png));
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(Subject, Bytes)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Draws for messages.
pub(crate) struct House(pub(crate) Site);

impl Painter for House {
    fn paint<'a>(
        &'a self,
        key: &'a ListingKey,
        sku: Option<&'a SkuId>,
        lane: Lane,
        now: Instant,
    ) -> Later<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let pictures = &self.0.pictures;
            let place = Arc::clone(&pictures.waiting).try_acquire_owned().ok()?;
            let drawn = async {
                let turn = Arc::clone(&pictures.messages).acquire_owned().await.ok()?;
                let (site, key, sku) = (self.0.clone(), key.clone(), sku.cloned());
                let drawing = tokio::task::spawn_blocking(move || {
                    // Both are held for as long as it is drawn, even if nobody waits for it any more.
                    let _held = (place, turn);
                    drawn(&site, &key, sku.as_ref(), lane, now)
                });
                drawing.await.ok()?
            };
            tokio::time::timeout(PATIENCE, drawn).await.ok()?
        })
    }
}

/// The chart of a message; one of a price that was seen today for the first time would show nothing.
fn drawn(site: &Site, key: &ListingKey, sku: Option<&SkuId>, lane: Lane, now: Instant) -> Option<Vec<u8>> {
    let look = site.app.look_in(key, sku, lane, now).ok()??;
    let figures = look.window(Period::All)?.figures?;
    if figures.runs == 1 && Minute::of(now).since(figures.low.at) < DAY {
        return None;
    }
    let view = View {
        days: Some(DAYS),
        dark: false,
        width: Width::USUAL,
    };
    let png = site.pictures.png(&site.app, &look, site.tongues.usual(), view, now);
    png.ok()?.map(|png| png.to_vec())
}
