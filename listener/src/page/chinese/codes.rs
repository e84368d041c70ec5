//! Refusals, by the stable code that each has.

/// What a code means.
pub(in crate::page) fn code(code: &str) -> Option<&'static str> {
    ours(code)
        .or_else(|| rules(code))
        .or_else(|| fields(code))
        .or_else(|| webhooks(code))
        .or_else(|| providers(code))
}

/// The installation and its door.
fn ours(code: &str) -> Option<&'static str> {
    Some(match code {
        "unauthorized" => "密钥不属于本系统，或已被吊销",
        "too_many_failures" => "此地址的错误密钥过多，请一分钟后再试",
        "forbidden" => "此密钥的角色无权这样做",
        "foreign_form" => "表单不是从本会话的页面提交的；请返回、刷新页面后重新提交",
        "not_found" => "找不到该内容，或不对您开放",
        "other_method" => "此处需要其他请求方式",
        "busy" => "系统正忙，请稍后再试",
        "closing" => "系统正在关闭，请稍后再试",
        "internal" => "系统出现故障，详情见其运行日志",
        "log_fault" => "证据日志无法写入；未记录任何内容，读取不受影响",
        "too_large" => "内容过大",
        "too_long" => "内容过长",
        "too_many" => "数量过多",
        "too_many_contacts" => "联系数量过多，请缩小范围",
        "slow_body" => "内容未能及时送达",
        "broken_body" => "内容在传输中断开",
        "behind" => "本节点尚未跟上，请稍后再试",
        "cluster" => "集群目前无法确定下一条记录，请稍后再试",
        "not_copied" => "备份未能完成",
        "under_way" => "同样的操作正在进行，请等它结束",
        _ => return None,
    })
}

/// What the rules do not allow.
fn rules(code: &str) -> Option<&'static str> {
    Some(match code {
        "no_line_ready" | "no_ready_line" => "没有可发放的号码；请添加号码，或等静默期结束",
        "still_soaking" => "号码仍在静默期内；请等待，或选择其他号码",
        "unknown_line" => "没有这个号码；请先添加",
        "unknown_platform" => "没有这个平台；请先登记",
        "unknown_connection" => "没有这个连接；请先创建",
        "unknown_honeytoken" => "没有这个蜜标",
        "unknown_study" => "没有这项研究；请先创建",
        "unknown_key" => "没有这个密钥，或已被吊销",
        "unknown_country" => "国家代码未知；请使用两个字母，如 CN、US、GB",
        "unknown_reply" => "该条目不是此平台的答复",
        "already_placed" => "号码已发放给其他平台；请另选，或以共用方式添加",
        "already_added" => "号码已在号码池中；请先停用",
        "retired" => "号码已停用；请另选",
        "is_control" => "这是对照号码，从不发放；请选择金丝雀号码",
        "was_placed" => "号码曾经发放，不能再作对照",
        "placed_soak" => "号码曾经发放，不能重新静默；请添加其他号码",
        "dirty" => "号码在静默期内联系过多，已受污染；请重新静默、停用或另选",
        "no_draw_seed" => "尚未提交抽签种子",
        "nothing_to_draw" => "没有可抽取的号码：对照已足够，或剩余号码过少",
        "bad_share" => "比例应大于 0、不超过 0.5，如 0.25",
        "name_in_use" => "该姓名已被另一身份使用；请另取，或留空由系统抽取",
        "name_empty" => "姓名为空；请填写，或留空由系统抽取",
        "before_acquired" => "注册时间早于取得号码的时间",
        "ended" => "此次发放已结束",
        "last_admin" => "这是最后一个管理员密钥；吊销前请先创建另一个",
        "unnamed" => "缺少名称",
        "bad_reply_days" => "答复期限应为 1 至 180 天",
        "lies_ahead" => "时间在将来；请填写已过去的时间",
        "too_many_replies" => "此平台的告知或答复已达 100 条；请以备注概括",
        "not_offered" => {
            "该平台已被认定泄露，但尚未获得答辩机会；请先告知平台并记录，或改选其他对象"
        }
        "nothing_found" => "对该平台的观察时间还不够，没有可公布的内容",
        "not_heard" => "平台尚未答复，期限也未过；请等待，或说明为何不等",
        "published_already" => "该发现已经公布；请先撤回",
        "too_many_findings" => "已公布 2000 项发现；更多内容请由其他系统公布",
        "unknown_finding" => "没有这项发现",
        "public_off" => "公开页面未启用；见设置文件中的 [public]",
        "not_taken" => "该机构不受理此类内容；请选择其他机构或其他联系",
        "no_retention" => "尚未设定保存期限；请在设置中设定",
        "not_a_contact" => "该条目不是来电或来信",
        "our_line" => "这是我方号码，而非来电者",
        "nothing_to_replay" => "没有可重发的提醒",
        _ => return None,
    })
}

