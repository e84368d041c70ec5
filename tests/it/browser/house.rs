//! The whole installation in this process, under a clock that the test moves: days pass while a page is
//! open.

use std::net::SocketAddr;
use std::sync::Arc;

use honeytoken::Timestamp;
use listener::app::App;
use listener::ledger::Ledger;
use listener::{Clock, Config, Running};
use store::{Creation, Options};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::http;
use crate::harness::sign::Signed;

/// When it begins.
const BEGIN: Timestamp = Timestamp::from_unix_s(1_791_000_000);
/// Sessions last longer than the story.
const CONFIG: &str = "[page]\nsession_idle_h = 100000\nsession_h = 100000\n";

/// Such an installation; it ends with the test.
pub(super) struct House {
    clock: Clock,
    address: SocketAddr,
    key: String,
    app: Arc<App>,
    pub(super) folder: Folder,
    _runtime: Runtime,
}

impl House {
    /// A fresh one.
    pub(super) fn new() -> House {
        let (folder, clock) = (Folder::new(), Clock::stopped(BEGIN));
        let creation = Creation {
            origin: "house.example/log".into(),
            program: "test".into(),
            at: BEGIN,
        };
        let mut ledger =
            Ledger::open(&folder.data(), creation, Options::default(), &|_| {}).unwrap();
        let key = ledger.first_key(BEGIN).unwrap().unwrap();
        let config: Config = CONFIG.parse().unwrap();
        let runtime = Runtime::new().unwrap();
        let socket = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = socket.local_addr().unwrap();
        let running = {
            let _within = runtime.enter();
            let url = format!("http://{address}");
            Running::start(ledger, clock.clone(), config, vec![], url).unwrap()
        };
        let app = Arc::clone(&running.app);
        runtime.spawn(running.serve(socket, None, std::future::pending()));
        House {
            clock,
            address,
            key: key.expose().to_owned(),
            app,
            folder,
            _runtime: runtime,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The link that signs in once.
    pub(super) fn link(&self) -> String {
        format!("{}{}", self.url(), self.app.sign_in_path().unwrap())
    }

    /// The API under the admin's key.
    pub(super) fn api(&self) -> Api {
        Api::new(self.address, Some(&self.key))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets a day pass.
    pub(super) fn next_day(&self) {
        self.clock.set(self.now().plus_s(86_400));
    }

    /// Posts a webhook; the status that it is answered.
    pub(super) fn hook(&self, signed: &Signed) -> u16 {
        let target = format!("/hooks/{}", signed.connection);
        let (headers, body) = (&signed.headers, &signed.body);
        let answer = http::ask(self.address, signed.method, &target, headers, body);
        answer.unwrap().status
    }
}
