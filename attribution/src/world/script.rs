//! What callers say: every campaign has a voice, filled in anew for each contact.

use super::chance::Chance;
use super::names::{self, Tongue};

const GREETINGS_ZH: [&str; 12] = [
    "尊敬的客户",
    "您好",
    "温馨提示",
    "好消息",
    "限时福利",
    "系统检测到",
    "老客户专享",
    "最后一天",
    "重要通知",
    "恭喜您",
    "本店通知",
    "客服提醒您",
];
const PITCHES_ZH: [&str; 36] = [
    "您的备用金{n}元待领取年化利率低至四厘",
    "凭身份证即可借款无抵押当天到账",
    "信用额度已提升至{n}元随借随还",
    "您的借款已逾期请尽快联系还款",
    "案件已进入诉前程序请速与调解员联系",
    "逾期{n}元将上报征信并通知紧急联系人",
    "老师带队牛股连拉涨停名额有限",
    "新股中签技巧直播群限时开放",
    "免费诊股每日盘前推荐金股三只",
    "地铁口现房首付{n}万起总价可谈",
    "学区准现房送车位本周末开盘",
    "您关注的小区有业主急售低于市价",
    "孩子升学冲刺班名师一对一免费试听",
    "成人学历提升免试入学一年半拿证",
    "考公考编上岸班协议保过报名立减{n}",
    "真人娱乐注册即领体验金{n}",
    "首存送{n}彩金天天返水",
    "体育竞猜充{n}送{n}秒提现",
    "诚招打字员居家可做一单一结",
    "在家兼职日结{n}元点赞关注即可",
    "电商商家招募试用员每单返{n}",
    "您的包裹因地址不详滞留请尽快更新",
    "您有一个国际包裹被海关扣留请核实身份",
    "快递丢失可双倍理赔请加理赔专员",
    "您的套餐可免费升级五百兆宽带",
    "办理新卡月租{n}元含百G流量",
    "老用户回馈话费充{n}送同等金额",
    "您的车险即将到期续保返现{n}元",
    "为感谢支持赠送您{n}万元意外险一份",
    "重疾险百万保额每天不到一块钱",
    "全场低至三折满{n}减五十",
    "会员日双倍积分进店有礼",
    "清仓甩卖最后三天羽绒服{n}元起",
    "医保账户异常请立即核实以免停用",
    "社保卡年审未通过需重新认证",
    "代开各类发票验证后付款点数低",
];
const ACTIONS_ZH: [&str; 8] = [
    "点击{u}查看",
    "详情戳{u}",
    "立即登录{u}办理",
    "打开{u}即可领取",
    "咨询电话{p}",
    "加微信{w}",
    "名额有限速回电{p}",
    "回复1了解",
];
const ENDINGS_ZH: [&str; 6] = [
    "退订回T",
    "拒收请回复R",
    "回TD退订",
    "退回N",
    "如已办理请忽略",
    "",
];
const GREETINGS_EN: [&str; 10] = [
    "Attention",
    "Final notice",
    "Congratulations",
    "Hello",
    "Hi",
    "Reminder",
    "Account notice",
    "Important message",
    "Good news",
    "Last chance",
];
const PITCHES_EN: [&str; 28] = [
    "your vehicle factory warranty is about to expire",
    "your home warranty file will be closed unless you renew",
    "you have been approved to lower your credit card interest to zero percent on balances over {n}",
    "you may qualify for student loan forgiveness under the new changes",
    "your business is pre approved for {n} in working capital",
    "we noticed suspicious activity on your account and it has been limited",
    "your card was charged {n} dollars for a phone order that you did not place",
    "this is the benefits office and there is a warrant in your name",
    "your social security number has been suspended for unusual activity",
    "you may be owed up to {n} in tax credits",
    "your medicare plan now covers a back brace at no cost",
    "a genetic test kit is ready to ship to you for free",
    "you qualify for a discounted burial insurance policy from {n} a month",
    "your parcel is held at the depot because of an unpaid fee of {n}",
    "we could not deliver your package, the address is incomplete",
    "your electric bill has a rebate of {n} waiting",
    "homeowners in your area are getting solar panels at no cost",
    "part time remote work pays {n} a day",
    "earn from your phone with a flexible job, no experience needed",
    "our team saw your resume and would like to talk",
    "your entry came second in our draw and a reward of {n} is reserved",
    "you won a gift card, claim code {n}",
    "you have been selected for a complimentary resort stay",
    "we have a buyer for your timeshare week",
    "we would like to make a cash offer on your property",
    "are you still open to selling the house this season",
    "your computer has reported errors to our security center",
    "help us support our veterans with a gift of {n} today",
];
const ACTIONS_EN: [&str; 8] = [
    "visit {u} to confirm",
    "tap {u}",
    "go to {u} before midnight",
    "claim at {u}",
    "call {p} now",
    "reach us at {p}",
    "press 1 to speak with a specialist",
    "reply YES for details",
];
const ENDINGS_EN: [&str; 5] = [
    "Reply STOP to end",
    "Press 9 to be removed from the list",
    "Thank you",
    "Txt STOP to end",
    "",
];

