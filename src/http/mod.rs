//! The service on this machine: one table of routes, handlers that parse, call one service function and format.
//!
//! It has no sign-in and no disclosure control yet, so it answers on loopback only, and only to names of loopback: a page
//! of another host cannot read it through the browser.

mod assets;
mod problem;
mod routes;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::service::error::Refusal;
use crate::service::{Access, Error, GpkgStore, Result};

pub use routes::{ROUTES, Route, router};

/// What every handler shares.
#[derive(Debug, Clone)]
pub struct State {
    store: Arc<PathBuf>,
}

impl State {
    /// A state that answers from this store.
    #[must_use]
    pub fn new(store: &Path) -> Self {
        Self { store: Arc::new(store.to_owned()) }
    }

    /// Opens the store for reading: each request sees what the store holds then.
    fn open(&self) -> Result<GpkgStore> {
        Ok(GpkgStore::open(&self.store, Access::ReadOnly)?)
    }
}

/// The address, where it is one of this machine alone.
///
/// # Errors
/// [`Refusal::BindRefused`] for any other address, and for text that is none.
pub fn loopback(address: &str) -> Result<SocketAddr> {
    let refused = || Error::from(Refusal::BindRefused { address: address.to_owned() });
    let named = address.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let socket: SocketAddr = named.as_deref().unwrap_or(address).parse().map_err(|_| refused())?;
    let is_loopback = match socket.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    };
    if is_loopback { Ok(socket) } else { Err(refused()) }
}

/// Serves a store until the process is asked to stop. `ready` hears the address once connections are taken.
///
/// # Errors
/// The store cannot be read, the address is refused or taken.
pub fn serve(store: &Path, address: &str, ready: impl FnOnce(SocketAddr) + Send) -> Result<()> {
    let socket = loopback(address)?;
    State::new(store).open()?;
    let failed = |error: std::io::Error| {
        Error::from(Refusal::BindFailed { address: address.to_owned(), cause: crate::texts::system_failure(&error) })
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(socket).await.map_err(failed)?;
        ready(listener.local_addr().map_err(failed)?);
        let app = router(State::new(store));
        axum::serve(listener, app).with_graceful_shutdown(stopped()).await.map_err(failed)
    })
}

/// Ends when the process is asked to stop: Ctrl-C or SIGTERM.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => (), _ = terminated.recv() => () }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_served() {
        for address in ["127.0.0.1:8080", "127.8.9.1:0", "[::1]:8080", "localhost:80"] {
            assert!(loopback(address).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:8080", "[::]:8080", "192.168.1.4:8080", "example.se:80", "8080", ""] {
            assert!(loopback(address).is_err(), "{address}");
        }
    }
}
