//! Method, error rate, and where both end.

use attribution::{Flag, Verdict};
use honeytoken::Language;

use super::{Case, Frame};
use crate::paper::Block;
use crate::words::{flag_words, say};

/// How a verdict is made, in short.
pub(super) fn method(lang: Language) -> Vec<Block> {
    let points = [
        say(
            lang,
            "每个平台得到只给过它一家的电话号码，登记时用一个只告诉过它的姓名。号码按抽签分配；另有从不给任何人的对照号码。",
            "Each platform is given telephone numbers that nobody else was given, under a name that nobody else was told. Numbers are placed by lot; control numbers are given to nobody.",
        ),
        say(
            lang,
            "凡是打来的电话和发来的短信都在判断之前写入只增不改的日志；平台自己和它声明过的合作方的联系不算泄露。",
            "Every call and message is written to an append-only log before it is judged. What the platform itself sends, or a partner that it declared, is no leak.",
        ),
        say(
            lang,
            "同样会打到对照号码的骚扰、前机主的来电、扫号，构成背景。只有超出背景、并且偏向这一平台号码的联系才构成证据。",
            "Mass dialling, sweeps and calls for a previous owner reach controls too: that is background. Only what goes beyond it, and prefers this platform's numbers, is evidence.",
        ),
        say(
            lang,
            "四项证据各自下注：登记之后开始的活动、登记后一小时内的联系、同一来源接连联系该平台的号码、说出专用姓名。相乘得 e 值：若号码未被传出，其均值不超过 1，任何时候查看都成立。",
            "Four pieces of evidence bet: activity that begins with registration, contact within the hour, callers who go from one of its numbers to others, the decoy's name being spoken. Their product is an e-value whose mean is at most 1 if nothing was passed on, whenever one looks.",
        ),
        say(
            lang,
            "只有日志能证明号码在线的时间才计入观察时间。",
            "Only time in which the log proves that a number was alive counts as time of watching.",
        ),
    ];
    let full = say(
        lang,
        "完整方法见 docs/METHOD.md，随证据包一并提供。",
        "The whole method is in docs/METHOD.md, which is part of every evidence bundle.",
    );
    vec![
        Block::Heading(say(lang, "方法", "Method").to_owned()),
        Block::List(points.map(str::to_owned).into()),
        Block::Text(full.to_owned()),
    ]
}

/// How often accusations are wrong.
pub(super) fn errors(frame: &Frame) -> Vec<Block> {
    let lang = frame.lang;
    let level = plain(frame.policy.alpha * 100.0);
    let (watched, accused) = (frame.watched, frame.accused);
    let wrong = frame.policy.alpha * accused as f64;
    let prior = frame.policy.prior * 100.0;
    let words = tell!(
        lang,
        "在任一时刻，被判定泄露的平台中，预期判错的比例不超过 {level} %（错误发现率，e-BH）。现有 {watched} 个平台持有号码，其中 {accused} 个被判定：预期判错不超过 {wrong:.2} 个。这是对整张名单的保证，不是对其中某一个平台的。给出的概率以“{prior:.0} % 的平台泄露”为先验；先验不同，概率就不同，e 值不变。",
        "At any one moment, of the platforms that stand accused at most {level} % are expected to be accused wrongly (false-discovery rate, e-BH). {watched} platforms hold numbers and {accused} stand accused: at most {wrong:.2} of them are expected to be wrong. That is a promise about the list, not about any one platform on it. The probability given starts from {prior:.0} % of platforms leaking; with another prior it would be another, and the e-value the same."
    );
    vec![
        Block::Heading(say(lang, "错误率", "Error rate").to_owned()),
        Block::Text(words),
        Block::Text(say(lang, "前提：号码按抽签分配；同一国家的线路除各自的噪声外可互换；专用姓名在其他号码上的巧合能代表在本平台号码上的巧合。判定一经作出即保留，逐日查看不改变这一保证；水平的一半留给从数据中学得的背景可能的偏差。", "This holds if numbers were placed by lot, if lines of one country are exchangeable but for their own noise, and if coincidences of names on other numbers measure those on its own. That accusations stay and one looks every day does not change it; half of the level is kept for what the learned background may miss.").to_owned()),
    ]
}

/// A number without zeros at its end.
fn plain(number: f64) -> String {
    let digits = format!("{number:.3}");
    digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// What would have to be true for it to be wrong.
pub(super) fn limits(case: Option<&Case>, lang: Language) -> Vec<Block> {
    let mut points: Vec<String> = [
        ("有人知道哪个号码给了哪个平台，并有意使之看起来泄露。", "Somebody knew which number was given to which platform, and made it look like a leak."),
        ("号码并非按抽签分配，恰好分到了本来就更常被联系的号码。", "Numbers were not placed by lot, and happened to be such as are called more often anyway."),
        ("泄露出在运营商、短信或云服务商、或我们自己这里，而对照号码恰好没有被联系。", "The leak lies with a carrier, a provider or ourselves, and happened to spare the controls."),
        ("前机主、扫号或回拨风暴恰在登记之后开始，且只在这些号码上。", "A previous owner, a sweep or a storm of calls began just after registration, and on these numbers alone."),
        ("专用姓名经其他途径流出，或来电者另有同名之人要找。", "The decoy's name left by another way, or callers meant somebody else of that name."),
    ].map(|(zh, en)| say(lang, zh, en).to_owned()).into();
    points.extend(
        case.map(|case| own(&case.verdict, lang))
            .into_iter()
            .flatten(),
    );
    let never = say(
        lang,
        "电话一侧只能看到：只给过该平台的数据到了陌生人手里。看不到经由哪条途径，也看不到是否故意：可能是出售、共享、内部人员、入侵或供应商。",
        "From the telephone's side one sees that data given only to this platform reached strangers. One does not see by which way, nor whether on purpose: a sale, sharing, an insider, a breach and a supplier all look alike.",
    );
    let quiet = say(
        lang,
        "“未见异常”不是清白证明：少量、尚未使用或不通过电话使用的泄露看起来一样。",
        "\"Nothing found\" is no proof of innocence: a leak that is small, not used yet, or used by other means than the telephone would look the same.",
    );
    vec![
        Block::Heading(
            say(
                lang,
                "局限：在什么情况下结论是错的",
                "Limits: what would have to be true for this to be wrong",
            )
            .to_owned(),
        ),
        Block::List(points),
        Block::Text(never.to_owned()),
        Block::Text(quiet.to_owned()),
    ]
}

/// What this verdict's own numbers say against it.
fn own(verdict: &Verdict, lang: Language) -> Vec<String> {
    let mut points: Vec<String> = verdict
        .flags
        .iter()
        .filter(|flag| matches!(flag, Flag::SupplySide | Flag::JointBlame))
        .map(|flag| flag_words(*flag, lang).to_owned())
        .collect();
    let (chosen, all) = (verdict.canaries_chosen, verdict.canaries);
    if chosen > 0 {
        points.push(tell!(lang, "{all} 个号码中有 {chosen} 个由人选定，不是抽签得来：保证对它们不适用。", "{chosen} of the {all} numbers were chosen by somebody and not drawn by lot: the promise does not cover them."));
    }
    if verdict.class.is_accusing() && verdict.canaries < 3 {
        points.push(tell!(
            lang,
            "只有 {all} 个号码：一个号码上的意外就可能决定结论。",
            "There are {all} numbers only: an accident on one of them may decide."
        ));
    }
    points
}
