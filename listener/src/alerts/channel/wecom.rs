//! WeCom group robots (企业微信群机器人): a text of at most 2048 bytes. `<@…>` would call people, so `<`
//! is written as its full-width sister. Answers are 200 with `errcode`, 0 for success; at most 20
//! messages a minute. The robot's address is its only secret.
//! <https://developer.work.weixin.qq.com/document/path/91770>

use honeytoken::Timestamp;
use reqwest::Url;
use serde_json::json;

use super::{Channel, Form, Given, Kind, Post, refused_by_code};
use crate::alerts::target::TargetError;
use crate::alerts::words::{Message, cut};

const TEXT_BYTES_MAX: usize = 2_048;

pub(super) const KIND: Kind = Kind {
    id: "wecom",
    settings: &[],
    secrets: &["url"],
    gap_s: 3,
    connect: |given: &Given<'_>| -> Result<Channel, TargetError> {
        Ok(Channel::Http(Box::new(WeCom { url: given.url()? })))
    },
};

struct WeCom {
    url: Url,
}

impl Form for WeCom {
    fn post(&self, message: &Message, _: Timestamp) -> Post {
        let text = cut(&message.text().replace('<', "＜"), TEXT_BYTES_MAX);
        Post::json(
            &self.url,
            &json!({ "msgtype": "text", "text": { "content": text } }),
        )
    }

    fn refusal(&self, body: &[u8]) -> Option<String> {
        refused_by_code(body, "errcode", "errmsg")
    }
}
