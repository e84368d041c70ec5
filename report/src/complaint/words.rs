//! What all forms say, in each language.

use super::clock::Zone;
use super::{Authority, Case, Field};

/// A level below this would be written as nothing.
const LEAST_LEVEL: f64 = 0.000_5;

/// The languages of authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
    /// French.
    Fr,
}

/// One text in three languages.
macro_rules! say {
    ($lang:expr, $zh:literal, $en:literal, $fr:literal) => {
        match $lang {
            Lang::Zh => format!($zh),
            Lang::En => format!($en),
            Lang::Fr => format!($fr),
        }
    };
}

impl Lang {
    /// Its BCP 47 tag.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
            Lang::Fr => "fr",
        }
    }

    /// In place of a missing answer.
    pub(super) const fn missing(self) -> &'static str {
        match self {
            Lang::Zh => "【待填写】",
            Lang::En => "[to be filled in]",
            Lang::Fr => "[à compléter]",
        }
    }

    /// Between sentences.
    pub(super) const fn space(self) -> &'static str {
        match self {
            Lang::Zh => "",
            Lang::En | Lang::Fr => " ",
        }
    }

    /// Between a question and its answer.
    pub(super) const fn colon(self) -> &'static str {
        match self {
            Lang::Zh => "：",
            Lang::En => ": ",
            Lang::Fr => " : ",
        }
    }

    pub(super) const fn yes_no(self, yes: bool) -> &'static str {
        match (self, yes) {
            (Lang::Zh, true) => "是",
            (Lang::Zh, false) => "否",
            (Lang::En, true) => "Yes",
            (Lang::En, false) => "No",
            (Lang::Fr, true) => "Oui",
            (Lang::Fr, false) => "Non",
        }
    }

    /// Headings of a document: missing answers, warnings, letter, evidence.
    pub(super) const fn headings(self) -> [&'static str; 4] {
        match self {
            Lang::Zh => ["待填写的必填项", "提交前请注意", "信函", "证据"],
            Lang::En => [
                "Required answers that are missing",
                "Before you send it",
                "Letter",
                "Evidence",
            ],
            Lang::Fr => [
                "Réponses obligatoires manquantes",
                "Avant l’envoi",
                "Lettre",
                "Preuves",
            ],
        }
    }

    /// That nothing was sent, and where it goes.
    pub(super) fn not_sent(self, address: &str) -> String {
        say!(
            self,
            "本表由程序根据证据日志填写，尚未提交。请核对、补全后由本人提交：{address}",
            "Filled from an evidence log by a program, and not sent to anybody. Check it, complete it, \
             and send it yourself: {address}",
            "Rempli par un programme à partir d’un journal de preuves, qui n’a été envoyé à personne. \
             Vérifiez-le, complétez-le et envoyez-le vous-même : {address}"
        )
    }

    pub(super) const fn zone(self) -> Zone {
        match self {
            Lang::Zh => Zone::China,
            Lang::En => Zone::Utc,
            Lang::Fr => Zone::Paris,
        }
    }
}

/// That the number is not of the country that the authority cares for.
pub(super) fn other_country(authority: &Authority, case: &Case<'_>, lang: Lang) -> Option<String> {
    let wanted = authority.country?;
    let country = case.contact?.country.as_deref()?;
    (country != wanted).then(|| {
        say!(
            lang,
            "被叫号码属于 {country}，该机构受理 {wanted} 的号码。",
            "The number reached is of {country}; this authority is for numbers of {wanted}.",
            "Le numéro appelé est de {country} ; cette autorité traite ceux de {wanted}."
        )
    })
}

/// That a caller id proves nothing by itself.
pub(super) fn forged(case: &Case<'_>, lang: Lang) -> Option<String> {
    let contact = case.contact?;
    let vouched = contact.attestation.as_deref() == Some("A");
    (contact.from.is_some() && !vouched).then(|| {
        say!(
            lang,
            "主叫号码可以伪造：所显示号码的机主可能与此事无关。",
            "A caller id can be forged: whoever owns the number that was shown may have nothing to do \
             with it.",
            "Un numéro affiché peut être usurpé : son titulaire n’y est peut-être pour rien."
        )
    })
}

