//! What a platform and its declared partners send.

use super::cast::{Cast, Conduct, Host, Placement};
use super::chance::Chance;
use super::draft::{Draft, Event, Origin, duration, hour};
use super::names::{self, Tongue};
use super::scenario::Scenario;
use super::script;

/// Codes, orders, and the platform's own advertising.
pub(crate) fn messages(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    for (p, host) in cast.hosts.iter().enumerate() {
        for placement in &host.placements {
            transactions(p, host, placement, s, chance, draft);
            let rate = if host.conduct == Conduct::FirstParty {
                0.08
            } else {
                0.008
            };
            for _ in 0..chance.poisson(rate * (f64::from(s.days) - placement.registered)) {
                advertise(p, host, placement, s, chance, draft);
            }
        }
    }
}

fn transactions(
    p: usize,
    host: &Host,
    at: &Placement,
    s: &Scenario,
    chance: &mut Chance,
    draft: &mut Draft,
) {
    let rest = f64::from(s.days) - at.registered;
    let mut days = vec![at.registered + 0.001];
    for _ in 0..chance.poisson(0.012 * rest) {
        let day = at.registered + chance.between(0.0, rest);
        days.push(later(hour(chance, day), at));
    }
    for day in days {
        let name = &host.company.name;
        let code = chance.digits(6);
        let text = match (host.tongue, chance.hits(0.5)) {
            (Tongue::Chinese, true) => format!("【{name}】您的验证码是{code}，五分钟内有效"),
            (Tongue::Chinese, false) => format!(
                "【{name}】{}您好，您的订单已更新，详情{}/{}",
                at.persona,
                host.company.domain,
                chance.hex(4)
            ),
            (Tongue::English, true) => format!("{name}: your code is {code}"),
            (Tongue::English, false) => format!(
                "{name}: hi {}, your order was updated {}/{}",
                at.persona,
                host.company.domain,
                chance.hex(4)
            ),
        };
        let from = host.company.senders[0].clone();
        send(
            draft,
            host,
            at,
            event(
                day,
                at.number,
                from,
                true,
                text,
                0,
                Origin::Transaction,
                p as i32,
                -10 - p as i64,
            ),
        );
    }
}

/// Advertising does not come before the registration.
fn later(day: f64, at: &Placement) -> f64 {
    if day < at.registered { day + 1.0 } else { day }
}

fn advertise(
    p: usize,
    host: &Host,
    at: &Placement,
    s: &Scenario,
    chance: &mut Chance,
    draft: &mut Draft,
) {
    let day = at.registered + chance.between(0.0, f64::from(s.days) - at.registered);
    let day = later(hour(chance, day), at);
    let sms = chance.hits(0.78);
    let name = &host.company.name;
    let off = 10 + chance.below(80);
    let unlisted = chance.hits(s.unlisted);
    let text = match (host.tongue, sms) {
        (Tongue::Chinese, true) => format!(
            "【{name}】会员专享活动，{}领取优惠券{off}元，退订回T",
            host.company.domain
        ),
        (Tongue::English, true) => format!(
            "{name}: member sale, {off} off at {}. Reply STOP to end",
            host.company.domain
        ),
        (tongue, false) => {
            let said = match tongue {
                Tongue::Chinese => {
                    format!("您好，我是{name}的客服，您在我们平台有一张优惠券未使用")
                }
                Tongue::English => {
                    format!("hello this is {name} calling about a coupon you have not used yet")
                }
            };
            if unlisted || chance.hits(0.65) {
                script::heard(chance, tongue, &said)
            } else {
                String::new()
            }
        }
    };
    let listed = host.company.senders[usize::from(!sms)].clone();
    let from = if unlisted {
        names::caller(chance, host.tongue)
    } else {
        listed
    };
    let length = if sms { 0 } else { duration(chance) };
    send(
        draft,
        host,
        at,
        event(
            day,
            at.number,
            from,
            sms,
            text,
            length,
            Origin::FirstParty,
            p as i32,
            -10 - p as i64,
        ),
    );
}

/// Partners that the platform named in its policy.
pub(crate) fn partners(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    for (p, host) in cast.hosts.iter().enumerate() {
        for (q, partner) in host.partners.iter().enumerate() {
            for at in host
                .placements
                .iter()
                .filter(|_| chance.hits(0.7))
                .collect::<Vec<_>>()
            {
                let rest = f64::from(s.days) - at.registered;
                for _ in 0..1 + chance.poisson(0.03 * rest) {
                    let day = at.registered + chance.between(0.5, rest.max(0.6));
                    let day = later(hour(chance, day), at);
                    let sms = chance.hits(0.75);
                    let unlisted = chance.hits(s.unlisted);
                    let called = if chance.hits(0.3) {
                        at.persona.as_str()
                    } else {
                        ""
                    };
                    let link = format!("{}/{}", partner.domain, chance.hex(4));
                    let text = match host.tongue {
                        Tongue::Chinese => format!(
                            "【{}】{called}您好，作为{}会员您可享专属优惠，详见{link}",
                            partner.name, host.company.name
                        ),
                        Tongue::English => format!(
                            "{}: hi {called}, as a {} member you get an offer, see {link}",
                            partner.name, host.company.name
                        ),
                    };
                    let text = if sms {
                        text
                    } else if unlisted || chance.hits(0.5) {
                        script::heard(chance, host.tongue, &text.replace(['【', '】'], ""))
                    } else {
                        String::new()
                    };
                    let from = if unlisted {
                        names::caller(chance, host.tongue)
                    } else {
                        partner.senders[1].clone()
                    };
                    let length = if sms { 0 } else { duration(chance) };
                    let campaign = -100_000 - (p * 10 + q) as i64;
                    send(
                        draft,
                        host,
                        at,
                        event(
                            day,
                            at.number,
                            from,
                            sms,
                            text,
                            length,
                            Origin::Partner,
                            p as i32,
                            campaign,
                        ),
                    );
                }
            }
        }
    }
}

fn send(draft: &mut Draft, host: &Host, at: &Placement, event: Event) {
    if is_sent(host, at, &event) {
        draft.push(event);
    }
}

/// Whether the platform still sends this, as far as it heeds what the persona asked for.
fn is_sent(host: &Host, at: &Placement, event: &Event) -> bool {
    let asked = |day: Option<f64>| day.is_some_and(|asked| event.day > asked);
    let advertising = event.origin != Origin::Transaction;
    !(host.heeds && (asked(at.erased) || advertising && asked(at.opted_out)))
}

#[expect(
    clippy::too_many_arguments,
    reason = "one row of a table, named by its fields below"
)]
fn event(
    day: f64,
    number: usize,
    from: String,
    sms: bool,
    text: String,
    duration: u32,
    origin: Origin,
    platform: i32,
    campaign: i64,
) -> Event {
    Event {
        day,
        number,
        from,
        sms,
        text,
        duration,
        attestation: "",
        origin,
        platform,
        campaign,
        poses_as: None,
    }
}
