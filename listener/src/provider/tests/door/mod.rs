//! The whole door in one process: a real ledger on a disk, the router, a clock that stands still.
//! What the adapters alone cannot show: what is recorded, counted, and remembered over a restart.

mod bad_input;
mod calls;
mod erasing;
mod idempotency;
mod lines;
mod parts;
mod reparsing;
mod replays;
mod vectors;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use honeytoken::{
    Connection, ConnectionId, Contact, Entry, Event, Line, LineRole, PhoneNumber, Repeat, Secret,
    Timestamp,
};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::kit::Post;
use super::samples::Sample;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::ledger::{Ledger, Order, Scope};
use crate::recorder::{Recorder, Writer};
use crate::reparse::{Reparsed, reparse};

/// An installation in a folder of its own.
pub(super) struct Door {
    folder: tempfile::TempDir,
    clock: Clock,
    runtime: Runtime,
    open: Option<Open>,
}

struct Open {
    app: Arc<App>,
    router: Router,
    writer: Writer,
}

impl Door {
    pub(super) fn new(now: Timestamp) -> Door {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let mut door = Door {
            folder: tempfile::tempdir().unwrap(),
            clock: Clock::stopped(now),
            runtime: runtime.enable_all().build().unwrap(),
            open: None,
        };
        door.reopen();
        door
    }

    /// Ends the installation and begins it again, as after a restart.
    pub(super) fn reopen(&mut self) {
        if let Some(Open {
            app,
            router,
            writer,
        }) = self.open.take()
        {
            drop((app, router));
            drop(writer.join());
        }
        let creation = store::Creation {
            origin: "door.example/log".to_owned(),
            program: "test".to_owned(),
            at: self.clock.now(),
        };
        let options = store::Options::default();
        let ledger = Ledger::open(self.folder.path(), creation, options, &|_| {}).unwrap();
        let queue = NonZeroU32::new(1024).unwrap();
        let (recorder, writer) = Recorder::start(ledger, self.clock.clone(), queue).unwrap();
        let url = "https://door.example".to_owned();
        let app = App::new(recorder, Config::default(), Vec::new(), url, None);
        let router = crate::api::router(Arc::clone(&app));
        self.open = Some(Open {
            app,
            router,
            writer,
        });
    }

    fn app(&self) -> &App {
        &self.open.as_ref().unwrap().app
    }

    pub(super) fn set_clock(&self, at: Timestamp) {
        self.clock.set(at);
    }

    pub(super) fn record(&self, event: Event) {
        let decide = self.app().recorder.decide(None, |_| Ok(vec![event]));
        self.runtime.block_on(decide).unwrap();
        let app = self.app();
        app.connections
            .refresh(&app.recorder.view().state().registry);
    }

