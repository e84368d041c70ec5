//! Everything that would keep an installation with these settings from starting, not only the first: who
//! mends one does not want to meet the next at the next start.

use super::{Config, ConfigError};
use crate::alerts;

impl Config {
    /// What keeps the settings from being used, with secrets looked up by `variable`.
    pub fn problems(&self, variable: impl Fn(&str) -> Option<String>) -> Vec<ConfigError> {
        let connection = |(id, written): (&String, &super::ConnectionConfig)| {
            written.resolve(id, &variable).err()
        };
        let target = |(id, written): (&String, &alerts::AlertConfig)| {
            let target = alerts::from_settings(id, written, &variable);
            target
                .err()
                .map(|error| ConfigError::Alert(id.clone(), error))
        };
        let connections = self.connections.iter().filter_map(connection);
        let targets = self.alerts.iter().filter_map(target);
        let others = self.check().err().into_iter();
        others.chain(connections).chain(targets).collect()
    }
}
