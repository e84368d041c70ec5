//! From an empty installation to evidence that others can check, by clicks: connection, lines,
//! honeytoken, the code that appears by itself, the leak, the verdict that turns on the open page, the
//! bundle.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::driver::Window;
use crate::harness::program::{arguments, run};
use crate::harness::sign::{self, Signed};
use crate::harness::wait_for;

use super::house::House;

/// Lines of the story, of ranges that are kept for examples.
const LINES: [&str; 6] = [
    "+14155550130",
    "+14155550131",
    "+14155550132",
    "+14155550134",
    "+14155550136",
    "+14155550137",
];
const CONTROLS: [&str; 2] = ["+14155550133", "+14155550135"];
/// Somebody who tries the new connection out, and the platform itself.
const TESTER: &str = "+14155550171";
const PLATFORM: &str = "+14155550172";
/// Strangers.
const STRANGERS: [&str; 3] = ["+14155550181", "+14155550182", "+14155550183"];
/// Days after which the leak must have been found.
const DAYS_MAX: usize = 30;

/// What the pages say in a language.
struct Words {
    lang: &'static str,
    waiting: &'static str,
    received: &'static str,
    unclear: &'static str,
    accused: [(&'static str, &'static str); 2],
}

const LANGUAGES: [Words; 2] = [
    Words {
        lang: "en",
        waiting: "Waiting for the first event",
        received: "Received.",
        unclear: "too little to say",
        accused: [("leaked", "leaked"), ("resold", "resold")],
    },
    Words {
        lang: "zh-CN",
        waiting: "正在等待第一个事件",
        received: "已收到",
        unclear: "尚无法判断",
        accused: [("leaked", "已泄露"), ("resold", "被转卖")],
    },
];

/// A message through the new connection, signed now.
fn sms(house: &House, whsec: &str, id: &str, (from, to): (&str, &str), text: &str) -> Signed {
    let at = house.now();
    let data = json!({ "to": to, "from": from, "text": text });
    let body = json!({ "type": "sms.received", "timestamp": at.to_string(), "data": data });
    let body = body.to_string();
    sign::standard(
        "standard-webhooks",
        whsec,
        id,
        at.as_unix_s(),
        body.as_bytes(),
    )
}

#[test]
fn from_the_first_number_to_evidence_that_others_can_check() {
    for words in LANGUAGES {
        let house = House::new();
        let Some(window) = Window::open(words.lang, 1280, false) else {
            return;
        };
        window.go(&house.link());
        // The page of the link sends itself.
        let overview = format!("{}/", house.url());
        wait_for("the overview", || (window.url() == overview).then_some(()));
        let whsec = connect(&house, &window, &words);
        add_lines(&window);
        issue(&house, &window, &whsec);
        let platform = "acme-loans";
        let api = house.api();
        place_the_others(&house, &api, platform);
        leak(&house, &window, &whsec, (platform, &words));
        take_away(&house, &window, platform);
    }
}

/// Connects a gateway; a forged request says why it is refused, a genuine one puts that right.
fn connect(house: &House, window: &Window, words: &Words) -> String {
    window.click(".steps a[href='/connections/new']");
    window.click("a[href='/connections/new?provider=standard_webhooks']");
    let whsec = window.run("return document.querySelector('#whsec').value");
    let whsec = whsec.as_str().unwrap().to_owned();
    window.click("main form button[type=submit]");
    window.shows(".address", "/hooks/standard-webhooks");
    window.shows("#heard", words.waiting);
    streams(window);
    let hello = (TESTER, CONTROLS[0]);
    let forged = sms(house, &whsec, "msg_0", hello, "hello").with("webhook-signature", "v1,AAAA");
    assert_eq!(house.hook(&forged), 403);
    window.shows("#heard .notice.alarm", "signature");
    assert_eq!(
        house.hook(&sms(house, &whsec, "msg_1", hello, "hello")),
        200
    );
    window.shows("#heard", words.received);
    whsec
}

fn add_lines(window: &Window) {
    window.click("a[href='/lines/new?connection=standard-webhooks']");
    for (role, numbers) in [("canary", &LINES[..]), ("control", &CONTROLS[..])] {
        window.fill("#numbers", &numbers.join("\n"));
        window.run(&format!("document.querySelector('#role').value = '{role}'"));
        window.fill("#soak_days", "0");
        // Its notice is not the one of the lines before.
        window.run("document.querySelector('.notice')?.remove()");
        window.click("main form button[type=submit]");
        window.shows(".notice", "✓");
    }
}

