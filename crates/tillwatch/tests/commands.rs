//! The program as scripts and people meet it: exit statuses, order, streams, files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program, apart from whatever this machine has set.
fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    let unset = ["TILLWATCH_DATA", "XDG_DATA_HOME", "NO_COLOR", "COLUMNS"];
    for name in unset {
        program.env_remove(name);
    }
    program.env("HOME", nowhere()).current_dir(root());
    program
}

/// A folder that nobody has made.
fn nowhere() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("nowhere")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the program answers to arguments and an input.
fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments never reads.
    _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn values(output: &Output) -> Vec<Value> {
    let lines = out(output).lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn example() -> String {
    std::fs::read_to_string(root().join("examples/checkout.json")).unwrap()
}

/// The example on one line.
fn example_line() -> String {
    serde_json::from_str::<Value>(&example()).unwrap().to_string()
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in [
        &["resolve"][..],
        &["snapshot"],
        &["stack"],
        &["diagnose"],
        &["basket"],
        &["quote"],
        &["discount"],
        &["discount", "list"],
        &["discount", "add"],
        &["discount", "import"],
        &["discount", "remove"],
        &["calendar"],
        &["watch"],
        &["watch", "add"],
        &["watch", "list"],
        &["watch", "show"],
        &["watch", "remove"],
        &["history"],
        &["history", "void"],
        &["history", "unvoid"],
        &["tills"],
        &["tills", "export"],
        &["export"],
        &["import"],
        &["backup"],
        &["restore"],
        &["doctor"],
    ] {
        let help = run(&[command, &["--help"]].concat(), "");
        let example = format!("tillwatch {}", command.join(" "));
        assert_eq!(status(&help), 0);
        assert!(out(&help).contains("Example"), "{command:?}");
        assert!(out(&help).contains(&example), "{command:?} has no example");
    }
}

#[test]
fn a_command_that_is_written_wrongly_ends_with_2() {
    for arguments in [
        &["stacks"][..],
        &[],
        &["calendar", "--year", "next"],
        &["discount", "list", "--at", "noon"],
        &["stack", "--rules", "rules-of-nobody"],
        &["resolve", "--follow", "--local", "127.0.0.1", "1005006367324382"],
        &["resolve", "--local", "127.0.0.1:8080", "1005006367324382"],
    ] {
        let wrong = run(arguments, &example());
        assert_eq!((status(&wrong), out(&wrong)), (2, ""), "{arguments:?}");
        assert!(!err(&wrong).is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_input_that_is_not_there_ends_with_3() {
    for arguments in [
        &["stack", "--input", "no/such/file"][..],
        &["snapshot", "no/such/file"],
        &["quote", "https://www.aliexpress.com/item/1005006367324382.html"],
    ] {
        let failed = run(arguments, "");
        assert_eq!((status(&failed), out(&failed)), (3, ""), "{arguments:?}");
    }
}

#[test]
fn a_checkout_over_many_lines_is_one_value() {
    let told = run(&["stack", "--json"], &example());
    let told = values(&told);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["after"]["total"], "37.80");
    assert_eq!(told[0]["steps"].as_array().map(Vec::len), Some(5));
}

#[test]
fn answers_come_in_the_order_of_the_lines_with_the_refused_one_in_its_place() {
    let good = example_line();
    let dearer = good.replace("\"50.00\"", "\"70.00\"");
    let wrong = good.replace("\"50.00\"", "\"50.001\"");
    let input = format!("{good}\r\n\n{wrong}\nnot JSON\n{dearer}");
    let told = run(&["stack"], &input);
    assert_eq!((status(&told), err(&told)), (1, ""));
    let told = values(&told);
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(told[0]["before"]["merchandise"], "50.00");
    assert_eq!(told[1]["error"]["path"], "lines[0].unit_price");
    assert_eq!(told[2]["error"]["type"], "not_json");
    assert_eq!(told[3]["before"]["merchandise"], "70.00");
}

#[test]
fn a_first_line_that_is_refused_does_not_hide_the_others() {
    let told = run(&["stack"], &format!("{{\"schema\":\n{}\n", example_line()));
    let told = values(&told);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0]["error"]["type"], "not_json");
    assert_eq!(told[1]["after"]["total"], "37.80");
}

#[test]
fn a_refused_checkout_names_its_place_on_the_stream_that_was_asked_for() {
    let wrong = example().replace("\"50.00\"", "\"50.001\"");
    let text = run(&["stack"], &wrong);
    assert_eq!((status(&text), out(&text)), (1, ""));
    assert!(err(&text).contains("lines[0].unit_price: \"50.001\""), "{}", err(&text));
    let json = run(&["stack", "--json"], &wrong);
    assert_eq!((status(&json), err(&json)), (1, ""));
    assert_eq!(values(&json)[0]["error"]["path"], "lines[0].unit_price");
    let empty = run(&["stack"], " \n");
    assert_eq!(status(&empty), 1);
    assert!(err(&empty).contains("standard input is empty"), "{}", err(&empty));
}

#[test]
fn the_rule_set_of_the_command_line_wins_over_that_of_the_checkout() {
    let named = example().replacen('{', "{\"rules\": \"code-on-running\",", 1);
    let rules =
        |arguments: &[&str]| values(&run(&[&["stack", "--json"], arguments].concat(), &named))[0]["rules"].clone();
    assert_eq!(rules(&[]), "code-on-running");
    assert_eq!(rules(&["--rules", "official-2018"]), "official-2018");
    assert_eq!(rules(&["--rules", "crates/core/src/rules/seed-2026.json"]), "seed-2026");
}

#[test]
fn other_rule_sets_are_compared_when_asked() {
    let others = |arguments: &[&str]| values(&run(arguments, &example()))[0]["other_rules"].clone();
    assert_eq!(others(&["stack", "--json"]), Value::Null);
    assert_eq!(others(&["stack", "--json", "--compare"])[0]["rules"], "official-2018");
}

#[test]
fn a_pipe_gets_no_escape_codes_and_as_many_columns_as_it_asks_for() {
    for arguments in [
        &["stack"][..],
        &["diagnose", "--paid", "42.00"],
        &["calendar", "--year", "2026"],
        &["resolve", "1005006367324382"],
        &["discount", "list", "--all"],
    ] {
        let told = run(arguments, &example());
        assert_eq!(status(&told), 0, "{arguments:?}");
        assert!(!out(&told).contains('\x1b'), "{arguments:?}");
    }
    let narrow = program()
        .args(["stack", "--input", "examples/checkout.json"])
        .env("COLUMNS", "60")
        .output();
    let narrow = narrow.unwrap();
    assert!(
        out(&narrow).lines().all(|line| line.chars().count() <= 60),
        "{}",
        out(&narrow)
    );
}

#[test]
fn what_was_dropped_is_found_from_the_total() {
    let told = values(&run(&["diagnose", "--paid", "42.00", "--json"], &example()));
    let (told, first) = (&told[0], &told[0]["explanations"][0]);
    assert_eq!((&told["paid"], &told["best"]), (&"42.00".into(), &"37.80".into()));
    assert_eq!(
        (&first["dropped"][0], &first["total"]),
        (&"TEN".into(), &"42.00".into())
    );
    assert_eq!(first["why"][0]["discount"], "TEN");
    for (paid, why) in [
        ("20.00", "Less was paid"),
        ("90.00", "More was asked"),
        ("37.00", "Less was paid"),
    ] {
        let told = values(&run(&["diagnose", "--paid", paid, "--json"], &example()));
        assert!(
            told[0]["note"].as_str().is_some_and(|note| note.starts_with(why)),
            "{told:?}"
        );
    }
    let wrong = run(&["diagnose", "--paid", "1,50"], &example());
    assert_eq!(status(&wrong), 1);
    assert!(err(&wrong).contains("--paid"), "{}", err(&wrong));
}

#[test]
fn texts_are_resolved_one_answer_each_in_order() {
    let texts = "https://www.aliexpress.us/item/3256807990906987.html\n\nhello\n1005006367324382\n";
    let told = run(&["resolve", "--json"], texts);
    assert_eq!(status(&told), 1);
    let kinds: Vec<Value> = values(&told).iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["item", "invalid", "item"]);
    let one = run(
        &[
            "resolve",
            "--json",
            "https://www.aliexpress.us/item/3256807990906987.html",
        ],
        "",
    );
    assert_eq!(
        (status(&one), &values(&one)[0]["item"]),
        (0, &"1005008177221739".into())
    );
}

