//! Every recording, sent by a server on this machine to the source that would meet it: through turns of the watch to a
//! receipt, or to a typed outcome. Skipped where the recordings do not lie beside the project. `--nocapture` shows the table.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]
#![expect(clippy::print_stdout, reason = "the table is for whoever looks")]

#[path = "../../net/tests/recorded/recordings.rs"]
mod recordings;
#[path = "recorded/replay.rs"]
mod replay;
#[path = "recorded/watch.rs"]
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tillwatch_app::ports::store::ListingKey;
use tillwatch_core::country::Country;
use tillwatch_core::id::ItemId;
use tillwatch_core::instant::Instant;
use tillwatch_core::link::identify;
use tillwatch_core::money::{Currency, Money};
use tillwatch_core::snapshot::{Outcome, Snapshot};
use tillwatch_net::links::Follower;
use tillwatch_net::readers;
use tokio::runtime::Runtime;

use replay::Replay;
use watch::Watch;

/// Where the data does not say which listing it is of.
const SOME_ITEM: &str = "1005006505041416";

/// How many files of each folder lie there, and how many receipts come of them. Other collections are only looked at.
const RECEIPTS: [(&str, usize, usize); 14] = [
    ("affiliate-api", 5, 4),
    ("antibot-html", 1, 0),
    ("csr-shell-html", 1, 0),
    ("derived", 4, 40),
    ("ds-api", 8, 4),
    ("history-item-4000927436411", 3, 3),
    ("mtop", 6, 3),
    ("negative", 1, 0),
    ("pdp-html-2022-12-us", 4, 2),
    ("pdp-json-2022-10", 2, 2),
    ("pdp-json-2024-03-mx", 6, 2),
    ("search", 3, 328),
    ("store-page-html", 1, 0),
    ("top-metadata", 8, 0),
];

/// Who meets a recording first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    /// The official API, which answers the listings that it is asked for.
    Api,
    /// The marketplace, which shows a page.
    Page,
    /// A shopper's browser; a feed publishes what it showed.
    Browser,
    /// A short link, whose redirects were recorded.
    ShortLink,
}

impl Door {
    fn of(folder: &str, name: &str) -> Self {
        match folder {
            "affiliate-api" if name.contains("redirect-chain") => Self::ShortLink,
            "affiliate-api" => Self::Api,
            "ds-api" if name.starts_with("error_") => Self::Api,
            "antibot-html" | "csr-shell-html" | "store-page-html" => Self::Page,
            "derived" if name.contains("panels") => Self::Page,
            _ if folder.starts_with("pdp-") => Self::Page,
            _ => Self::Browser,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Api => "affiliate",
            Self::Page => "page",
            Self::Browser => "browser, feed",
            Self::ShortLink => "short link",
        }
    }
}

/// What became of the recordings of one folder.
#[derive(Default)]
struct Row {
    files: usize,
    served: BTreeMap<Door, usize>,
    listings: usize,
    receipts: usize,
    paid: BTreeMap<Currency, i64>,
    brought: usize,
    outcomes: BTreeMap<String, usize>,
}

impl Row {
    fn came_to(&mut self, outcome: impl Into<String>) {
        *self.outcomes.entry(outcome.into()).or_default() += 1;
    }
}

#[test]
fn every_recording_comes_to_a_receipt_or_to_a_typed_outcome() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures"));
    if !folder.is_dir() {
        println!("skipped: the recordings are not here");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let replay = Replay::open(&runtime);
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for file in recordings::files(&folder) {
        let place = file.strip_prefix(&folder).unwrap();
        let row = rows.entry(place.parent().unwrap().display().to_string()).or_default();
        row.files += 1;
        for bytes in recordings::inputs(&file) {
            Trial {
                runtime: &runtime,
                replay: &replay,
                place,
            }
            .run(&bytes, row);
        }
    }
    println!("{}", table(&rows));
    for (folder, files, receipts) in RECEIPTS {
        if let Some(row) = rows.get(folder).filter(|row| row.files == files) {
            assert_eq!(row.receipts, receipts, "{folder}");
        }
    }
}

/// One recording.
struct Trial<'a> {
    runtime: &'a Runtime,
    replay: &'a Replay,
    /// Its folder and name.
    place: &'a Path,
}

