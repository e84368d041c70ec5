use super::*;

const NOW: Timestamp = Timestamp::from_unix_s(1_800_000_000);

fn open(text: &str) -> Sheet {
    Sheet::open(text.as_bytes(), None).unwrap()
}

fn lines(text: &str) -> Vec<Line> {
    open(text).rows(NOW).map(|row| row.line.unwrap()).collect()
}

/// Row, column and reason of everything that does not fit.
fn errors(text: &str) -> Vec<(u64, &'static str, String)> {
    let row = |row: Row| {
        let errors = row.line.err().unwrap_or_default();
        errors
            .into_iter()
            .map(move |e| (row.row, e.column, e.reason))
    };
    open(text).rows(NOW).flat_map(row).collect()
}

#[test]
fn a_sheet_is_read_however_it_is_written() {
    let plain = "number,connection,role,block\n+447700900123,tw,control,b1\n";
    let want = lines(plain);
    assert_eq!(want.len(), 1);
    for other in [
        "\u{feff}number,connection,role,block\r\n+447700900123,tw,control,b1\r\n",
        "Number;Connection;Role;Block\n+447700900123;tw;Control;b1",
        "number\tconnection\trole\tblock\n'+447700900123\ttw\tcontrol\tb1\n",
        "block,role,connection,Phone Number\n\"b1\",\"control\",\"tw\",\"+447700900123\"\n\n,,,\n",
        "号码,连接,角色,号段\n+447700900123,tw,对照,b1\n",
        " number , connection ,role,block,remark\n +44 7700 900123 , tw ,CONTROL,b1,\"bought\nin May\"\n",
    ] {
        assert_eq!(lines(other), want, "{other:?}");
    }
}

#[test]
fn encodings_are_found_and_said() {
    let text = "号码,连接,号段\n+8613800138000,tw,北京一\n";
    let (gb18030, _, _) = GB18030.encode(text);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for (bytes, name) in [
        (text.as_bytes(), "UTF-8"),
        (&gb18030, "gb18030"),
        (&utf16, "UTF-16LE"),
    ] {
        let sheet = Sheet::open(bytes, None).unwrap();
        assert_eq!(sheet.encoding, name);
        let line = sheet.rows(NOW).next().unwrap().line.unwrap();
        assert_eq!(line.block.as_deref(), Some("北京一"), "{name}");
    }
    let broken = Sheet::open(b"number\xff\xff,connection", None).unwrap_err();
    assert_eq!(broken, SheetError::Encoding);
}

#[test]
fn every_cell_that_does_not_fit_is_named() {
    let text = "number,connection,role,acquired_at,soak_until,soak_days,shared\n\
        +447700900123,tw,,,,,\n\
        12,,king,soon,2026-13-40,,maybe\n\
        8.6138E+12,a b,canary,,,-1,\n\
        ,tw,,,2026-12-01,30,\n";
    let found = errors(text);
    let places: Vec<(u64, &str)> = found
        .iter()
        .map(|(row, column, _)| (*row, *column))
        .collect();
    assert_eq!(
        places,
        [
            (3, "number"),
            (3, "connection"),
            (3, "role"),
            (3, "acquired_at"),
            (3, "soak_until"),
            (3, "shared"),
            (4, "number"),
            (4, "connection"),
            (4, "soak_days"),
            (5, "number"),
            (5, "soak_days"),
        ]
    );
    assert!(found[6].2.contains("rounded by a spreadsheet"), "{found:?}");
    // However lines end, and whatever is empty between them.
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "number,connection",
            "",
            "",
            "12,tw",
            "\"+447700",
            "900123\",tw",
            "12,tw",
        ]
        .join(end);
        let rows: Vec<u64> = errors(&text).iter().map(|error| error.0).collect();
        assert_eq!(rows, [4, 7], "{end:?}");
    }
}

#[test]
fn times_and_soaks_are_read() {
    let text = "number,connection,country,acquired_at,soak_until,soak_days,shared\n\
        020 7946 0991,tw,gb,2026-11-24,,30,yes\n\
        +447700900123,tw,,2026/1/5,2026-12-01T08:00:00+08:00,,0\n\
        +447700900124,tw,,1767225600,,0,\n";
    let lines = lines(text);
    assert_eq!(lines[0].number.as_str(), "+442079460991");
    assert_eq!(lines[0].country.as_deref(), Some("GB"));
    assert_eq!(lines[0].acquired_at.to_string(), "2026-11-24T00:00:00Z");
    assert_eq!(lines[0].soak_until, Some(NOW.plus_s(30 * 86_400)));
    assert!(lines[0].shared && !lines[1].shared);
    assert_eq!(lines[1].acquired_at.to_string(), "2026-01-05T00:00:00Z");
    assert_eq!(
        lines[1].soak_until.unwrap().to_string(),
        "2026-12-01T00:00:00Z"
    );
    assert_eq!(lines[2].acquired_at.to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(lines[2].soak_until, None);
}

#[test]
fn a_sheet_that_cannot_be_read_says_why() {
    let refused = |text: &str| Sheet::open(text.as_bytes(), None).unwrap_err();
    assert_eq!(refused(""), SheetError::Empty);
    assert_eq!(refused("a,b\n1,2\n"), SheetError::NoNumber);
    assert_eq!(refused("number\n+447700900123\n"), SheetError::NoConnection);
    assert_eq!(
        refused("number,phone,connection\n"),
        SheetError::Twice("number")
    );
    let large = vec![b'a'; SHEET_BYTES_MAX + 1];
    assert_eq!(Sheet::open(&large, None).unwrap_err(), SheetError::TooLarge);
}

#[test]
fn one_connection_serves_rows_that_name_none() {
    let all = Some("tw".parse().unwrap());
    let sheet = Sheet::open(
        b"number,connection,colour\n+447700900123,,red\n+447700900124,tx,",
        all,
    );
    let sheet = sheet.unwrap();
    assert_eq!(sheet.passed_over, ["colour"]);
    let named: Vec<String> = sheet
        .rows(NOW)
        .map(|row| row.line.unwrap().connection.to_string())
        .collect();
    assert_eq!(named, ["tw", "tx"]);
}

#[test]
fn errors_hold_no_numbers() {
    let found = errors("number,connection\n+44770090012345678901,tw\n0447700900123,tw\n");
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|(_, _, reason)| !reason.contains("7700900")),
        "{found:?}"
    );
}
