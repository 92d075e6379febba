//! Complaints about what is kept, when it runs, and what it takes to run at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};
use tillwatch_app::Turned;
use tillwatch_app::ports::store::{ListingKey, Store, Watch};
use tillwatch_core::alert::{Kind, Rule, Zone};
use tillwatch_core::country::Country;
use tillwatch_core::history::Lane;
use tillwatch_core::id::{ItemId, SkuId};
use tillwatch_core::instant::Instant;
use tillwatch_core::money::Currency;
use tillwatch_store::{Existing, Sqlite, released, restore, write_released};

use super::bench::{Bench, Rig, Setup, cents, usd};
use super::scenarios::{one, silent};
use super::shelf::{self, Search, good};
use super::{Group, Trial, Verdict};

pub(super) const TRIALS: [Trial; 3] = [
    Trial {
        name: "upgrade-and-restore",
        group: Group::Complaint,
        source: "dgtlmoon/changedetection.io#3621 #3626 #3596 #4132 #4167 #4310 #2849, mozilla/price-tracker#179",
        about: "files of every version that was released are opened, copied and put back; a watch goes on in its copy",
        expected: "watches, rules, all points of the history, voids and budgets are there, and the copy tells what is due",
        run: upgrade_and_restore,
    },
    Trial {
        name: "starts-and-zones",
        group: Group::Complaint,
        source: "Cybrarist/Discount-Bandit#107, dgtlmoon/changedetection.io#3178 #3445 #4350",
        about: "30 listings; the program ends and starts again, at once and after two days; somebody names a zone that is none",
        expected: "no call more than without the new start, none sooner than the shop allows, the zone refused at the door",
        run: starts_and_zones,
    },
    Trial {
        name: "no-setup",
        group: Group::Complaint,
        source: "jez500/pricebuddy#97 #115 #119, clucraft/PriceGhost#9 #16",
        about: "this program is started in an empty folder, without a variable, a file or an argument but the folder",
        expected: "it answers, takes a watch without a login, and makes all that it needs by itself",
        run: no_setup,
    },
];

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tillwatch-selftest-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| path.display().to_string())?;
        Ok(Self(path))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the system's folder for that.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn upgrade_and_restore(rig: &Rig) -> Verdict {
    let folder = Folder::new()?;
    let mut versions = 0;
    for version in released() {
        let [old, copy, back] = ["store", "copy", "back"].map(|name| folder.at(&format!("{name}-{version}.db")));
        write_released(version, &old)?;
        let store = Sqlite::open(&old)?;
        ensure!(store.examine()?.is_sound(), "version {version} is damaged");
        let before = all_of(&store).with_context(|| format!("version {version}"))?;
        store.backup(&copy, |_, _| ())?;
        restore(&copy, &back, Existing::Keep, |_, _| ())?;
        let after = all_of(&Sqlite::open(&back)?).with_context(|| format!("version {version}, put back"))?;
        ensure!(before == after, "version {version}: {before:?} became {after:?}");
        versions += 1;
    }
    let good = good()?;
    let (first, copy, back) = (folder.at("own.db"), folder.at("own-copy.db"), folder.at("own-back.db"));
    let store = Arc::new(Sqlite::open(&first)?);
    let setup = |store: Arc<Sqlite>| Setup {
        store: Some(store),
        ..Setup::default()
    };
    let bench = Bench::with(rig, setup(Arc::clone(&store)))?;
    bench.watch(&Bench::wish(&good, &[Rule::Below(usd(3_500))]))?;
    bench.show(&good, 4_200)?;
    silent(&bench)?;
    store.backup(&copy, |_, _| ())?;
    restore(&copy, &back, Existing::Keep, |_, _| ())?;
    let goes_on = Bench::with(rig, setup(Arc::new(Sqlite::open(&back)?)))?;
    goes_on.wait(7_200)?;
    goes_on.show(&good, 3_000)?;
    let told = one(&goes_on.news()?, Kind::Reached, 3_000)?;
    let prices = goes_on.prices(&good)?;
    ensure!(prices == [4_200, 3_000], "history {prices:?}");
    Ok(format!(
        "{versions} versions, 70 points in each of 4 lanes; from the copy {told}"
    ))
}

/// What the rows of every release say: points of the history, watches, voids, and what is remembered.
fn all_of(store: &Sqlite) -> anyhow::Result<(Vec<i64>, usize, usize, Option<String>)> {
    let key = ListingKey {
        item: ItemId::parse("1005006000000001")?,
        market: Country::US,
        currency: Currency::USD,
    };
    let state = store.listing(&key)?.context("the listing is not there")?;
    let variant = state.tracked.variants.first().context("the variant is not there")?;
    ensure!(variant.sku == Some(SkuId::parse("1200")?), "the variant is another");
    let mut points = Vec::new();
    for terms in store.terms_of(variant.id)? {
        for lane in Lane::ALL {
            let series = store
                .series(variant.id, lane, &terms)?
                .context("a history is not there")?;
            points.extend(cents(&series));
        }
    }
    ensure!(points.len() == 4 * 70, "{} points", points.len());
    let watches = store.watches()?;
    ensure!(
        watches.first().and_then(Watch::target) == Some(usd(900)),
        "the target is not there"
    );
    Ok((
        points,
        watches.len(),
        store.voids(variant.id)?.len(),
        store.recall("budget")?,
    ))
}

