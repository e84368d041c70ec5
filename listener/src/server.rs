//! Sockets: accepts, limits, drains.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::config::{Limits, TlsConfig};

/// Headers in a request; more are answered 431.
const HEADERS_MAX: usize = 100;
/// Bytes of a request's head; more are answered 431.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// HTTP/2 in a TLS handshake (RFC 9113).
const HTTP2: &[u8] = b"h2";
/// Time for a TLS handshake, in seconds.
const HANDSHAKE_S: u64 = 10;
/// After a failed accept (out of file descriptors), how long to wait, in milliseconds.
const ACCEPT_PAUSE_MS: u64 = 50;

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("TLS file {0} cannot be read as PEM: {1}")]
    File(std::path::PathBuf, String),
    /// Certificate and key do not fit each other.
    #[error("TLS certificate and key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

/// An acceptor for the certificate and key of the settings (rustls on ring).
///
/// # Errors
/// Files that cannot be read, or do not fit each other.
pub fn acceptor(config: &TlsConfig) -> Result<TlsAcceptor, TlsError> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let unread = |path: &std::path::Path| {
        let path = path.to_owned();
        move |error: rustls::pki_types::pem::Error| TlsError::File(path, error.to_string())
    };
    let chain = CertificateDer::pem_file_iter(&config.certificate)
        .and_then(Iterator::collect)
        .map_err(unread(&config.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(unread(&config.key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    server.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(server)))
}

/// Serves `router` on `listener` until `shutdown`, then lets requests under way finish for
/// `limits.grace_s`.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections_max.get() as usize));
    let graceful = Arc::new(GracefulShutdown::new());
    let versions = Arc::new(Versions::new(limits));
    let mut tasks = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        // Connections that ended by themselves.
        while tasks.try_join_next().is_some() {}
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async {
            let place = place.await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            continue;
        };
        let connection = Connection {
            versions: Arc::clone(&versions),
            router: router.clone(),
            peer,
            watcher: graceful.watcher(),
        };
        let tls = tls.clone();
        tasks.spawn(async move {
            connection.run(stream, tls).await;
            drop(place);
        });
    }
    drop(listener);
    drain(graceful, limits.grace_s).await;
    // Whoever is still there holds the recorder, which has to come to its end.
    tasks.shutdown().await;
}

/// How each version of HTTP is spoken. Which one is agreed on in the TLS handshake, without TLS it
/// is HTTP/1: finding out from the first bytes would wait for them without a limit.
struct Versions {
    http1: auto::Builder<TokioExecutor>,
    http2: auto::Builder<TokioExecutor>,
}

impl Versions {
    fn new(limits: &Limits) -> Versions {
        let patience = Duration::from_secs(limits.header_s.get().into());
        let mut http1 = auto::Builder::new(TokioExecutor::new()).http1_only();
        http1
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .pipeline_flush(true);
        let mut http2 = auto::Builder::new(TokioExecutor::new()).http2_only();
        http2
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(patience)
            .keep_alive_timeout(patience)
            .max_header_list_size(HEAD_BYTES_MAX as u32);
        Versions { http1, http2 }
    }
}

struct Connection {
    versions: Arc<Versions>,
    router: Router,
    peer: SocketAddr,
    watcher: hyper_util::server::graceful::Watcher,
}

impl Connection {
    async fn run(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are small; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.speak(stream, false).await,
            Some(tls) => {
                let handshake = tls.accept(stream);
                let limit = Duration::from_secs(HANDSHAKE_S);
                match tokio::time::timeout(limit, handshake).await {
                    Ok(Ok(stream)) => {
                        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
                        self.speak(stream, is_http2).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                }
            }
        }
    }

    async fn speak(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        is_http2: bool,
    ) {
        let peer = self.peer;
        let service = self
            .router
            .map_request(move |mut request: axum::extract::Request<_>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                request
            });
        let service = TowerToHyperService::new(service);
        let Versions { http1, http2 } = &*self.versions;
        let builder = if is_http2 { http2 } else { http1 };
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = self.watcher.watch(connection.into_owned()).await {
            tracing::debug!(%error, "connection ended early");
        }
    }
}

async fn drain(graceful: Arc<GracefulShutdown>, grace_s: u32) {
    let Some(graceful) = Arc::into_inner(graceful) else {
        return;
    };
    let under_way = graceful.count();
    let drained =
        tokio::time::timeout(Duration::from_secs(grace_s.into()), graceful.shutdown()).await;
    if drained.is_err() {
        tracing::warn!(
            connections = under_way,
            "some requests did not finish in {grace_s} s"
        );
    }
}