/// How one campaign speaks.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    tongue: Tongue,
    signature: Option<String>,
    greeting: &'static str,
    pitches: Vec<&'static str>,
    action: &'static str,
    ending: &'static str,
    domains: Vec<String>,
    phone: String,
    chat: String,
}

impl Script {
    pub(crate) fn draw(chance: &mut Chance, tongue: Tongue) -> Script {
        let chinese = tongue == Tongue::Chinese;
        let pool: &[&'static str] = if chinese { &PITCHES_ZH } else { &PITCHES_EN };
        let first = chance.below(pool.len());
        let mut pitches = vec![pool[first]];
        if chance.hits(0.5) {
            let theme = first / 3 * 3;
            pitches.push(pool[(theme + (first - theme + 1) % 3).min(pool.len() - 1)]);
        }
        let domains = (0..1 + chance.below(2))
            .map(|_| names::domain(chance, true))
            .collect();
        Script {
            tongue,
            signature: chance.hits(0.55).then(|| names::brand(chance, tongue)),
            greeting: chance.word(if chinese {
                &GREETINGS_ZH
            } else {
                &GREETINGS_EN
            }),
            pitches,
            action: chance.word(if chinese { &ACTIONS_ZH } else { &ACTIONS_EN }),
            ending: chance.word(if chinese {
                &ENDINGS_ZH[..]
            } else {
                &ENDINGS_EN[..]
            }),
            domains,
            phone: names::caller(chance, tongue)
                .trim_start_matches("+86")
                .trim_start_matches("+1")
                .into(),
            chat: format!(
                "{}{}",
                names::domain(chance, false)
                    .split('.')
                    .next()
                    .unwrap_or("chat"),
                chance.digits(2)
            ),
        }
    }

    /// The same words under somebody's name, with a link: who impersonates wants to be visited.
    pub(crate) fn signed(self, name: &str) -> Script {
        Script {
            signature: Some(name.to_owned()),
            action: if self.tongue == Tongue::Chinese {
                ACTIONS_ZH[0]
            } else {
                ACTIONS_EN[0]
            },
            ..self
        }
    }

    fn fill(&self, chance: &mut Chance, template: &str) -> String {
        let mut text = template.to_owned();
        while let Some(at) = text.find("{n}") {
            text.replace_range(at..at + 3, &(100 * (1 + chance.below(98))).to_string());
        }
        let link = format!("{}/{}", chance.pick(&self.domains), {
            let n = 4 + chance.below(3);
            chance.hex(n)
        });
        text.replace("{u}", &link)
            .replace("{p}", &self.phone)
            .replace("{w}", &self.chat)
    }

    /// A message of this campaign, calling the person by name if one is given.
    pub(crate) fn message(&self, chance: &mut Chance, name: Option<&str>) -> String {
        let pitch = self
            .pitches
            .iter()
            .map(|p| self.fill(chance, p))
            .collect::<Vec<_>>();
        let action = self.fill(chance, self.action);
        let name = name.unwrap_or("");
        match self.tongue {
            Tongue::Chinese => {
                let sign = self
                    .signature
                    .as_ref()
                    .map(|s| format!("【{s}】"))
                    .unwrap_or_default();
                let end = if self.ending.is_empty() {
                    String::new()
                } else {
                    format!("，{}", self.ending)
                };
                format!(
                    "{sign}{}{name}，{}，{action}{end}",
                    self.greeting,
                    pitch.join("，")
                )
            }
            Tongue::English => {
                let sign = self
                    .signature
                    .as_ref()
                    .map(|s| format!("{s}: "))
                    .unwrap_or_default();
                let name = if name.is_empty() {
                    String::new()
                } else {
                    format!(" {name}")
                };
                let text = format!(
                    "{sign}{}{name}, {}, {action}. {}",
                    self.greeting,
                    pitch.join(" and "),
                    self.ending
                );
                text.trim_end().to_owned()
            }
        }
    }

    /// What the recogniser made of a call of this campaign.
    pub(crate) fn transcript(&self, chance: &mut Chance, name: Option<&str>) -> String {
        let said = self.message(chance, name).replace(['【', '】'], "");
        heard(chance, self.tongue, &said)
    }
}

/// Speech recognition: some of it missed, sometimes recorded late.
pub(crate) fn heard(chance: &mut Chance, tongue: Tongue, said: &str) -> String {
    let parts: Vec<String> = match tongue {
        Tongue::Chinese => said.chars().map(String::from).collect(),
        Tongue::English => said.split(' ').map(|w| format!("{w} ")).collect(),
    };
    let start = if chance.hits(0.2) {
        chance.below(parts.len() / 2 + 1)
    } else {
        0
    };
    let kept: String = parts[start..]
        .iter()
        .filter(|_| !chance.hits(0.08))
        .map(String::as_str)
        .collect();
    kept.trim().to_owned()
}

const PRIVATE_ZH: [&str; 9] = [
    "【{s}】{m}，您的账单{n}元已出请按时还款，感谢您的支持",
    "【{s}】{m}，您尾号{d}的账户有一笔交易请留意",
    "【{s}】{m}，您的会员积分即将过期，登录{u}查看",
    "【{s}】{m}，您的借款已逾期请尽快处理，请至就近网点办理",
    "【{s}】{m}您好，您预约的体检时间为周六上午，如需更改请致电{p}",
    "【{s}】{m}，物业费{n}元待缴，请及时处理",
    "【{s}】{m}家长，下周一开课请准时到校",
    "【{s}】{m}，您的车辆保养已到期，回厂享八折",
    "【{s}】{m}，您有一张{n}元优惠券今日到期",
];
const PRIVATE_EN: [&str; 7] = [
    "{s}: {m}, your bill of {n} is due, thank you",
    "{s}: {m}, class starts tomorrow, questions call {p}",
    "{s}: {m}, your payment is past due, please call {p}",
    "{s}: {m}, your points expire soon, see {u}",
    "{s}: {m}, reminder of your appointment on Saturday",
    "{s}: {m}, your prescription is ready for pickup",
    "{s}: {m}, your car is due for service, call {p}",
];

/// Somebody who looks for a previous owner: one text, again and again.
#[derive(Debug, Clone)]
pub(crate) struct Personal {
    tongue: Tongue,
    template: String,
}

impl Personal {
    pub(crate) fn draw(chance: &mut Chance, tongue: Tongue) -> Personal {
        let pool: &[&str] = if tongue == Tongue::Chinese {
            &PRIVATE_ZH
        } else {
            &PRIVATE_EN
        };
        let phone = names::caller(chance, tongue);
        let phone = phone.trim_start_matches("+86").trim_start_matches("+1");
        let link = format!("{}/my", names::domain(chance, false));
        let template = chance
            .pick(pool)
            .replace("{s}", &names::brand(chance, tongue))
            .replace("{p}", phone)
            .replace("{u}", &link);
        Personal { tongue, template }
    }

