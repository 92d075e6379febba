//! Who asks, as far as limits need to know: the network that a call comes from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::connect_info::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

/// The header in which a proxy names whom it speaks for, each proxy behind the one before.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Other headers that only a proxy sends.
const MARKS: [&str; 3] = [FORWARDED_FOR, "forwarded", "via"];

/// Addresses that begin alike, such as `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

/// What is wrong with the name of a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address such as 127.0.0.1, and no network such as 10.0.0.0/8")]
pub struct NetworkError(String);

impl Network {
    /// The network of so many bits that an address is in.
    fn of(address: IpAddr, bits: u8) -> Self {
        let first = match plain(address) {
            IpAddr::V4(four) => {
                let mask = u32::MAX.checked_shl(u32::from(32_u8.saturating_sub(bits))).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() & mask))
            }
            IpAddr::V6(six) => {
                let mask = u128::MAX
                    .checked_shl(u32::from(128_u8.saturating_sub(bits)))
                    .unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & mask))
            }
        };
        Self { first, bits }
    }

    /// The household of an address: itself, of IPv6 the 64 bits that one customer has.
    pub fn of_household(address: IpAddr) -> Self {
        Self::of(address, if plain(address).is_ipv4() { 32 } else { 64 })
    }

    /// Whether an address is in it.
    pub fn has(&self, address: IpAddr) -> bool {
        let address = plain(address);
        address.is_ipv4() == self.first.is_ipv4() && Self::of(address, self.bits) == *self
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address = plain(address.parse::<IpAddr>().map_err(|_| wrong())?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(wrong());
        }
        Ok(Self::of(address, bits))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// Absent where the call came by no connection, as in a test.
    address: Option<IpAddr>,
    /// Whether somebody stands between who is not known.
    is_relayed: bool,
}

impl Visitor {
    /// Who asks: the peer, or whom the peer speaks for where it is one of these proxies. What a peer says that is none of
    /// them counts for nothing.
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| plain(peer.0.ip()));
        let trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.has(address));
        let Some(peer) = peer.filter(|peer| trusted(*peer)) else {
            return Self {
                address: peer,
                is_relayed: MARKS.iter().any(|mark| headers.contains_key(*mark)),
            };
        };
        // Each proxy wrote behind what it was told, so that the last one who is no proxy of ours is who asks.
        let told = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let told: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut nearest = peer;
        for text in told.into_iter().rev() {
            let Some(address) = address(text) else { break };
            nearest = address;
            if !trusted(address) {
                break;
            }
        }
        Self {
            address: Some(nearest),
            is_relayed: false,
        }
    }

    /// The household.
    pub(crate) fn household(self) -> Option<Network> {
        self.address.map(Network::of_household)
    }

    /// The neighbourhood, for what nobody needs often and where changing the address must not help.
    pub(crate) fn neighbourhood(self) -> Option<Network> {
        let address = self.address?;
        Some(Network::of(address, if address.is_ipv4() { 24 } else { 48 }))
    }

    /// Whose word counts once: the neighbourhood, since whoever has one address usually has its neighbours too. Whoever
    /// cannot be told apart shares one word.
    pub(crate) fn voice(self) -> String {
        let network = self.neighbourhood().map(|network| network.to_string());
        network.unwrap_or_default()
    }

    /// Whether it is whoever runs the program: from this machine itself, or from one of these networks.
    pub(crate) fn is_operator(self, networks: &[Network]) -> bool {
        let Some(address) = self.address else { return true };
        let is_own = address.is_loopback() && !self.is_relayed;
        is_own || (!self.is_relayed && networks.iter().any(|network| network.has(address)))
    }
}

/// An IPv4 address that is written as IPv6 is the same one.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// An address as proxies write it, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare
        .parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(plain)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], proxies: &[&str]) -> Visitor {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        for one in forwarded {
            headers.append(FORWARDED_FOR, one.parse().unwrap());
        }
        let proxies: Vec<Network> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Visitor::of(&extensions, &headers, &proxies)
    }

    /// H153.
    #[test]
    fn what_a_peer_says_of_whom_it_speaks_for_counts_from_a_known_proxy_only() {
        let address =
            |peer, forwarded: &[&str], proxies: &[&str]| seen(peer, forwarded, proxies).address.unwrap().to_string();
        assert_eq!(address("9.9.9.9", &["1.2.3.4"], &[]), "9.9.9.9");
        assert_eq!(address("9.9.9.9", &["1.2.3.4"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(address("10.0.0.1", &["1.2.3.4"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"], &["10.0.0.0/8"]),
            "1.2.3.4"
        );
        assert_eq!(
            address("10.0.0.1", &["6.6.6.6", "1.2.3.4:555"], &["10.0.0.0/8"]),
            "1.2.3.4"
        );
        assert_eq!(address("::1", &["[2001:db8::7]"], &["::1"]), "2001:db8::7");
        assert_eq!(address("::ffff:10.0.0.1", &["1.2.3.4"], &["10.0.0.1"]), "1.2.3.4");
        assert_eq!(address("10.0.0.1", &["what?"], &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[], &["10.0.0.1"]), "10.0.0.1");
    }

    #[test]
    fn a_household_is_an_address_and_a_neighbourhood_what_begins_alike() {
        let told = |peer| {
            let visitor = seen(peer, &[], &[]);
            [visitor.household(), visitor.neighbourhood()].map(|network| network.unwrap().to_string())
        };
        assert_eq!(told("203.0.113.77"), ["203.0.113.77/32", "203.0.113.0/24"]);
        assert_eq!(told("::ffff:203.0.113.77"), ["203.0.113.77/32", "203.0.113.0/24"]);
        assert_eq!(told("2001:db8:1:2:3::4"), ["2001:db8:1:2::/64", "2001:db8:1::/48"]);
    }

    /// H184.
    #[test]
    fn the_operator_is_on_this_machine_or_in_a_named_network_and_never_behind_an_unknown_proxy() {
        let named: Vec<Network> = vec!["10.1.0.0/16".parse().unwrap()];
        for (peer, forwarded, proxies, is_operator) in [
            ("127.0.0.1", &[][..], &[][..], true),
            ("::1", &[], &[], true),
            ("127.0.0.1", &["1.2.3.4"], &[], false),
            ("127.0.0.1", &["1.2.3.4"], &["127.0.0.1"], false),
            ("127.0.0.1", &["10.1.2.3"], &["127.0.0.1"], true),
            ("10.1.2.3", &[], &[], true),
            ("10.2.2.3", &[], &[], false),
            ("10.1.2.3", &["127.0.0.1"], &[], false),
        ] {
            assert_eq!(
                seen(peer, forwarded, proxies).is_operator(&named),
                is_operator,
                "{peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn a_network_is_named_by_its_address_and_its_bits() {
        for text in [
            "",
            "10",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "example.org",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text:?}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.has("203.0.113.7".parse().unwrap()) && !all.has("::1".parse().unwrap()));
    }
}