/// A marketplace that answers one call, with a redirect.
fn redirect_once(location: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        _ = stream.read(&mut [0; 4096]).unwrap();
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
    });
    place
}

#[test]
fn a_short_link_is_followed_when_asked_to_and_the_rest_needs_no_network() {
    let place = redirect_once("https://www.aliexpress.us/item/3256807990906987.html?aff_fcid=1");
    let short = format!("http://{place}/e/_short");
    let told = run(
        &[
            "resolve",
            "--json",
            "--follow",
            "--local",
            &place,
            &short,
            "1005006367324382",
        ],
        "",
    );
    let found = values(&told);
    assert_eq!((status(&told), err(&told)), (0, ""));
    assert_eq!(
        (&found[0]["item"], &found[0]["input"]),
        (&"1005008177221739".into(), &short.into())
    );
    assert_eq!(found[1]["item"], "1005006367324382");
}

#[test]
fn a_short_link_that_cannot_be_followed_ends_with_3_and_the_rest_is_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    drop(listener);
    let short = format!("http://{place}/e/_short");
    let told = run(
        &[
            "resolve",
            "--json",
            "--follow",
            "--local",
            &place,
            &short,
            "1005006367324382",
        ],
        "",
    );
    assert_eq!((status(&told), values(&told).len()), (3, 2));
    assert!(err(&told).contains("127.0.0.1 cannot be reached"), "{}", err(&told));
}

