//! A mail server that takes, refuses, or says nothing.

use honeytoken::{AlertTarget, Language};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::super::channel::tests::target;
use super::story::START;
use crate::alerts::wire::{Sent, send};
use crate::alerts::words::{self, LogTag};

/// Speaks as much SMTP as it takes; `on_rcpt` answers each recipient.
async fn serve(
    stream: TcpStream,
    on_rcpt: &str,
    tell: &mpsc::UnboundedSender<String>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
    let mut said = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        said.push_str(&line);
        let verb = line
            .split([' ', '\r'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME",
            "RCPT" => on_rcpt,
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
        if verb == "DATA" {
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.ok()?;
                if line == ".\r\n" {
                    break;
                }
                said.push_str(&line);
            }
            stream.write_all(b"250 queued\r\n").await.ok()?;
            tell.send(said.clone()).ok()?;
        }
    }
}

async fn server(on_rcpt: &'static str) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream, on_rcpt, &tell).await;
        }
    });
    (port, told)
}

fn mailbox(port: u16, tls: &str, language: Language) -> AlertTarget {
    let port = port.to_string();
    let given = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("tls", tls),
        ("from", "Canaryline <alerts@canary.example>"),
        ("to", "a@example.org, b@example.org"),
    ];
    AlertTarget {
        allow_private: true,
        language,
        ..target("email", &given)
    }
}

async fn sent(target: &AlertTarget) -> Sent {
    send(
        target,
        &words::test(&LogTag::of("log"), target, START),
        START,
    )
    .await
}

#[tokio::test]
async fn a_mail_goes_to_all_under_an_id_that_stays() {
    let (port, mut told) = server("250 ok").await;
    let target = mailbox(port, "none", Language::Zh);
    let mut ids = Vec::new();
    for _ in 0..2 {
        assert_eq!(sent(&target).await, Sent::Delivered);
        let said = told.recv().await.unwrap();
        for want in [
            "MAIL FROM:<alerts@canary.example>",
            "RCPT TO:<a@example.org>",
            "RCPT TO:<b@example.org>",
            "charset=utf-8",
            "MIME-Version: 1.0",
        ] {
            assert!(said.contains(want), "{want} is not in {said}");
        }
        ids.push(
            said.lines()
                .find(|line| line.starts_with("Message-ID: <alert-"))
                .unwrap()
                .to_owned(),
        );
    }
    assert!(
        ids[0] == ids[1] && ids[0].ends_with("@canary.example>"),
        "{ids:?}"
    );
}

#[tokio::test]
async fn a_refusal_names_its_code_and_no_address() {
    let (port, _told) = server("550 no such user b@example.org").await;
    let Sent::Failed { reason, .. } = sent(&mailbox(port, "none", Language::En)).await else {
        panic!()
    };
    assert_eq!(reason, "mail server answered 550");
}

#[tokio::test]
async fn a_server_without_tls_is_given_nothing() {
    let (port, mut told) = server("250 ok").await;
    let outcome = sent(&mailbox(port, "starttls", Language::En)).await;
    assert!(matches!(outcome, Sent::Failed { .. }), "{outcome:?}");
    assert!(told.try_recv().is_err(), "nothing was handed in");
}

#[tokio::test]
async fn a_mail_server_in_a_private_network_is_not_called() {
    let (port, _told) = server("250 ok").await;
    let target = AlertTarget {
        allow_private: false,
        ..mailbox(port, "starttls", Language::En)
    };
    let Sent::Failed { reason, .. } = sent(&target).await else {
        panic!()
    };
    assert!(reason.contains("private network"), "{reason}");
}
