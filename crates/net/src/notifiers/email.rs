//! E-mail: through the operator's own SMTP server, and no other.

mod letter;
mod server;

use std::sync::OnceLock;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tillwatch_app::ports::Later;
use tillwatch_app::ports::notifier::{Address, Channel, Delivery, Mailbox, Message, Notifier};
use tillwatch_core::instant::Instant;

use super::{WORDS, delivered, misdirected, text};

pub use server::{Security, Server, ServerError};

/// How long a step of the conversation may take, and how long all of it.
const STEP: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_mins(1);

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The operator's server.
    pub server: Server,
    /// The sender's name, as people see it.
    pub name: String,
    /// The sender's mailbox.
    pub from: Mailbox,
    /// A certificate as PEM that is trusted besides the public ones, such as that of the operator's own authority.
    pub certificate: Option<Vec<u8>>,
}

/// Why mail cannot be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum EmailError {
    /// A certificate that cannot be read, or an encryption that cannot be set up.
    #[error("the encryption of mail cannot be set up: {0}")]
    Encryption(#[source] lettre::transport::smtp::Error),
    /// A sender that no header can have.
    #[error("the sender {0:?} cannot stand in a letter")]
    Sender(String),
}

/// E-mail as a channel. All letters are sent from one runtime, in which its connections stay open for a while.
#[derive(Debug)]
pub struct Email {
    settings: Settings,
    tls: Tls,
    /// Made with the first letter, since its connections live in the runtime that sends.
    transport: OnceLock<AsyncSmtpTransport<Tokio1Executor>>,
}

impl Email {
    /// The channel. Nothing is connected yet.
    pub fn new(settings: Settings) -> Result<Self, EmailError> {
        letter::sender(&settings)?;
        let tls = tls(&settings).map_err(EmailError::Encryption)?;
        Ok(Self {
            settings,
            tls,
            transport: OnceLock::new(),
        })
    }

    fn transport(&self) -> &AsyncSmtpTransport<Tokio1Executor> {
        self.transport.get_or_init(|| {
            let server = &self.settings.server;
            let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host())
                .port(server.port())
                .tls(self.tls.clone())
                .timeout(Some(STEP));
            match server.login() {
                Some((name, password)) => builder
                    .credentials(Credentials::new(name.to_owned(), password.reveal().to_owned()))
                    .build(),
                None => builder.build(),
            }
        })
    }

    async fn post(&self, to: &Address, message: &Message, now: Instant) -> Delivery {
        let Address::Email { mailbox } = to else {
            return misdirected(Channel::Email, to);
        };
        let id = letter::id(&self.settings, mailbox, message);
        let letter = match letter::write(&self.settings, mailbox, message, &id, now) {
            Ok(letter) => letter,
            Err(error) => {
                let why = format!("the letter cannot be written: {error}");
                return Delivery::Unreachable { why };
            }
        };
        match tokio::time::timeout(WHOLE, self.transport().send(letter)).await {
            Ok(Ok(_)) => delivered(Some(id)),
            Ok(Err(error)) => refused(&error, mailbox),
            Err(_) => Delivery::Unreachable {
                why: format!("the mail server was not done within {} s", WHOLE.as_secs()),
            },
        }
    }
}

impl Notifier for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn deliver<'a>(&'a self, to: &'a Address, message: &'a Message, now: Instant) -> Later<'a, Delivery> {
        Box::pin(self.post(to, message, now))
    }
}

fn tls(settings: &Settings) -> Result<Tls, lettre::transport::smtp::Error> {
    let server = &settings.server;
    let parameters = || {
        let builder = TlsParameters::builder(server.host().to_owned());
        match &settings.certificate {
            Some(pem) => builder.add_root_certificate(Certificate::from_pem(pem)?),
            None => builder,
        }
        .build_rustls()
    };
    Ok(match server.security() {
        Security::Plain => Tls::None,
        Security::StartTls => Tls::Required(parameters()?),
        Security::Tls => Tls::Wrapper(parameters()?),
    })
}

fn refused(error: &lettre::transport::smtp::Error, mailbox: &Mailbox) -> Delivery {
    // Servers like to repeat the mailbox.
    let words = error.to_string().replace(&mailbox.reveal(), &mailbox.label());
    let why = text::line(&words, WORDS);
    let code = error.status().map_or(0, u16::from);
    match code {
        400..500 => Delivery::Later { seconds: None, why },
        500.. if nobody_is_there(code, &words) => Delivery::Gone { why },
        _ => Delivery::Unreachable { why },
    }
}

/// Whether a refusal is of the mailbox, and not of the sender or of what the letter says. The status of RFC 3463, such
/// as 5.1.1, knows best; without one, 550, 551 and 553 are of the mailbox.
fn nobody_is_there(code: u16, words: &str) -> bool {
    let is_status = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let digits = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.len() == 3 && parts.first() == Some(&"5") && parts.iter().all(digits)
    };
    let mut words = words.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    match words.find(is_status) {
        Some(status) => status.starts_with("5.1.") && status != "5.1.8" && status != "5.1.7" || status == "5.2.1",
        None => matches!(code, 550 | 551 | 553),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_mailbox_is_told_from_one_of_the_letter() {
        for (code, words, gone) in [
            (550, "permanent error (550): 5.1.1 no such user", true),
            (550, "permanent error (550): no such user", true),
            (553, "permanent error (553): bad name", true),
            (
                550,
                "permanent error (550): 5.7.515 sender does not meet the required level",
                false,
            ),
            (554, "permanent error (554): 5.7.1 spam", false),
            (554, "permanent error (554): no", false),
            (535, "permanent error (535): 5.7.8 credentials are invalid", false),
            (550, "permanent error (550): <a@b.example> [5.2.1] disabled", true),
            (550, "permanent error (550): 5.1.8 bad sender", false),
        ] {
            assert_eq!(nobody_is_there(code, words), gone, "{words}");
        }
    }
}