#[test]
fn a_file_that_is_no_page_is_named_for_what_it_is() {
    let told = run(&["snapshot", "--json", "-"], "nothing that is known");
    assert_eq!(status(&told), 1);
    let told = values(&told);
    assert_eq!(told[0]["schema"], "tillwatch/snapshot/1");
    assert_eq!(told[0]["outcome"], "parse_failed");
    let quote = run(&["quote", "-"], "nothing that is known");
    assert_eq!((status(&quote), out(&quote)), (1, ""));
}

const LADDER: &str = r#"{"schema": "tillwatch/ladder/1", "id": "my-june", "name": "My codes of June", "kind": "code",
    "currency": "USD", "regions": ["US"], "starts": "2026-06-01", "ends": "2026-06-10", "zone": "America/Los_Angeles",
    "tiers": [{"code": "MINE7", "off": "7.00", "min_spend": "40.00"}], "source": "a letter", "confidence": "low"}"#;

#[test]
fn a_ladder_of_ones_own_is_added_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("ladder.json"));
    std::fs::write(&file, LADDER).unwrap();
    let with = |arguments: &[&str]| {
        let output = program().arg("--data").arg(&data).args(arguments).output();
        output.unwrap()
    };
    let file = file.to_str().unwrap();
    let listed = || {
        let list = with(&[
            "discount",
            "list",
            "--json",
            "--market",
            "US",
            "--at",
            "2026-06-03T12:00:00Z",
        ]);
        out(&list).contains("MINE7")
    };
    assert!(!listed());
    assert_eq!(status(&with(&["discount", "add", file])), 0);
    assert!(listed());
    assert_eq!(status(&with(&["discount", "add", file])), 1, "it is there already");
    assert_eq!(status(&with(&["discount", "add", file, "--replace"])), 0);
    let left: Vec<_> = std::fs::read_dir(data.join("discounts")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing lies beside it: {left:?}");
    assert_eq!(status(&with(&["discount", "remove", "my-june"])), 0);
    assert!(!listed());
    assert_eq!(status(&with(&["discount", "remove", "my-june"])), 1);
}

