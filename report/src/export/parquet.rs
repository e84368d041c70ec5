//! Tables in Apache Parquet: a row group, every column optional, moments in microseconds UTC.

use std::sync::Arc;

use honeytoken::Timestamp;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type as Schema, TypePtr};
use serde_json::Value;

use super::ExportFault;
use super::table::{Table, Type};
use crate::csv;

/// Who wrote the file, without a version: the same rows are the same bytes.
const CREATED_BY: &str = "canaryline";

/// The table as a file.
pub(super) fn write(table: &Table) -> std::result::Result<Vec<u8>, ExportFault> {
    let fields = table.columns.iter().map(|(name, kind)| field(name, *kind));
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let schema = Schema::group_type_builder("rows")
        .with_fields(fields)
        .build()?;
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (name, kind) in table.columns {
        if let Some(mut column) = group.next_column()? {
            let cells: Vec<Value> = table.cells(name).collect();
            fill(&mut column, *kind, &cells)?;
            column.close()?;
        }
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
}

fn field(name: &str, kind: Type) -> Result<TypePtr> {
    let (physical, logical) = match kind {
        Type::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Type::Int => (Physical::INT64, None),
        Type::Float => (Physical::DOUBLE, None),
        Type::Flag => (Physical::BOOLEAN, None),
        Type::Time => (
            Physical::INT64,
            Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
        ),
    };
    let field = Schema::primitive_type_builder(name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()?;
    Ok(Arc::new(field))
}

fn fill(column: &mut SerializedColumnWriter<'_>, kind: Type, cells: &[Value]) -> Result<()> {
    let moment = |cell: &Value| {
        let at: Timestamp = cell.as_str()?.parse().ok()?;
        Some(at.as_micros())
    };
    let words = |cell: &Value| (!cell.is_null()).then(|| ByteArray::from(csv::cell(cell).as_str()));
    match kind {
        Type::Text => put::<ByteArrayType>(column, cells, words),
        Type::Int => put::<Int64Type>(column, cells, Value::as_i64),
        Type::Float => put::<DoubleType>(column, cells, Value::as_f64),
        Type::Flag => put::<BoolType>(column, cells, Value::as_bool),
        Type::Time => put::<Int64Type>(column, cells, moment),
    }
}

/// Writes the values that there are, and for every row whether there is one.
fn put<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    cells: &[Value],
    read: impl Fn(&Value) -> Option<T::T>,
) -> Result<()> {
    let read: Vec<Option<T::T>> = cells.iter().map(read).collect();
    let levels: Vec<i16> = read
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let values: Vec<T::T> = read.into_iter().flatten().collect();
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    Ok(())
}
