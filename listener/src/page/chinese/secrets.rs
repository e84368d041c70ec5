//! What a provider's secrets are, by what the provider's own file says of them.

/// What a secret is.
pub(in crate::page) fn about(english: &str) -> Option<&'static str> {
    checking(english).or_else(|| account(english))
}

/// Those that webhooks are checked with.
fn checking(english: &str) -> Option<&'static str> {
    Some(match english {
        "the app's webhook signing key; the key it begins with has only 8 characters, set a long one" => {
            "应用的 webhook 签名密钥；初始密钥只有 8 个字符，请改成长的"
        }
        "the topic that is ours, arn:aws:sns:…" => "属于我们的主题，arn:aws:sns:…",
        "SNS's certificate (PEM), where this machine may not fetch it from AWS" => {
            "SNS 的证书（PEM），仅当本机不能从 AWS 获取时填写"
        }
        "the webhook subscription's signing key" => "webhook 订阅的签名密钥",
        "the secret under which the program posts" => "程序提交时所用的密钥",
        "the webhook's signing key" => "webhook 的签名密钥",
        "the application's key" => "应用的 Key",
        "the application's secret" => "应用的 Secret",
        "the account's signing key, not its API key" => "账户的签名密钥，不是 API 密钥",
        "the token of the account, or of the sub-account that owns the number" => {
            "账户（或拥有该号码的子账户）的令牌"
        }
        "the user name given to the provider for its callbacks" => {
            "告知服务商、供其回调使用的用户名"
        }
        "the password given to the provider for its callbacks" => "告知服务商、供其回调使用的密码",
        "a long random word: the last part of the path that the provider is told to call" => {
            "一个长的随机词：服务商回调地址路径的最后一段"
        }
        "the project's signing key, PSK_…" => "项目的签名密钥，PSK_…",
        "of the SMS service plan" => "短信服务计划的密钥",
        "of the numbers' callback configuration" => "号码回调配置的密钥",
        "the voice application's key" => "语音应用的 Key",
        "the voice application's secret, as shown" => "语音应用的 Secret，按控制台所示填写",
        "the webhook's secret; empty if the app has none" => "webhook 的密钥；应用没有则留空",
        "the signing secret: base64, with or without whsec_" => {
            "签名密钥：base64，可带 whsec_ 前缀"
        }
        "the account's public key in base64, from Mission Control" => {
            "账户公钥（base64），见 Mission Control"
        }
        "the token of the account or sub-account that owns the number, or its webhook shared key" => {
            "拥有该号码的账户或子账户的令牌，或其 webhook 共享密钥"
        }
        "the account's signature secret" => "账户的签名密钥（signature secret）",
        "as in the dashboard: md5hash (\"MD5 hash\"), or an HMAC: md5, sha1, sha256, sha512" => {
            "与控制台一致：md5hash（“MD5 hash”），或 HMAC：md5、sha1、sha256、sha512"
        }
        _ => return None,
    })
}

/// Those that the account is asked with.
fn account(english: &str) -> Option<&'static str> {
    Some(match english {
        "for tests alone: http:// and an address of this machine that stands for the provider's API" => {
            "仅供测试：http:// 加本机地址，代替服务商的接口"
        }
        "MA… or SA…, to ask the account" => "MA… 或 SA…，用于查询账户",
        "to ask the account: NAME of NAME.signalwire.com" => {
            "用于查询账户：NAME.signalwire.com 中的 NAME"
        }
        "the only project whose events are taken; also used to ask the account" => {
            "只接收此项目的事件；也用于查询账户"
        }
        "to ask the account: the project's API token" => "用于查询账户：项目的 API 令牌",
        "KEY…, to ask the account" => "KEY…，用于查询账户",
        "the messaging profile that numbers are put under" => "号码所归入的消息配置",
        "the call-control application that numbers are put under" => "号码所归入的呼叫控制应用",
        "the only account whose events are taken; also used to ask the account" => {
            "只接收此账户的事件；也用于查询账户"
        }
        "the only account whose messages are taken; also used to ask the account" => {
            "只接收此账户的短信；也用于查询账户"
        }
        "SK…, to ask the account in place of its token" => "SK…，代替令牌查询账户",
        "the secret of api_key_sid" => "api_key_sid 的密钥",
        "to ask the account" => "用于查询账户",
        "the application that numbers are put under" => "号码所归入的应用",
        "the application's private key, for its calls, recordings and pictures" => {
            "应用的私钥，用于其通话、录音和图片"
        }
        "where the application's calls are kept: us-3, us-4, eu-3, eu-4, ap-3 or ap-4" => {
            "应用的通话保存地区：us-3、us-4、eu-3、eu-4、ap-3 或 ap-4"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::about;
    use crate::provider::PROVIDERS;

    #[test]
    fn every_secret_is_told_in_chinese() {
        let all = PROVIDERS.iter().flat_map(|p| p.secrets.iter());
        let mute: Vec<_> = all
            .filter(|secret| about(secret.about).is_none())
            .map(|secret| (secret.name, secret.about))
            .collect();
        assert!(mute.is_empty(), "no Chinese for {mute:#?}");
    }
}
