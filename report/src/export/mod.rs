//! What people load into their own tools: tables, and the exchange formats of other trades.
//!
//! [`Order`] is what is asked for, read once: which [`Kind`], in which [`Format`], for whom (the
//! same [`crate::Preset`]s as bundles). [`Material`] is what somebody gathered for it from fold and
//! log. [`write()`] closes of it what the preset closes, once, before any format sees it, and
//! writes a [`Document`].
//!
//! Ids are made from what they name (`ids`), so that the same thing has the same id in every
//! export. Columns, formats and what each preset closes are in `docs/exports.md`.
//!
//! What this does not do: read the log, know who asks, record that somebody did.

mod blocklist;
mod callers;
mod case;
mod close;
mod columns;
mod ids;
mod material;
mod misp;
mod order;
mod parquet;
mod stix;
mod table;
mod timesketch;

pub use material::{ContactRow, ExposureRow, Material};
pub use order::{Format, Kind, Order, OrderError};

use table::Table;

/// A file that leaves the house.
pub struct Document {
    /// A name for it.
    pub name: String,
    /// What it is (RFC 6838).
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Bytes stay out of logs.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("name", &self.name)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// An export could not be written: a fault, since what is written was checked before.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    /// The columns do not fit the format.
    #[error("parquet file cannot be written: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// A value is no JSON.
    #[error("document cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Writes what is asked for.
///
/// # Errors
/// See [`ExportFault`].
pub fn write(order: &Order, mut material: Material) -> Result<Document, ExportFault> {
    close::close(&mut material, order.preset(), order.platform());
    let bytes = match order.kind() {
        Kind::Contacts => of_table(&columns::contacts(&material)?, order)?,
        Kind::Exposure => of_table(&columns::exposure(&material)?, order)?,
        Kind::Verdicts => of_table(&columns::verdicts(&material)?, order)?,
        Kind::Campaigns => of_table(&columns::campaigns(&material)?, order)?,
        Kind::Links => of_table(&columns::links(&material)?, order)?,
        Kind::Timesketch => of_table(&timesketch::table(&material), order)?,
        Kind::Case => pretty(&case::graph(&material))?,
        Kind::Misp => pretty(&misp::event(&material, order.preset()))?,
        Kind::Stix => pretty(&stix::bundle(&material, order.preset()))?,
        Kind::Blocklist if order.format() == Format::Vcard => {
            blocklist::cards(&material).into_bytes()
        }
        Kind::Blocklist => of_table(&blocklist::table(&material)?, order)?,
    };
    Ok(Document {
        name: order.file_name(),
        media_type: order.format().media_type(),
        bytes,
    })
}

fn of_table(table: &Table, order: &Order) -> Result<Vec<u8>, ExportFault> {
    match order.format() {
        Format::Parquet => parquet::write(table),
        Format::Jsonl => table.to_json_lines(),
        _ => Ok(table.to_csv().into_bytes()),
    }
}

fn pretty(document: &serde_json::Value) -> Result<Vec<u8>, ExportFault> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests;