impl Trial<'_> {
    fn run(&self, bytes: &[u8], row: &mut Row) {
        let folder = self.place.parent().unwrap().to_str().unwrap();
        let door = Door::of(folder, self.name());
        *row.served.entry(door).or_default() += 1;
        let start = recorded_at(self.place);
        match door {
            Door::ShortLink => row.came_to(self.followed(bytes, start)),
            Door::Api => {
                self.replay.send(bytes.to_vec());
                let keys = self.keys(&readers::read(bytes), true);
                let watch = Watch::begin(self.replay.api(), &keys, start);
                self.live(&watch, &keys, row);
                assert_eq!(self.replay.asked(), ["/sync"], "{}", self.place.display());
                self.bring(&watch, bytes, row);
            }
            Door::Page => {
                self.replay.send(as_page(bytes));
                let keys = self.keys(&readers::read(bytes), true);
                let watch = Watch::begin(self.replay.pages(), &keys, start);
                self.live(&watch, &keys, row);
                let page = format!("/item/{}.html", keys[0].item);
                assert_eq!(self.replay.asked(), ["/robots.txt", &page], "{}", self.place.display());
                self.bring(&watch, bytes, row);
            }
            Door::Browser => {
                let sent = self.sent(bytes);
                let seen = readers::unpack(&sent).listings;
                let keys = self.keys(&seen, false);
                self.replay.send(feed(&keys, &seen, start));
                let watch = Watch::begin(self.replay.feed(), &keys, start);
                self.live(&watch, &keys, row);
                for none in seen.iter().filter(|one| one.outcome != Outcome::Ok) {
                    row.came_to(none.outcome.name());
                }
                self.bring(&watch, &sent, row);
            }
        }
    }

    fn name(&self) -> &str {
        self.place.file_name().unwrap().to_str().unwrap()
    }

    /// The watch goes on until each listing is a recorded price with its receipts, or a gap with its outcome.
    fn live(&self, watch: &Watch, keys: &[ListingKey], row: &mut Row) {
        row.listings += keys.len();
        let refused = watch.live(self.runtime, keys);
        for key in keys {
            let Some(outcome) = watch.outcome(key) else {
                let error = refused.as_ref().unwrap();
                row.came_to(format!("{error:?}").split([' ', '{']).next().unwrap());
                continue;
            };
            row.came_to(outcome.name());
            if outcome == Outcome::Ok {
                let total = watch.receipts(key);
                row.receipts += 1;
                *row.paid.entry(key.currency).or_default() += total.minor();
            }
        }
    }

    fn bring(&self, watch: &Watch, bytes: &[u8], row: &mut Row) {
        let brought = readers::unpack(bytes);
        row.brought += watch.bring(self.runtime, bytes, &brought, self.market().unwrap_or(Country::US));
    }

    /// What is asked for: each listing in its market and currency; of an answer that names none, some listing.
    fn keys(&self, seen: &[Snapshot], also_without: bool) -> Vec<ListingKey> {
        let some = ItemId::parse(&self.item()).unwrap();
        let asked = seen.iter().filter(|one| also_without || one.outcome == Outcome::Ok);
        let key = |one: &Snapshot| {
            let currency = one.currency.unwrap_or(Currency::USD);
            ListingKey {
                item: one.item.clone().unwrap_or_else(|| some.clone()),
                market: one
                    .market
                    .or_else(|| self.market())
                    .unwrap_or_else(|| home_of(currency)),
                currency,
            }
        };
        let keys: BTreeSet<ListingKey> = asked.map(key).collect();
        keys.into_iter().collect()
    }

    /// The listing that the file's name tells.
    fn item(&self) -> String {
        let digits = self.name().split(|c: char| !c.is_ascii_digit());
        let item = digits
            .max_by_key(|digits| digits.len())
            .filter(|digits| digits.len() > 9);
        identify(item.unwrap_or(SOME_ITEM)).item.unwrap().to_string()
    }

    /// The market that the file's name tells.
    fn market(&self) -> Option<Country> {
        let is_there = self.name().contains("-il-");
        is_there.then(|| Country::parse("IL").unwrap())
    }

    /// What a browser sends: the open page's data as the extension has it, or a file.
    fn sent(&self, bytes: &[u8]) -> Vec<u8> {
        match serde_json::from_slice::<Value>(bytes) {
            Ok(data) if self.place.starts_with("mtop") => json!({
                "schema": "tillwatch/browser/1",
                "address": format!("https://www.aliexpress.com/item/{}.html", self.item()),
                "market": self.market(),
                "data": [data],
            })
            .to_string()
            .into_bytes(),
            _ => bytes.to_vec(),
        }
    }

    /// The hops that were recorded, with a listing where only the shape of its path was.
    fn followed(&self, bytes: &[u8], now: Instant) -> String {
        let recorded: Value = serde_json::from_slice(bytes).unwrap();
        let short = recorded["hops"][0]["path_shape"].as_str().unwrap();
        let end = &recorded["hops"][1];
        let path = end["path_shape"]
            .as_str()
            .unwrap()
            .replace("<21 chars>", &format!("{SOME_ITEM}.html"));
        let names = end["query_param_names"].as_array().unwrap().iter();
        let query: Vec<String> = names.map(|name| format!("{}=1", name.as_str().unwrap())).collect();
        let host = end["host"].as_str().unwrap();
        self.replay
            .lead_to(&format!("https://{host}{path}?{}", query.join("&")));
        let follower = Follower::new(&self.replay.client());
        let link = self.replay.url(short).to_string();
        for _ in 0..2 {
            let found = self.runtime.block_on(follower.follow(&link, now)).unwrap();
            assert_eq!(found.item.unwrap().as_str(), SOME_ITEM);
        }
        assert_eq!(self.replay.asked(), [short]);
        "led to a listing".to_owned()
    }
}

