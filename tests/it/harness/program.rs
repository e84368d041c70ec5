//! The program, run to its end.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The program's file.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_canaryline");

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// That it ended with this code.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

/// A command for the program, in an environment without settings of ours.
pub(crate) fn command() -> Command {
    let mut command = Command::new(PROGRAM);
    tidy(&mut command);
    command
}

/// Takes out of a command's environment what would change what the program does.
pub(crate) fn tidy(command: &mut Command) {
    for name in ["RUST_LOG", "CANARYLINE_KEY", "CANARYLINE_DATA_KEY"] {
        command.env_remove(name);
    }
}

/// Sends a signal to a process that was started here.
pub(crate) fn signal(name: &str, pid: u32) {
    let kill = format!("kill -{name} {pid}");
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

/// Runs the program to its end.
pub(crate) fn run(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ended {
    ended(command().args(arguments))
}

/// Runs a command to its end.
pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Arguments of different kinds as one list.
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => {
        [$(std::ffi::OsStr::new(&$argument).to_owned()),*]
    };
}
pub(crate) use arguments;
