//! Two verifiers that know nothing of each other say the same, case by case.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::python;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, ended, run};

/// Bundles with what a stranger gives to the verifier beside them.
pub(super) struct Cases {
    folder: Folder,
    all: Vec<Vec<String>>,
    /// What Rust's verifier says of the requests in each.
    requests: Vec<Option<String>>,
}

impl Cases {
    pub(super) fn new() -> Cases {
        Cases {
            folder: Folder::new(),
            all: Vec::new(),
            requests: Vec::new(),
        }
    }

    /// A file of this content, for arguments.
    pub(super) fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A case; answers what Rust's verifier says.
    pub(super) fn add(&mut self, zip: &[u8], more: &[&str]) -> i32 {
        let path = self.file(&format!("{:05}.zip", self.all.len()), zip);
        let more = more.iter().map(|word| (*word).to_owned());
        let arguments: Vec<String> = std::iter::once(path).chain(more).collect();
        let said = run(std::iter::once("verify").chain(arguments.iter().map(String::as_str)));
        self.all.push(arguments);
        self.requests.push(requests(&said.stdout));
        said.code.unwrap()
    }

    /// That Python's verifier says the same of each, in one process, since starting it takes longer than
    /// checking.
    pub(super) fn agree(&self, expected: &[i32]) {
        assert_eq!(self.all.len(), expected.len());
        let Some(said) = python_says(&self.all, &self.folder.path("cases.json")) else {
            return;
        };
        let rust = expected.iter().zip(&self.requests);
        for (n, ((code, requests), expected)) in said.iter().zip(rust).enumerate() {
            assert_eq!(code, expected.0, "{:?}", self.all[n]);
            if *code == 0 {
                assert_eq!(requests, expected.1, "{:?}", self.all[n]);
            }
        }
    }
}

/// How many requests stand how, as Rust's verifier counts them.
fn requests(said: &str) -> Option<String> {
    let (_, counted) = said.split_once("signature checked again (")?;
    let counted = counted.split_once(')')?.0;
    Some(if counted.is_empty() { "none" } else { counted }.to_owned())
}

/// What Python's verifier ends with and says of requests, for each list of arguments.
pub(super) fn python_says(
    all: &[Vec<String>],
    list: &PathBuf,
) -> Option<Vec<(i32, Option<String>)>> {
    let script = "
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
import verify_bundle as v
said = []
for case in json.load(open(sys.argv[2])):
    sys.argv = ['verify'] + case
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        code = v.main()
    lines = out.getvalue().splitlines()
    said.append([code, next((l.removeprefix('requests: ') for l in lines if l.startswith('requests: ')), None)])
print(json.dumps(said))
";
    python(["--help".into()])?;
    std::fs::write(list, json!(all).to_string()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verifier");
    let mut command = Command::new("python3");
    command.args(["-B", "-c", script]).arg(folder).arg(list);
    let said = ended(&mut command).with(0).stdout;
    Some(serde_json::from_str(&said).unwrap())
}

mod cases;
