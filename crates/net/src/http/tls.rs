//! TLS with the public roots built in: the same on every machine, also where none are installed.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The settings of every encrypted connection.
pub(super) fn config() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
