//! What a contact was heard to say: a player, where the recording is kept here.

use maud::{Markup, html};

use crate::api::attachments::AttachmentOut;
use crate::api::contacts::ContactOut;
use crate::page::lang::{Lang, said};

/// Players for all recordings of a contact and its later stages. Nothing is fetched before somebody
/// plays it, since that is put down in the custody log.
pub(in crate::page) fn players(lang: Lang, contact: &ContactOut) -> Markup {
    let own = contact.attachments.iter().map(|file| (contact.index, file));
    let later = contact.events.iter();
    let later = later.flat_map(|stage| stage.attachments.iter().map(|file| (stage.index, file)));
    html! { @for (entry, file) in own.chain(later).filter(|(_, file)| is_sound(file)) { (player(lang, entry, file)) } }
}

fn is_sound(file: &AttachmentOut) -> bool {
    let media = file.media_type.as_deref().unwrap_or_default();
    media.starts_with("audio/")
}

fn player(lang: Lang, entry: u64, file: &AttachmentOut) -> Markup {
    let kilobytes = file.bytes.div_ceil(1000);
    let label = said!(lang, "Recording, {kilobytes} kB", "录音，{kilobytes} kB");
    match file.held {
        true => html! {
            audio.recording controls preload="none" aria-label=(label)
                src={ "/contacts/" (entry) "/attachments/" (file.sha256) } {}
        },
        false => html! {
            span.hint { (label) " · " (lang.say("kept elsewhere, only its digest is here", "存于别处，此处只有摘要")) }
        },
    }
}
