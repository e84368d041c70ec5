//! A server that answers like Twilio's API where our own tests of lines ask it, and remembers what it was
//! asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::STUCK;

/// A provider's account on this machine.
pub(crate) struct TwilioAccount {
    pub(crate) address: SocketAddr,
    asked: Receiver<Asked>,
}

/// A request: `POST /2010-04-01/…` and the form in it.
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) form: Vec<(String, String)>,
}

impl Asked {
    /// A field of the form.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> &str {
        let field = self.form.iter().find(|(n, _)| n == name);
        field.map(|(_, value)| value.as_str()).unwrap()
    }
}

impl TwilioAccount {
    /// Answers every request with this status and body, until the process ends.
    pub(crate) fn answering(status: &'static str, body: &'static str) -> TwilioAccount {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up early is none of ours.
                let _ = answer(stream, status, body, &tell);
            }
        });
        TwilioAccount { address, asked }
    }

    /// Takes every connection and never answers.
    pub(crate) fn silent() -> TwilioAccount {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (_, asked) = channel();
        std::thread::spawn(move || {
            let _open: Vec<TcpStream> = listener.incoming().flatten().collect();
        });
        TwilioAccount { address, asked }
    }

    /// The next request.
    pub(crate) fn asked(&self) -> Asked {
        self.asked.recv_timeout(STUCK).unwrap()
    }
}

fn answer(
    mut stream: TcpStream,
    status: &str,
    body: &str,
    tell: &Sender<Asked>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim_end().to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if header.is_empty() {
            break;
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form)?;
    let size = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n{body}"
    )?;
    let form = url_pairs(std::str::from_utf8(&form).unwrap());
    let _ = tell.send(Asked { line, form });
    Ok(())
}

/// `a=b&c=d` with `%XX` and `+`.
fn url_pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let (mut bytes, mut rest) = (Vec::new(), text.bytes());
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let hex = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
                }
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(n, v)| (decoded(n), decoded(v))).collect()
}
