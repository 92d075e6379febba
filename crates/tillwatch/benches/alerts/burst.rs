//! 1,500 alerts for 1,500 chats, handed over by the program itself to a Bot API on this machine.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Clock};

use tillwatch_app::ports::store::Store;
use tillwatch_store::Sqlite;

use crate::{bot_api, fill_outbox, machine_now};

const ALERTS: i64 = 1_500;

/// After so long it is given up.
const PATIENCE: Duration = Duration::from_mins(3);

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("tillwatch.db")).unwrap();
    fill_outbox(&store, ALERTS, machine_now());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (address, limits) = runtime.block_on(bot_api::open());
    let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .env(
            "TILLWATCH_TELEGRAM_TOKEN",
            "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        )
        .env("TILLWATCH_TELEGRAM_API", format!("http://{address}/"))
        .env("TILLWATCH_REACH", &address)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Clock::now();
    while store.outbox(machine_now()).unwrap().waiting > 0 && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    let taken = began.elapsed();
    program.kill().unwrap();
    program.wait().unwrap();
    let limits = limits.lock().unwrap();
    let count = limits.taken.len();
    println!(
        "a burst of {ALERTS} alerts for as many chats: {count} taken in {taken:.1?} from the program's start, {} refused",
        limits.refused
    );
}
