//! `history`: what a watched variant cost over time, as a sentence, a curve and figures.

mod show;
mod void;

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use tillwatch_app::ports::store::Store;
use tillwatch_app::{App, HistoryOf};
use tillwatch_core::history::Lane;
use tillwatch_core::input::InputError;
use tillwatch_core::instant::Instant;
use tillwatch_core::rules::{RuleBook, RuleSet};

use super::which::{self, Which};
use crate::failure::{Status, Usage};
use crate::home::Home;
use crate::output::Output;

/// Show what a watched listing cost over time, as a curve and in figures
///
/// A price holds until the next reading. Where nobody could see, the curve is hatched and the reason is named. Curve,
/// sentence and table come from the same runs.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
#[command(after_help = "Examples:
  tillwatch history 1005006367324382
  tillwatch history 1005006367324382 --lane public,sticker --all
  tillwatch history 1005006367324382 --rules official-2018
  tillwatch history void 1005006367324382 --from 2026-06-03T12:00:00Z --until 2026-06-03T13:00:00Z --reason \"a slip\"")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    which: Option<Which>,
    #[command(flatten)]
    look: Look,
}

#[derive(clap::Args)]
struct Look {
    /// Which discounts count: sticker, automatic, public or code; two are drawn together, the first one bold
    #[arg(long, value_name = "LANE", value_delimiter = ',', default_value = "public", value_parser = which::lane)]
    lane: Vec<Lane>,
    /// How many days the curve shows
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Show everything since the first reading
    #[arg(long, conflicts_with = "days")]
    all: bool,
    /// Compute the prices anew under this rule set from the checkouts that were kept; nothing is changed
    #[arg(long, value_name = "ID|FILE")]
    rules: Option<String>,
    /// The moment, such as 2026-06-03T12:00:00Z [default: now]
    #[arg(long, value_name = "T", value_parser = Instant::parse)]
    at: Option<Instant>,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Take a span of a variant's prices out of every low, high and average, with the reason
    #[command(after_help = "Example:
  tillwatch history void 1005006367324382 --from 2026-06-03T12:00:00Z --until 2026-06-03T13:00:00Z --reason \"a slip\"")]
    Void(void::Arguments),
    /// Let a span count again
    #[command(after_help = "Example:
  tillwatch history unvoid 1005006367324382 --from 2026-06-03T12:00:00Z --until 2026-06-03T13:00:00Z")]
    Unvoid(void::Span),
}

/// Shows a history, or changes what of it counts.
pub(crate) fn run(arguments: &Arguments, data: Option<&Path>, output: &mut Output) -> anyhow::Result<Status> {
    let home = Home::find(data);
    let Some(store) = home.existing_store()? else {
        bail!(
            "there is no store at {} yet; tillwatch watch add begins one",
            home.place_of_store()?.display()
        );
    };
    match (&arguments.action, &arguments.which) {
        (Some(Action::Void(arguments)), _) => void::void(arguments, &store, output),
        (Some(Action::Unvoid(span)), _) => void::unvoid(span, &store, output),
        (None, Some(which)) => look_at(which, &arguments.look, &home, Arc::new(store), output),
        (None, None) => Err(Usage("history: name a listing".to_owned()).into()),
    }
}

fn look_at(
    which: &Which,
    look: &Look,
    home: &Home,
    store: Arc<dyn Store>,
    output: &mut Output,
) -> anyhow::Result<Status> {
    let now = look.at.map_or_else(crate::clock::now, Ok)?;
    if look.lane.len() > 2 {
        return Err(Usage("--lane: at most two are drawn together".to_owned()).into());
    }
    let (state, variant) = which.find(store.as_ref())?;
    let Some(terms) = store.terms_of(variant.id)?.into_iter().next() else {
        let told = state
            .last_check
            .map(|check| format!("; its last check was {}", check.outcome.name().replace('_', " ")));
        let detail = format!("no price of it was read yet{}", told.unwrap_or_default());
        return Err(InputError::wrong("LINK-OR-ITEM", detail).into());
    };
    let app = home.app(store, now)?;
    let rules = look.rules.as_deref().map(rule_set).transpose()?;
    let rules = rules.filter(|rules| rules.id != terms.rules);
    let mut lanes: Vec<HistoryOf> = Vec::new();
    for lane in &look.lane {
        let Some(series) = app.store().series(variant.id, *lane, &terms)? else {
            let detail = format!("nothing is kept of the lane {lane}");
            return Err(InputError::wrong("--lane", detail).into());
        };
        let recorded = HistoryOf {
            state: state.clone(),
            variant: variant.clone(),
            terms: terms.clone(),
            lane: *lane,
            series,
        };
        lanes.push(match &rules {
            Some(rules) => recomputed(&app, &recorded, rules)?,
            None => recorded,
        });
    }
    let view = show::View {
        lanes: &lanes,
        recorded_under: rules.is_some().then_some(terms.rules.as_str()),
        days: (!look.all).then_some(look.days),
        now,
    };
    view.tell(output)?;
    Ok(Status::Done)
}

fn rule_set(asked: &str) -> anyhow::Result<RuleSet> {
    crate::rules::find(&RuleBook::built_in()?, asked)
}

fn recomputed(app: &App, recorded: &HistoryOf, rules: &RuleSet) -> anyhow::Result<HistoryOf> {
    let none = || {
        InputError::wrong(
            "--rules",
            "no checkout of it was kept that prices could be computed from",
        )
    };
    Ok(app.recompute(recorded, rules)?.ok_or_else(none)?)
}
