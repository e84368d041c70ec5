//! Somebody with a browser without scripts: keeps cookies, sends forms as the pages have them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::http::{self, Answer, header};
use super::server::Server;
use super::sign;

/// Such a browser.
pub(crate) struct Browser {
    address: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Sent with every request.
    pub(crate) headers: Vec<(String, String)>,
    /// The token that forms of the last page carry.
    csrf: String,
}

impl Browser {
    pub(crate) fn new(server: &Server) -> Browser {
        Browser {
            address: server.address,
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            csrf: String::new(),
        }
    }

    /// Signed in under this key.
    #[track_caller]
    pub(crate) fn signed_in(server: &Server, key: &str) -> Browser {
        let mut browser = Browser::new(server);
        let answer = browser.submit("/sign-in", &[("key", key)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser.seen("/");
        browser
    }

    fn ask(
        &mut self,
        method: &str,
        target: &str,
        more: &[(String, String)],
        body: &[u8],
    ) -> Answer {
        let pair = |(name, value): (&String, &String)| format!("{name}={value}");
        let cookies: Vec<String> = self.cookies.iter().map(pair).collect();
        let mut headers = vec![header("accept", "text/html,*/*;q=0.8")];
        if !cookies.is_empty() {
            headers.push(header("cookie", cookies.join("; ")));
        }
        headers.extend_from_slice(&self.headers);
        headers.extend_from_slice(more);
        let answer = http::ask(self.address, method, target, &headers, body).unwrap();
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        let set = answer
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"));
        for (_, cookie) in set {
            let pair = cookie.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value.is_empty() {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let text = String::from_utf8_lossy(&answer.body);
        if let Some((_, rest)) = text.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.ask("GET", target, &[], b"")
    }

    /// A page that is there.
    #[track_caller]
    pub(crate) fn seen(&mut self, target: &str) -> String {
        let answer = self.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.text().to_owned()
    }

    /// Sends a form as the last page had it.
    pub(crate) fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        self.send(target, &[&[("csrf", csrf.as_str())], fields].concat(), &[])
    }

    /// Sends a form with these fields alone, and more headers.
    pub(crate) fn send(
        &mut self,
        target: &str,
        fields: &[(&str, &str)],
        more: &[(String, String)],
    ) -> Answer {
        let pair =
            |(name, value): &(&str, &str)| format!("{}={}", sign::form(name), sign::form(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        let mut headers = vec![header("content-type", "application/x-www-form-urlencoded")];
        headers.extend_from_slice(more);
        self.ask("POST", target, &headers, body.as_bytes())
    }
}
