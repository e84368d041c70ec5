//! One campaign: whom it reached, who called, what was said.

mod shapes;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;

use attribution::{CampaignId, Reach, ReachedNumber};
use axum::Json;
use axum::extract::State;
use honeytoken::{Contact, Entry, Event};
use report::CampaignOut;

use super::caller::Caller;
use super::contacts::{self, ContactOut, may_see};
use super::page::{LIMIT_MAX, ListQuery, Page, page_of, ranked};
use super::parts::{Path, Query};
use super::verdicts::{campaign_out, folded, open_to};
use crate::app::App;
use crate::ledger::{State as Fold, View};
use crate::problem::Problem;
pub(crate) use shapes::{CallerOut, CampaignDetailOut, ReachedOut, TallyOut, Telling, VariantOut};
use told::Told;

/// Newest contacts that callers and texts are gathered from: no page is longer.
const LOOKED_AT_MAX: usize = LIMIT_MAX;
/// Callers and texts in a page, those with most contacts first.
const TOLD_MAX: usize = 40;

/// One campaign, by its id or one that it was known by.
#[utoipa::path(get, path = "/v1/campaigns/{campaign}", tag = "verdicts",
    params(("campaign" = String, Path), ListQuery, Telling),
    responses((status = 200, body = CampaignDetailOut), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(campaign): Path<String>,
    Query(query): Query<ListQuery>,
    Query(telling): Query<Telling>,
) -> Result<Json<CampaignDetailOut>, Problem> {
    in_full(&app, &caller, &campaign, query, telling, TOLD_MAX)
        .await
        .map(Json)
}

/// One campaign, with so many callers and texts at most.
///
/// # Errors
/// 404 when there is none of this id; 400 when a cursor is none of ours.
pub(crate) async fn in_full(
    app: &App,
    caller: &Caller,
    campaign: &str,
    query: ListQuery,
    telling: Telling,
    most: usize,
) -> Result<CampaignDetailOut, Problem> {
    let unknown = || Problem::not_found("no campaign of this id");
    let id = parsed(campaign).ok_or_else(unknown)?;
    let (before, limit) = (query.before()?, query.limit());
    let view = Arc::clone(app.recorder.view());
    let asker = caller.clone();
    let look = move || look(&view, &asker, id, (before, limit), (&telling, most));
    let looked = tokio::task::spawn_blocking(look).await;
    let looked = looked.map_err(|error| Problem::internal(&error))??;
    let (detail, shown) = looked.ok_or_else(unknown)?;
    if caller.role.may_see_personal_data() {
        app.reads.note(&caller.key, "contacts", &shown);
    }
    Ok(detail)
}

/// `c` and a number.
fn parsed(text: &str) -> Option<CampaignId> {
    let digits = text.strip_prefix('c')?;
    let canonical = digits.bytes().all(|b| b.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| canonical)?;
    Some(CampaignId(number))
}

type Looked = Option<(CampaignDetailOut, Vec<u64>)>;

/// The campaign, and the entries of which personal data is shown.
fn look(
    view: &View,
    caller: &Caller,
    id: CampaignId,
    (before, limit): (Option<u64>, usize),
    (telling, most): (&Telling, usize),
) -> Result<Looked, Problem> {
    // The lock is not held while entries are read.
    let (reach, newest, paged) = {
        let judgement = &view.state().judgement;
        let Some(reach) = judgement.campaign_reach(id) else {
            return Ok(None);
        };
        let newest = judgement.campaign_entries(id, None, LOOKED_AT_MAX);
        let paged = match before {
            None => newest.iter().copied().take(limit).collect(),
            Some(_) => judgement.campaign_entries(id, before, limit),
        };
        (reach, newest, paged)
    };
    let told = Told::of(view, caller, &newest)?;
    let contacts = page(view, caller, &paged, limit)?;
    let callers = by_contacts(told.callers.into_values(), |c| c.contacts);
    let variants = by_contacts(told.variants.into_values(), |v| v.contacts);
    let (callers_in_all, variants_in_all) = (callers.len(), variants.len());
    let first = variants.first().map(|v| (v.entry, v.text.clone()));
    let callers = ranked(callers, telling.callers.as_deref(), most)?;
    let variants = ranked(variants, telling.variants.as_deref(), most)?;
    let mut shown: Vec<u64> = contacts.items.iter().map(|c| c.index).collect();
    shown.extend(variants.items.iter().map(|v| v.entry));
    shown.extend(first.iter().map(|(entry, _)| *entry));
    shown.sort_unstable();
    shown.dedup();
    let state = view.state();
    let detail = CampaignDetailOut {
        works_lists: !reach.campaign.platforms.is_empty(),
        platforms: platforms(&state, caller, &reach),
        controls: tally(reach.numbers.iter().filter(|n| n.control)),
        unplaced: tally(
            reach
                .numbers
                .iter()
                .filter(|n| !n.control && n.platforms.is_empty()),
        ),
        about: campaign_out(&state, caller, reach.campaign),
        looked_at: told.looked_at,
        callers: callers.items,
        callers_in_all,
        next_callers: callers.next_cursor,
        most_frequent: first.map(|(_, text)| text).unwrap_or_default(),
        variants: variants.items,
        variants_in_all,
        next_variants: variants.next_cursor,
        contacts,
    };
    Ok(Some((detail, shown)))
}

