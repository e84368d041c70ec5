//! What an account can.

/// One thing that an account can do, or cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ability {
    /// Numbers for sale.
    SearchNumbers,
    /// Buy a number.
    BuyNumbers,
    /// Give a number back.
    ReleaseNumbers,
    /// Set a number's webhook addresses.
    PointNumbers,
    /// The numbers that we hold.
    ListNumbers,
    /// The messages that reached us.
    ListMessages,
    /// The calls that reached us.
    ListCalls,
    /// Send a message between own lines.
    SendMessages,
    /// Place a call between own lines.
    PlaceCalls,
    /// Fetch recordings and pictures.
    FetchMedia,
}

impl Ability {
    /// All of them, in the order of the documentation.
    pub const ALL: [Ability; 10] = [
        Ability::SearchNumbers,
        Ability::BuyNumbers,
        Ability::ReleaseNumbers,
        Ability::PointNumbers,
        Ability::ListNumbers,
        Ability::ListMessages,
        Ability::ListCalls,
        Ability::SendMessages,
        Ability::PlaceCalls,
        Ability::FetchMedia,
    ];

    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Ability::SearchNumbers => "search_numbers",
            Ability::BuyNumbers => "buy_numbers",
            Ability::ReleaseNumbers => "release_numbers",
            Ability::PointNumbers => "point_numbers",
            Ability::ListNumbers => "list_numbers",
            Ability::ListMessages => "list_messages",
            Ability::ListCalls => "list_calls",
            Ability::SendMessages => "send_messages",
            Ability::PlaceCalls => "place_calls",
            Ability::FetchMedia => "fetch_media",
        }
    }

    /// In words, after "cannot".
    pub const fn in_words(self) -> &'static str {
        match self {
            Ability::SearchNumbers => "search numbers",
            Ability::BuyNumbers => "buy numbers",
            Ability::ReleaseNumbers => "give numbers back",
            Ability::PointNumbers => "set webhook addresses",
            Ability::ListNumbers => "list own numbers",
            Ability::ListMessages => "list messages",
            Ability::ListCalls => "list calls",
            Ability::SendMessages => "send messages",
            Ability::PlaceCalls => "place calls",
            Ability::FetchMedia => "fetch recordings and pictures",
        }
    }
}
