//! The rules: may this line be added, this honeytoken issued, this request noted?

use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;

use super::{LineRecord, Refusal, Registry};
use crate::{
    ConnectionId, ConnectionRetired, Consent, Country, Event, Honeytoken, HoneytokenEnded,
    HoneytokenId, KeyId, KeyRevoked, Language, Line, LineRetired, LineRole, LineState, Persona,
    PersonaSpec, PhoneNumber, Placing, Platform, PlatformId, RequestKind, RequestMade, Role, Study,
    StudyId, Timestamp,
};

/// How often a name is drawn anew before we give up; the space holds about a million.
const NAME_DRAWS_MAX: usize = 64;
/// Characters of a drawn honeytoken id: 16 of 32 carry 80 random bits.
const ID_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const ID_CHARACTERS: usize = 16;

/// Which line a honeytoken is to live on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineChoice {
    /// This one.
    This(PhoneNumber),
    /// Any ready one, drawn by lot under the committed seed: then whatever callers do, no
    /// platform's numbers differ from another's by design, and randomisation tests hold.
    Any,
}

/// A wish to place a number with a platform.
#[derive(Debug, Clone)]
pub struct Issue<'a> {
    /// With whom.
    pub platform: PlatformId,
    /// On which line.
    pub line: LineChoice,
    /// As whom; none: a persona is drawn.
    pub persona: Option<Persona>,
    /// The language of a drawn persona; none: Chinese on Chinese lines, else English.
    pub language: Option<Language>,
    /// Pattern of a drawn persona's address, see [`PersonaSpec`].
    pub email_pattern: Option<&'a str>,
    /// What was agreed to.
    pub consent: Consent,
    /// When the number was typed into the form; none: now.
    pub registered_at: Option<Timestamp>,
    /// The study it belongs to.
    pub study: Option<StudyId>,
    /// ISO 3166 code of the line's country; none: any.
    pub country: Option<String>,
    /// Whether a line must have soaked; imports of the past are exempt.
    pub enforce_soak: bool,
}

impl Registry {
    /// May this number enter the pool?
    ///
    /// # Errors
    /// When it is in the pool already, was placed and would become a control, or names a
    /// connection or country that does not exist.
    pub fn add_line(&self, line: Line) -> Result<Event, Refusal> {
        if self.connection(&line.connection).is_none() {
            return Err(Refusal::UnknownConnection(line.connection));
        }
        if let Some(code) = &line.country {
            let known = code.parse::<Country>().is_ok();
            known
                .then_some(())
                .ok_or_else(|| Refusal::UnknownCountry(code.clone()))?;
        }
        match self.lines.get(&line.number) {
            Some(record) if !record.retired => Err(Refusal::AlreadyAdded(line.number)),
            Some(record) if line.role == LineRole::Control && !record.honeytokens.is_empty() => {
                Err(Refusal::WasPlaced(line.number))
            }
            _ => Ok(Event::LineAdded(line)),
        }
    }

    /// May this line leave service?
    ///
    /// # Errors
    /// When it is unknown or retired.
    pub fn retire_line(&self, number: PhoneNumber) -> Result<Event, Refusal> {
        match self.lines.get(&number) {
            None => Err(Refusal::UnknownLine(number)),
            Some(record) if record.retired => Err(Refusal::Retired(number)),
            Some(_) => Ok(Event::LineRetired(LineRetired { number })),
        }
    }

    /// May this connection be closed?
    ///
    /// # Errors
    /// When it is unknown.
    pub fn retire_connection(&self, id: ConnectionId) -> Result<Event, Refusal> {
        match self.connection(&id) {
            Some(_) => Ok(Event::ConnectionRetired(ConnectionRetired {
                connection: id,
            })),
            None => Err(Refusal::UnknownConnection(id)),
        }
    }

    /// May this platform be declared, or described anew?
    ///
    /// # Errors
    /// When it has no name.
    pub fn declare_platform(&self, platform: Platform) -> Result<Event, Refusal> {
        if platform.name.trim().is_empty() {
            return Err(Refusal::Unnamed("platform"));
        }
        Ok(Event::PlatformDeclared(platform))
    }

    /// May this study be set?
    ///
    /// # Errors
    /// When it has no name, or names a platform that does not exist.
    pub fn set_study(&self, study: Study) -> Result<Event, Refusal> {
        if study.name.trim().is_empty() {
            return Err(Refusal::Unnamed("study"));
        }
        match study
            .platforms
            .iter()
            .find(|id| self.platform(id).is_none())
        {
            Some(unknown) => Err(Refusal::UnknownPlatform(unknown.clone())),
            None => Ok(Event::StudySet(study)),
        }
    }