/// Issues a honeytoken to a platform that is new; the code appears by itself.
fn issue(house: &House, window: &Window, whsec: &str) {
    window.click(".notice a[href='/honeytokens/new']");
    window.fill("#platform", "Acme Loans");
    window.click("main form button[type=submit]");
    window.shows("h1", "Acme Loans");
    window.shows(".persona", "+1415555013");
    streams(window);
    hears_first(window);
    let number = window.run("return document.querySelector('.persona code').innerText");
    let to = (PLATFORM, number.as_str().unwrap());
    let code = "【Acme】您的验证码是 482913，请勿转发。";
    assert_eq!(house.hook(&sms(house, whsec, "msg_2", to, code)), 200);
    window.shows(".big code", "482913");
    let opened = window.run("return window.opened ?? ''");
    assert_eq!(opened, "once", "the page was loaded anew");
}

/// Gives the platform the other numbers; all were alive, by the operator's word.
fn place_the_others(house: &House, api: &Api, platform: &str) {
    for _ in 1..LINES.len() {
        house.next_day();
        api.made("/v1/honeytokens", &json!({ "platform": platform }));
    }
}

/// Strangers call the decoys by their names, day after day, until the open page says that it leaked.
fn leak(house: &House, window: &Window, whsec: &str, (platform, words): (&str, &Words)) {
    let api = house.api();
    let tokens = api.all("/v1/honeytokens", "", 100);
    window.go(&format!("{}/platforms/{platform}", house.url()));
    window.shows("#verdict .verdict", words.unclear);
    streams(window);
    window.run("window.opened = 'once'");
    let found = (0..DAYS_MAX).find_map(|day| {
        let from = house.now();
        house.next_day();
        for (at, token) in tokens.iter().enumerate() {
            let (to, name) = (text(token, "number"), text(&token["persona"], "name"));
            let coverage =
                json!({ "number": to, "from": from.to_string(), "until": house.now().to_string() });
            api.made("/v1/coverage", &coverage);
            let said = format!("{name}, your loan of 50000 is approved, call back now");
            let stranger = STRANGERS[(day + at) % STRANGERS.len()];
            let id = format!("leak_{day}_{at}");
            assert_eq!(
                house.hook(&sms(house, whsec, &id, (stranger, &to), &said)),
                200
            );
        }
        let class = api.seen(&format!("/v1/verdicts/{platform}"))["class"].clone();
        words.accused.into_iter().find(|(word, _)| class == *word)
    });
    let verdict = || api.seen(&format!("/v1/verdicts/{platform}")).to_string();
    let (_, said) = found.unwrap_or_else(|| panic!("{}", verdict()));
    window.shows("#verdict .verdict", said);
    let opened = window.run("return window.opened ?? ''");
    assert_eq!(opened, "once", "the page was loaded anew");
}

fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap().to_owned()
}

/// Downloads an evidence bundle with one click; the program's own verifier finds it intact.
fn take_away(house: &House, window: &Window, platform: &str) {
    let folder = house.folder.path("downloads");
    std::fs::create_dir_all(&folder).unwrap();
    window.downloads_to(&folder);
    window.click("button[name=order][value='bundle.regulator']");
    let bundle: PathBuf = folder.join(format!("{platform}-regulator.zip"));
    wait_for("the bundle", || bundle.exists().then_some(()));
    let verified = run(arguments!["verify", &bundle]).with(0);
    assert!(verified.stdout.contains(platform), "{}", verified.stdout);
    let mut bytes = std::fs::read(&bundle).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let tampered = run(arguments!["verify", &bundle]);
    assert!(matches!(tampered.code, Some(1 | 2)), "{tampered:?}");
}

/// From here on the page asks for nothing before the stream told of a contact, and it is not loaded anew: what
/// it shows then came by the stream.
fn hears_first(window: &Window) {
    window.run_to_end(
        "const done = arguments[arguments.length - 1]; \
         const stream = new EventSource('/stream'); \
         const told = new Promise((go) => stream.addEventListener('contact', go, { once: true })); \
         const ask = window.fetch; \
         window.fetch = async (...what) => { await told; return ask(...what); }; \
         window.opened = 'once'; \
         stream.addEventListener('open', () => done());",
    );
}

/// Waits until the page listens.
fn streams(window: &Window) {
    wait_for("the stream", || {
        let open = window.run("return document.documentElement.dataset.stream ?? ''");
        (open == "open").then_some(())
    });
}
