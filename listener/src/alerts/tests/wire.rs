//! A receiver that fails, is slow, redirects, is gone, or wants to be left alone.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use honeytoken::{AlertTarget, Timestamp};
use tokio::net::TcpListener;

use super::super::channel::tests::target;
use crate::alerts::wire::{Sent, send, send_within};
use crate::alerts::words::{self, LogTag};

const NOW: Timestamp = Timestamp::from_unix_s(1_790_000_000);

async fn receiver(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn at(url: &str, channel: &str) -> AlertTarget {
    AlertTarget {
        allow_private: true,
        ..target(channel, &[("url", url)])
    }
}

async fn sent(target: &AlertTarget) -> Sent {
    send(target, &words::test(&LogTag::of("log"), target, NOW), NOW).await
}

fn failed(reason: &str, retry_after_s: Option<u32>) -> Sent {
    Sent::Failed {
        reason: reason.to_owned(),
        retry_after_s,
    }
}

#[tokio::test]
async fn each_answer_has_its_meaning() {
    let busy = |value: &'static str| {
        move || async move {
            (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, value)],
            )
        }
    };
    let moved = || async { (StatusCode::FOUND, [(header::LOCATION, "/ok")]) };
    let router = Router::new()
        .route("/ok", post(|| async { "ok" }))
        .route("/none", post(|| async { StatusCode::NO_CONTENT }))
        .route(
            "/fail",
            post(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
        .route("/gone", post(|| async { StatusCode::GONE }))
        .route("/moved", post(moved))
        .route("/busy", post(busy("120")))
        .route("/fraction", post(busy("0.7")))
        .route("/date", post(busy("Mon, 21 Sep 2026 14:14:20 GMT")))
        .route("/odd", post(busy("soon")));
    let url = receiver(router).await;
    let rows = [
        ("/ok", Sent::Delivered),
        ("/none", Sent::Delivered),
        ("/fail", failed("answered 500", None)),
        ("/missing", failed("answered 404", None)),
        ("/gone", Sent::Gone),
        (
            "/moved",
            failed("answered 302: redirects are not followed", None),
        ),
        ("/busy", failed("answered 429", Some(120))),
        ("/fraction", failed("answered 429", Some(1))),
        ("/date", failed("answered 429", Some(60))),
        ("/odd", failed("answered 429", None)),
    ];
    for (path, want) in rows {
        assert_eq!(
            sent(&at(&format!("{url}{path}"), "slack")).await,
            want,
            "{path}"
        );
    }
}

#[tokio::test]
async fn headers_and_body_arrive_as_they_were_signed() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let take = move |headers: HeaderMap, body: String| {
        let tell = tell.clone();
        async move {
            tell.send((headers, body))
                .map_err(|_| StatusCode::GONE)
                .into_response()
        }
    };
    let url = receiver(Router::new().route("/in", post(take))).await;
    let whsec = "whsec_D/kLT01TBlFE5CLhIPaHXF26k5ipcWdsAAECAwQFBgc=";
    let target = AlertTarget {
        allow_private: true,
        ..target(
            "standard_webhooks",
            &[("url", &format!("{url}/in")), ("whsec", whsec)],
        )
    };
    assert_eq!(sent(&target).await, Sent::Delivered);
    let (headers, body) = told.recv().await.unwrap();
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    let secrets = [("whsec".to_owned(), honeytoken::Secret::new(whsec))].into();
    let webhook = crate::provider::Provider::find("standard_webhooks").unwrap();
    let webhook = webhook.connect(&secrets).unwrap();
    let request = crate::provider::Request {
        method: "POST",
        url: "",
        headers: &headers,
        body: body.as_bytes(),
    };
    assert!(webhook.verify(request, NOW).is_ok());
}

#[tokio::test]
async fn an_answer_is_read_so_far_and_no_further() {
    let endless = || async {
        let chunk = || std::future::ready(Some((Ok::<_, std::io::Error>(vec![b'x'; 4096]), ())));
        axum::body::Body::from_stream(futures_util::stream::unfold((), move |()| chunk()))
    };
    let url = receiver(Router::new().route("/x", post(endless))).await;
    assert_eq!(
        sent(&at(&format!("{url}/x"), "slack")).await,
        Sent::Delivered
    );
    let no_code = failed("answer has no code", None);
    assert_eq!(sent(&at(&format!("{url}/x"), "feishu")).await, no_code);
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_left_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x", silent.local_addr().unwrap());
    let open = tokio::spawn(async move {
        let kept = silent.accept().await;
        std::future::pending::<()>().await;
        drop(kept);
    });
    let target = at(&url, "slack");
    let message = words::test(&LogTag::of("log"), &target, NOW);
    let sent = send_within(&target, &message, NOW, Duration::from_millis(300)).await;
    assert_eq!(sent, failed("no answer in time", None));
    open.abort();
}

#[tokio::test]
async fn nobody_there_and_names_that_lead_here() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let nobody = failed("no connection: name, address, port or TLS", None);
    assert_eq!(
        sent(&at(&format!("http://{address}/x"), "slack")).await,
        nobody
    );
    // Stored under an older rule, or set in a file: it is judged again when it is called.
    let here = AlertTarget {
        allow_private: false,
        ..at(&format!("http://{address}/x"), "slack")
    };
    let Sent::Failed { reason, .. } = sent(&here).await else {
        panic!()
    };
    assert!(reason.contains("https://"), "{reason}");
    let by_name = target("slack", &[("url", "https://localhost.localdomain/x")]);
    assert_eq!(sent(&by_name).await, nobody);
}
