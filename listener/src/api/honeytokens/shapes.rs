//! A honeytoken as it is told.

use honeytoken::{
    Consent, HoneytokenRecord, Language, Persona, Placing, RequestKind, SenderKind, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::redact::masked;

/// A decoy's particulars.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonaBody {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) given: Option<String>,
    #[serde(default)]
    pub(crate) family: Option<String>,
    #[serde(default)]
    pub(crate) romanised: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) language: Option<Language>,
}

impl PersonaBody {
    pub(super) fn into_persona(self) -> Persona {
        let PersonaBody {
            name,
            given,
            family,
            romanised,
            email,
            language,
        } = self;
        Persona {
            name,
            given,
            family,
            romanised,
            email,
            language,
        }
    }

    fn of(persona: &Persona) -> PersonaBody {
        let Persona {
            name,
            given,
            family,
            romanised,
            email,
            language,
        } = persona.clone();
        PersonaBody {
            name,
            given,
            family,
            romanised,
            email,
            language,
        }
    }
}

/// A honeytoken as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoneytokenOut {
    pub(crate) id: String,
    pub(crate) platform: String,
    /// The number; hidden from viewers.
    pub(crate) number: String,
    /// The decoy; hidden from viewers.
    pub(crate) persona: Option<PersonaBody>,
    #[schema(value_type = std::collections::BTreeMap<String, bool>)]
    pub(crate) consent: Consent,
    #[schema(value_type = String)]
    pub(crate) registered_at: Timestamp,
    pub(crate) country: Option<String>,
    pub(crate) study: Option<String>,
    pub(crate) ended: bool,
    pub(crate) requests: Vec<RequestOut>,
    /// The entry that issued it.
    pub(crate) index: u64,
    /// How its line was found: `lot`, or `chosen` by somebody; null where the log does not say.
    pub(crate) placing: Option<&'static str>,
    /// The draw, if it was by lot: enough to draw again.
    pub(crate) lot: Option<LotOut>,
    /// What the inference lacks.
    pub(crate) warnings: Vec<&'static str>,
}

/// A draw of a line.
#[derive(Serialize, ToSchema)]
pub(crate) struct LotOut {
    algorithm: String,
    /// The entry that committed the seed.
    seed: u64,
    /// How many draws went before it under this seed.
    number: u64,
    /// How many lines could have been drawn.
    candidates: u64,
    /// SHA-256 of their entries' indices, ascending, in decimal, each ended by LF.
    candidates_sha256: String,
    #[schema(value_type = String)]
    decided_at: Timestamp,
}

impl LotOut {
    fn of(lot: &honeytoken::Lot) -> LotOut {
        LotOut {
            algorithm: lot.algorithm.clone(),
            seed: lot.drawing.seed,
            number: lot.drawing.number,
            candidates: lot.candidates,
            candidates_sha256: lot.candidates_sha256.clone(),
            decided_at: lot.decided_at,
        }
    }
}

/// What a persona asked its platform for.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestOut {
    #[schema(value_type = String)]
    pub(crate) kind: RequestKind,
    #[schema(value_type = String)]
    pub(crate) at: Timestamp,
}

/// A honeytoken; number and persona only if `open`.
pub(super) fn shown(
    record: &HoneytokenRecord,
    open: bool,
    warnings: Vec<&'static str>,
) -> HoneytokenOut {
    let token = &record.honeytoken;
    let number = token.number.as_str();
    let request = |r: &honeytoken::RequestMade| RequestOut {
        kind: r.request,
        at: r.made_at,
    };
    HoneytokenOut {
        id: token.honeytoken.to_string(),
        platform: token.platform.to_string(),
        number: if open {
            number.to_owned()
        } else {
            masked(number, SenderKind::Number)
        },
        persona: open.then(|| PersonaBody::of(&token.persona)),
        consent: token.consent.clone(),
        registered_at: token.registered_at,
        country: token.country.clone(),
        study: token.study.as_ref().map(ToString::to_string),
        ended: record.ended,
        requests: record.requests.iter().map(request).collect(),
        index: record.index,
        placing: token.placing.as_ref().map(|placing| match placing {
            Placing::Chosen => "chosen",
            Placing::Lot(_) => "lot",
        }),
        lot: match &token.placing {
            Some(Placing::Lot(lot)) => Some(LotOut::of(lot)),
            _ => None,
        },
        warnings,
    }
}
