//! From an empty installation to a code on the screen, by clicks alone.

use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::server::Server;
use crate::harness::{now_s, sign};

use super::signed_in;

/// In each language: what the waiting page says before and after the first event.
const LANGUAGES: [(&str, &str, &str); 2] = [
    ("en", "Waiting for the first event", "Received."),
    ("zh-CN", "正在等待第一个事件", "已收到"),
];

#[test]
fn from_the_first_number_to_a_code_on_the_screen() {
    for (lang, waiting, received) in LANGUAGES {
        let folder = Folder::new();
        let server = Server::start(&folder.data());
        let Some(window) = signed_in(&server, lang, 1280, false) else {
            return;
        };

        // Connect.
        window.click(".steps a[href='/connections/new']");
        window.click("a[href='/connections/new?provider=standard_webhooks']");
        let whsec = window.run("return document.querySelector('#whsec').value");
        let whsec = whsec.as_str().unwrap().to_owned();
        window.click("main form button[type=submit]");
        window.shows(".address", "/hooks/standard-webhooks");
        window.shows("#heard", waiting);
        let sms = |id: &str, to: &str, text: &str| {
            let data = serde_json::json!({ "to": to, "from": cast::STRANGER, "text": text });
            let body = serde_json::json!({ "type": "sms.received", "timestamp": "2026-11-20T08:00:00Z", "data": data });
            sign::standard(
                "standard-webhooks",
                &whsec,
                id,
                now_s(),
                body.to_string().as_bytes(),
            )
        };
        // A request that is refused says why, and a genuine one puts that right.
        let forged = sms("msg_0", cast::LINE, "hello").with("webhook-signature", "v1,AAAA");
        assert_eq!(server.hook(&forged).status, 403);
        window.shows("#heard .notice.alarm", "signature");
        server.takes(&sms("msg_1", cast::LINE, "hello"));
        window.shows("#heard", received);

        // Add a line that is ready at once.
        window.click("a[href='/lines/new?connection=standard-webhooks']");
        window.fill("#numbers", cast::LINE);
        window.fill("#soak_days", "0");
        window.click("main form button[type=submit]");
        window.shows(".notice", "✓");

        // Issue; the platform is new.
        window.click(".notice a[href='/honeytokens/new']");
        window.fill("#platform", "Acme Loans");
        window.click("main form button[type=submit]");
        window.shows("h1", "Acme Loans");
        window.shows(".persona", cast::LINE);
        crate::harness::wait_for("the stream", || {
            let open = window.run("return document.documentElement.dataset.stream ?? ''");
            (open == "open").then_some(())
        });

        // The code appears by itself.
        server.takes(&sms(
            "msg_2",
            cast::LINE,
            "【Acme】您的验证码是 482913，请勿转发。",
        ));
        window.shows(".big code", "482913");
    }
}
