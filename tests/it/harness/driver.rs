//! A browser that a program drives: Chromium by its WebDriver (W3C WebDriver, 2018).

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::http::{self, header};
use super::wait_for;

/// What the protocol calls an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window of a headless Chromium; closed when dropped.
pub(crate) struct Window {
    driver: Child,
    address: SocketAddr,
    session: String,
}

impl Window {
    /// A fresh profile in this language, this wide, light or dark; none where there is no Chromium to
    /// drive, which is said.
    pub(crate) fn open(lang: &str, width: u32, dark: bool) -> Option<Window> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = started else {
            eprintln!("passed over: no chromedriver here; tests/run installs it");
            return None;
        };
        let mut told = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = told.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // To the end, so that it does not write into a closed pipe.
        std::thread::spawn(move || told.for_each(drop));
        let address =
            SocketAddr::from(([127, 0, 0, 1], port.expect("chromedriver names its port")));
        let mut window = Window {
            driver,
            address,
            session: String::new(),
        };
        let made = window.command("POST", "/session", &capabilities(lang, width, dark));
        window.session = made["sessionId"].as_str().unwrap().to_owned();
        Some(window)
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.try_command(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {value}");
        value
    }

    fn try_command(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if method == "POST" {
            body.to_string()
        } else {
            String::new()
        };
        let headers = [header("content-type", "application/json")];
        let answer = http::ask(self.address, method, path, &headers, body.as_bytes()).unwrap();
        (answer.status, answer.json()["value"].clone())
    }

    fn of_session(&self, path: &str) -> String {
        format!("/session/{}{path}", self.session)
    }

    /// Goes to an address and waits until it is loaded.
    #[track_caller]
    pub(crate) fn go(&self, url: &str) {
        self.command("POST", &self.of_session("/url"), &json!({ "url": url }));
    }

    /// Runs a script's body; what it returns.
    #[track_caller]
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command(
            "POST",
            &self.of_session("/execute/sync"),
            &json!({ "script": script, "args": [] }),
        )
    }

    /// Runs a script that calls its last argument when it is done.
    #[track_caller]
    pub(crate) fn run_to_end(&self, script: &str) -> Value {
        self.command(
            "POST",
            &self.of_session("/execute/async"),
            &json!({ "script": script, "args": [] }),
        )
    }

    /// The first element that a CSS selector finds, once it is there.
    #[track_caller]
    fn element(&self, css: &str) -> String {
        wait_for(css, || {
            let wanted = json!({ "using": "css selector", "value": css });
            let (status, found) = self.try_command("POST", &self.of_session("/element"), &wanted);
            (status == 200).then(|| found[ELEMENT].as_str().unwrap().to_owned())
        })
    }

    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        let id = self.element(css);
        self.command(
            "POST",
            &self.of_session(&format!("/element/{id}/click")),
            &json!({}),
        );
    }

    /// Types into a field in place of what is there.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let id = self.element(css);
        self.command(
            "POST",
            &self.of_session(&format!("/element/{id}/clear")),
            &json!({}),
        );
        self.command(
            "POST",
            &self.of_session(&format!("/element/{id}/value")),
            &json!({ "text": text }),
        );
    }

    /// Chooses a file in a field for files.
    #[track_caller]
    pub(crate) fn choose(&self, css: &str, file: &std::path::Path) {
        let id = self.element(css);
        self.command(
            "POST",
            &self.of_session(&format!("/element/{id}/value")),
            &json!({ "text": file }),
        );
    }

    /// Waits until an element shows a text.
    #[track_caller]
    pub(crate) fn shows(&self, css: &str, text: &str) {
        wait_for(&format!("{text:?} in {css}"), || {
            let script = format!("return document.querySelector({css:?})?.innerText ?? ''");
            let seen = self.run(&script);
            seen.as_str()
                .unwrap_or_default()
                .contains(text)
                .then_some(())
        });
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        let url = self.command("GET", &self.of_session("/url"), &json!({}));
        url.as_str().unwrap().to_owned()
    }

    /// From here on no script of a page runs; ours still do.
    pub(crate) fn without_scripts(&self) {
        let command =
            json!({ "cmd": "Emulation.setScriptExecutionDisabled", "params": { "value": true } });
        self.command("POST", &self.of_session("/goog/cdp/execute"), &command);
    }

    /// Keeps what is downloaded in this folder.
    pub(crate) fn downloads_to(&self, folder: &Path) {
        let params = json!({ "behavior": "allow", "downloadPath": folder });
        let command = json!({ "cmd": "Browser.setDownloadBehavior", "params": params });
        self.command("POST", &self.of_session("/goog/cdp/execute"), &command);
    }

    /// A picture of the whole page, PNG.
    pub(crate) fn picture(&self) -> Vec<u8> {
        let height = self.run("return document.documentElement.scrollHeight");
        let width = self.run("return window.innerWidth");
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let metrics = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        self.command("POST", &self.of_session("/goog/cdp/execute"), &metrics);
        let shot = self.command("GET", &self.of_session("/screenshot"), &json!({}));
        let clear = json!({ "cmd": "Emulation.clearDeviceMetricsOverride", "params": {} });
        self.command("POST", &self.of_session("/goog/cdp/execute"), &clear);
        STANDARD.decode(shot.as_str().unwrap()).unwrap()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            self.try_command("DELETE", &self.of_session(""), &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn capabilities(lang: &str, width: u32, dark: bool) -> Value {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        // Tests run as root on machines that are thrown away.
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        format!("--window-size={width},900"),
        format!("--lang={lang}"),
        format!("--accept-lang={lang}"),
    ];
    arguments.extend(dark.then(|| "--force-dark-mode".to_owned()));
    let prefs = json!({ "intl.accept_languages": lang });
    let options = json!({ "args": arguments, "prefs": prefs });
    json!({ "capabilities": { "alwaysMatch": {
        "goog:chromeOptions": options, "unhandledPromptBehavior": "accept", "timeouts": { "script": 60_000 },
    } } })
}
