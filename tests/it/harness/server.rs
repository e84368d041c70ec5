//! The program as a server: started, asked, stopped, killed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use super::api::Api;
use super::engine;
use super::http::{self, Answer};
use super::program::{self, Ended, PROGRAM};
use super::sign::Signed;
use super::{STUCK, wait_for};

/// Lines of its stdout that are kept: its address, and the link to sign in.
const LINES_TOLD: usize = 2;

/// How a server is to be started.
pub(crate) struct Launch<'a> {
    data: &'a Path,
    config: &'a str,
    wrapper: &'a [&'a str],
}

impl<'a> Launch<'a> {
    pub(crate) fn on(data: &'a Path) -> Launch<'a> {
        Launch {
            data,
            config: "",
            wrapper: &[],
        }
    }

    /// With a settings file of this content.
    pub(crate) fn config(self, config: &'a str) -> Launch<'a> {
        Launch { config, ..self }
    }

    /// Started by another program, which is given the server's command as its last arguments and
    /// becomes the server.
    pub(crate) fn by(self, wrapper: &'a [&'a str]) -> Launch<'a> {
        Launch { wrapper, ..self }
    }

    fn command(&self) -> Command {
        let words = [self.wrapper, &[PROGRAM]].concat();
        let mut command = Command::new(words[0]);
        program::tidy(&mut command);
        command
            .args(&words[1..])
            .arg("serve")
            .arg("--data")
            .arg(self.data);
        command.args(["--listen", "127.0.0.1:0"]);
        let config = format!(
            "{}{}",
            self.config,
            engine::settings(self.data, self.config)
        );
        if !config.is_empty() {
            let path = self.data.with_extension("toml");
            std::fs::write(&path, config).unwrap();
            command.arg("--config").arg(path);
        }
        command
    }

    /// Starts the server and waits until it listens, or ends: then there is no address.
    fn spawn(&self) -> (Child, Option<SocketAddr>, mpsc::Receiver<String>) {
        let mut command = self.command();
        let stderr = File::options()
            .create(true)
            .append(true)
            .open(self.stderr());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr.unwrap());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for _ in 0..LINES_TOLD {
                let mut line = String::new();
                // Nobody listens any more if this took too long.
                let _ = stdout.read_line(&mut line).map(|_| tell.send(line));
            }
            // To the end, so that the server does not write into a closed pipe.
            let _ = std::io::copy(&mut stdout, &mut std::io::sink());
        });
        let line = told.recv_timeout(STUCK).unwrap_or_default();
        let url = line.trim_end().strip_prefix("listening on ");
        let address = url.and_then(|url| url.split_once("://"));
        let address = address.map(|(_, address)| address.parse().unwrap());
        (child, address, told)
    }

    fn stderr(&self) -> PathBuf {
        self.data.with_extension("stderr")
    }

    /// Starts the server.
    pub(crate) fn start(self) -> Server {
        let (mut child, address, told) = self.spawn();
        let Some(address) = address else {
            let _ = child.kill();
            panic!(
                "did not listen: {}",
                std::fs::read_to_string(self.stderr()).unwrap()
            );
        };
        Server {
            child,
            address,
            data: self.data.to_owned(),
            stderr: self.stderr(),
            told,
        }
    }

    /// Starts a server that is expected to refuse: how it ended, and what it said.
    pub(crate) fn refused(self) -> Ended {
        let before = std::fs::read(self.stderr()).map_or(0, |said| said.len());
        let (mut child, address, _) = self.spawn();
        if address.is_some() {
            child.kill().unwrap();
        }
        let code = child.wait().unwrap().code();
        let said = std::fs::read_to_string(self.stderr()).unwrap();
        assert_eq!(address, None, "it listens: {said}");
        Ended {
            code,
            stdout: String::new(),
            stderr: said[before..].to_owned(),
        }
    }
}

/// A server at work; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    data: PathBuf,
    stderr: PathBuf,
    /// What it says on stdout after its address.
    told: mpsc::Receiver<String>,
}

impl Server {
    pub(crate) fn start(data: &Path) -> Server {
        Launch::on(data).start()
    }

    /// Its address as a URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key that the first start wrote down.
    pub(crate) fn admin_key(&self) -> String {
        let key = std::fs::read_to_string(self.data.join("admin.key")).unwrap();
        key.trim_end().to_owned()
    }

    /// The link that it printed at its start, once.
    pub(crate) fn link(&self) -> String {
        let line = self.told.recv_timeout(STUCK).unwrap();
        let link = line
            .strip_prefix("open ")
            .and_then(|rest| rest.split(' ').next());
        link.unwrap_or_else(|| panic!("no link in {line:?}"))
            .to_owned()
    }

    /// The API under the admin's key.
    pub(crate) fn admin(&self) -> Api {
        Api::new(self.address, Some(&self.admin_key()))
    }

    /// The API for somebody without a key.
    pub(crate) fn stranger(&self) -> Api {
        Api::new(self.address, None)
    }

    /// Posts a webhook.
    pub(crate) fn hook(&self, signed: &Signed) -> Answer {
        let target = format!("/hooks/{}", signed.connection);
        let answer = http::ask(
            self.address,
            signed.method,
            &target,
            &signed.headers,
            &signed.body,
        );
        let answer = answer.unwrap();
        self.stranger().described(signed.method, &target, &answer);
        answer
    }

    /// Posts a webhook that is taken.
    #[track_caller]
    pub(crate) fn takes(&self, signed: &Signed) {
        let answer = self.hook(signed);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// A checkpoint that covers the log as it is now; a node shows it when it is cosigned.
    pub(crate) fn checkpoint(&self) -> String {
        let size = self.stranger().seen("/readyz")["log_entries"].as_u64();
        wait_for("a checkpoint of the log as it is", || {
            let text = self.admin().get("/log/checkpoint").text().to_owned();
            let covered = text.lines().nth(1)?.parse::<u64>().ok();
            (covered >= size).then_some(text)
        })
    }

    /// A counter or gauge of `/metrics`.
    #[track_caller]
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let answer = self.stranger().get("/metrics");
        let value = answer
            .text()
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value
            .unwrap_or_else(|| panic!("no {name}"))
            .parse()
            .unwrap()
    }

    /// How many webhooks came to this.
    #[track_caller]
    pub(crate) fn webhooks(&self, outcome: &str) -> u64 {
        self.metric(&format!(
            "canaryline_webhooks_total{{outcome=\"{outcome}\"}}"
        ))
    }

    /// What it said on stderr, in all its lives.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would, for the process.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) {
        program::signal("TERM", self.child.id());
        let status = wait_for("the server's end", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}: {}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = std::fs::read_to_string(&self.stderr).unwrap_or_default();
            eprintln!("the server said:\n{said}");
        }
    }
}