    pub(crate) fn message(&self, chance: &mut Chance, owner: &str) -> String {
        let amount = (100 * (1 + chance.below(98))).to_string();
        let tail = chance.digits(4);
        self.template
            .replace("{m}", owner)
            .replace("{n}", &amount)
            .replace("{d}", &tail)
    }

    pub(crate) fn transcript(&self, chance: &mut Chance, owner: &str) -> String {
        let said = self.message(chance, owner).replace(['【', '】'], "");
        heard(chance, self.tongue, &said)
    }
}

const WRONG_ZH: [&str; 8] = [
    "请问是快餐店吗",
    "哥，货到了来拿一下",
    "晚上几点到，给你留门",
    "喂，老王在吗",
    "师傅到哪了",
    "妈我手机没电了先挂了",
    "你好，是修空调的吗",
    "不好意思打错了",
];
const WRONG_EN: [&str; 8] = [
    "mom call me back",
    "who is this again",
    "hey are you home",
    "running late, order without me",
    "is this the pizza place",
    "sorry wrong number",
    "did you get the keys",
    "see you at eight",
];
const CALLBACK_ZH: [&str; 5] = [
    "刚才谁打我电话",
    "喂你哪位",
    "你好你刚打我电话什么事",
    "谁啊刚才打电话",
    "你是不是骗子",
];
const CALLBACK_EN: [&str; 5] = [
    "you just called me",
    "who is this",
    "I missed a call from this number",
    "stop calling me",
    "returning your call",
];

/// What somebody says who dialled a wrong number.
pub(crate) fn wrong(chance: &mut Chance, tongue: Tongue) -> String {
    chance
        .pick(if tongue == Tongue::Chinese {
            &WRONG_ZH
        } else {
            &WRONG_EN
        })
        .to_string()
}

/// What somebody says who was called under our number.
pub(crate) fn callback(chance: &mut Chance, tongue: Tongue) -> String {
    chance
        .pick(if tongue == Tongue::Chinese {
            &CALLBACK_ZH
        } else {
            &CALLBACK_EN
        })
        .to_string()
}
