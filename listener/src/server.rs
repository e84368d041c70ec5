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
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::config::{Limits, TlsConfig};

/// Headers in a request; more are answered 431.
const HEADERS_MAX: usize = 100;
/// Bytes of a request's head; more are answered 431.
const HEAD_BYTES_MAX: usize = 64 * 1024;
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
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
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
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = Arc::new(GracefulShutdown::new());
    let builder = Arc::new(builder(limits));
    tokio::pin!(shutdown);
    loop {
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
            builder: Arc::clone(&builder),
            router: router.clone(),
            peer,
            watcher: graceful.watcher(),
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            connection.run(stream, tls).await;
            drop(place);
        });
    }
    drop(listener);
    drain(graceful, limits.grace_s).await;
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.header_s))
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .pipeline_flush(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD_BYTES_MAX as u32);
    builder
}

struct Connection {
    builder: Arc<auto::Builder<TokioExecutor>>,
    router: Router,
    peer: SocketAddr,
    watcher: hyper_util::server::graceful::Watcher,
}

impl Connection {
    async fn run(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are small; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.speak(stream).await,
            Some(tls) => {
                let handshake = tls.accept(stream);
                let limit = Duration::from_secs(HANDSHAKE_S);
                match tokio::time::timeout(limit, handshake).await {
                    Ok(Ok(stream)) => self.speak(stream).await,
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                }
            }
        }
    }

    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let peer = self.peer;
        let service = self
            .router
            .map_request(move |mut request: axum::extract::Request<_>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                request
            });
        let service = TowerToHyperService::new(service);
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = self.watcher.watch(connection.into_owned()).await {
            tracing::debug!(%error, "connection ended early");
        }
    }
}

async fn drain(graceful: Arc<GracefulShutdown>, grace_s: u64) {
    let Some(graceful) = Arc::into_inner(graceful) else {
        return;
    };
    let under_way = graceful.count();
    let drained = tokio::time::timeout(Duration::from_secs(grace_s), graceful.shutdown()).await;
    if drained.is_err() {
        tracing::warn!(
            connections = under_way,
            "some requests did not finish in {grace_s} s"
        );
    }
}
