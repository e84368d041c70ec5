//! Outside authorities of the tests' own: one that stamps time, made with openssl's `ts`, and a
//! witness (C2SP tlog-witness).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::proof::{Checkpoint, Hash, KeyType, SignedCheckpoint, SigningKey, VerifierKey, merkle};

use super::folder::Folder;
use super::now_s;

/// An HTTP server for one kind of request, until the test ends.
pub(crate) struct Authority {
    pub(crate) url: String,
    up: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

type Answered = (u16, &'static str, Vec<u8>);

impl Authority {
    fn start(mut answer: impl FnMut(&[u8]) -> Answered + Send + 'static) -> Authority {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/stamp", listener.local_addr().unwrap());
        let (up, asked) = (Arc::new(AtomicBool::new(true)), Arc::default());
        let authority = Authority {
            url,
            up: Arc::clone(&up),
            asked: Arc::clone(&asked),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reply = |body: &[u8]| match up.load(Ordering::SeqCst) {
                    true => answer(body),
                    false => (503, "text/plain", Vec::new()),
                };
                serve(&mut stream.unwrap(), &mut reply);
                asked.fetch_add(1, Ordering::SeqCst);
            }
        });
        authority
    }

    /// From now on it answers, or says that it cannot.
    pub(crate) fn set_up(&self, up: bool) {
        self.up.store(up, Ordering::SeqCst);
    }

    /// Requests so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn serve(stream: &mut TcpStream, answer: &mut dyn FnMut(&[u8]) -> Answered) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let (status, media, body) = answer(&body);
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {media}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Whoever hung up does not want the answer.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
}

const CONFIG: &str = include_str!("../../../store/src/proof/time_stamp/test_authority.cnf");

/// Keys and certificates of an authority that stamps time.
pub(crate) struct Stamps(Folder);

impl Stamps {
    /// None where openssl is not installed.
    pub(crate) fn new() -> Option<Stamps> {
        if Command::new("openssl").arg("version").output().is_err() {
            println!("skipped: openssl is not installed");
            return None;
        }
        let stamps = Stamps(Folder::new());
        std::fs::write(stamps.path("conf"), CONFIG).unwrap();
        std::fs::write(stamps.path("serial"), "01").unwrap();
        let key = "-config conf -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256";
        let root = "-x509 -days 9 -subj /CN=Root -extensions root";
        stamps.openssl(&format!("req {key} {root} -keyout root.key -out root.pem"));
        stamps.openssl(&format!(
            "req {key} -keyout tsa.key -out tsa.csr -subj /CN=Stamps"
        ));
        stamps.openssl(
            "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 9 \
             -extfile conf -extensions stamps -out tsa.pem",
        );
        Some(stamps)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// Runs openssl in its folder, and gives back what it said.
    #[track_caller]
    pub(crate) fn openssl(&self, words: &str) -> String {
        let mut command = Command::new("openssl");
        command
            .current_dir(self.path(""))
            .args(words.split_whitespace());
        let ended = super::program::ended(&mut command).with(0);
        ended.stdout + &ended.stderr
    }

    /// Starts to answer.
    pub(crate) fn serve(&self) -> Authority {
        let dir = self.path("");
        Authority::start(move |query| {
            std::fs::write(dir.join("query"), query).unwrap();
            let words = "ts -reply -config conf -section tsa -queryfile query -signer tsa.pem \
                         -inkey tsa.key -out reply";
            let mut command = Command::new("openssl");
            command.current_dir(&dir).args(words.split_whitespace());
            super::program::ended(&mut command).with(0);
            let reply = std::fs::read(dir.join("reply")).unwrap();
            (200, "application/timestamp-reply", reply)
        })
    }

    /// The settings that name it.
    pub(crate) fn settings(&self, name: &str, authority: &Authority) -> String {
        let (url, roots) = (&authority.url, self.path("root.pem"));
        format!("[anchors.{name}]\nkind = \"rfc3161\"\nurl = {url:?}\nroots = {roots:?}\n")
    }
}

/// A witness of one log.
pub(crate) struct Witness {
    key: SigningKey,
    /// What it saw last.
    seen: Option<Checkpoint>,
}

impl Witness {
    pub(crate) fn new(seed: u8) -> Witness {
        let key = SigningKey::from_seed("witness.example", KeyType::Cosignature, &[seed; 32]);
        Witness {
            key: key.unwrap(),
            seen: None,
        }
    }

    pub(crate) fn verifier(&self) -> VerifierKey {
        self.key.verifier()
    }

    pub(crate) fn settings(&self, name: &str, authority: &Authority) -> String {
        let (url, key) = (&authority.url, self.verifier().to_string());
        format!("[anchors.{name}]\nkind = \"witness\"\nurl = {url:?}\nkey = {key:?}\n")
    }

    pub(crate) fn serve(mut self) -> Authority {
        Authority::start(move |body| self.answer(std::str::from_utf8(body).unwrap()))
    }

    fn answer(&mut self, body: &str) -> Answered {
        let (head, note) = body.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        let old: u64 = lines
            .next()
            .unwrap()
            .strip_prefix("old ")
            .unwrap()
            .parse()
            .unwrap();
        let hash = |line: &str| Hash::from_slice(&STANDARD.decode(line).unwrap()).unwrap();
        let proof: Vec<Hash> = lines.map(hash).collect();
        let signed: SignedCheckpoint = note.parse().unwrap();
        let new = signed.checkpoint();
        let known = self.seen.as_ref().map_or(0, |seen| seen.size);
        if old != known {
            return (409, "text/x.tlog.size", format!("{known}\n").into_bytes());
        }
        let root = self
            .seen
            .as_ref()
            .map_or(merkle::empty_root(), |seen| seen.root);
        if merkle::verify_consistency(old, root, new.size, new.root, &proof).is_err() {
            return (422, "text/plain", Vec::new());
        }
        self.seen = Some(new.clone());
        let line = self
            .key
            .sign(signed.note().text(), u64::try_from(now_s()).unwrap());
        (200, "text/plain", line.to_string().into_bytes())
    }
}
