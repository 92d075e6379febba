//! The operator's mail server, as one address with a login in it.

use std::net::IpAddr;

use url::{Host, Url, form_urlencoded};

use crate::secret::Secret;

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all, which is for this machine alone.
    Plain,
    /// From the command STARTTLS on, which the server must know.
    StartTls,
    /// From its beginning.
    Tls,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct Server {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Secret)>,
}

/// Why a text is no mail server. It is not repeated, since it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Something else than an address of mail.
    #[error(
        "this is no mail server: allowed are smtps://NAME:PASSWORD@HOST:465, smtp://NAME:PASSWORD@HOST:587 with STARTTLS, and smtp+plain://127.0.0.1:25"
    )]
    Form,
    /// A password that would go over a network for all to read.
    #[error("mail without encryption goes to this machine only, such as smtp+plain://127.0.0.1:25")]
    Plain,
}

impl Server {
    /// Reads `smtps://`, `smtp://` for STARTTLS, or `smtp+plain://` for this machine. Name and password may be left out;
    /// what has a meaning in addresses is written with `%`.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let url = Url::parse(text.trim()).map_err(|_| ServerError::Form)?;
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            "smtp+plain" => (Security::Plain, 25),
            _ => return Err(ServerError::Form),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(ServerError::Form);
        }
        let host = url.host().ok_or(ServerError::Form)?;
        if security == Security::Plain && !is_here(&host) {
            return Err(ServerError::Plain);
        }
        let host = match host {
            Host::Ipv6(address) => address.to_string(),
            host => host.to_string(),
        };
        let login = match (plain(url.username()), url.password().map(plain)) {
            (name, Some(password)) if !name.is_empty() => Some((name, Secret::new(password))),
            (name, None) if name.is_empty() => None,
            _ => return Err(ServerError::Form),
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            login,
        })
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// How its connections are protected.
    pub const fn security(&self) -> Security {
        self.security
    }

    pub(super) fn login(&self) -> Option<(&str, &Secret)> {
        self.login.as_ref().map(|(name, password)| (name.as_str(), password))
    }
}

/// Addresses of unknown schemes keep their host as text, so that a number is read here.
fn is_here(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
    }
}

/// A name or a password with its `%` read. A form's reader does it, where `+` would be a blank and `&` an end.
fn plain(text: &str) -> String {
    let value = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(value.as_bytes())
        .map(|(_, value)| value.into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_with_its_login_and_its_usual_port() {
        let server = Server::parse("smtps://till%40example.com:a+b%3A%2F&c@mail.example.com").expect("a server");
        assert_eq!(
            (server.host(), server.port(), server.security()),
            ("mail.example.com", 465, Security::Tls)
        );
        let login = server.login().map(|(name, password)| (name, password.reveal()));
        assert_eq!(login, Some(("till@example.com", "a+b:/&c")));
        let server = Server::parse("smtp://mail.example.com:2525").expect("a server");
        assert_eq!((server.port(), server.security()), (2525, Security::StartTls));
        assert!(server.login().is_none());
        for text in [
            "smtp+plain://127.0.0.1:1025",
            "smtp+plain://localhost",
            "smtp+plain://[::1]:25/",
        ] {
            assert_eq!(
                Server::parse(text).map(|server| server.security()).ok(),
                Some(Security::Plain),
                "{text}"
            );
        }
    }

    #[test]
    fn no_password_goes_over_a_network_in_plain_text_and_none_is_printed() {
        assert_eq!(
            Server::parse("smtp+plain://a:s3cr3t@mail.example.com").err(),
            Some(ServerError::Plain)
        );
        assert_eq!(
            Server::parse("smtp+plain://localhost.example.com").err(),
            Some(ServerError::Plain)
        );
        for text in [
            "mail.example.com:25",
            "https://a:s3cr3t@mail.example.com",
            "smtp://a@mail.example.com",
            "smtp://",
            "smtp://h/x",
        ] {
            assert_eq!(Server::parse(text).err(), Some(ServerError::Form), "{text}");
        }
        let printed = format!("{:?}", Server::parse("smtp://ann:s3cr3t@mail.example.com"));
        assert!(!printed.contains("s3cr3t"), "{printed}");
    }
}
