//! How the connection to a Redis stands: connecting, up, or down and why.
//!
//! Knows the facts that a screen shows; does not know sockets, clients or when to try again.
//! Invariant: no text in here carries a password.

/// Where one connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkStatus {
    /// The first try is under way.
    Connecting,
    /// Connected and set up.
    Up {
        /// Since when: microseconds of the clock that never goes back.
        since_us: u64,
        /// The protocol agreed on.
        protocol: Protocol,
    },
    /// Not connected; tried again at times.
    Down(Outage),
}

/// The protocol between us and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// RESP2: every server.
    Resp2,
    /// RESP3: Redis 6 and later, Valkey.
    Resp3,
}

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Resp2 => "RESP2",
            Self::Resp3 => "RESP3",
        })
    }
}

/// A connection that is down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// What kind of fault the last try met.
    pub fault: Fault,
    /// The last error: one line that says what, where and what to try.
    pub error: String,
    /// When the outage began: our wall clock, milliseconds since 1970.
    pub since_ms: i64,
    /// Failures in a row, the loss of a connection included.
    pub attempts: u32,
    /// When the next try is due: microseconds of the clock that never goes back.
    pub retry_at_us: u64,
    /// Whether failures have been so many that tries are rare now.
    pub circuit_open: bool,
}

/// What went wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing listens at the address.
    Refused,
    /// The host's name has no address, or no name server answered.
    UnknownHost,
    /// No route leads there, or a firewall forbids it.
    Unreachable,
    /// The connection was not accepted in time.
    ConnectTimeout,
    /// There is no such unix socket.
    NoSocket,
    /// The unix socket may not be opened by us.
    SocketDenied,
    /// TLS was asked of a port that speaks plain text.
    PlainPort,
    /// Plain text was sent to a port that seems to speak TLS.
    TlsPort,
    /// The server ended the TLS handshake without a reason.
    TlsClosed,
    /// The server's certificate is signed by nobody we trust, or is broken.
    Untrusted,
    /// The server's certificate is for another name.
    WrongName,
    /// The server's certificate is not valid at this time.
    Expired,
    /// The server asks for a client certificate.
    CertificateRequired,
    /// The server does not accept our client certificate.
    CertificateRejected,
    /// One of our own certificate or key files can't be used.
    CertificateFile,
    /// TLS failed for another reason.
    Tls,
    /// User or password are wrong.
    WrongPassword,
    /// The server wants a password and none was given.
    NoPassword,
    /// The user may not do what connecting needs.
    Denied,
    /// There is no such database.
    NoDatabase,
    /// The server takes connections from its own machine only.
    ProtectedMode,
    /// The server has as many clients as it takes.
    MaxClients,
    /// The connection was accepted, and then nothing came.
    Unanswered,
    /// What answered is no Redis.
    NotRedis,
    /// The server refused for another reason.
    Other,
    /// A live connection was closed.
    Closed,
    /// A live connection gave no reply in time.
    ResponseTimeout,
    /// A reply was longer than its bound, so that we cut the connection.
    ReplyTooLong,
    /// One reply did not come in time, though those before it had.
    ReplyLate,
}

impl Fault {
    /// Whether it came of one command, which rests now: everything else can be asked at once.
    pub fn is_of_one_reply(self) -> bool {
        matches!(self, Self::ReplyTooLong | Self::ReplyLate)
    }
}
