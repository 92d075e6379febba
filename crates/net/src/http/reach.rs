//! What the client may reach: which hosts, which ports, and which private places the operator has named.

use url::{Host, Url};

use super::address::is_public;

/// The limits of a client. The default is every public host on the ports of the web.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The only hosts that are reached, each with everything below it, such as `aliexpress.com`; empty is every host.
    pub hosts: Vec<String>,
    /// Places that are reached whatever their address and port, such as a marketplace on this machine.
    pub private: Vec<Place>,
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    host: String,
    port: u16,
}

/// A text that is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a host and a port such as \"127.0.0.1:8080\"")]
pub struct PlaceError(String);

impl Place {
    /// Reads a host and a port, such as `127.0.0.1:8080` or `[::1]:8080`; the port may not be left out.
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let not = || PlaceError(text.chars().take(64).collect());
        let (_, port) = text.rsplit_once(':').ok_or_else(not)?;
        let port = port.parse().map_err(|_| not())?;
        let url = Url::parse(&format!("http://{text}/")).map_err(|_| not())?;
        let alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !has_login(&url);
        let host = url.host_str().filter(|_| alone).ok_or_else(not)?;
        Ok(Self {
            host: host.into(),
            port,
        })
    }

    fn is_of(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str()) && url.port_or_known_default() == Some(self.port)
    }
}

/// Why an address is not reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Neither `http` nor `https`.
    #[error("{0:?} is neither http nor https")]
    Scheme(String),
    /// A name and a password in the address.
    #[error("the address has a login in it")]
    Login,
    /// A port that web pages are not served on.
    #[error("port {0} is neither 80 nor 443")]
    Port(u16),
    /// A host that is not among those of the call's purpose.
    #[error("the host is not one of those that may be asked")]
    Host,
    /// An address of this machine, of its network, or of no public host.
    #[error("the host is at {0}, which is no public address")]
    Private(std::net::IpAddr),
    /// From `https` to `http`.
    #[error("the redirect leads from https to http")]
    Downgrade,
}

/// Which connections a call goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To public addresses only.
    Public,
    /// To a place that the operator has named.
    Private,
}

impl Reach {
    /// Whether an address is one of the places that the operator has named.
    pub fn is_private(&self, url: &Url) -> bool {
        is_web(url) && !has_login(url) && self.private.iter().any(|place| place.is_of(url))
    }

    /// Whether an address may be called, as far as its text tells: what a name stands for is looked up and checked anew
    /// at each call.
    pub fn check(&self, url: &Url) -> Result<(), Forbidden> {
        self.way(url).map(|_| ())
    }

    /// The way to an address. A host's name is looked up later, and what it stands for is checked then.
    pub(super) fn way(&self, url: &Url) -> Result<Way, Forbidden> {
        if !is_web(url) {
            return Err(Forbidden::Scheme(url.scheme().chars().take(32).collect()));
        }
        if has_login(url) {
            return Err(Forbidden::Login);
        }
        if self.is_private(url) {
            return Ok(Way::Private);
        }
        if let Some(port) = url.port_or_known_default().filter(|port| !matches!(port, 80 | 443)) {
            return Err(Forbidden::Port(port));
        }
        if !self.hosts.is_empty() && self.site(url).is_none() {
            return Err(Forbidden::Host);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(Forbidden::Host),
        };
        match literal.filter(|address| !is_public(*address)) {
            Some(address) => Err(Forbidden::Private(address)),
            None => Ok(Way::Public),
        }
    }

    /// Whether what was meant for one address may be told to another: the same host, or one of the same site.
    pub(super) fn is_same_site(&self, one: &Url, other: &Url) -> bool {
        let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
        place(one) == place(other) || self.site(one).is_some_and(|site| self.site(other) == Some(site))
    }

    /// The entry of the hosts that an address falls under.
    fn site(&self, url: &Url) -> Option<&str> {
        let host = url.host_str()?.trim_end_matches('.');
        let is_below = |site: &str| {
            host.strip_suffix(site)
                .is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
        };
        self.hosts.iter().map(String::as_str).find(|site| is_below(site))
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

fn has_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(reach: &Reach, text: &str) -> Result<Way, Forbidden> {
        reach.way(&Url::parse(text).expect("an address"))
    }

    /// H069.
    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        for text in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.100.100.200/",
            "https://10.0.0.1/",
        ] {
            let refused = way(&Reach::default(), text);
            assert!(matches!(refused, Err(Forbidden::Private(_))), "{text}: {refused:?}");
        }
    }

    /// H072.
    #[test]
    fn other_schemes_ports_and_logins_are_refused() {
        let any = Reach::default();
        let told = |text| way(&any, text).map_err(|why| why.to_string());
        assert_eq!(
            told("ftp://example.com/"),
            Err("\"ftp\" is neither http nor https".into())
        );
        assert_eq!(
            told("file:///etc/passwd"),
            Err("\"file\" is neither http nor https".into())
        );
        assert_eq!(
            told("https://example.com:8443/"),
            Err("port 8443 is neither 80 nor 443".into())
        );
        assert_eq!(
            told("https://me:pw@example.com/"),
            Err("the address has a login in it".into())
        );
        assert_eq!(told("https://example.com:80/"), Ok(Way::Public));
    }

    #[test]
    fn a_site_is_matched_at_a_labels_boundary() {
        let reach = Reach {
            hosts: vec!["aliexpress.com".into()],
            ..Reach::default()
        };
        for text in ["https://aliexpress.com/", "https://WWW.AliExpress.com./item/1.html"] {
            assert_eq!(way(&reach, text), Ok(Way::Public), "{text}");
        }
        for text in [
            "https://notaliexpress.com/",
            "https://www.aliexpress.com.evil.example/",
            "https://8.8.8.8/",
        ] {
            assert_eq!(way(&reach, text), Err(Forbidden::Host), "{text}");
        }
    }

    #[test]
    fn a_named_place_is_reached_and_its_neighbours_are_not() {
        let private = ["127.0.0.1:8080", "[::1]:9000", "market.lan:80"]
            .map(|text| Place::parse(text).expect("a place"))
            .into();
        let reach = Reach {
            hosts: vec!["aliexpress.com".into()],
            private,
        };
        for text in ["http://127.0.0.1:8080/a", "http://[::1]:9000/", "http://market.lan/"] {
            assert_eq!(way(&reach, text), Ok(Way::Private), "{text}");
        }
        for text in [
            "http://127.0.0.1:8081/",
            "http://localhost:8080/",
            "http://me@127.0.0.1:8080/",
            "ftp://market.lan:80/",
        ] {
            assert!(way(&reach, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_needs_its_port_and_nothing_else() {
        for text in [
            "127.0.0.1",
            "market.lan",
            ":80",
            "a:80/path",
            "me@a:80",
            "a:port",
            "",
            "a b:80",
            "[::1]",
        ] {
            assert!(Place::parse(text).is_err(), "{text:?}");
        }
    }
}
