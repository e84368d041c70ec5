//! The log's order on a NATS JetStream cluster: one message per batch, one sequence for all.
//!
//! - `settings`: where the cluster is; `connect`, `link`: the way to it; `streams`: made or checked.
//! - `claim`: publishes a batch. `follow`: reads the stream as it grows, into an `Inbox`.
//! - `erase`: what was erased, taken out of the stream. `origin`: whose a message was.
//! - [`Side`]: small things that nodes tell each other, by name, with compare-and-swap.
//! - `bringing`: a log that was alone, put into an empty stream.
//! - `place`: how far this node has written the stream down.
//!
//! A message is published under the sequence that this node has folded up to: the stream refuses
//! it if anything came between. So whoever's message is taken knows all before it.

mod bringing;
mod claim;
mod connect;
mod erase;
mod follow;
mod link;
mod origin;
mod place;
mod settings;
mod side;
mod streams;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::follow::{Arrival, Inbox};
use self::link::Link;
use self::place::Place;
use super::{BATCH_BYTES_MAX, Engine, Placed, Terms};
use crate::error::{Fault, OpenError};
use crate::payload::Sealed;

pub(crate) use bringing::Bringing;
pub(crate) use place::FILE as PLACE_FILE;
pub use settings::{Acknowledge, Credentials, JetStreamSettings};
pub use side::{Side, SideError};

/// Which node published a message.
const NODE: &str = "Canaryline-Node";
/// The number of its batch in that node's outbox.
const MARK: &str = "Canaryline-Mark";
/// The id of a message, where it stands for one.
const ID: &str = "Canaryline-Id";
/// Others are asked to wait for the next message.
const HOLD: &str = "Canaryline-Hold";
/// For how long they do, in milliseconds.
const HOLD_MS: u64 = 1_500;
/// What overtook a claim has arrived after this, in milliseconds, or is asked for again.
const ARRIVAL_MS: u64 = 2_000;
/// The largest message: servers take 1 MiB by default, headers included.
const MESSAGE_BYTES_MAX: usize = 1_000_000;
/// How many messages are folded before the place is written down.
const PLACE_EVERY_MESSAGES: u64 = 256;
/// A claim waits this long unless told otherwise, in milliseconds.
const WAIT_MS: u64 = 10_000;

/// The engine of a cluster's node.
pub struct JetStream {
    link: Link,
    inbox: Arc<Inbox>,
    node: String,
    place: Place,
    /// Messages since the place was written down.
    unwritten: u64,
    /// Whether a claim was refused and what refused it has not arrived yet.
    overtaken: bool,
    wait_ms: u64,
}

impl JetStream {
    /// Connects, makes or checks the streams, and begins to read after what `dir` holds. `node` is
    /// the name of this node's key.
    ///
    /// # Errors
    /// [`Fault::Unreachable`] or [`Fault::Cluster`], with the reason.
    pub(crate) fn start(
        settings: &JetStreamSettings,
        dir: &Path,
        node: String,
        size: u64,
    ) -> Result<JetStream, OpenError> {
        let link = Link::open(settings)?;
        let mut place = Place::read(dir, &settings.prefix).map_err(OpenError::io("read", dir))?;
        let last = link.last_sequence()?;
        if place.sequence > last {
            let (prefix, known) = (&settings.prefix, place.sequence);
            return Err(Fault::Cluster(format!(
                "stream {prefix}-log ends at message {last}, and this node holds {known}: the \
                 cluster lost what it had acknowledged; do not go on, look at the servers' disks"
            ))
            .into());
        }
        if place.size > size {
            // What is compared again does no harm; what is passed over would be missing.
            (place.sequence, place.written) = (0, 0);
        }
        let inbox = Arc::new(Inbox::default());
        link.spawn(follow::run(
            link.context(),
            link.names(),
            place.sequence + 1,
            Arc::clone(&inbox),
        ));
        let (unwritten, overtaken, wait_ms) = (0, false, WAIT_MS);
        Ok(JetStream {
            link,
            inbox,
            node,
            place,
            unwritten,
            overtaken,
            wait_ms,
        })
    }

    /// The first batch of the stream, if there is one.
    pub(crate) fn first(&self) -> Result<Option<Placed>, Fault> {
        if self.link.last_sequence()? == 0 {
            return Ok(None);
        }
        match self.inbox.peek_within(1, ARRIVAL_MS * 5)? {
            Some(_) => Ok(self.inbox.first()),
            None => Err(Fault::Unreachable("first message does not arrive".into())),
        }
    }

    /// Whether the stream's first leaf is this one; none if there is no stream yet.
    pub(crate) fn first_leaf(
        &self,
        is_same: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Option<bool>, Fault> {
        let first = self.link.batch_of(1)?;
        let leaf = first.and_then(|batch| batch.entries.into_iter().next());
        Ok(leaf.map(|(parts, _)| is_same(&parts.leaf)))
    }

    /// Names the node, which it has when its key is made.
    pub(crate) fn be(&mut self, node: String) {
        self.node = node;
    }

    /// What nodes tell each other.
    pub(crate) fn side(&self) -> Side {
        self.link.side()
    }

    fn taken(&mut self, sequence: u64, mark: Option<u64>) {
        self.place.sequence = sequence;
        self.place.marked = self.place.marked.max(mark.unwrap_or_default());
        self.unwritten += 1;
    }

    fn arrived(&mut self, arrival: Arrival) -> Placed {
        let ours = arrival.origin.node == self.node;
        self.taken(arrival.sequence, arrival.origin.mark.filter(|_| ours));
        arrival.placed
    }
}

impl Engine for JetStream {
    fn arrivals(&mut self) -> Result<Vec<Placed>, Fault> {
        let wait_ms = if self.overtaken { ARRIVAL_MS } else { 0 };
        self.overtaken = false;
        let arrived = self.inbox.take_after(self.place.sequence, wait_ms)?;
        Ok(arrived.into_iter().map(|a| self.arrived(a)).collect())
    }

    fn claim(&mut self, first: u64, batch: &[Sealed], terms: Terms) -> Result<(), Fault> {
        // What has arrived already would overtake it; whoever asked to wait is waited for.
        let next = self.place.sequence + 1;
        let held = self.inbox.held_by_others(&self.node, self.place.sequence);
        let wait_ms = held.map_or(0, |since_ms| HOLD_MS.saturating_sub(since_ms));
        if self.inbox.peek_within(next, wait_ms)?.is_some() {
            self.overtaken = true;
            return Err(Fault::Overtaken);
        }
        self.publish(first, batch, terms)
    }

    fn written(&mut self, size: u64) {
        self.place.size = size;
        self.place.written = self.place.sequence;
        if self.unwritten >= PLACE_EVERY_MESSAGES || !self.place.exists() {
            self.unwritten = 0;
            self.place.write();
        }
    }

    fn batch_bytes_max(&self) -> usize {
        BATCH_BYTES_MAX
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn marked(&self) -> u64 {
        self.place.marked
    }

    fn sequence(&self) -> u64 {
        self.place.sequence
    }

    fn end(&self) -> Result<u64, Fault> {
        self.link.last_sequence()
    }

    fn be_patient(&mut self, wait_ms: u64) {
        self.wait_ms = wait_ms;
    }

    fn on_arrival(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
        self.inbox.on_arrival(wake);
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.link.close()
    }

    fn probe(&mut self) -> Result<(), Fault> {
        self.link.probe(Duration::from_millis(self.wait_ms))
    }
}

impl Drop for JetStream {
    fn drop(&mut self) {
        self.inbox.close();
        if self.place.exists() {
            self.place.write();
        }
    }
}
