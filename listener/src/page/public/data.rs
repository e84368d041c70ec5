//! Findings for programs and spreadsheets: counts and statistics, no number, caller, text or name.

use attribution::Verdict;
use report::csv::Table;
use serde_json::{Value, json};

use super::gather::{Gathered, Published, Standing};

/// Columns of a sheet, and where their values are in a finding's data.
const COLUMNS: [(&str, &str); 18] = [
    ("finding", "/finding"),
    ("url", "/url"),
    ("platform", "/platform"),
    ("name", "/name"),
    ("state", "/state"),
    ("class", "/class"),
    ("published_at", "/published_at"),
    ("withdrawn_at", "/withdrawn/at"),
    ("numbers", "/verdict/numbers"),
    ("numbers_reached", "/verdict/numbers_reached"),
    ("watched_number_days", "/verdict/watched_number_days"),
    ("leak_contacts", "/verdict/contacts/leak"),
    ("probability", "/verdict/probability"),
    ("e_value", "/verdict/e_value"),
    ("fdr", "/verdict/fdr"),
    ("first_evidence_at", "/verdict/first_evidence_at"),
    ("accused_since", "/verdict/accused_since"),
    ("reply", "/reply/standing"),
];

/// All findings.
pub(super) fn all_json(all: &Gathered) -> Vec<u8> {
    let items: Vec<Value> = all.findings.iter().map(|one| value(all, one)).collect();
    let level = all.policy.alpha;
    json!({ "publisher": all.brand, "as_of": all.at.to_string(), "false_discovery_level": level, "items": items })
        .to_string()
        .into_bytes()
}

/// One finding.
pub(super) fn json(all: &Gathered, one: &Published) -> Vec<u8> {
    value(all, one).to_string().into_bytes()
}

/// Findings as a sheet.
pub(super) fn csv<'a>(all: &Gathered, findings: impl Iterator<Item = &'a Published>) -> Vec<u8> {
    let mut table = Table::new(&COLUMNS.map(|(name, _)| name));
    for one in findings {
        let value = value(all, one);
        table.add(
            COLUMNS
                .iter()
                .map(|(_, at)| value.pointer(at).unwrap_or(&Value::Null)),
        );
    }
    table.into_bytes()
}

fn value(all: &Gathered, one: &Published) -> Value {
    let published = &one.finding.published;
    let (state, verdict, withdrawn) = match &one.state {
        Standing::Stands(of) => ("stands", Some(statistics(&of.0)), None),
        Standing::Moved => ("under_review", None, None),
        Standing::Superseded(_) => ("superseded", None, None),
        Standing::Withdrawn(at, reason) => (
            "withdrawn",
            None,
            Some(json!({ "at": at.to_string(), "reason": reason })),
        ),
    };
    let log = all.log.as_ref().map(|log| {
        json!({ "origin": log.origin, "entries": log.entries, "root": log.root, "vkey": log.vkey })
    });
    json!({
        "finding": one.finding.index, "url": format!("{}{}", all.base, one.path()),
        "platform": published.platform.to_string(), "name": one.name,
        "state": state, "class": published.class,
        "published_at": one.finding.at.to_string(), "published_before_reply_because": published.unheard,
        "withdrawn": withdrawn, "verdict": verdict,
        "reply": { "standing": one.reply.as_str(), "answers": answers(one) },
        "judgement_entry": published.judgement, "bundle_sha256": published.bundle_sha256, "log": log,
    })
}

fn answers(one: &Published) -> Vec<Value> {
    let answer = |answer: &report::dossier::ReplyAnswer| json!({ "received_at": answer.received_at.to_string(), "from": answer.from, "text": answer.text });
    one.answers.iter().map(answer).collect()
}

/// Of a verdict, what names nobody else.
fn statistics(v: &Verdict) -> Value {
    let time = |at: Option<honeytoken::Timestamp>| at.map(|at| at.to_string());
    json!({
        "numbers": v.canaries, "numbers_reached": v.canaries_hit, "watched_number_days": v.exposure_days,
        "contacts": v.contacts, "probability": v.probability, "e_value": v.e_value, "fdr": v.fdr,
        "first_evidence_at": time(v.first_evidence_at), "accused_since": time(v.flagged_at),
        "flags": v.flags, "factors": v.factors,
    })
}
