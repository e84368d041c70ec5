//! `gammu`: what Gammu's SMS daemon starts for each message and each call.
//!
//! The daemon tells everything by arguments and environment, has closed all files, and gives two
//! minutes. So: into the spool first, durably; then the spool, oldest first, to the server, as far
//! as half a minute goes. What the server did not take waits for the next run.

mod spool;

use std::path::Path;
use std::time::Duration;

use honeytoken::{Secret, Timestamp};
use listener::Clock;
use listener::provider::gammu_smsd::Run;
use listener::provider::sign;
use reqwest::StatusCode;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::time::{Instant, timeout_at};

use self::spool::{Spool, Spooled};
use crate::cli::Gammu;
use crate::exit::{Ends, Exit};

/// A run ends after so long, in seconds: the daemon allows 120.
const RUN_S: u64 = 30;
/// The longest wait for one answer, in seconds.
const ANSWER_S: u64 = 10;
/// What is read of an answer, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Random bytes in the id of a call, which the daemon gives none.
const ID_BYTES: usize = 16;
/// Whoever else may read a file with a secret.
const OTHERS: u32 = 0o077;

/// Takes in what the daemon tells, and sends what waits.
pub(crate) async fn run(args: Gammu) -> anyhow::Result<Exit> {
    let secret = secret(&args)?;
    let spool = Spool::open(&args.spool)?;
    let door = Door::new(args.server, secret)?;
    let own = match args.drain {
        true => None,
        false => Some(spooled(Run::new(args.ids, std::env::vars_os()))?),
    };
    let kept = match &own {
        Some(own) => spool.keep(own)?,
        None => true,
    };
    let until = Instant::now() + Duration::from_secs(RUN_S);
    let sent = match (kept, own) {
        (false, Some(own)) => door.send(&own, until).await,
        _ => drain(&spool, &door, until).await,
    };
    ended(sent, kept, &args.spool)
}

/// What became of what was to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sent {
    /// The server has it.
    Taken,
    /// The server cannot be reached, or not now.
    Later(String),
    /// The server does not let it in: a wrong secret, address or clock.
    Refused(String),
}

fn ended(sent: Sent, kept: bool, spool: &Path) -> anyhow::Result<Exit> {
    let spool = spool.display();
    match (sent, kept) {
        (Sent::Taken, _) => Ok(Exit::Ok),
        (Sent::Later(why), true) => {
            say(&format!("{why}; it waits in {spool} for the next run"));
            Ok(Exit::Ok)
        }
        (Sent::Later(why), false) => {
            let message = format!("{why}, and spool {spool} is full: the message is lost");
            Err(Ends::with(Exit::Unreachable, message))
        }
        (Sent::Refused(why), _) => Err(Ends::with(
            Exit::Refused,
            format!("{why}; what was refused stays in {spool}"),
        )),
    }
}

#[expect(clippy::print_stderr, reason = "the daemon logs what its programs say")]
fn say(words: &str) {
    eprintln!("canaryline: {words}");
}

/// The secret, from the environment or from a file that is its owner's alone.
fn secret(args: &Gammu) -> anyhow::Result<Secret> {
    use std::os::unix::fs::PermissionsExt as _;
    let unreadable = |message: String| Ends::with(Exit::Unreadable, message);
    let Some(path) = &args.secret_file else {
        let variable = std::env::var("CANARYLINE_WHSEC").ok();
        return variable.map(Secret::new).ok_or_else(|| {
            unreadable("secret is missing: give --secret-file, or CANARYLINE_WHSEC".to_owned())
        });
    };
    let shown = path.display();
    let cannot = |error: std::io::Error| unreadable(format!("secret file {shown}: {error}"));
    let mode = std::fs::metadata(path)
        .map_err(cannot)?
        .permissions()
        .mode();
    if mode & OTHERS != 0 {
        let message = format!("secret file {shown} may be read by others; chmod 600 {shown}");
        return Err(unreadable(message));
    }
    let text = std::fs::read_to_string(path).map_err(cannot)?;
    Ok(Secret::new(text.trim()))
}

