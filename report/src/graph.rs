//! Who passes numbers on to whom, as nodes and edges.

use std::collections::BTreeMap;

use attribution::{Broker, Class};
use honeytoken::{PlatformId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Platforms and the brokers behind them.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphOut {
    /// Platforms, then brokers.
    pub nodes: Vec<NodeOut>,
    /// From platforms to brokers.
    pub edges: Vec<EdgeOut>,
}

/// A platform, or a broker that was inferred.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeOut {
    /// The platform's id, or `b` and a number.
    pub id: String,
    /// `platform` or `broker`. A broker may be one company, several that deal with each other, or a
    /// sale from one of the platforms to the next.
    pub kind: &'static str,
    /// A platform's verdict.
    #[schema(value_type = Option<String>)]
    pub class: Option<Class>,
    /// A broker's buyers: campaigns that reached two of its platforms or more.
    pub campaigns: Vec<String>,
}

/// Numbers of a platform went through a broker.
#[derive(Debug, Serialize, ToSchema)]
pub struct EdgeOut {
    /// The platform.
    pub from: String,
    /// The broker.
    pub to: String,
    /// The place of the platform in the order in which buyers reached them, from 1.
    pub order: usize,
    /// The buyers' first contact with its numbers, to the day.
    #[schema(value_type = String)]
    pub first_at: Timestamp,
    /// The buyers that reached its numbers.
    pub campaigns: Vec<String>,
    /// Their contacts.
    pub contacts: u64,
    /// Probability by chance of its weakest link to another of the broker's platforms.
    pub p_value: f64,
}

impl GraphOut {
    /// The brokers with those of their platforms that are in `shown`, with their verdicts; a broker
    /// of fewer than two of these is left out.
    pub fn new(brokers: &[Broker], shown: &BTreeMap<PlatformId, Class>) -> GraphOut {
        let mut graph = GraphOut {
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        let mut platforms: BTreeMap<&PlatformId, Class> = BTreeMap::new();
        let mut hidden = Vec::new();
        for broker in brokers {
            let open = || {
                let sources = broker.sources.iter();
                sources.filter_map(|s| Some((s, *shown.get(&s.platform)?)))
            };
            if open().count() < 2 {
                continue;
            }
            for (at, (source, class)) in open().enumerate() {
                platforms.insert(&source.platform, class);
                graph.edges.push(EdgeOut {
                    from: source.platform.to_string(),
                    to: broker.broker.to_string(),
                    order: at + 1,
                    first_at: source.first_at,
                    campaigns: source.campaigns.iter().map(ToString::to_string).collect(),
                    contacts: source.contacts,
                    p_value: source.p_value,
                });
            }
            hidden.push(NodeOut {
                id: broker.broker.to_string(),
                kind: "broker",
                class: None,
                campaigns: broker.buyers.iter().map(ToString::to_string).collect(),
            });
        }
        graph.nodes = platforms.into_iter().map(platform).collect();
        graph.nodes.extend(hidden);
        graph
    }
}

fn platform((id, class): (&PlatformId, Class)) -> NodeOut {
    NodeOut {
        id: id.to_string(),
        kind: "platform",
        class: Some(class),
        campaigns: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use attribution::{BrokerId, CampaignId, Source};

    use super::*;

    fn source(platform: &str) -> Source {
        Source {
            platform: platform.parse().unwrap(),
            campaigns: vec![CampaignId(4)],
            contacts: 3,
            first_at: Timestamp::EPOCH,
            p_value: 1e-6,
        }
    }

    #[test]
    fn what_is_not_shown_is_no_part_of_the_graph() {
        let broker = Broker {
            broker: BrokerId(4),
            sources: ["a", "b", "c"].map(source).into(),
            buyers: vec![CampaignId(4)],
        };
        let shown = |ids: &[&str]| {
            let class = |id: &&str| (id.parse().unwrap(), Class::Resold);
            GraphOut::new(
                std::slice::from_ref(&broker),
                &ids.iter().map(class).collect(),
            )
        };
        let two = shown(&["a", "c"]);
        let ids: Vec<&str> = two.nodes.iter().map(|n| n.id.as_str()).collect();
        assert_eq!(ids, ["a", "c", "b4"]);
        let edges: Vec<(&str, usize)> = two
            .edges
            .iter()
            .map(|e| (e.from.as_str(), e.order))
            .collect();
        assert_eq!(edges, [("a", 1), ("c", 2)]);
        assert!(shown(&["a"]).nodes.is_empty());
    }
}
