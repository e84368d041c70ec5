//! A server of our own that gives answers in order, one a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Where it listens, and how often it was asked.
pub(crate) struct Answers {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Answers {
    /// Serves these, status and body, until there are no more.
    pub(crate) async fn serve(answers: &[(u16, &str)]) -> Answers {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let answers: Vec<String> = answers
            .iter()
            .map(|(status, body)| written(*status, body))
            .collect();
        let counted = Arc::clone(&asked);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 4_096];
                // Who breaks off hears nothing.
                if stream.read(&mut request).await.is_ok() {
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
        });
        Answers { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn written(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} x\r\nlocation: https://example.org/\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
