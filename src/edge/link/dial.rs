//! From an address to a byte stream, phase by phase: name, socket, TLS.
//!
//! Knows which phase failed and why; does not know the protocol spoken on the stream.
//! Invariant: nothing in here outlasts the deadline.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Instant, timeout, timeout_at};

use super::stream::{ConnectFailure, Wire};
use super::tls;
use crate::config::{Address, Target};
use crate::core::limits::{ADDRESSES_TRIED, KEEP_ALIVE_S};
use crate::core::model::Fault;

/// Connects to the target's address, with TLS if it is asked for.
pub(super) async fn dial(target: &Target, deadline: Instant) -> Result<Box<dyn Wire>, ConnectFailure> {
    match (&target.address, &target.tls) {
        (Address::Unix(path), None) => Ok(Box::new(unix(path, deadline).await?)),
        (Address::Unix(path), Some(settings)) => {
            let stream = unix(path, deadline).await?;
            Ok(Box::new(tls::handshake(settings, "localhost", stream, deadline).await?))
        }
        (Address::Tcp { host, port }, None) => Ok(Box::new(tcp(host, *port, deadline).await?)),
        (Address::Tcp { host, port }, Some(settings)) => {
            let stream = tcp(host, *port, deadline).await?;
            Ok(Box::new(tls::handshake(settings, host, stream, deadline).await?))
        }
    }
}

async fn unix(path: &Path, deadline: Instant) -> Result<UnixStream, ConnectFailure> {
    match timeout_at(deadline, UnixStream::connect(path)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(of_unix(&error)),
        Err(_) => Err((Fault::ConnectTimeout, String::new())),
    }
}

fn of_unix(error: &io::Error) -> ConnectFailure {
    match error.kind() {
        io::ErrorKind::NotFound => (Fault::NoSocket, String::new()),
        io::ErrorKind::PermissionDenied => (Fault::SocketDenied, String::new()),
        io::ErrorKind::ConnectionRefused => (Fault::Refused, String::new()),
        _ => (Fault::NoSocket, error.to_string()),
    }
}

async fn tcp(host: &str, port: u16, deadline: Instant) -> Result<TcpStream, ConnectFailure> {
    let addresses = addresses(host, port, deadline).await?;
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut worst = (Fault::UnknownHost, String::new());
    for address in addresses {
        // A dead first address must leave time for the second: each gets its share of what is left.
        let share = deadline.saturating_duration_since(Instant::now()) / left.max(1);
        left = left.saturating_sub(1);
        match one(address, share).await {
            Ok(stream) => return Ok(stream),
            Err(failure) => worst = more_telling(worst, failure),
        }
    }
    Err(worst)
}

async fn addresses(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, ConnectFailure> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    match timeout_at(deadline, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(found)) => Ok(found.take(ADDRESSES_TRIED).collect()),
        Ok(Err(error)) => Err((Fault::UnknownHost, error.to_string())),
        Err(_) => Err((Fault::UnknownHost, "no name server answered in time".to_owned())),
    }
}

async fn one(address: SocketAddr, share: Duration) -> Result<TcpStream, ConnectFailure> {
    match timeout(share, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // Small requests and replies: waiting to fill a packet only adds delay. Both options are
            // for comfort, so that a system without them is no error.
            let _ = stream.set_nodelay(true);
            keep_alive(&stream);
            Ok(stream)
        }
        Ok(Err(error)) => Err(of_tcp(&error)),
        Err(_) => Err((Fault::ConnectTimeout, String::new())),
    }
}

/// Keeps an idle connection open where firewalls forget them. For comfort: failing is no error.
fn keep_alive(stream: &TcpStream) {
    let _ = SockRef::from(stream)
        .set_tcp_keepalive(&TcpKeepalive::new().with_time(Duration::from_secs(KEEP_ALIVE_S)));
}

fn of_tcp(error: &io::Error) -> ConnectFailure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => (Fault::Refused, String::new()),
        io::ErrorKind::TimedOut => (Fault::ConnectTimeout, String::new()),
        _ => (Fault::Unreachable, error.to_string()),
    }
}

/// Of two failures the one that says more: a host that refuses is there, one without a route may not be.
fn more_telling(a: ConnectFailure, b: ConnectFailure) -> ConnectFailure {
    let weight = |failure: &ConnectFailure| match failure.0 {
        Fault::Refused => 3,
        Fault::ConnectTimeout => 2,
        Fault::Unreachable => 1,
        _ => 0,
    };
    if weight(&b) >= weight(&a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_becomes_a_fault() {
        let of = |kind: io::ErrorKind| io::Error::from(kind);
        assert_eq!(of_unix(&of(io::ErrorKind::PermissionDenied)).0, Fault::SocketDenied);
        assert_eq!(of_unix(&of(io::ErrorKind::NotFound)).0, Fault::NoSocket);
        assert_eq!(of_tcp(&of(io::ErrorKind::HostUnreachable)).0, Fault::Unreachable);
        assert_eq!(of_tcp(&of(io::ErrorKind::NetworkUnreachable)).0, Fault::Unreachable);
        assert_eq!(of_tcp(&of(io::ErrorKind::TimedOut)).0, Fault::ConnectTimeout);
    }

    #[test]
    fn of_several_addresses_the_most_telling_failure_is_told() {
        let refused = (Fault::Refused, String::new());
        let unreachable = (Fault::Unreachable, "no route".to_owned());
        assert_eq!(more_telling(refused.clone(), unreachable.clone()), refused);
        assert_eq!(more_telling(unreachable, refused.clone()), refused);
    }
}