/// So many goods are watched and each is read once.
fn watching_thirty(rig: &Rig) -> anyhow::Result<Bench> {
    let bench = Bench::open(rig)?;
    let search = Search { days: 3, ..Search::ANY };
    for good in shelf::goods(30, search)? {
        bench.watch(&Bench::wish(&good, &[]))?;
    }
    for _ in 0..30 {
        bench.read()?;
    }
    Ok(bench)
}

/// The moments of the calls within so many seconds from now, in seconds.
fn calls_within(bench: &Bench, seconds: i64) -> anyhow::Result<Vec<i64>> {
    let end = bench.now().plus_seconds(seconds);
    let clock = bench.clock.clone();
    let clock = move || clock.now();
    let mut calls = Vec::new();
    while bench.now() < end {
        match bench.runtime.block_on(bench.app.turn(0, &clock))? {
            Turned::Rest(until) => {
                let now = bench.now().moment().as_second();
                bench.wait((i64::from(until.get()) - now).clamp(1, 30))?;
            }
            _ => calls.push(bench.now().moment().as_second()),
        }
    }
    Ok(calls)
}

fn starts_and_zones(rig: &Rig) -> Verdict {
    const HOUR: i64 = 3_600;
    let goes_on = calls_within(&watching_thirty(rig)?, HOUR)?;
    let mut bench = watching_thirty(rig)?;
    let left = |bench: &Bench| bench.app.desks(bench.now()).first().map(|desk| desk.remaining);
    let before = left(&bench);
    bench.restart()?;
    ensure!(
        left(&bench) == before,
        "the day's calls became {:?} of {before:?}",
        left(&bench)
    );
    let started = calls_within(&bench, HOUR)?;
    ensure!(
        started.len() <= goes_on.len() + 3,
        "{} calls, without the start {}",
        started.len(),
        goes_on.len()
    );
    bench.wait(2 * 86_400)?;
    bench.restart()?;
    let late = calls_within(&bench, 600)?;
    ensure!(late.len() >= 30, "after two days {} were read", late.len());
    // Three may follow each other at once; afterwards two seconds lie between them.
    let herd = late.windows(4).filter(|four| {
        four.last()
            .zip(four.first())
            .is_some_and(|(last, first)| last - first < 2)
    });
    ensure!(herd.count() == 0, "too many at once: {late:?}");
    ensure!(
        Zone::parse("Europe/Atlantis").is_err() && Zone::parse("Europe/Berlin").is_ok(),
        "zones are not looked up"
    );
    ensure!(
        Instant::parse("2026-02-30T00:00:00Z").is_err(),
        "a day that is none was taken"
    );
    Ok(format!(
        "{} calls in an hour, {} without the start; {} late ones no closer than allowed",
        started.len(),
        goes_on.len(),
        late.len()
    ))
}

/// A program that is ended when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn no_setup(_: &Rig) -> Verdict {
    let folder = Folder::new()?;
    let mut running = Running(itself(&folder.0)?.args(["serve", "--listen", "127.0.0.1:0"]).spawn()?);
    let mut said = String::new();
    let errors = running.0.stderr.take().context("its words")?;
    let mut lines = BufReader::new(errors).lines();
    let address = loop {
        let line = lines.next().with_context(|| format!("it ended: {said}"))??;
        if let Some((_, rest)) = line.split_once("answers on http://") {
            break rest.split_whitespace().next().unwrap_or_default().to_owned();
        }
        said.push_str(&line);
    };
    // Whoever does not listen any more would stop it at its next word.
    let listening = std::thread::spawn(move || lines.map_while(Result::ok).count());
    ensure!(answer(&address, "/readyz")?.contains(" 200 "), "it is not ready");
    let watch = ["watch", "add", "1005006367324382", "--market", "US", "--target", "9.50"];
    let added = itself(&folder.0)?.args(watch).output()?;
    ensure!(
        added.status.success(),
        "the watch: {}",
        String::from_utf8_lossy(&added.stderr)
    );
    let metrics = answer(&address, "/metrics")?;
    ensure!(
        metrics.contains("tillwatch_watches 1"),
        "the watch is not among its figures"
    );
    drop(running);
    let _ = listening.join();
    Ok("it answered, was ready and took a watch; nothing was asked".to_owned())
}

/// This program over a folder, without any variable.
fn itself(folder: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .env_clear()
        .arg("--data")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    Ok(command)
}

/// What is answered at an address, head and body.
fn answer(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}
