//! Numbers that we hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::PhoneNumber;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::parts::Path;
use super::{lines_of, opened};
use crate::account::{Account, AccountError, OwnNumber};
use crate::app::App;
use crate::problem::Problem;

/// Pages read of the numbers that we hold.
const PAGES_MAX: usize = 200;

/// A number that we hold at the provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnNumberOut {
    number: String,
    /// The provider's own id of it.
    id: String,
    /// Where its messages are told, as far as the provider says.
    sms_url: Option<String>,
    /// Where its calls are told, as far as the provider says.
    voice_url: Option<String>,
    /// Whether it is a line of ours that is in service.
    in_pool: bool,
}

/// The numbers that we hold.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnNumbersOut {
    items: Vec<OwnNumberOut>,
    /// Lines of this connection that the provider does not list; none are named if the list was cut.
    not_at_provider: Vec<String>,
    /// Whether the provider lists more than was read.
    cut_short: bool,
}

/// The numbers that we hold at the provider, and the lines of ours that it does not know.
#[utoipa::path(get, path = "/v1/connections/{id}/numbers", tag = "numbers",
    params(("id" = String, Path)),
    responses((status = 200, body = OwnNumbersOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<OwnNumbersOut>, Problem> {
    caller.may_work()?;
    let (connection, account) = opened(&app, &id)?;
    let (held, cut_short) = held(&*account).await?;
    let lines = lines_of(&app, &connection.connection);
    let listed: BTreeSet<PhoneNumber> = held.iter().map(|own| own.number).collect();
    // What a list does not hold that was not read to its end is not known to be missing.
    let missing = lines
        .iter()
        .filter(|number| !cut_short && !listed.contains(number));
    let not_at_provider = missing.map(|number| number.as_str().to_owned()).collect();
    let items = held.iter().map(|own| OwnNumberOut {
        number: own.number.as_str().to_owned(),
        id: own.id.clone(),
        sms_url: own.sms_url.clone(),
        voice_url: own.voice_url.clone(),
        in_pool: lines.contains(&own.number),
    });
    Ok(Json(OwnNumbersOut {
        items: items.collect(),
        not_at_provider,
        cut_short,
    }))
}

/// The numbers that we hold, and whether there are more.
async fn held(account: &dyn Account) -> Result<(Vec<OwnNumber>, bool), AccountError> {
    let (mut held, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = account.numbers(cursor).await?;
        held.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok((held, false));
        }
    }
    Ok((held, true))
}