/// What goes into the spool. The daemon may start us twice for one message, and then says the same;
/// of a call it says only the number, so that each run is a call of its own.
fn spooled(run: Run) -> anyhow::Result<Spooled> {
    let body = serde_json::to_string(&run)?;
    if !run.is_something() {
        let message = "the daemon told nothing: neither SMS_MESSAGES nor a caller's number";
        return Err(Ends::with(Exit::Unreadable, message));
    }
    let mut chance = [0; ID_BYTES];
    if run.is_call() {
        let filled = SystemRandom::new().fill(&mut chance);
        filled.map_err(|_| Ends::with(Exit::Fault, "the system has no randomness"))?;
    }
    let told = digest(&SHA256, &[body.as_bytes(), &chance].concat());
    let id: String = told
        .as_ref()
        .iter()
        .take(ID_BYTES)
        .map(|b| format!("{b:02x}"))
        .collect();
    Ok(Spooled {
        id: format!("gammu_{id}"),
        body,
    })
}

/// Sends what waits, oldest first, until something has to wait.
async fn drain(spool: &Spool, door: &Door, until: Instant) -> Sent {
    let mut refused = None;
    for path in spool.waiting() {
        let Some(waiting) = Spool::read(&path) else {
            if spool.set_aside(&path) {
                let shown = path.display();
                say(&format!("{shown} cannot be read and is set aside"));
            }
            continue;
        };
        match door.send(&waiting, until).await {
            Sent::Taken => spool.done(&path),
            Sent::Refused(why) => refused = Some(why),
            later @ Sent::Later(_) => return later,
        }
    }
    refused.map_or(Sent::Taken, Sent::Refused)
}

/// The webhook door of a server.
struct Door {
    http: reqwest::Client,
    url: String,
    secret: Secret,
    clock: Clock,
}

impl Door {
    fn new(url: String, secret: Secret) -> anyhow::Result<Door> {
        // Already installed is fine: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(ANSWER_S))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let clock = Clock::system();
        sign::standard_webhook(&secret, "probe", clock.now(), b"")
            .map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
        Ok(Door {
            http,
            url,
            secret,
            clock,
        })
    }

    async fn send(&self, waiting: &Spooled, until: Instant) -> Sent {
        let answer = timeout_at(until, self.post(waiting, self.clock.now())).await;
        match answer {
            Err(_) => Sent::Later("the time of this run is over".to_owned()),
            Ok(Err(error)) => Sent::Later(format!("server cannot be reached: {error}")),
            Ok(Ok(Answered { taken: true, .. })) => Sent::Taken,
            Ok(Ok(Answered { status, .. }))
                if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
            {
                Sent::Refused(format!(
                    "server answered {status}: check address, secret and clock"
                ))
            }
            Ok(Ok(Answered { status, .. })) => Sent::Later(format!("server answered {status}")),
        }
    }

    async fn post(&self, waiting: &Spooled, at: Timestamp) -> reqwest::Result<Answered> {
        let body = waiting.body.as_bytes();
        // Checked when the door was made.
        let headers =
            sign::standard_webhook(&self.secret, &waiting.id, at, body).unwrap_or_default();
        let mut request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.body(waiting.body.clone()).send().await?;
        Ok(Answered::read(answer).await)
    }
}

/// What a server said.
struct Answered {
    status: StatusCode,
    /// Whether it has what was sent.
    taken: bool,
}

impl Answered {
    /// A body that the server kept unread need not come again; whatever else answers 400 in its place
    /// has kept nothing.
    async fn read(mut answer: reqwest::Response) -> Answered {
        let status = answer.status();
        let taken = match status {
            StatusCode::BAD_REQUEST => is_kept(&start_of(&mut answer).await),
            _ => status.is_success(),
        };
        Answered { status, taken }
    }
}

/// The answer's body, up to [`ANSWER_BYTES_MAX`] and as far as it comes.
async fn start_of(answer: &mut reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        let room = ANSWER_BYTES_MAX - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == ANSWER_BYTES_MAX {
            break;
        }
    }
    body
}

/// Whether a problem document says that the body is on the record, unread.
fn is_kept(problem: &[u8]) -> bool {
    let problem = serde_json::from_slice::<serde_json::Value>(problem);
    problem.is_ok_and(|problem| problem["code"] == "unparsed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_own_word_ends_a_message() {
        assert!(is_kept(br#"{"status":400,"code":"unparsed"}"#));
        for other in [
            "",
            "<html>400 Bad Request</html>",
            r#"{"code":"broken_body"}"#,
            r#"["unparsed"]"#,
        ] {
            assert!(!is_kept(other.as_bytes()), "{other}");
        }
    }
}
