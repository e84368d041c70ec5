//! The pages: the API's second face, for people. Nothing is decided here.
//!
//! A page asks the same functions as the API, as the same [`Caller`](crate::api::caller::Caller), so
//! that roles and studies hold without being said again; it only adds words, marks and forms. Plain
//! HTML that works without scripts; scripts copy, and renew what lives (`assets/*.js`).
//!
//! - [`sign_in`], [`session`], [`visitor`]: who is here. [`form`]: that a form is ours.
//! - [`dress`]: headers, and problems as pages. [`layout`], [`parts`], [`words`], [`lang`]: the look.
//! - [`public`]: findings for everybody, without a session.
//! - A file per page; `assets` are compiled in.
//!
//! What this part deliberately does not do: hold state of its own but sessions, or draw charts that a
//! report would draw otherwise.

mod assets;
mod attention;
mod bulk;
mod campaign;
mod campaigns;
mod chinese;
mod connections;
mod contact;
mod contacts;
mod dress;
mod evidence;
mod form;
mod graph;
mod guest;
mod honeytokens;
mod issue;
mod kinds;
pub(crate) mod lang;
mod layout;
mod line;
mod lines;
mod new_connection;
mod new_lines;
mod overview;
mod parts;
mod platform;
mod platforms;
mod power;
mod problem;
pub(crate) mod public;
pub(crate) mod session;
mod settings;
mod sign_in;
mod standings;
mod start;
mod token;
mod visitor;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::api::page::ListQuery;
use crate::app::App;
use crate::config::PageConfig;
use crate::problem::Problem;
use guest::Guest;

/// A page as it is answered.
type Shown = Html<String>;

/// What pages remember.
pub(crate) struct Pages {
    /// Who is signed in.
    pub(crate) sessions: session::Sessions,
    standings: standings::Kept,
    pub(super) public: public::keep::Kept,
}

impl Pages {
    pub(crate) fn new(config: &PageConfig) -> Pages {
        Pages {
            sessions: session::Sessions::new(config),
            standings: standings::Kept::default(),
            public: public::keep::Kept::default(),
        }
    }
}

/// All pages.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/start", get(start::show))
        .route("/attention", get(attention::show))
        .route(
            "/connections",
            get(connections::show).post(new_connection::create),
        )
        .route("/connections/new", get(new_connection::choose))
        .route("/connections/{id}", get(connections::one))
        .route("/connections/{id}/retire", post(connections::retire))
        .route("/lines", get(lines::show).post(new_lines::create))
        .route("/lines/new", get(new_lines::show))
        .route("/lines/draw-controls", post(line::draw_controls))
        .route("/lines/{number}", get(line::one))
        .route("/lines/{number}/alive", post(line::alive))
        .route("/lines/{number}/soak", post(line::soak))
        .route("/lines/{number}/retire", post(line::retire))
        .route(
            "/platforms",
            get(platforms::show).post(platform::edit::declare),
        )
        .route("/platforms/{id}", get(platform::show))
        .route("/platforms/{id}/notes", post(platform::notes::create))
        .route("/platforms/{id}/publish", post(platform::public::publish))
        .route(
            "/findings/{index}/withdraw",
            post(platform::public::withdraw),
        )
        .route("/platforms/{id}/take", post(platform::take::take))
        .route(
            "/platforms/{id}/reply/notices",
            post(platform::replies::notify),
        )
        .route(
            "/platforms/{id}/reply/answers",
            post(platform::replies::answer),
        )
        .route(
            "/platforms/{id}/reply/answers/{index}",
            post(platform::replies::publish),
        )
        .route("/power", get(power::show))
        .route("/settings", get(settings::show))
        .route("/settings/reading", post(settings::reading::set))
        .route("/settings/rules", post(settings::rules::set))
        .route("/settings/running", post(settings::running::set))
        .route("/settings/running/file", post(settings::running::by_file))
        .route("/settings/keys", post(settings::keys::create))
        .route("/settings/keys/{id}/revoke", post(settings::keys::revoke))
        .route("/settings/alerts", post(settings::alerts::create))
        .route("/settings/alerts/new", get(settings::alerts::new))
        .route("/settings/alerts/{id}/test", post(settings::alerts::test))
        .route(
            "/settings/alerts/{id}/remove",
            post(settings::alerts::remove),
        )
        .route("/contacts", get(contacts::show))
        .route(
            "/contacts/{index}/attachments/{sha256}",
            get(campaign::file),
        )
        .route("/campaigns", get(campaigns::show))
        .route("/campaigns/{id}", get(campaign::show))
        .route("/graph", get(graph::show))
        .route("/evidence", get(evidence::show))
        .route("/evidence/checkpoint", get(evidence::checkpoint))
        .route("/evidence/receipts/{index}", get(evidence::receipt))
        .route("/contacts/{index}", get(contact::show))
        .route("/contacts/{index}/notes", post(contact::note))
        .route("/contacts/{index}/complaint", post(contact::complain))
        .route("/honeytokens", get(honeytokens::show).post(issue::create))
        .route("/honeytokens/new", get(issue::show))
        .route("/honeytokens/bulk", get(bulk::show).post(bulk::create))
        .route("/honeytokens/issued.csv", get(bulk::csv))
        .route("/honeytokens/{id}", get(token::show))
        .route("/honeytokens/{id}/requests", post(token::request))
        .route("/honeytokens/{id}/end", post(token::end))
        .route("/stream", get(stream))
        .route("/assets/{file}", get(assets::serve))
        .layer(from_fn_with_state(Arc::clone(app), dress::dress))
}

/// A list's query as a form of ours sends it: what was left empty is not asked for, and a page holds
/// `rows`.
fn tidied(query: ListQuery, rows: usize) -> ListQuery {
    let filled = |field: Option<String>| field.filter(|text| !text.trim().is_empty());
    ListQuery {
        limit: Some(rows),
        cursor: filled(query.cursor),
        platform: filled(query.platform),
        line: filled(query.line),
        since: filled(query.since),
        until: filled(query.until),
    }
}

/// The API's stream, for whoever is signed in.
async fn stream(
    axum::extract::State(app): axum::extract::State<Arc<App>>,
    visitor: visitor::Visitor,
) -> Response {
    crate::api::stream::stream(axum::extract::State(app), visitor.caller)
        .await
        .into_response()
}

/// What is nowhere, as a page for whoever wants pages.
pub(crate) fn nothing_here(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    problem: Problem,
) -> Response {
    let guest = Guest::of(app, uri, headers);
    match guest.wants_page {
        true => {
            let mut response = problem::page(&guest, &problem).into_response();
            dress::protect(response.headers_mut(), guest.secure);
            response
        }
        false => problem.into_response(),
    }
}
