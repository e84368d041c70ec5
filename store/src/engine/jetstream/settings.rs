//! Where the cluster is, and what counts as taken.

use std::path::PathBuf;

/// How a node proves who it is.
#[derive(Clone, Default)]
pub struct Credentials {
    /// A file with a JWT and its seed, as `nsc` writes it.
    pub file: Option<PathBuf>,
    /// User and password.
    pub user: Option<(String, String)>,
    /// A token.
    pub token: Option<String>,
}

/// Secrets stay out.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// When a contact counts as taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acknowledge {
    /// When a majority of the cluster's servers has it on the disk.
    #[default]
    Quorum,
    /// When this node has it on the disk.
    Local,
}

/// A cluster, as the settings name it.
#[derive(Debug, Clone)]
pub struct JetStreamSettings {
    /// Addresses of servers, `nats://host:port` or `tls://host:port`.
    pub servers: Vec<String>,
    /// What streams and subjects begin with: several logs share a cluster by it.
    pub prefix: String,
    /// Copies of each message.
    pub replicas: usize,
    /// How the node proves who it is.
    pub credentials: Credentials,
    /// Whether to speak TLS only.
    pub tls: bool,
    /// Certificates of authorities, PEM, beside those of the system.
    pub ca: Option<PathBuf>,
    /// Certificate and key of this node, PEM.
    pub client: Option<(PathBuf, PathBuf)>,
    /// How long to look for the cluster at the start, in seconds.
    pub connect_wait_s: u64,
}
