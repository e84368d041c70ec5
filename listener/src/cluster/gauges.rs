//! A node's standing as gauges.

use std::fmt::Write as _;

use crate::ledger::View;

/// Gauges in the Prometheus text format; nothing where the node is alone.
pub(crate) fn metrics(view: &View) -> String {
    let mut text = String::new();
    let Some(standing) = &view.standing else {
        return text;
    };
    let gauges = [
        (
            "canaryline_cluster_sequence",
            "Messages of the stream that this node has folded.",
            standing.sequence(),
        ),
        (
            "canaryline_cluster_outbox_entries",
            "Contacts that were acknowledged and have no place in the log yet.",
            standing.outbox_entries() as u64,
        ),
        (
            "canaryline_cluster_degraded",
            "Whether contacts are taken on this node's disk alone.",
            u64::from(standing.degraded().is_some()),
        ),
        (
            "canaryline_cluster_disagrees",
            "Whether this node's tree differs from what the others signed.",
            u64::from(standing.disagrees().is_some()),
        ),
        (
            "canaryline_cluster_on_duty",
            "Whether this node does what one node does for all.",
            u64::from(standing.on_duty()),
        ),
        (
            "canaryline_cluster_cosigned_entries",
            "Entries under the newest checkpoint that a majority signed.",
            standing.cosigned().map_or(0, |s| s.checkpoint().size),
        ),
        (
            "canaryline_cluster_stream_erased_entries",
            "Up to which entry this node carried out the log's erasures in the stream.",
            standing.stream_erased(),
        ),
    ];
    for (name, help, value) in gauges {
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
        );
    }
    text
}
