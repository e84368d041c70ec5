//! The providers' own signatures, checked again as they were when the requests came.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Authentication, ConnectionId, ProviderKey, RawBody, Timestamp};

use super::super::said;
use super::entries::{Entries, Entry};
use super::finding::{Check, Finding, Outcome, Problem, Words};
use crate::signature::{self, Answer, Kept};

/// How far a request proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its provider's signature fits, by the key in this entry.
    Signed {
        /// The entry with the key.
        key: u64,
        /// Whether caller, called party and text, as far as they are open, stand in what is signed,
        /// to the letter.
        verbatim: bool,
    },
    /// By a public key that this bundle lacks.
    KeyMissing,
    /// By a public key, and the request is closed.
    Closed,
    /// Under a secret that the operator knows too.
    Mac {
        /// The entry that committed to the secret before, if this bundle holds it.
        committed: Option<u64>,
    },
    /// As the operator says.
    Word,
}

/// A request, by the entry that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestSaid {
    /// The entry.
    pub index: u64,
    /// How far it proves itself.
    pub standing: Standing,
}

impl Standing {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Standing::Signed { verbatim: true, .. } => "signed",
            Standing::Signed { .. } => "signed_other_words",
            Standing::KeyMissing => "key_missing",
            Standing::Closed => "closed",
            Standing::Mac { .. } => "mac",
            Standing::Word => "word",
        }
    }

    /// What it means.
    pub fn meaning(self) -> Words {
        match self {
            Standing::Signed { key, verbatim } => Words::new(
                format!(
                    "签名已用条目 {key} 中的服务商公钥重新核验{}",
                    words_of(verbatim).zh
                ),
                format!(
                    "signature checked again by the provider's key in entry {key}{}",
                    words_of(verbatim).en
                ),
            ),
            Standing::KeyMissing => Words::new(
                "由服务商以公钥签名，但此包中没有能核验它的公钥，或其签名未保存：无法核验",
                "said to be signed by a public key, but no key in this bundle speaks for it, or its signature is not kept: not checked",
            ),
            Standing::Closed => Words::new(
                "由服务商以公钥签名，但原始请求未公开：请索取 regulator 包核验",
                "signed by a public key, and the request is closed: ask for preset regulator to check it",
            ),
            Standing::Mac { committed } => Words::new(
                format!(
                    "以与服务商共享的密钥认证{}；运营者也知道该密钥，第三方无法核验，只能依据运营者所言及时间戳",
                    committed.map_or(String::new(), |n| format!("（条目 {n} 事先承诺了该密钥）"))
                ),
                format!(
                    "under a secret shared with the provider{}; the operator knows it too: a stranger cannot check it, and rests on the operator's word and the time-stamps",
                    committed.map_or(String::new(), |n| format!(
                        " (entry {n} committed to it before)"
                    ))
                ),
            ),
            Standing::Word => Words::new("运营者所言", "the operator's word"),
        }
    }
}

fn words_of(verbatim: bool) -> Words {
    match verbatim {
        true => Words::new(
            "；公开的主叫、被叫和文本均逐字见于所签内容",
            "; caller, called party and text, as far as they are open, stand in what is signed",
        ),
        false => Words::new(
            "；主叫、被叫或文本并非逐字见于所签内容，请阅读原始请求",
            "; caller, called party or text do not stand in it to the letter: read the request",
        ),
    }
}

/// Looks at every request in the bundle.
pub(super) fn check(entries: &Entries) -> Result<Vec<RequestSaid>, Problem> {
    let keys = Keys::of(entries);
    let requests = entries
        .all
        .iter()
        .filter(|e| ["contact", "repeat", "unparsed"].contains(&e.kind().as_str()));
    let said = |entry: &Entry| {
        let standing = keys.standing(entry).map_err(|what| {
            let what = format!("entry {}: {what}", entry.index);
            Problem(Check::Requests, what)
        })?;
        let index = entry.index;
        Ok(standing.map(|standing| RequestSaid { index, standing }))
    };
    let all: Result<Vec<_>, Problem> = requests.map(said).collect();
    Ok(all?.into_iter().flatten().collect())
}

/// What the log knows of each connection.
struct Keys {
    keys: Vec<(u64, ProviderKey)>,
    /// When its secrets were set.
    set: BTreeMap<ConnectionId, Vec<u64>>,
}