    /// Makes or replaces a connection that the provider reaches under `url`.
    pub(super) fn connect(
        &self,
        id: &str,
        provider: &str,
        secrets: &[(&str, &str)],
        url: &str,
        lines: &[(&str, &str)],
    ) {
        let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new(*value));
        let line = |(name, to): &(&str, &str)| ((*name).to_owned(), to.parse().unwrap());
        self.record(Event::ConnectionSet(Connection {
            connection: id.parse().unwrap(),
            provider: provider.to_owned(),
            secrets: secrets.iter().map(secret).collect(),
            public_url: Some(url.to_owned()),
            lines: lines
                .iter()
                .map(line)
                .collect::<BTreeMap<String, PhoneNumber>>(),
        }));
    }

    /// A connection for a sample, with all that it has to know.
    pub(super) fn connect_sample(&self, id: &str, sample: &Sample) {
        let (url, _) = sample.url.split_once("/hooks/line").unwrap();
        let url = format!("{url}/hooks/line");
        self.connect(id, sample.provider, sample.secrets, &url, &[]);
        let id: ConnectionId = id.parse().unwrap();
        let (url, pem) = super::samples::certificate();
        self.app().connections.learn(&id, url, pem);
    }

    pub(super) fn add_line(&self, number: &str, connection: &str) {
        self.record(Event::LineAdded(Line {
            number: number.parse().unwrap(),
            connection: connection.parse().unwrap(),
            role: LineRole::Canary,
            block: None,
            country: None,
            acquired_at: self.clock.now(),
            soak_until: None,
            shared: false,
        }));
    }

    /// Posts to the connection; the statuses come in the order of the posts, which arrive at once.
    pub(super) fn post_all(&self, posts: &[(&str, &Post)]) -> Vec<u16> {
        let router = &self.open.as_ref().unwrap().router;
        let asked = posts.iter().map(|(id, post)| {
            let answer = router.clone().oneshot(request(id, post));
            async { answer.await.unwrap().status().as_u16() }
        });
        self.runtime.block_on(futures_util::future::join_all(asked))
    }

    pub(super) fn post(&self, connection: &str, post: &Post) -> u16 {
        self.post_all(&[(connection, post)])[0]
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        let reader = &self.app().recorder.view().reader;
        reader.entries(0).map(Result::unwrap).collect()
    }

    pub(super) fn contacts(&self) -> Vec<(u64, Contact)> {
        let contact = |entry: Entry| match entry.event {
            Event::Contact(contact) => Some((entry.index, contact)),
            _ => None,
        };
        self.entries().into_iter().filter_map(contact).collect()
    }

    pub(super) fn repeats(&self) -> Vec<Repeat> {
        let reader = &self.app().recorder.view().reader;
        let repeat = |entry: Entry| match entry.event {
            // The entries of a fold come without their raw requests.
            Event::Repeat(_) => match reader
                .opened(entry.index)
                .unwrap()
                .unwrap()
                .entry()
                .unwrap()
                .event
            {
                Event::Repeat(repeat) => Some(repeat),
                _ => None,
            },
            _ => None,
        };
        self.entries().into_iter().filter_map(repeat).collect()
    }

    /// Contacts that are counted: no repeats, no later stages, no parts.
    pub(super) fn counted(&self) -> u64 {
        self.app().recorder.view().state().contacts()
    }

    /// Erases a contact on somebody's behalf.
    pub(super) fn erase(&self, index: u64) {
        let now = self.clock.now();
        let key = "k1".parse().unwrap();
        let order = Order {
            scope: Scope::Contact(index),
            reason: "asked".to_owned(),
            legal_basis: None,
            by: Some(key),
        };
        let erase = move |ledger: &mut Ledger| {
            let prepared = ledger.view().prepare_erasure(order).unwrap();
            ledger.erase(prepared, now)
        };
        let erased = self.runtime.block_on(self.app().recorder.run(erase));
        erased.unwrap().unwrap();
    }

    pub(super) fn reparse(&self) -> Reparsed {
        self.reparse_from(0)
    }

    pub(super) fn reparse_from(&self, from: u64) -> Reparsed {
        let now = self.clock.now();
        let again = move |ledger: &mut Ledger| reparse(ledger, from, None, now);
        let done = self.runtime.block_on(self.app().recorder.run(again));
        done.unwrap().unwrap()
    }

    pub(super) fn duplicate_of(&self, index: u64) -> Option<u64> {
        self.app().recorder.view().state().duplicate_of(index)
    }

    pub(super) fn alive_at(&self, number: &str) -> Option<Timestamp> {
        let state = self.app().recorder.view().state();
        state.alive_at(&number.parse().unwrap())
    }
}

fn request(id: &str, post: &Post) -> Request<Body> {
    let path = post
        .url
        .split_once("/hooks/line")
        .map_or("", |(_, rest)| rest);
    let query = post
        .url
        .split_once('?')
        .map(|(_, query)| format!("?{query}"));
    let path = path.split('?').next().unwrap_or_default();
    let target = format!("/hooks/{id}{path}{}", query.unwrap_or_default());
    let mut request = Request::builder().method(post.method).uri(target);
    for (name, value) in &post.headers {
        request = request.header(name, value);
    }
    request.body(Body::from(post.body.clone())).unwrap()
}
