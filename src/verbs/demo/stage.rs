//! Plays a world to a server: connections, lines, platforms, placements, contacts, in the order of
//! the world's time, all over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use attribution::world::{ContactRow, LineRow, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Secret, Timestamp};
use listener::Clock;
use reqwest::{Client, RequestBuilder};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

use super::sign::{Doors, Message};

/// A stage: the server, and the time of the world.
pub(crate) struct Stage {
    http: Client,
    url: String,
    key: String,
    clock: Clock,
    /// Added to the world's times.
    shift_s: i64,
    doors: Doors,
}

impl Stage {
    /// A stage in front of the server at `url`.
    pub(crate) fn new(url: &str, key: &str, clock: Clock, shift_s: i64) -> anyhow::Result<Stage> {
        // Already installed is fine: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .no_proxy()
            .build()
            .context("prepare the HTTP client")?;
        let doors = Doors {
            twilio_token: Secret::new(random_text()?),
            gateway_key: Secret::new(random_text()?),
            whsec: Secret::new(format!("whsec_{}", random_text()?)),
        };
        Ok(Stage {
            http,
            url: url.to_owned(),
            key: key.to_owned(),
            clock,
            shift_s,
            doors,
        })
    }

    /// Plays the world; `step` is called after each contact.
    pub(crate) async fn play(&self, world: &World, step: &dyn Fn()) -> anyhow::Result<()> {
        self.connect().await?;
        self.add_lines(world).await?;
        self.declare_platforms(world).await?;
        let mut placements: Vec<&LineRow> = world
            .lines
            .iter()
            .filter(|row| row.registered_at.is_some())
            .collect();
        placements.sort_by_key(|row| row.registered_at);
        let mut placements = placements.into_iter().peekable();
        for contact in &world.contacts {
            while let Some(row) =
                placements.next_if(|row| row.registered_at <= Some(contact.received_at))
            {
                self.place(row).await?;
            }
            self.deliver(contact).await?;
            step();
        }
        for row in placements {
            self.place(row).await?;
        }
        Ok(())
    }

    fn at(&self, world_s: i64) -> Timestamp {
        Timestamp::from_unix_s(world_s + self.shift_s)
    }

    async fn connect(&self) -> anyhow::Result<()> {
        let connections = [
            (
                "demo-twilio",
                "twilio",
                "auth_token",
                &self.doors.twilio_token,
            ),
            (
                "demo-phone",
                "android_sms_gateway",
                "signing_key",
                &self.doors.gateway_key,
            ),
            ("demo-pbx", "standard_webhooks", "whsec", &self.doors.whsec),
        ];
        for (id, provider, name, secret) in connections {
            let body =
                json!({ "id": id, "provider": provider, "secrets": { name: secret.expose() } });
            self.post("/v1/connections", &body).await?;
        }
        Ok(())
    }

    async fn add_lines(&self, world: &World) -> anyhow::Result<()> {
        let mut given: BTreeMap<&str, usize> = BTreeMap::new();
        world
            .lines
            .iter()
            .for_each(|row| *given.entry(row.number.as_str()).or_default() += 1);
        let mut seen = BTreeSet::new();
        let fresh = world
            .lines
            .iter()
            .filter(|row| seen.insert(row.number.as_str()));
        let until = self.at(world
            .contacts
            .last()
            .map_or(0, |contact| contact.received_at));
        for row in fresh {
            let line = json!({
                "number": row.number,
                "connection": if row.country == "CN" { "demo-phone" } else { "demo-twilio" },
                "role": row.role,
                "block": row.block,
                "country": row.country,
                "acquired_at": self.at(row.acquired_at),
                "soak_until": row.registered_at.map(|at| self.at(at)),
                "shared": given[row.number.as_str()] > 1,
            });
            self.post("/v1/lines", &json!({ "lines": [line] })).await?;
            let coverage =
                json!({ "number": row.number, "from": self.at(row.acquired_at), "until": until });
            self.post("/v1/coverage", &coverage).await?;
        }
        Ok(())
    }

    async fn declare_platforms(&self, world: &World) -> anyhow::Result<()> {
        let mut seen = BTreeSet::new();
        for row in &world.lines {
            let Some(id) = row.platform.as_ref().filter(|id| seen.insert(id.as_str())) else {
                continue;
            };
            let platform = json!({
                "id": id,
                "name": row.platform_name,
                "sector": row.sector,
                "domains": row.domains,
                "known_senders": row.known_senders,
                "signatures": row.signatures,
                "declared_partners": row.declared_partners,
            });
            self.post("/v1/platforms", &platform).await?;
        }
        Ok(())
    }

    async fn place(&self, row: &LineRow) -> anyhow::Result<()> {
        let at = self.at(row.registered_at.unwrap_or_default());
        self.clock.set(at);
        let token = json!({
            "platform": row.platform,
            "line": row.number,
            "registered_at": at,
            "persona": row.persona.as_ref().map(|p| json!({ "name": p.name })),
            "consent": { "marketing": false },
            "country": row.country,
        });
        self.post("/v1/honeytokens", &token).await.map(drop)
    }

    async fn deliver(&self, contact: &ContactRow) -> anyhow::Result<()> {
        let now = self.at(contact.received_at);
        self.clock.set(now);
        let message = Message {
            id: &contact.provider_event_id,
            to: &contact.to,
            from: &contact.from,
            text: &contact.text,
            is_sms: contact.kind == "sms",
            duration_s: contact.duration,
            attestation: &contact.attestation,
            sent_at: now,
            happened_at: self.at(contact.timestamp),
        };
        let answer = self
            .request(&message)?
            .send()
            .await
            .context("post a webhook")?;
        let status = answer.status();
        let body = answer.text().await.unwrap_or_default();
        anyhow::ensure!(
            status.is_success(),
            "webhook {} was answered {status}: {body}",
            message.id
        );
        Ok(())
    }

    /// A number in China sits in a phone that forwards its messages; its calls, and all that is
    /// said in calls, come from a PBX; other numbers are at a provider.
    fn request(&self, message: &Message<'_>) -> anyhow::Result<RequestBuilder> {
        let hook = |connection: &str| format!("{}/hooks/{connection}", self.url);
        let chinese = message.to.starts_with("+86");
        Ok(match (message.is_sms, chinese) {
            (true, true) => self.doors.gateway(&self.http, &hook("demo-phone"), message),
            (false, false) if message.text.is_empty() => {
                self.doors.twilio(&self.http, &hook("demo-twilio"), message)
            }
            (true, false) => self.doors.twilio(&self.http, &hook("demo-twilio"), message),
            (false, _) => self
                .doors
                .standard(&self.http, &hook("demo-pbx"), message)?,
        })
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.key);
        let answer = request
            .json(body)
            .send()
            .await
            .with_context(|| format!("post {path}"))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        anyhow::ensure!(status.is_success(), "{path} was answered {status}: {body}");
        Ok(body)
    }
}

fn random_text() -> anyhow::Result<String> {
    let mut bytes = [0; 24];
    SystemRandom::new()
        .fill(&mut bytes)
        .ok()
        .context("the system has no randomness")?;
    Ok(STANDARD.encode(bytes))
}
