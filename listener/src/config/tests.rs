use super::*;

#[test]
fn an_empty_file_is_the_default() {
    let config: Config = "".parse().unwrap();
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.limits.body_bytes_max, 10 * 1024 * 1024);
    assert_eq!(config.log.publish, Publish::Key);
}

#[test]
fn unknown_keys_are_refused_by_name() {
    for text in [
        "lissten = 1",
        "[log]\npublic = true",
        "[limits]\nbody_max = 1",
    ] {
        let error = text.parse::<Config>().unwrap_err().to_string();
        assert!(error.contains("unknown field"), "{error}");
    }
}

#[test]
fn limits_of_nothing_are_refused() {
    for name in ["connections_max", "queue_entries_max", "header_s", "body_s"] {
        let text = format!("[limits]\n{name} = 0");
        assert!(text.parse::<Config>().is_err(), "{name}");
    }
}

#[test]
fn a_connection_that_cannot_be_used_is_refused() {
    let config: Config = "[connections.tw]\nprovider = \"pigeon\"\nsecrets_env = {}"
        .parse()
        .unwrap();
    let error = config.connections(|_| None).unwrap_err().to_string();
    assert!(error.contains("tw") && error.contains("pigeon"), "{error}");
}

#[test]
fn a_country_has_its_own_rule_for_recordings() {
    let text = "[recordings]\ncountries = { US = \"always\", DE = \"never\" }";
    let recordings = text.parse::<Config>().unwrap().recordings;
    assert_eq!(recordings.of(Some("US")), Fetch::Always);
    assert_eq!(recordings.of(Some("DE")), Fetch::Never);
    assert_eq!(recordings.of(None), Fetch::Never);
    assert!(recordings.is_on());
    assert!(!Config::default().recordings.is_on());
}

#[test]
fn secrets_come_by_environment() {
    let config: Config =
        "[connections.tw]\nprovider = \"twilio\"\nsecrets_env = { auth_token = \"TOK\" }"
            .parse()
            .unwrap();
    let set = config
        .connections(|name| (name == "TOK").then(|| "s3".into()))
        .unwrap();
    assert_eq!(set[0].secrets["auth_token"].expose(), "s3");
    let unset = config.connections(|_| None).unwrap_err().to_string();
    assert!(unset.contains("TOK") && unset.contains("tw"), "{unset}");
}