/// That the evidence does not speak against the platform.
pub(super) fn not_accused(case: &Case<'_>, lang: Lang) -> Option<String> {
    let platform = case.facts.platform.as_ref().filter(|_| case.is_platform)?;
    let class = platform.class;
    (!platform.is_accused()).then(|| {
        say!(
            lang,
            "本系统对该平台的判定为 {class}：证据不足以说明其泄露了号码，不宜据此投诉该平台。",
            "The verdict on this platform is {class}: the evidence does not show that it passed numbers \
             on. Do not accuse it on this alone.",
            "Le verdict sur cette plateforme est {class} : les preuves ne montrent pas qu’elle a \
             transmis des numéros. Ne l’accusez pas sur cette seule base."
        )
    })
}

/// That the list is not whole.
pub(super) fn more_contacts(case: &Case<'_>, lang: Lang) -> Option<String> {
    let (listed, total) = (case.facts.contacts.len() as u64, case.facts.contacts_total);
    (case.is_platform && total > listed).then(|| {
        say!(
            lang,
            "共有 {total} 次联系，此处仅列出最近 {listed} 次；全部内容见证据包。",
            "There are {total} contacts; the newest {listed} are listed, all are in the evidence bundle.",
            "Il y a {total} contacts ; les {listed} plus récents sont listés, tous sont dans le dossier \
             de preuves."
        )
    })
}

/// What the evidence is and where it lies.
pub(super) fn evidence(case: &Case<'_>, lang: Lang) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |id, label: String, value: Option<String>| {
        fields.push(Field {
            id,
            label,
            value,
            required: false,
        });
    };
    let origin = case.facts.origin.clone();
    add(
        "log",
        say!(lang, "证据日志", "Evidence log", "Journal de preuves"),
        Some(origin),
    );
    if let Some(contact) = case.contact {
        let (entry, leaf) = (contact.index.to_string(), contact.leaf_sha256.clone());
        add(
            "entry",
            say!(lang, "日志条目", "Entry in it", "Entrée du journal"),
            Some(entry),
        );
        let label = say!(
            lang,
            "条目摘要 (SHA-256)",
            "Digest of the entry's leaf (SHA-256)",
            "Empreinte de l’entrée (SHA-256)"
        );
        add("leaf_sha256", label, leaf);
    }
    if let Some(platform) = &case.facts.platform {
        let (class, e_value, fdr) = (platform.class, platform.e_value, level(platform.fdr));
        let label = say!(lang, "判定", "Verdict", "Verdict");
        let verdict = say!(
            lang,
            "{class}（e 值 {e_value:.3e}，错误发现率 {fdr}）",
            "{class} (e-value {e_value:.3e}, false-discovery level {fdr})",
            "{class} (valeur e {e_value:.3e}, taux de fausses découvertes {fdr})"
        );
        add("verdict", label, Some(verdict));
        let id = &platform.id;
        let label = say!(lang, "证据包", "Evidence bundle", "Dossier de preuves");
        let bundle = say!(
            lang,
            "canaryline export bundle --platform {id}；任何人可离线验证：canaryline verify",
            "canaryline export bundle --platform {id}; anybody can check it offline: canaryline verify",
            "canaryline export bundle --platform {id} ; vérifiable hors ligne : canaryline verify"
        );
        add("bundle", label, Some(bundle));
    }
    fields
}

/// A false-discovery level to three places; what is less is not nothing.
pub(super) fn level(fdr: f64) -> String {
    match fdr < LEAST_LEVEL {
        true => "< 0.001".to_owned(),
        false => format!("{fdr:.3}"),
    }
}

pub(super) use say;