/// What was filled in.
fn fields(code: &str) -> Option<&'static str> {
    Some(match code {
        "bad_platform" => "平台信息填写有误",
        "bad_honeytoken" => "蜜标信息填写有误",
        "bad_connection" => "连接信息填写有误",
        "bad_line" => "号码填写有误",
        "bad_sheet" => "表格无法读取",
        "bad_note" => "备注或标注填写有误",
        "bad_plan" => "研究计划填写有误",
        "bad_design" => "分配方案填写有误",
        "bad_study" => "研究信息填写有误",
        "bad_seed" => "抽签种子填写有误",
        "bad_soak" => "静默期填写有误",
        "bad_coverage" => "在线时段填写有误",
        "bad_period" | "bad_window" => "时间范围不符合要求",
        "bad_contact" => "来电来信填写有误",
        "bad_attachment" => "附件填写有误",
        "bad_answer" => "答复填写有误",
        "bad_policy" => "判定规则填写有误",
        "bad_settings" => "设置填写有误",
        "bad_preset" => "对象应为监管部门、平台或公众",
        "bad_export" => "导出要求有误",
        "bad_complaint" => "投诉要求有误",
        "bad_erasure" => "销毁要求有误",
        "bad_backup" => "备份要求有误",
        "bad_alert_target" => "提醒接收方填写有误",
        "long_reason" | "bad_reason" => "理由为空或过长；请写成一行",
        "bad_size" => "日志大小填写有误",
        "bad_form" | "bad_body" => "表单字段不符合要求",
        "bad_path" => "地址有误",
        "bad_query" => "查询条件不符合要求",
        "bad_time" => "时间填写有误",
        _ => return None,
    })
}

/// Why a webhook was refused.
fn webhooks(code: &str) -> Option<&'static str> {
    Some(match code {
        "missing_signature" => "请求没有签名",
        "bad_signature" => "签名不符：密钥不同，或内容、地址被改动",
        "stale" => "请求的时间过早或过晚；请检查双方时钟",
        "wrong_account" => "请求来自其他账户",
        "unknown_algorithm" => "签名算法未知",
        "repeated" => "同一签名字段出现多次",
        "undecodable" => "签名无法解码",
        "too_many_fields" => "字段过多",
        "replayed" => "同一签名已用于其他内容",
        "uncovered" => "签名未覆盖内容",
        "foreign_address" => "证书地址不属于该服务商",
        "secret_missing" => "此连接缺少用于校验的密钥",
        "certificate_needed" => "尚未取得服务商的证书",
        "unsigned" => "请求未签名，目前无法判断",
        "unparsed" => "请求真实，但内容无法读懂；已保存",
        _ => return None,
    })
}

/// What an account at a provider says.
fn providers(code: &str) -> Option<&'static str> {
    Some(match code {
        "no_account" => "此服务商没有可查询的账户",
        "no_credential" => "连接缺少账户凭据",
        "bad_setting" => "账户设置有误",
        "cannot" => "此服务商不支持这项操作",
        "provider_unauthorized" => "服务商不接受账户凭据",
        "not_at_provider" => "服务商处没有该内容",
        "provider_refuses" => "服务商拒绝了这项操作",
        "provider_busy" => "服务商要求稍后再试",
        "provider_unavailable" => "服务商目前无法访问",
        "provider_malformed" => "服务商的应答无法读懂",
        "provider_too_large" => "服务商的应答过大",
        "foreign_host" => "地址不属于该服务商",
        "bought_not_pointed" => "号码已购得，但尚未指向本系统",
        "outcome_unknown" => "不确定操作是否成功；请到服务商处查看",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::code;

    #[test]
    fn every_refusal_has_chinese_words() {
        let mut codes = BTreeSet::new();
        let src = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        sources(Path::new(src), &mut |text| made(text, &mut codes));
        let refusal = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../honeytoken/src/registry/refusal.rs"
        );
        let named = ["account/error.rs", "provider/refusal.rs"].map(|name| format!("{src}/{name}"));
        for path in named.iter().map(String::as_str).chain([refusal]) {
            by_arms(&std::fs::read_to_string(path).unwrap(), &mut codes);
        }
        assert!(codes.len() > 80, "{codes:?}");
        let mute: Vec<_> = codes.iter().filter(|word| code(word).is_none()).collect();
        assert!(mute.is_empty(), "no Chinese for {mute:?}");
    }

    fn sources(dir: &Path, read: &mut impl FnMut(&str)) {
        for file in std::fs::read_dir(dir).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("tests") {
                    sources(&path, read);
                }
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                read(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }

    /// Codes that problems are made with: the first text among the arguments.
    fn made(text: &str, codes: &mut BTreeSet<String>) {
        for maker in ["bad_request(", "Problem::new(", "unavailable("] {
            for rest in text.split(maker).skip(1) {
                let argument = rest.split([')', ';']).next().unwrap();
                let word = argument.split('"').nth(1).unwrap_or_default();
                codes.extend(is_code(word).then(|| word.to_owned()));
            }
        }
    }

    /// Codes that `fn code` tells.
    fn by_arms(text: &str, codes: &mut BTreeSet<String>) {
        let of_code = text.split("fn code(").skip(1);
        for part in of_code.map(|rest| rest.split("\n    }").next().unwrap()) {
            let words = part.split("=> \"").skip(1);
            codes.extend(words.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }

    fn is_code(word: &str) -> bool {
        word.len() > 3 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    }
}
