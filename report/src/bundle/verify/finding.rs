//! What is said of each check, in both languages.

use super::super::{Archive, Manifest};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Words {
        Words {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// Names, numbers and reasons that are said in English only.
    pub(super) fn same(text: String) -> Words {
        Words::new(text.clone(), text)
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was made and nothing is wrong.
    Holds,
    /// There is nothing to check it by; nothing is wrong either.
    NotShown,
    /// Something is wrong.
    Fails,
}

impl Outcome {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::NotShown => "not_shown",
            Outcome::Fails => "fails",
        }
    }
}

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $en:literal, $zh:literal;)*) => {
        /// A check.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Check { $($(#[$doc])* $name,)* }

        impl Check {
            /// The word in files and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Check::$name => $word,)* }
            }

            /// What it means if it holds.
            pub fn meaning(self) -> Words {
                match self { $(Check::$name => Words::new($zh, $en),)* }
            }
        }
    };
}

checks! {
    /// The zip file.
    Archive = "archive",
        "the file is in the one form a bundle has; every program shows the same files",
        "文件采用证据包的唯一形式；任何程序看到的文件都相同";
    /// Its table of contents.
    Manifest = "manifest",
        "the holder of the log's key put together exactly these files",
        "日志密钥的持有者汇集了且只汇集了这些文件";
    /// The tree.
    Checkpoint = "checkpoint",
        "the operator committed to exactly these entries in this order",
        "运营者承诺了且只承诺了这些条目及其顺序";
    /// Other checkpoints.
    Against = "against",
        "this log continues what was seen earlier: nothing before was changed or removed",
        "本日志延续先前看到的内容：此前没有任何条目被修改或删除";
    /// The entries.
    Entries = "entries",
        "the opened fields are what was recorded; closed fields cannot be exchanged later",
        "公开的字段就是当时记录的内容；未公开的字段以后也无法替换";
    /// All entries of each subject.
    Complete = "complete",
        "these are all entries this log holds about these numbers and this platform",
        "这些就是本日志中关于这些号码和该平台的全部条目";
    /// Outside authorities.
    Anchors = "anchors",
        "outside authorities vouch that these entries existed by then",
        "外部机构证明这些条目在当时已经存在";
    /// Placement before contact.
    Order = "order",
        "the number was assigned to the platform before anybody called it, not afterwards",
        "号码在任何人联系它之前就已分配给该平台，而非事后指定";
    /// The verdict.
    Verdict = "verdict",
        "the verdict follows from the numbers that were committed to with it",
        "结论可由与其一同承诺的数据推出";
    /// Judging again.
    Refold = "refold",
        "judging all entries again from the first gives the same verdict",
        "从第一条起重新判断全部条目，得出同样的结论";
    /// Proof of life.
    Coverage = "coverage",
        "how long the numbers were proven to be reachable",
        "号码被证明可接通的时长";
    /// Authentication of requests.
    Requests = "requests",
        "the providers themselves signed what they told: anybody can check it by their public keys",
        "服务商自己为所述内容签了名：任何人都可用其公钥核验";
}

/// A check and how it came out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which.
    pub check: Check,
    /// How.
    pub outcome: Outcome,
    /// In numbers.
    pub detail: Words,
}

/// What is wrong.
#[derive(Debug)]
pub(super) struct Problem(pub(super) Check, pub(super) String);

impl Finding {
    pub(super) fn holds(check: Check, detail: Words) -> Finding {
        Finding {
            check,
            outcome: Outcome::Holds,
            detail,
        }
    }

    pub(super) fn not_shown(check: Check, detail: Words) -> Finding {
        Finding {
            outcome: Outcome::NotShown,
            ..Finding::holds(check, detail)
        }
    }

    pub(super) fn archive(archive: &Archive) -> Finding {
        let files = archive.files().count();
        let words = Words::new(format!("{files} 个文件"), format!("{files} files"));
        Finding::holds(Check::Archive, words)
    }

    pub(super) fn manifest(manifest: &Manifest, is_independent: bool) -> Finding {
        let key = &manifest.vkey;
        let words = match is_independent {
            true => Words::new(
                format!("由您给出的密钥签名：{key}"),
                format!("signed by the key you gave: {key}"),
            ),
            false => Words::new(
                format!(
                    "由包内自带的密钥签名：{key}；请用 --vkey 给出另行取得的密钥，才能知道这是谁的日志"
                ),
                format!(
                    "signed by the key in this bundle: {key}; give --vkey, got another way, to know whose log this is"
                ),
            ),
        };
        Finding::holds(Check::Manifest, words)
    }
}