fn tally<'a>(numbers: impl Iterator<Item = &'a ReachedNumber>) -> TallyOut {
    numbers.fold(TallyOut::default(), |sum, number| TallyOut {
        numbers: sum.numbers + 1,
        contacts: sum.contacts + u64::from(number.contacts),
    })
}

fn platforms(state: &Fold, caller: &Caller, reach: &Reach) -> Vec<ReachedOut> {
    let mut platforms: BTreeMap<_, ReachedOut> = BTreeMap::new();
    for number in &reach.numbers {
        let open = number.platforms.iter();
        for platform in open.filter(|id| open_to(state, caller, id)) {
            let of = platforms.entry(platform).or_insert_with(|| ReachedOut {
                platform: platform.to_string(),
                numbers: 0,
                contacts: 0,
                first_at: number.first_at,
            });
            of.numbers += 1;
            of.contacts += u64::from(number.contacts);
        }
    }
    let mut platforms: Vec<_> = platforms.into_values().collect();
    platforms.sort_by(|a, b| (a.first_at, &a.platform).cmp(&(b.first_at, &b.platform)));
    platforms
}

/// Those with most contacts first.
fn by_contacts<T>(all: impl Iterator<Item = T>, count: impl Fn(&T) -> u64) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    // The sort is stable: among equals the first by key stays first.
    all.sort_by_key(|item| std::cmp::Reverse(count(item)));
    all
}

/// The contact in this entry, if the caller may see it and it is not gone.
fn open_contact(
    view: &View,
    caller: &Caller,
    index: u64,
) -> Result<Option<(Entry, Contact)>, Problem> {
    let entry = view
        .reader
        .entry(index)
        .map_err(|error| Problem::internal(&error))?;
    let Some(entry) = entry else { return Ok(None) };
    let Event::Contact(contact) = &entry.event else {
        return Ok(None);
    };
    let contact = contact.clone();
    Ok(may_see(&view.state(), caller, &contact).then_some((entry, contact)))
}

fn page(
    view: &View,
    caller: &Caller,
    entries: &[u64],
    limit: usize,
) -> Result<Page<ContactOut>, Problem> {
    let next_cursor = entries.last().filter(|_| entries.len() == limit);
    let mut items = Vec::new();
    for index in entries {
        if let Some((entry, contact)) = open_contact(view, caller, *index)? {
            let state = view.state();
            items.push(contacts::shown(view, &state, caller, &entry, &contact));
        }
    }
    Ok(Page {
        items,
        next_cursor: next_cursor.map(ToString::to_string),
    })
}

/// Campaigns, those last heard of first; with `listed` alone those that work lists.
///
/// # Errors
/// A filter that cannot be read, or the fold cannot be asked.
pub(crate) async fn newest(
    app: &App,
    caller: &Caller,
    query: ListQuery,
    listed: bool,
) -> Result<Page<CampaignOut>, Problem> {
    let platform = query.platform()?;
    let caller = caller.clone();
    folded(app, move |state| {
        let mut campaigns = state.judgement.campaigns();
        campaigns.retain(|c| {
            (!listed || !c.platforms.is_empty())
                && platform
                    .as_ref()
                    .is_none_or(|id| c.platforms.contains(id) && open_to(state, &caller, id))
        });
        campaigns.sort_by_key(|c| (std::cmp::Reverse(c.last_at), c.campaign));
        let keyed = campaigns.into_iter().map(|campaign| {
            let age = i64::MAX - campaign.last_at.as_micros();
            (format!("{age:020}-{:010}", campaign.campaign.0), campaign)
        });
        let page = page_of(keyed, &query);
        Page {
            items: page
                .items
                .into_iter()
                .map(|c| campaign_out(state, &caller, c))
                .collect(),
            next_cursor: page.next_cursor,
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_letter_and_a_number() {
        assert_eq!(parsed("c12"), Some(CampaignId(12)));
        for bad in ["", "c", "12", "b12", "c+1", "c-1", "c 1", "c99999999999"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
