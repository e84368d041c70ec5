//! What the columns of a sheet mean, by their names.

use csv::StringRecord;

use super::SheetError;

macro_rules! columns {
    ($($variant:ident $name:literal $names:expr,)*) => {
        /// A column that means something here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Column { $($variant,)* }

        impl Column {
            const ALL: &'static [Column] = &[$(Column::$variant),*];

            /// Our name for it.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Column::$variant => $name,)* }
            }

            /// What others call it, without white space and punctuation, in lower case.
            const fn names(self) -> &'static [&'static str] {
                match self { $(Column::$variant => &$names,)* }
            }
        }
    };
}

columns! {
    Number "number" ["number", "phone", "phonenumber", "msisdn", "tel", "telephone", "号码", "电话", "电话号码", "手机号", "手机号码"],
    Connection "connection" ["connection", "connectionid", "account", "连接", "接入", "通道"],
    Role "role" ["role", "type", "角色", "用途", "类型"],
    Block "block" ["block", "range", "号段"],
    Country "country" ["country", "countrycode", "region", "国家", "国家代码", "地区"],
    AcquiredAt "acquired_at" ["acquiredat", "acquired", "since", "bought", "boughtat", "购入时间", "购入日期", "购买时间", "购买日期"],
    SoakUntil "soak_until" ["soakuntil", "soakend", "静默截止", "静默期至"],
    SoakDays "soak_days" ["soakdays", "soak", "静默天数"],
    Shared "shared" ["shared", "共享", "共用"],
}

/// Where each column stands.
#[derive(Debug)]
pub(super) struct Columns([Option<usize>; Column::ALL.len()]);

impl Columns {
    /// By the first row; beside them the names that mean nothing here.
    pub(super) fn of(header: &StringRecord) -> Result<(Columns, Vec<String>), SheetError> {
        let (mut places, mut passed_over) = ([None; Column::ALL.len()], Vec::new());
        for (place, name) in header.iter().enumerate() {
            let plain = plain(name);
            let meant = |column: &&Column| column.names().contains(&plain.as_str());
            match Column::ALL.iter().find(meant) {
                None if plain.is_empty() => {}
                None => passed_over.push(name.trim().to_owned()),
                Some(column) if places[*column as usize].is_some() => {
                    return Err(SheetError::Twice(column.name()));
                }
                Some(column) => places[*column as usize] = Some(place),
            }
        }
        let columns = Columns(places);
        match columns.has(Column::Number) {
            true => Ok((columns, passed_over)),
            false => Err(SheetError::NoNumber),
        }
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.0[column as usize].is_some()
    }

    /// What stands in a row under a column; none if nothing does.
    pub(super) fn cell<'a>(&self, record: &'a StringRecord, column: Column) -> Option<&'a str> {
        let text = record.get(self.0[column as usize]?)?.trim();
        (!text.is_empty()).then_some(text)
    }
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
