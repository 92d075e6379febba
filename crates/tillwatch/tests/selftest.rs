//! The built program tries itself.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::process::{Command, Output};

use serde_json::Value;

fn selftest(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tillwatch"));
    command.args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn all_thirty_eight_trials_pass() {
    let output = selftest(&["--json", "selftest"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let trials = answer["trials"].as_array().unwrap();
    let failed: Vec<&Value> = trials.iter().filter(|trial| trial["passed"] != true).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(answer["schema"], "tillwatch/selftest/1");
    assert_eq!((&answer["passed"], &answer["failed"]), (&38.into(), &0.into()));
    assert_eq!(trials.len(), 38);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_trial_is_chosen_by_its_name_and_told_with_what_was_expected_and_seen() {
    let output = selftest(&["selftest", "zero-between"]);
    let text = text(&output);
    assert!(text.starts_with("pass  zero-between"), "{text}");
    assert!(
        text.contains("expected: one alert at 30.00 USD") && text.contains("seen: 1 alert"),
        "{text}"
    );
    assert!(text.ends_with("1 of 1 passed\n"), "{text}");
}

#[test]
fn the_list_names_every_trial_and_tries_none() {
    let lines = text(&selftest(&["--json", "selftest", "--list"]));
    let listed: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(listed.len(), 38);
    assert!(listed.iter().all(|one| one.get("passed").is_none()), "{lines}");
    let output = selftest(&["selftest", "--list"]);
    assert!(text(&output).contains("receiver-down"));
}

#[test]
fn a_name_that_is_none_is_refused() {
    let output = selftest(&["selftest", "zero-in-between"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("zero-in-between") && told.contains("--list"), "{told}");
}
