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
            spool.set_aside(&path);
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
            // A body that the server kept unread, or will never take, need not come again.
            Ok(Ok(status)) if status.is_success() || status == StatusCode::BAD_REQUEST => {
                Sent::Taken
            }
            Ok(Ok(status))
                if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
            {
                Sent::Refused(format!(
                    "server answered {status}: check address, secret and clock"
                ))
            }
            Ok(Ok(status)) => Sent::Later(format!("server answered {status}")),
        }
    }

    async fn post(&self, waiting: &Spooled, at: Timestamp) -> reqwest::Result<StatusCode> {
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
        Ok(request.body(waiting.body.clone()).send().await?.status())
    }
}