/// A page whose script has the data; a page is itself.
fn as_page(bytes: &[u8]) -> Vec<u8> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return bytes.to_vec();
    }
    let (head, end): (&[u8], &[u8]) = (
        b"<!doctype html><html><script>window.runParams = ",
        b";</script></html>",
    );
    let is_whole = serde_json::from_slice::<Value>(bytes).is_ok_and(|value| value.get("data").is_some());
    let inner = if is_whole {
        bytes.to_vec()
    } else {
        [b"{ data: ", bytes, b"}"].concat()
    };
    [head, &inner, end].concat()
}

/// What a browser showed, as `tillwatch snapshot --json` writes it down for others.
fn feed(keys: &[ListingKey], seen: &[Snapshot], at: Instant) -> Vec<u8> {
    let lines = keys.iter().map(|key| {
        let fits = |one: &&Snapshot| one.outcome == Outcome::Ok && one.currency == Some(key.currency);
        let of_key = |one: &&Snapshot| one.item.as_ref().is_none_or(|item| *item == key.item);
        let line = Snapshot {
            item: Some(key.item.clone()),
            market: Some(key.market),
            seen_at: Some(at),
            ..seen.iter().filter(fits).find(of_key).unwrap().clone()
        };
        serde_json::to_string(&line).unwrap() + "\n"
    });
    lines.collect::<String>().into_bytes()
}

/// Where a currency is paid in.
fn home_of(currency: Currency) -> Country {
    let home = match currency.code() {
        "EUR" => "FR",
        "GBP" => "GB",
        code => &code[..2],
    };
    Country::parse(home).unwrap()
}

/// When it was recorded, by its name, else by its folder's: the third of the month where no day is named.
fn recorded_at(place: &Path) -> Instant {
    let month = |part: &str| (0..part.len()).find_map(|from| Instant::parse(&day(part.get(from..)?)?).ok());
    let mut parts = place.iter().rev().map(|part| part.to_str().unwrap());
    let found = parts.find_map(month);
    found.unwrap_or_else(|| Instant::parse("2026-11-03T12:00:00Z").unwrap())
}

/// Noon of the day or month that a text begins with.
fn day(text: &str) -> Option<String> {
    let month = text.get(..7).filter(|month| month.get(4..5) == Some("-"))?;
    let named = text
        .get(7..10)
        .filter(|rest| rest.starts_with('-') && rest[1..].parse::<u8>().is_ok());
    Some(format!("{month}{}T12:00:00Z", named.unwrap_or("-03")))
}

fn table(rows: &BTreeMap<String, Row>) -> String {
    let names =
        "| folder | files | sent as | listings asked | receipts | paid in all | brought by a browser | outcomes |";
    let mut lines = vec![names.to_owned(), "|---|---|---|---|---|---|---|---|".to_owned()];
    for (folder, row) in rows {
        let served = row
            .served
            .iter()
            .map(|(door, count)| format!("{} {count}", door.name()));
        let paid = row.paid.iter();
        let paid = paid.map(|(currency, minor)| format!("{} {currency}", Money::new(*minor, *currency)));
        let outcomes = row.outcomes.iter().map(|(name, count)| format!("{name} {count}"));
        let cells = [
            folder.clone(),
            row.files.to_string(),
            served.collect::<Vec<_>>().join(", "),
            row.listings.to_string(),
            row.receipts.to_string(),
            paid.collect::<Vec<_>>().join(", "),
            row.brought.to_string(),
            outcomes.collect::<Vec<_>>().join(", "),
        ];
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n")
}
