//! Closes what a preset closes: once, so that no format can forget.
//!
//! As in bundles: `regulator` sees everything that the log holds, credentials excepted; `platform`
//! what concerns its own numbers, without the installation and other platforms; `public` no number
//! of ours, no caller, no name, no code.

use honeytoken::PlatformId;

use super::material::{ContactRow, ExposureRow, Material};
use crate::preset::{Preset, is_harmless};

/// Closes it.
pub(super) fn close(material: &mut Material, preset: Preset, platform: Option<&PlatformId>) {
    if preset == Preset::Regulator {
        return;
    }
    let names = std::mem::take(&mut material.names);
    // Other platforms are closed to a platform; for the public there are no others.
    let rivals = platform
        .filter(|_| preset == Preset::Platform)
        .map(ToString::to_string);
    let is_open = |id: &String| rivals.as_ref().is_none_or(|own| own == id);
    for contact in &mut material.contacts {
        contact.connection = None;
        contact.provider_event_id = None;
        contact.label = None;
        contact.platform.take_if(|id| !is_open(id));
        if preset == Preset::Public {
            contact_for_public(contact, &names);
        }
    }
    for line in &mut material.exposure {
        (line.block, line.connection) = (None, None);
        if preset == Preset::Public {
            line.number = None;
        }
    }
    material
        .exposure
        .retain(|line| is_own(line, rivals.as_deref()));
    for verdict in &mut material.verdicts {
        verdict.joint_with.retain(&is_open);
    }
    material
        .verdicts
        .retain(|verdict| is_open(&verdict.platform));
    for campaign in &mut material.campaigns {
        campaign.platforms.retain(&is_open);
        campaign
            .domains
            .retain(|domain| preset != Preset::Public || is_harmless(domain, &names));
    }
    for link in &mut material.links {
        for side in &mut link.platforms {
            if !is_open(side) {
                side.clear();
            }
        }
    }
    material
        .platforms
        .retain(|platform| is_open(&platform.platform.to_string()));
}

fn contact_for_public(contact: &mut ContactRow, names: &[String]) {
    (contact.to, contact.from) = (None, None);
    contact.call_back_numbers.clear();
    contact.text.take_if(|text| !is_harmless(text, names));
}

fn is_own(line: &ExposureRow, own: Option<&str>) -> bool {
    own.is_none_or(|own| line.platform.as_deref() == Some(own))
}
