//! The other engine for tests that do not ask for one: with `CANARYLINE_ENGINE=jetstream` each
//! folder that a test's server makes is a node's, on a log of its own over one NATS server, which
//! ends with the tests.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::folder::Folder;
use super::{http, nats, wait_for};

/// Names the engine; embedded if it is not set.
const VARIABLE: &str = "CANARYLINE_ENGINE";

struct Shared {
    ports: [u16; 2],
    _folder: Folder,
    /// The server ends when the pipe to its shell closes, which is when this process ends.
    _shell: Child,
}

static SHARED: OnceLock<Option<Shared>> = OnceLock::new();

/// Whether folders are nodes', and this test wants one that is alone: because a verb writes to it
/// while no server holds it, which a node's refuses; because it is copied to another place, where
/// this harness takes it for another log; or because a write that fails here is kept elsewhere. Says
/// so.
pub(crate) fn is_passed_over() -> bool {
    let other = is_asked();
    if other {
        println!("passed over on this engine: a folder is wanted that is alone");
    }
    other
}

fn is_asked() -> bool {
    std::env::var(VARIABLE).is_ok_and(|engine| engine == "jetstream")
}

/// What is added to the settings of a server on this folder; nothing where the folder is one that
/// is alone, or its settings name an engine.
pub(crate) fn settings(data: &Path, config: &str) -> String {
    let is_alone = data.join("checkpoint").exists() && !data.join("cluster").exists();
    if !is_asked() || is_alone || config.contains("[store]") {
        return String::new();
    }
    let Some(shared) = SHARED.get_or_init(start) else {
        return String::new();
    };
    let mut name = DefaultHasher::new();
    data.hash(&mut name);
    let [client, monitor] = shared.ports;
    format!(
        "\n[store]\nengine = \"jetstream\"\nservers = [\"nats://127.0.0.1:{client}\"]\n\
         monitoring = [\"http://127.0.0.1:{monitor}\"]\nprefix = \"t{:016x}\"\n\
         replicas = 1\nnodes = 1\n",
        name.finish()
    )
}

fn start() -> Option<Shared> {
    let program = nats::program()?;
    let folder = Folder::new();
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let ports = held.each_ref().map(|l| l.local_addr().unwrap().port());
    drop(held);
    let config = folder.path("nats.conf");
    let [client, monitor] = ports;
    let text = format!(
        "listen: 127.0.0.1:{client}\nhttp: 127.0.0.1:{monitor}\n\
         jetstream {{ store_dir: {:?}, sync_interval: always }}\n",
        folder.path("store")
    );
    std::fs::write(&config, text).unwrap();
    let script = "\"$0\" -c \"$1\" & pid=$!; cat > /dev/null; kill $pid; wait; rm -r \"$2\"";
    let shell = Command::new("sh")
        .args(["-c", script])
        .args([&program, &config, &folder.path("")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the server of the engine", || {
        let address = ([127, 0, 0, 1], monitor).into();
        let answer = http::ask(address, "GET", "/healthz", &[], b"").ok()?;
        (answer.status == 200).then_some(())
    });
    Some(Shared {
        ports,
        _folder: folder,
        _shell: shell,
    })
}
