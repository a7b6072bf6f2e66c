//! What dialling, TLS and the greeting share: a byte stream, and why there is none.
//!
//! Knows no phase and no protocol.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::core::model::Fault;

/// A fault with what the system, TLS or the server said about it; empty where that adds nothing.
pub(super) type ConnectFailure = (Fault, String);

/// A connection to whatever listens, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for S {}
