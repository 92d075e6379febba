//! Names to addresses, with every answer checked before a connection is made to it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tillwatch_app::ports::Later;

use super::address::is_public;
use super::reach::Forbidden;

/// How long a look-up may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Looks up the addresses of a host.
pub trait Lookup: Send + Sync {
    /// All addresses of a host.
    fn addresses(&self, host: &str) -> Later<'static, io::Result<Vec<IpAddr>>>;
}

/// The look-up of the operating system.
#[derive(Debug, Clone, Copy)]
pub(super) struct System;

impl Lookup for System {
    fn addresses(&self, host: &str) -> Later<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|found| found.ip()).collect())
        })
    }
}

/// Hands a connection only addresses that were checked. The connection goes to these and asks no second time, so that
/// a name cannot stand for something else in between.
pub(super) struct Checked {
    pub(super) lookup: Arc<dyn Lookup>,
    /// Whether addresses that are not public pass, as for a place that the operator has named.
    pub(super) private: bool,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let asked = self.lookup.addresses(name.as_str());
        let private = self.private;
        Box::pin(async move {
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the look-up of the host's name took too long");
            let found = tokio::time::timeout(PATIENCE, asked).await.map_err(late)??;
            // One private address among public ones is an attack or a mistake, and neither is connected to.
            if let Some(near) = found.iter().find(|address| !private && !is_public(**address)) {
                return Err(Forbidden::Private(*near).into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Answers each question with the next of these.
    struct Script(Mutex<Vec<Vec<&'static str>>>);

    impl Lookup for Script {
        fn addresses(&self, _: &str) -> Later<'static, io::Result<Vec<IpAddr>>> {
            let next = self.0.lock().expect("no panic before").remove(0);
            let found = next.into_iter().map(|text| text.parse().expect("an address")).collect();
            Box::pin(std::future::ready(Ok(found)))
        }
    }

    async fn answers(script: &[&[&'static str]], private: bool) -> Vec<Result<Vec<String>, String>> {
        let lookup = Script(Mutex::new(script.iter().map(|answer| answer.to_vec()).collect()));
        let guard = Checked {
            lookup: Arc::new(lookup),
            private,
        };
        let mut told = Vec::new();
        for _ in script {
            let found = guard.resolve("www.aliexpress.com".parse().expect("a name")).await;
            told.push(match found {
                Ok(found) => Ok(found.map(|address| address.ip().to_string()).collect()),
                Err(error) => Err(error.to_string()),
            });
        }
        told
    }

    /// H048.
    #[tokio::test]
    async fn a_name_that_turns_private_on_the_second_question_is_refused_then() {
        let told = answers(&[&["47.246.0.1"], &["127.0.0.1"]], false).await;
        let refused = "the host is at 127.0.0.1, which is no public address".to_owned();
        assert_eq!(told, [Ok(vec!["47.246.0.1".into()]), Err(refused)]);
    }

    /// H049, H050.
    #[tokio::test]
    async fn one_private_answer_among_public_ones_refuses_them_all() {
        let told = answers(
            &[&["47.246.0.1", "10.0.0.1"], &["2606:4700::1", "::ffff:10.0.0.1"]],
            false,
        )
        .await;
        assert!(told.iter().all(Result::is_err), "{told:?}");
    }

    #[tokio::test]
    async fn a_place_that_the_operator_named_may_be_anywhere() {
        let told = answers(&[&["10.0.0.1"]], true).await;
        assert_eq!(told, [Ok(vec!["10.0.0.1".into()])]);
    }
}
