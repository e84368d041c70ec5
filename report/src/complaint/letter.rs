//! What a complaint tells: what was given to whom, when, and what came of it. In three languages, and
//! no more than the evidence shows.

use honeytoken::RequestKind;

use super::words::{Lang, level, say};
use super::{Case, ContactFacts, Medium, PlatformFacts, Registration, Sheet};

/// Words in one line; none if there are none.
pub(super) fn listed(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(", "))
}

/// That the form wants another clock than it is given.
pub(super) fn utc_hint() -> String {
    "Times are in UTC; the form asks for the time where the phone is.".to_owned()
}

/// What the finding is, in a few sentences.
pub(super) fn finding(case: &Case<'_>, lang: Lang) -> String {
    let Some(platform) = &case.facts.platform else {
        return nobody(lang);
    };
    let mut said: Vec<String> = platform
        .registrations
        .iter()
        .map(|r| registered(platform, r, lang))
        .collect();
    said.push(reached(case, lang));
    if let Some(verdict) = verdict(platform, lang) {
        said.push(verdict);
    }
    said.join(lang.space())
}

/// The finding, what was said, and where the proof is.
pub(super) fn comments(case: &Case<'_>, lang: Lang) -> String {
    let text = case.contact.and_then(|c| c.text.as_deref());
    let text = text.map(|text| say!(lang, "内容：{text}", "It said: {text}", "Contenu : {text}"));
    [Some(finding(case, lang)), text]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

fn nobody(lang: Lang) -> String {
    say!(
        lang,
        "该号码未提供给任何人，却收到此来电或短信。",
        "The number had been given to nobody when this reached it.",
        "Ce numéro n’avait été communiqué à personne."
    )
}

fn registered(platform: &PlatformFacts, r: &Registration, lang: Lang) -> String {
    let (number, name, platform) = (&r.number, &r.name, &platform.name);
    let (date, index) = (lang.zone().at(r.at).date_in(lang), r.index);
    let alone = match (lang, r.exclusive) {
        (_, true) => "",
        (Lang::Zh, false) => "该号码亦提供给其他平台。",
        (Lang::En, false) => " Beside it, other platforms were given it too.",
        (Lang::Fr, false) => " Outre celle-ci, d’autres plateformes l’ont reçu aussi.",
    };
    let only = if r.exclusive { "专门" } else { "" };
    let marketing = match (lang, r.marketing_agreed) {
        (Lang::Zh, true) => "并同意接收营销信息",
        (Lang::Zh, false) => "且未同意接收营销信息",
        (Lang::En, true) => "with consent to marketing",
        (Lang::En, false) => "without consent to marketing",
        (Lang::Fr, true) => "en acceptant la prospection",
        (Lang::Fr, false) => "sans accepter la prospection",
    };
    say!(
        lang,
        "号码 {number}（登记姓名：{name}）于 {date} {only}提供给 {platform}，{marketing}（日志条目 {index}）。{alone}",
        "The number {number}, under the name {name}, was given to {platform} on {date}, {marketing} \
         (entry {index} of the log).{alone}",
        "Le numéro {number}, au nom de {name}, a été communiqué à {platform} le {date}, {marketing} \
         (entrée {index} du journal).{alone}"
    )
}

fn reached(case: &Case<'_>, lang: Lang) -> String {
    let total = case.facts.contacts_total;
    match case.contact {
        None => say!(
            lang,
            "此后未收到可归因于该平台的来电或短信。",
            "No call or message has been attributed to it since.",
            "Aucun appel ni message ne lui a été attribué depuis."
        ),
        Some(contact) if !case.is_platform => {
            let at = lang.zone().at(contact.at).whole();
            say!(
                lang,
                "该号码于 {at} 收到此来电或短信。",
                "This reached the number at {at}.",
                "Il a été joint le {at}."
            )
        }
        Some(contact) => {
            let at = lang.zone().at(contact.at).whole();
            say!(
                lang,
                "此后共收到 {total} 次由未声明的第三方发来的来电或短信，最近一次为 {at}。",
                "Since then {total} calls or messages of third parties that it had not declared reached the \
                 numbers it was given, the newest at {at}.",
                "Depuis, {total} appels ou messages de tiers qu’elle n’avait pas déclarés ont atteint les \
                 numéros communiqués, le dernier le {at}."
            )
        }
    }
}

/// What the evidence says of the platform; nothing if it says nothing against it.
fn verdict(platform: &PlatformFacts, lang: Lang) -> Option<String> {
    let fdr = level(platform.fdr);
    platform.is_accused().then(|| {
        say!(
            lang,
            "统计判定：上述情况超出背景骚扰水平（错误发现率 {fdr}）。证据表明仅提供给该平台的数据到达了第三方；\
             不说明其途径（出售、被攻击或经由供应商）。",
            "This goes beyond what numbers receive that nobody was given (false-discovery level {fdr}). \
             It shows that data given to this platform reached third parties; it does not show by which \
             way (sale, breach, or a supplier).",
            "Cela dépasse ce que reçoivent des numéros communiqués à personne (taux de fausses découvertes \
             {fdr}). Cela montre que des données communiquées à cette plateforme sont parvenues à des \
             tiers, non par quelle voie (vente, piratage ou sous-traitant)."
        )
    })
}

/// The contacts, a line each.
pub(super) fn contacts(case: &Case<'_>, lang: Lang) -> Option<String> {
    let lines: Vec<String> = case.facts.contacts.iter().map(|c| line(c, lang)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn line(contact: &ContactFacts, lang: Lang) -> String {
    let at = lang.zone().at(contact.at).whole();
    let from = contact.from.as_deref().unwrap_or("—");
    let kind = match (lang, contact.medium) {
        (Lang::Zh, Medium::Call) => "来电",
        (Lang::Zh, Medium::Message) => "短信",
        (Lang::En, Medium::Call) => "call",
        (Lang::En, Medium::Message) => "message",
        (Lang::Fr, Medium::Call) => "appel",
        (Lang::Fr, Medium::Message) => "message",
    };
    let text = contact.text.as_deref().unwrap_or_default();
    let index = contact.index;
    let said = format!("{at}  {kind}  {from}  [{index}]  {text}");
    said.trim_end().to_owned()
}

/// What the organisation was asked before, a line each.
pub(super) fn requests(case: &Case<'_>, lang: Lang) -> Option<String> {
    let platform = case.facts.platform.as_ref()?;
    let all = platform.registrations.iter().flat_map(|r| &r.requests);
    let lines: Vec<String> = all
        .map(|request| {
            let at = lang.zone().at(request.made_at);
            format!("{}  {}", at.date_in(lang), asked(request.request, lang))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

const fn asked(request: RequestKind, lang: Lang) -> &'static str {
    match (lang, request) {
        (Lang::Zh, RequestKind::OptOut) => "要求停止营销",
        (Lang::Zh, RequestKind::Erasure) => "要求删除个人信息",
        (Lang::Zh, RequestKind::Access) => "要求查阅个人信息",
        (Lang::En, RequestKind::OptOut) => "objection to marketing (GDPR art. 21)",
        (Lang::En, RequestKind::Erasure) => "request for erasure (GDPR art. 17)",
        (Lang::En, RequestKind::Access) => "request for access (GDPR art. 15)",
        (Lang::Fr, RequestKind::OptOut) => "opposition à la prospection (RGPD art. 21)",
        (Lang::Fr, RequestKind::Erasure) => "demande d’effacement (RGPD art. 17)",
        (Lang::Fr, RequestKind::Access) => "demande d’accès (RGPD art. 15)",
    }
}

/// The questions that an authority for data protection asks.
pub(super) fn complaint(sheet: Sheet, case: &Case<'_>, lang: Lang) -> Sheet {
    let platform = case.facts.platform.as_ref();
    let label = |zh: &str, en: &str, fr: &str| match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
        Lang::Fr => fr.to_owned(),
    };
    let data = label(
        "电话号码、姓名",
        "Telephone number and name",
        "Numéro de téléphone et nom",
    );
    sheet
        .required(
            "your_name",
            label("姓名", "Your name", "Nom et prénom"),
            None,
        )
        .required(
            "your_address",
            label("地址", "Your address", "Adresse postale"),
            None,
        )
        .required(
            "email",
            label("电子邮箱", "Your e-mail address", "Adresse électronique"),
            None,
        )
        .required(
            "organisation",
            label(
                "机构",
                "Organisation complained of",
                "Organisme mis en cause",
            ),
            platform.map(|p| p.name.clone()),
        )
        .optional(
            "operator",
            label("运营者", "Company behind it", "Société exploitante"),
            platform.and_then(|p| p.operator.clone()),
        )
        .required(
            "organisation_address",
            label("机构地址", "Its postal address", "Adresse de l’organisme"),
            None,
        )
        .optional(
            "sites",
            label("网站", "Its sites", "Sites"),
            platform.and_then(|p| listed(&p.domains)),
        )
        .required(
            "data",
            label("涉及的数据", "Data concerned", "Données concernées"),
            Some(data),
        )
        .required(
            "facts",
            label("事实", "What happened", "Exposé des faits"),
            Some(finding(case, lang)),
        )
        .required(
            "prior_requests",
            label(
                "此前向该机构提出的要求",
                "What you asked the organisation before",
                "Démarches déjà effectuées auprès de l’organisme",
            ),
            requests(case, lang),
        )
        .required(
            "answer",
            label("机构的答复", "Its answer", "Réponse de l’organisme"),
            None,
        )
        .optional(
            "declared_partners",
            label(
                "该机构声明的合作方",
                "Partners that it declared",
                "Partenaires déclarés",
            ),
            platform.and_then(|p| listed(&p.declared_partners)),
        )
        .optional(
            "contacts",
            label(
                "来电和短信",
                "Calls and messages received",
                "Appels et messages reçus",
            ),
            contacts(case, lang),
        )
}

/// The same as a letter.
pub(super) fn to_authority(case: &Case<'_>, lang: Lang, authority: &str) -> String {
    let name = case
        .facts
        .platform
        .as_ref()
        .map_or("—", |p| p.name.as_str());
    let made = lang.zone().at(case.facts.made_at);
    let (date, finding) = (made.date_in(lang), finding(case, lang));
    let missing = lang.missing();
    let asked = requests(case, lang).unwrap_or_else(|| missing.to_owned());
    let contacts = contacts(case, lang).unwrap_or_default();
    say!(
        lang,
        "{missing}\n\n致 {authority}\n\n事由：投诉 {name}\n\n{finding}\n\n{asked}\n\n{contacts}\n\n{date}\n{missing}",
        "{missing} (name and address)\n\nTo {authority}\n{date}\n\nComplaint against {name} (GDPR art. \
         77)\n\nSir or Madam,\n\n{finding}\n\nI ask you to examine on what ground these data were \
         disclosed (arts. 5, 6 and 32), to whom, and whether the obligations to inform and to notify were \
         met (arts. 13, 14, 33 and 34).\n\nWhat I asked the organisation before:\n{asked}\n\nCalls and \
         messages (in brackets the entry of the evidence log):\n{contacts}\n\nAttached: the evidence \
         bundle, which can be verified offline with public tools.\n\n{missing} (signature)",
        "{missing} (nom et adresse)\n\nÀ l’attention de la {authority}\nLe {date}\n\nObjet : plainte contre \
         {name} (RGPD art. 77)\n\nMadame, Monsieur,\n\n{finding}\n\nJe vous demande d’examiner sur quel \
         fondement ces données ont été communiquées (art. 5, 6 et 32), à qui, et si les obligations \
         d’information et de notification ont été respectées (art. 13, 14, 33 et 34).\n\nDémarches déjà \
         effectuées auprès de l’organisme :\n{asked}\n\nAppels et messages (entre crochets, l’entrée du \
         journal de preuves) :\n{contacts}\n\nPièce jointe : le dossier de preuves, vérifiable hors ligne \
         avec des outils publics.\n\n{missing} (signature)"
    )
}