    /// May a number be placed as wished, at `now`? Persona and id come from `random`, a line that is
    /// drawn comes from the committed seed.
    ///
    /// # Errors
    /// Every rule has its own [`Refusal`].
    pub fn issue(
        &self,
        wish: Issue<'_>,
        now: Timestamp,
        random: &mut ChaCha12Rng,
    ) -> Result<Event, Refusal> {
        if self.platform(&wish.platform).is_none() {
            return Err(Refusal::UnknownPlatform(wish.platform));
        }
        if let Some(study) = wish.study.as_ref().filter(|id| self.study(id).is_none()) {
            return Err(Refusal::UnknownStudy(study.clone()));
        }
        let (record, placing) = match wish.line {
            LineChoice::This(number) => (self.named(number)?, Placing::Chosen),
            LineChoice::Any => self.draw_line(&wish, now)?,
        };
        self.placeable(record, &wish, now)?;
        let registered_at = wish.registered_at.unwrap_or(now);
        if registered_at < record.line.acquired_at {
            let acquired_at = record.line.acquired_at;
            return Err(Refusal::BeforeAcquired {
                registered_at,
                acquired_at,
            });
        }
        let persona = self.persona(&wish, &record.line, random)?;
        Ok(Event::HoneytokenIssued(Honeytoken {
            honeytoken: self.draw_id(random),
            platform: wish.platform,
            number: record.line.number,
            persona,
            consent: wish.consent,
            registered_at,
            study: wish.study,
            country: wish.country.or_else(|| record.line.country.clone()),
            placing: Some(placing),
        }))
    }

    fn named(&self, number: PhoneNumber) -> Result<&LineRecord, Refusal> {
        self.lines.get(&number).ok_or(Refusal::UnknownLine(number))
    }

    fn placeable(
        &self,
        record: &LineRecord,
        wish: &Issue<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let number = record.line.number;
        match self.state(record, now) {
            LineState::Retired => Err(Refusal::Retired(number)),
            LineState::Control => Err(Refusal::IsControl(number)),
            LineState::Soaking if wish.enforce_soak => Err(Refusal::StillSoaking {
                number,
                until: record.line.soak_until.unwrap_or(now),
            }),
            LineState::Dirty if wish.enforce_soak => Err(Refusal::Dirty(number)),
            LineState::Placed => self.shareable(record, &wish.platform),
            LineState::Soaking | LineState::Dirty | LineState::Ready => Ok(()),
        }
    }

    /// A placed line takes another honeytoken only if it is shared, and one per platform.
    fn shareable(&self, record: &LineRecord, platform: &PlatformId) -> Result<(), Refusal> {
        let mut holders = self
            .honeytokens_on(&record.line.number)
            .map(|r| &r.honeytoken.platform);
        let holder = match record.line.shared {
            true => holders.find(|holder| *holder == platform),
            false => holders.next(),
        };
        match holder {
            None => Ok(()),
            Some(holder) => Err(Refusal::AlreadyPlaced {
                number: record.line.number,
                platform: holder.clone(),
            }),
        }
    }

    fn persona(
        &self,
        wish: &Issue<'_>,
        line: &Line,
        random: &mut ChaCha12Rng,
    ) -> Result<Persona, Refusal> {
        if let Some(persona) = &wish.persona {
            return match persona.key() {
                key if key.is_empty() => Err(Refusal::NameEmpty),
                key if self.live_names.contains(&key) => Err(Refusal::NameInUse),
                _ => Ok(persona.clone()),
            };
        }
        let chinese = line.number.as_str().starts_with("+86");
        let by_line = if chinese { Language::Zh } else { Language::En };
        let spec = PersonaSpec {
            language: wish.language.unwrap_or(by_line),
            email_pattern: wish.email_pattern,
        };
        (0..NAME_DRAWS_MAX)
            .map(|_| Persona::draw(spec, random))
            .find(|persona| !self.live_names.contains(&persona.key()))
            .ok_or(Refusal::NameInUse)
    }

    fn draw_id(&self, random: &mut ChaCha12Rng) -> HoneytokenId {
        loop {
            let letter = |_| char::from(ID_ALPHABET[random.random_range(0..ID_ALPHABET.len())]);
            let text: String = (0..ID_CHARACTERS).map(letter).collect();
            match text.parse() {
                Ok(id) if self.honeytoken(&id).is_none() => return id,
                _ => {}
            }
        }
    }

    /// May it be noted that the persona asked the platform for something?
    ///
    /// # Errors
    /// When the honeytoken is unknown.
    pub fn request(
        &self,
        honeytoken: HoneytokenId,
        request: RequestKind,
        made_at: Timestamp,
    ) -> Result<Event, Refusal> {
        match self.honeytoken(&honeytoken) {
            None => Err(Refusal::UnknownHoneytoken(honeytoken)),
            Some(_) => Ok(Event::RequestMade(RequestMade {
                honeytoken,
                request,
                made_at,
            })),
        }
    }

    /// May the placement end?
    ///
    /// # Errors
    /// When it is unknown or over.
    pub fn end_honeytoken(&self, honeytoken: HoneytokenId) -> Result<Event, Refusal> {
        match self.honeytoken(&honeytoken) {
            None => Err(Refusal::UnknownHoneytoken(honeytoken)),
            Some(record) if record.ended => Err(Refusal::Ended(honeytoken)),
            Some(_) => Ok(Event::HoneytokenEnded(HoneytokenEnded { honeytoken })),
        }
    }

    /// May this key be revoked?
    ///
    /// # Errors
    /// When it is unknown, or the last one that may administer.
    pub fn revoke_key(&self, id: KeyId) -> Result<Event, Refusal> {
        let Some(key) = self.keys.get(&id) else {
            return Err(Refusal::UnknownKey(id));
        };
        let admins = self.keys().filter(|k| k.role == Role::Admin).count();
        if key.role == Role::Admin && admins == 1 {
            return Err(Refusal::LastAdmin(id));
        }
        Ok(Event::KeyRevoked(KeyRevoked { key: id }))
    }
}
