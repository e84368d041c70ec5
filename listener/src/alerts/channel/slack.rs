//! Slack incoming webhooks: `{"text"}`; `&`, `<` and `>` are escaped, as they make commands such as
//! `<!channel>`. Slack answers 200 `ok`, 4xx with a word, 429 with `Retry-After`.
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//! <https://docs.slack.dev/messaging/formatting-message-text#escaping>

use honeytoken::Timestamp;
use reqwest::Url;
use serde_json::json;

use super::{Channel, Form, Given, Kind, Post};
use crate::alerts::target::TargetError;
use crate::alerts::words::{Message, cut};

/// Longer texts are cut by Slack itself at 40,000 characters; people stop reading sooner.
const TEXT_BYTES_MAX: usize = 4_000;

pub(super) const KIND: Kind = Kind {
    id: "slack",
    settings: &[],
    secrets: &["url"],
    gap_s: 1,
    connect: |given: &Given<'_>| -> Result<Channel, TargetError> {
        Ok(Channel::Http(Box::new(Slack { url: given.url()? })))
    },
};

struct Slack {
    url: Url,
}

impl Form for Slack {
    fn post(&self, message: &Message, _: Timestamp) -> Post {
        let text = cut(&message.text(), TEXT_BYTES_MAX);
        let escaped = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        Post::json(&self.url, &json!({ "text": escaped }))
    }
}
