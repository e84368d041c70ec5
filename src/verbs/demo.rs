//! `demo`: everything at work on a simulated world, through the real webhook door.
//!
//! A world with known truth is told to a real server over HTTP, each contact as a webhook signed
//! the way its provider signs, in the order and at the times of the world: the server's clock
//! follows the world's. Then each platform's verdict stands beside its truth.

mod sign;
mod stage;

use std::time::Instant;

use attribution::world::{self, World};
use honeytoken::Timestamp;
use listener::{Clock, Config, Running};
use tokio::net::TcpListener;

use crate::cli::Demo;
use crate::exit::{Ends, Exit};
use crate::verbs::{serve, simulate};
use crate::{place, progress, table};
use stage::Stage;

/// Runs the demo; then serves until a signal comes, unless told to stop.
pub(crate) async fn run(args: Demo) -> anyhow::Result<Exit> {
    let scenario = simulate::find(&args.scenario)?;
    let world = world::generate(&scenario, args.seed);
    let temporary = tempfile::tempdir()?;
    let data = args
        .data
        .clone()
        .unwrap_or_else(|| temporary.path().join("data"));
    if store::Store::exists(&data) {
        let message = format!(
            "{} holds a log already; the demo begins a new one",
            data.display()
        );
        return Err(Ends::with(Exit::Unreadable, message));
    }

    // The world ends now, whenever its files say it does.
    let shift_s =
        Clock::system().now().as_unix_s() - world.contacts.last().map_or(0, |c| c.received_at);
    let clock = Clock::stopped(Timestamp::from_unix_s(began(&world) + shift_s));
    let mut ledger = place::open_or_create(&data, "canaryline.invalid/demo", &clock)?;
    let key = ledger.first_key(clock.now())?;
    let key = key.ok_or_else(|| Ends::with(Exit::Fault, "a fresh folder has a key already"))?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        let message = format!(
            "cannot listen on {}: {error}; try --listen 127.0.0.1:0",
            args.listen
        );
        Ends::with(Exit::Refused, message)
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let config = Config {
        data,
        ..Config::default()
    };
    let running = Running::start(ledger, clock.clone(), config, vec![], url.clone())?;
    let app = std::sync::Arc::clone(&running.app);
    let view = std::sync::Arc::clone(app.recorder.view());

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(running.serve(listener, None, async {
        // A dropped sender stops the server too.
        let _ = stopped.await;
    }));
    let began = Instant::now();
    let stage = Stage::new(&url, key.expose(), clock.clone(), shift_s)?;
    let bar = progress::bar("webhooks", world.contacts.len() as u64);
    stage.play(&world, &|| bar.inc(1)).await?;
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    report(&world, &view, seconds)?;

    if !args.exit {
        clock.run();
        serve::announce(&url)?;
        serve::announce_page(&url, &app)?;
        table::print(&format!(
            "admin key: {}\nAPI: {url}/v1/openapi.json",
            key.expose()
        ))?;
        table::print("stop with Ctrl-C; the data folder of a demo is removed then")?;
        serve::stop_signal()?.await;
    }
    drop(app);
    // A server that ended by itself says why when it is joined.
    let _ = stop.send(());
    server.await?;
    Ok(Exit::Ok)
}

fn began(world: &World) -> i64 {
    world
        .lines
        .iter()
        .map(|line| line.acquired_at)
        .min()
        .unwrap_or_default()
}

fn report(world: &World, view: &listener::ledger::View, seconds: f64) -> anyhow::Result<()> {
    let state = view.state();
    let verdicts = state.judgement.verdicts();
    let (mut rows, mut found, mut false_accusations) = (Vec::new(), 0, 0);
    let leaking = world
        .truth
        .platforms
        .values()
        .filter(|truth| truth.leaks)
        .count();
    for verdict in &verdicts {
        let Some(truth) = world.truth.platforms.get(verdict.platform.as_str()) else {
            continue;
        };
        let accused = verdict.flagged_at.is_some();
        found += usize::from(accused && truth.leaks);
        false_accusations += usize::from(accused && !truth.leaks);
        let name = state
            .registry
            .platform(&verdict.platform)
            .map(|p| p.name.clone());
        rows.push(vec![
            verdict.platform.to_string(),
            name.unwrap_or_default(),
            verdict.class.to_string(),
            truth.label.clone(),
            format!("{:.3}", verdict.probability),
            table::number(verdict.e_value),
            table::number(verdict.fdr),
            verdict.evidence.len().to_string(),
            remark(accused, truth.leaks).to_owned(),
        ]);
    }
    let header = [
        "id",
        "platform",
        "verdict",
        "truth",
        "probability",
        "e-value",
        "error rate",
        "evidence",
        "",
    ];
    table::print(&table::render(&header, &rows))?;
    let contacts = world.contacts.len();
    table::print(&format!(
        "\n{contacts} signed webhooks in {seconds:.1} s, {} entries in the log\n\
         leaking platforms found: {found} of {leaking}; innocent platforms accused: {false_accusations}",
        view.reader.size()
    ))
}

fn remark(accused: bool, leaks: bool) -> &'static str {
    match (accused, leaks) {
        (true, true) => "found",
        (false, true) => "not found yet",
        (true, false) => "FALSELY ACCUSED",
        (false, false) => "",
    }
}
