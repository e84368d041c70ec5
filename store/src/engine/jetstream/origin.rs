//! Where a message came from: which node, which batch of that node's outbox, which try. A node knows
//! its own by it, also what is left of one that was erased.

use async_nats::HeaderMap;

use super::{ID, MARK, NODE};

/// What the headers of a message say of where it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// The id that it was published under.
    pub(super) id: String,
    /// The node that published it.
    pub(super) node: String,
    /// The number of its batch in that node's outbox.
    pub(super) mark: Option<u64>,
}

impl Origin {
    pub(super) fn of(headers: &HeaderMap) -> Origin {
        let word = |name: &str| {
            let value = headers.get(name).map(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        };
        // Of what is left of a message, the server's id is another.
        let id = Some(word(ID)).filter(|id| !id.is_empty());
        Origin {
            id: id.unwrap_or_else(|| word("Nats-Msg-Id")),
            node: word(NODE),
            mark: word(MARK).parse().ok(),
        }
    }

    /// As headers of what stands for the message.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let mark = self.mark.map(|mark| mark.to_string());
        let all = [
            (ID, Some(self.id.clone())),
            (NODE, Some(self.node.clone())),
            (MARK, mark),
        ];
        let told = all.into_iter();
        told.filter_map(|(name, value)| Some((name, value.filter(|v| !v.is_empty())?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            headers.insert(*name, *value);
        }
        headers
    }

    #[test]
    fn what_is_left_of_a_message_says_where_that_came_from() {
        let published = headers(&[("Nats-Msg-Id", "abc"), (NODE, "one"), (MARK, "7")]);
        let origin = Origin::of(&published);
        let (id, node) = ("abc".to_owned(), "one".to_owned());
        let mark = Some(7);
        assert_eq!(origin, Origin { id, node, mark });
        let left = origin.headers();
        let left: Vec<(&str, &str)> = left.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert!(
            left.iter().all(|(name, _)| *name != "Nats-Msg-Id"),
            "what is left twice is no duplicate"
        );
        assert_eq!(Origin::of(&headers(&left)), origin);
        assert_eq!(Origin::of(&headers(&[])), Origin::default());
        assert_eq!(Origin::default().headers(), []);
    }
}