#[test]
fn of_several_ladders_none_is_written_when_one_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.json"), folder.path().join("bad.json"));
    std::fs::write(&good, LADDER).unwrap();
    let escaping = LADDER.replace("my-june", "../../my-june");
    for wrong in [&LADDER.replace("7.00", "7.001"), &escaping, LADDER, "{"] {
        std::fs::write(&bad, wrong).unwrap();
        let told = program()
            .env("TILLWATCH_DATA", folder.path().join("data"))
            .args(["discount", "import"])
            .args([&good, &bad])
            .output()
            .unwrap();
        assert_eq!(status(&told), 1, "{}", err(&told));
        assert!(!folder.path().join("data").exists());
    }
}

#[test]
fn a_broken_file_among_ones_own_is_named_and_passed_over() {
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir(data.path().join("discounts")).unwrap();
    std::fs::write(data.path().join("discounts/broken.json"), "{").unwrap();
    std::fs::write(data.path().join("discounts/my-june.json"), LADDER).unwrap();
    let list = ["discount", "list", "--at", "2026-06-03T12:00:00Z"];
    let told = program()
        .args(list)
        .env("TILLWATCH_DATA", data.path())
        .output()
        .unwrap();
    assert_eq!(status(&told), 0);
    assert!(
        out(&told).contains("MINE7") && out(&told).contains("AFSO6"),
        "{}",
        out(&told)
    );
    assert!(err(&told).contains("broken.json"), "{}", err(&told));
}

#[test]
fn a_year_has_its_named_sales() {
    let told = values(&run(&["calendar", "--year", "2026", "--json"], ""));
    assert_eq!(told[0]["schema"], "tillwatch/calendar/1");
    let labels: Vec<&Value> = told[0]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["label"])
        .collect();
    for label in ["announced", "computed", "usual"] {
        assert!(labels.contains(&&label.into()), "no event is {label}");
    }
}

#[test]
fn a_reader_that_leaves_ends_it_without_a_word() {
    let mut child = program()
        .arg("stack")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let line = example_line() + "\n";
    // It may be gone before all of it is written.
    _ = child.stdin.take().unwrap().write_all(line.repeat(2_000).as_bytes());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((status(&ended), err(&ended)), (0, ""));
}

fn wishlist() -> String {
    std::fs::read_to_string(root().join("examples/wishlist.json")).unwrap()
}

#[test]
fn a_wishlist_is_split_with_its_proof_as_text_and_as_json() {
    let told = run(&["basket", "--json"], &wishlist());
    assert_eq!((status(&told), err(&told)), (0, ""));
    let told = &values(&told)[0];
    assert_eq!(told["schema"], "tillwatch/basket/1");
    assert_eq!(
        (&told["proof"], &told["total"]),
        (&"optimal".into(), &told["lower_bound"])
    );
    let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let parts = told["checkouts"].as_array().unwrap();
    let sum: i64 = parts.iter().map(|part| cents(&part["stack"]["after"]["total"])).sum();
    assert_eq!(sum, cents(&told["total"]));
    assert!(cents(&told["total"]) < cents(&told["one_checkout_total"]));
    let page = run(&["basket", "--input", "examples/wishlist.json"], "");
    assert_eq!((status(&page), err(&page)), (0, ""));
    for words in [
        "ruled out",
        "USD less",
        "Compared",
        "by hand",
        told["total"].as_str().unwrap(),
    ] {
        assert!(out(&page).contains(words), "{words} in {}", out(&page));
    }
}

#[test]
fn wishlists_one_a_line_are_answered_in_order_and_wrong_limits_by_their_place() {
    let good = serde_json::from_str::<Value>(&wishlist()).unwrap().to_string();
    let wrong = good.replace("[[0,1]]", "[[0,9]]");
    assert_ne!(good, wrong);
    let told = run(&["basket", "--time-limit", "5"], &format!("{good}\n{wrong}\n{good}\n"));
    assert_eq!(status(&told), 1);
    let told = values(&told);
    assert_eq!(told.len(), 3);
    assert_eq!(told[1]["error"]["path"], "limits.together[0]");
    assert_eq!(told[0], told[2]);
}