impl Keys {
    fn of(entries: &Entries) -> Keys {
        let mut keys = Keys {
            keys: Vec::new(),
            set: BTreeMap::new(),
        };
        for entry in &entries.all {
            match entry.kind().as_str() {
                "provider_key" => keys.keys.extend(key(entry).map(|key| (entry.index, key))),
                "connection_set" => {
                    if let Some(connection) = entry.get("connection") {
                        keys.set.entry(connection).or_default().push(entry.index);
                    }
                }
                _ => {}
            }
        }
        keys
    }

    /// None where it is closed how strongly the request was authenticated.
    fn standing(&self, entry: &Entry) -> Result<Option<Standing>, &'static str> {
        let Some(authentication) = entry.get("authentication") else {
            return Ok(None);
        };
        Ok(Some(match authentication {
            Authentication::SignatureBody => self.signed(entry)?,
            Authentication::MacBody => Standing::Mac {
                committed: self.committed(entry),
            },
            _ => Standing::Word,
        }))
    }

    fn signed(&self, entry: &Entry) -> Result<Standing, &'static str> {
        let (Some(connection), Some(headers), Some(body), Some(received_at)) = (
            entry.get::<ConnectionId>("connection"),
            entry.get::<Vec<(String, String)>>("raw_headers"),
            entry.get("raw_body").and_then(bytes),
            entry.get::<Timestamp>("received_at"),
        ) else {
            return Ok(Standing::Closed);
        };
        let kept = Kept {
            headers: &headers,
            body: &body,
            received_at,
        };
        let ours = self.keys.iter().filter(|(_, k)| k.connection == connection);
        let answers = ours.map(|(index, key)| {
            let answer = signature::check(key, &kept);
            // A key that came on the record later may speak for a request, and not against it: the
            // connection may have had another one then.
            let is_later = *index > entry.index;
            match answer {
                Answer::Wrong | Answer::Stale if is_later => (Answer::Silent, *index),
                answer => (answer, *index),
            }
        });
        // The strongest answer; of equal ones the first key's.
        let best = answers.max_by_key(|(answer, index)| (*answer, u64::MAX - index));
        match best {
            None | Some((Answer::Silent, _)) => Ok(Standing::KeyMissing),
            Some((Answer::Wrong, _)) => {
                Err("its request is not what its provider signed, by any of the provider's keys")
            }
            Some((Answer::Stale, _)) => {
                Err("its provider signed the request at another time than it is said to have come")
            }
            Some((Answer::Signed, key)) => Ok(Standing::Signed {
                key,
                verbatim: is_verbatim(entry, &signature::words(self.provider(key), &body)),
            }),
        }
    }

    fn provider(&self, index: u64) -> &str {
        let mut keys = self.keys.iter();
        keys.find(|(at, _)| *at == index)
            .map_or("", |(_, key)| key.provider.as_str())
    }

    /// The newest settings of the connection before the request.
    fn committed(&self, entry: &Entry) -> Option<u64> {
        let set = self.set.get(&entry.get("connection")?)?;
        set.iter().rev().copied().find(|set| *set < entry.index)
    }
}

fn is_verbatim(entry: &Entry, signed: &[u8]) -> bool {
    let said = said::texts(signed);
    let open = ["to", "from", "text"];
    let mut open = open.iter().filter_map(|name| entry.get::<String>(name));
    open.all(|text| said.contains(&text))
}

fn key(entry: &Entry) -> Option<ProviderKey> {
    Some(ProviderKey {
        connection: entry.get("connection")?,
        provider: entry.get("provider")?,
        key: entry.get("key")?,
        url: entry.get("url"),
    })
}

fn bytes(body: RawBody) -> Option<Vec<u8>> {
    match body {
        RawBody::Text(text) => Some(text.into_bytes()),
        RawBody::Base64(text) => STANDARD.decode(text).ok(),
        RawBody::Blob { .. } => None,
    }
}

/// In numbers.
pub(super) fn finding(requests: &[RequestSaid]) -> Finding {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for request in requests {
        *counts.entry(request.standing.as_str()).or_default() += 1;
    }
    let said: Vec<String> = counts
        .iter()
        .map(|(word, n)| format!("{word} {n}"))
        .collect();
    let signed = ["signed", "signed_other_words"].map(|word| counts.get(word).copied());
    let signed: usize = signed.into_iter().flatten().sum();
    let (all, said) = (requests.len(), said.join(", "));
    let detail = Words::new(
        format!("{all} 个请求中 {signed} 个的服务商签名已重新核验（{said}）"),
        format!(
            "{signed} of {all} requests have their provider's signature checked again ({said})"
        ),
    );
    let outcome = match all > 0 && signed == all {
        true => Outcome::Holds,
        false => Outcome::NotShown,
    };
    Finding {
        check: Check::Requests,
        outcome,
        detail,
    }
}
