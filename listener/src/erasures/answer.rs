//! What was erased, and what erasing does not reach, in both languages.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::{Beyond, Target};

/// What an erasure came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErasureOut {
    /// The entry that records the first of them; none if nothing was erased.
    pub index: Option<u64>,
    /// `contact`, `caller`, `honeytoken` or `due`.
    pub scope: &'static str,
    /// Nothing was erased yet.
    pub dry_run: bool,
    /// What was erased, in the order of the log.
    pub erased: Vec<ErasedOut>,
    /// What is left, and why.
    pub remains: Vec<RemainsOut>,
}

/// An erased entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErasedOut {
    /// Its index.
    pub index: u64,
    /// Its kind: `contact`, `repeat`, `attachment`, `note`, `unparsed`, `honeytoken_issued`.
    pub kind: &'static str,
    /// The entry that says who erased it, when and why.
    pub recorded_as: Option<u64>,
}

/// Something that erasing does not reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RemainsOut {
    /// One word.
    pub what: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// The entries that tell of it.
    pub entries: Vec<u64>,
}

impl ErasureOut {
    pub(super) fn new(
        scope: &'static str,
        dry_run: bool,
        entries: Vec<(Target, Option<u64>)>,
        beyond: &Beyond,
    ) -> ErasureOut {
        let erased = |(target, recorded_as): (Target, Option<u64>)| ErasedOut {
            index: target.index,
            kind: target.kind,
            recorded_as,
        };
        ErasureOut {
            index: entries.first().and_then(|(_, at)| *at),
            scope,
            dry_run,
            erased: entries.into_iter().map(erased).collect(),
            remains: remains(beyond),
        }
    }
}

fn remains(beyond: &Beyond) -> Vec<RemainsOut> {
    let always = [
        (
            "leaves",
            "日志的叶子与各字段的摘要仍在：摘要的盐已随密钥销毁，无法反推。",
            "The log's leaves and the digests of fields stay: their salts are destroyed with the keys, so nothing can be guessed from them.",
        ),
        (
            "counts",
            "保留时间、媒介、我方号码、认证方式，以及判断所读出的内容（不含号码与原文），以便结论可复算。",
            "Kept so that verdicts can be computed again: time, medium, our number, how it was authenticated, and what judgement read in it, without caller and words.",
        ),
        (
            "provider",
            "服务商自己的记录不在本系统之内，请另向其提出删除。",
            "The provider's own records are not ours; ask it as well.",
        ),
        (
            "disk",
            "闪存、快照与写时复制文件系统可能仍留有被覆盖的数据块；请对磁盘加密。",
            "Flash memory, file-system snapshots and copy-on-write may keep overwritten blocks; encrypt the disk.",
        ),
    ];
    let always = always.map(|(what, zh, en)| RemainsOut {
        what,
        zh,
        en,
        entries: Vec::new(),
    });
    let found = [
        RemainsOut {
            what: "copies",
            zh: "在此之后导出或备份过：这些副本不受影响。用新的 erased 文件恢复备份即可再次删除。",
            en: "Exported or backed up since: such copies are out of reach. Restoring a backup with the current file `erased` erases again.",
            entries: beyond.copied.clone(),
        },
        RemainsOut {
            what: "named_by_others",
            zh: "其他来电者的文字中提到该号码；若涉及本人，请逐条按联系删除。",
            en: "Texts of other callers name the number; if they are about the person, erase them by contact.",
            entries: beyond.named_by_others.clone(),
        },
    ];
    let found = found.into_iter().filter(|r| !r.entries.is_empty());
    always.into_iter().chain(found).collect()
}
