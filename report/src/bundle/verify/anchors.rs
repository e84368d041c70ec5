//! Outside authorities, and the order of placement and contact.

use honeytoken::Timestamp;
use store::proof::time_stamp::{self, Roots};
use store::proof::{Hash, VerifierKey};

use super::super::Archive;
use super::Trust;
use super::entries::{Entries, Entry};
use super::finding::{Check, Finding, Outcome, Problem, Words};
use super::parts::{Parts, checkpoint_of, size_of, text};

/// What an authority vouched for.
struct Anchor {
    size: u64,
    at: Timestamp,
    /// A time-stamp; else a cosignature, whose time is the witness's word.
    is_stamp: bool,
}

/// All of them, checked.
pub(super) struct Anchors(Vec<Anchor>);

pub(super) fn check(archive: &Archive, parts: &Parts, trust: &Trust) -> Result<Anchors, Problem> {
    let mut anchors = Vec::new();
    for (name, bytes) in archive
        .files()
        .filter(|(name, _)| name.starts_with("anchors/"))
    {
        let wrong = |what: String| Problem(Check::Anchors, format!("{name}: {what}"));
        let size = size_of(name).ok_or_else(|| wrong("a file in the wrong place".to_owned()))?;
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let found = match extension {
            "tsr" => stamp(archive, parts, trust, stem, bytes),
            "cosigned" => cosigned(archive, parts, trust, stem, name),
            // Looked at with what they belong to.
            "pem" | "vkey" => continue,
            "" if name.ends_with("/checkpoint") => note(archive, parts, name).map(|_| None),
            _ => Err("a file that is no anchor's".to_owned()),
        };
        anchors.extend(
            found
                .map_err(wrong)?
                .map(|(at, is_stamp)| Anchor { size, at, is_stamp }),
        );
    }
    Ok(Anchors(anchors))
}

type Found = Result<Option<(Timestamp, bool)>, String>;

/// The note that was vouched for: a prefix of this log, signed by the log.
fn note<'a>(archive: &'a Archive, parts: &Parts, name: &str) -> Result<&'a str, String> {
    let text = text(archive, name, Check::Anchors).map_err(|Problem(_, what)| what)?;
    let signed = checkpoint_of(text).ok_or("not a checkpoint in its one form")?;
    // Of a restored log, older anchors are under the older name.
    let known = std::slice::from_ref(&parts.key);
    let is_ours = signed.checkpoint().origin != parts.checkpoint.origin
        || signed.note().verify(known).is_ok();
    if !is_ours {
        return Err("not signed by this log".to_owned());
    }
    let size = size_of(name);
    let root = parts.roots.get(&signed.checkpoint().size);
    match size == Some(signed.checkpoint().size) && root == Some(&signed.checkpoint().root) {
        true => Ok(text),
        false => Err("not a checkpoint of a prefix of this log".to_owned()),
    }
}

fn stamp(archive: &Archive, parts: &Parts, trust: &Trust, stem: &str, reply: &[u8]) -> Found {
    let dir = stem.rsplit_once('/').map_or("", |(dir, _)| dir);
    let note = note(archive, parts, &format!("{dir}/checkpoint"))?;
    let pem = archive.get(&format!("{stem}.pem")).unwrap_or_default();
    let own = Roots::from_pem(pem).map_err(|error| error.to_string())?;
    let digest = Hash::of(&[note.as_bytes()]);
    // That it verifies by itself is checked in any case; what it is worth, by whom one trusts.
    let stamped =
        time_stamp::verify(reply, digest, None, &own).map_err(|error| error.to_string())?;
    let is_trusted = trust
        .roots
        .as_ref()
        .is_none_or(|roots| roots.holds(stamped.root));
    Ok(is_trusted.then_some((stamped.at, true)))
}

fn cosigned(archive: &Archive, parts: &Parts, trust: &Trust, stem: &str, name: &str) -> Found {
    let note = note(archive, parts, name)?;
    let own =
        text(archive, &format!("{stem}.vkey"), Check::Anchors).map_err(|Problem(_, what)| what)?;
    let own: VerifierKey = own.trim_end().parse().map_err(|error| format!("{error}"))?;
    let signed = checkpoint_of(note).ok_or("not a checkpoint")?;
    let verified = signed
        .note()
        .verify(std::slice::from_ref(&own))
        .map_err(|error| error.to_string())?;
    let unix_s = verified
        .iter()
        .find_map(|v| v.unix_s)
        .ok_or("its key is no witness's")?;
    let at = Timestamp::from_unix_s(i64::try_from(unix_s).unwrap_or(i64::MAX));
    let is_trusted = trust.witnesses.is_empty() || trust.witnesses.contains(&own);
    Ok(is_trusted.then_some((at, false)))
}

impl Anchors {
    pub(super) fn finding(&self, trust: &Trust) -> Finding {
        let stamps = self.0.iter().filter(|a| a.is_stamp).count();
        let seen = self.0.len() - stamps;
        let own = match trust.roots {
            Some(_) => Words::new("", ""),
            None => Words::new(
                "；所依据的根证书和见证者密钥来自包内，请用 --tsa-roots 和 --witness 给出您信任的",
                "; by roots and witness keys in this bundle: give --tsa-roots and --witness to name those you trust",
            ),
        };
        let detail = Words::new(
            format!("时间戳 {stamps} 个，见证签名 {seen} 个{}", own.zh),
            format!(
                "{stamps} time-stamps, {seen} witness cosignatures{}",
                own.en
            ),
        );
        match self.0.is_empty() {
            true => Finding::not_shown(
                Check::Anchors,
                Words::new(
                    "没有外部机构的证明：时间只是运营者所言",
                    "no outside authority: times are the operator's word",
                ),
            ),
            false => Finding::holds(Check::Anchors, detail),
        }
    }

    /// When a time-stamp first covers an entry.
    fn covers(&self, index: u64) -> Option<Timestamp> {
        let stamps = self.0.iter().filter(|a| a.is_stamp && a.size > index);
        stamps.map(|a| a.at).min()
    }

    /// Each placement was time-stamped before the first contact that followed it.
    pub(super) fn order(&self, entries: &Entries, parts: &Parts) -> Finding {
        let placements = entries.placements(&parts.manifest.platform);
        let before = placements
            .iter()
            .filter(|p| self.is_before_contact(p, entries));
        let (before, all) = (before.count(), placements.len());
        let detail = Words::new(
            format!("{all} 次分配中 {before} 次在首次联系之前已有时间戳；其余只有日志中的先后顺序"),
            format!(
                "{before} of {all} placements were time-stamped before the first contact; of the others only the order in the log is shown"
            ),
        );
        let outcome = match before == all && all > 0 {
            true => Outcome::Holds,
            false => Outcome::NotShown,
        };
        Finding {
            check: Check::Order,
            outcome,
            detail,
        }
    }

    fn is_before_contact(&self, placement: &Entry, entries: &Entries) -> bool {
        let later = entries
            .of(placement.subject)
            .filter(|e| e.index > placement.index);
        let contacts = later.filter(|e| e.is("contact"));
        let first = contacts
            .filter_map(|e| e.get::<Timestamp>("received_at"))
            .min();
        match (self.covers(placement.index), first) {
            (Some(stamped), Some(first)) => stamped < first,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}
