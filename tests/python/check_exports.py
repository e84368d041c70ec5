"""Holds exports against other people's readers and validators: DIR holds one file for each export.

Every check reads what `canaryline export` wrote with a library that knows nothing of it.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pandas
import pyarrow.parquet
import pymisp
import stix2

TABLES = ["contacts", "exposure", "verdicts", "campaigns", "links"]


def parquet_is_read_and_says_what_csv_says(folder):
    for name in TABLES:
        table = pyarrow.parquet.read_table(folder / f"{name}.parquet")
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").open(encoding="utf-8")]
        csv = pandas.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        assert list(csv.columns) == table.column_names, name
        assert len(csv) == table.num_rows == len(rows), name
        for column, kind in zip(table.column_names, table.schema.types):
            values = table[column].to_pylist()
            for value, row, cell in zip(values, rows, csv[column]):
                agree(f"{name}.{column}", str(kind), value, row[column], cell)
    assert str(pyarrow.parquet.read_schema(folder / "contacts.parquet").field("received_at").type) == (
        "timestamp[us, tz=UTC]"
    )


def agree(place, kind, value, told, cell):
    """One value in the three formats."""
    if told is None:
        assert value is None and cell == "", (place, value, cell)
    elif kind.startswith("timestamp"):
        moment = pandas.Timestamp(told)
        assert pandas.Timestamp(value) == moment == pandas.Timestamp(cell), (place, value, cell)
    elif kind in ("int64", "double"):
        assert value == told == float(cell), (place, value, cell)
    elif kind == "bool":
        assert value == told == (cell == "true"), (place, value, cell)
    else:
        text = "; ".join(told) if isinstance(told, list) else told
        # A cell that would be a formula bears an apostrophe.
        assert value == text and cell.removeprefix("'") == text.removeprefix("'"), (place, text, cell)


EXTENSION = "extension-definition--b7b6d9d2-7a0d-4d0e-8b5c-5c0c6a5f8f11"


@stix2.v21.CustomObservable(
    "phone-number", [("value", stix2.properties.StringProperty(required=True))], ["value"], EXTENSION
)
class PhoneNumber:
    """What the bundle's extension brings: with it known, nothing in the bundle may be custom."""


def stix_is_strict(folder):
    text = (folder / "stix.json").read_text(encoding="utf-8")
    bundle = stix2.parse(text, allow_custom=False, version="2.1")
    kinds = [one["type"] for one in bundle["objects"]]
    for kind in ["campaign", "infrastructure", "domain-name", "phone-number", "indicator", "sighting"]:
        assert kind in kinds, (kind, kinds)
    ids = {one["id"] for one in bundle["objects"]}
    assert len(ids) == len(kinds), "an id is there twice"
    for one in bundle["objects"]:
        # The library makes the same ids of the same domains and numbers.
        if one["type"] == "domain-name":
            assert stix2.v21.DomainName(value=one["value"]).id == one["id"]
        if one["type"] == "phone-number":
            assert PhoneNumber(value=one["value"]).id == one["id"]
        if one["type"] == "relationship":
            assert {one["source_ref"], one["target_ref"]} <= ids, one
        if one["type"] == "indicator":
            stix2.pattern_visitor.create_pattern_object(one["pattern"], version="2.1")


def misp_is_an_event(folder):
    text = (folder / "misp.json").read_text(encoding="utf-8")
    event = pymisp.MISPEvent()
    # Refuses categories and types that do not fit, and what is no UUID.
    event.load(json.loads(text))
    assert event.tags and event.published is False
    kinds = {attribute.type for attribute in event.attributes}
    assert kinds == {"phone-number", "domain"}, kinds
    told = {one["value"] for one in json.loads(text)["Event"]["Attribute"]}
    assert {attribute.value for attribute in event.attributes} == told


def case_fits_its_shapes(folder):
    import rdflib

    path = folder / "case.jsonld"
    program = Path(sys.executable).with_name("case_validate")
    ended = subprocess.run([program, path], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Conforms: True" in ended.stdout and "Warning" not in ended.stdout, ended.stdout
    # A word in place of a caller must be refused: the shapes are really applied.
    graph = json.loads(path.read_text(encoding="utf-8"))
    facet = next(f for node in graph["@graph"] for f in node.get("core:hasFacet", []) if "observable:from" in f)
    facet["observable:from"] = "somebody"
    broken = folder / "broken.jsonld"
    broken.write_text(json.dumps(graph), encoding="utf-8")
    assert subprocess.run([program, broken], capture_output=True).returncode != 0
    assert len(rdflib.Graph().parse(path, format="json-ld")) > 10


def timesketch_has_its_columns(folder):
    table = pandas.read_csv(folder / "timesketch.csv")
    assert {"message", "datetime", "timestamp_desc"} <= set(table.columns)
    moments = pandas.to_datetime(table["datetime"], format="ISO8601", utc=True)
    assert moments.is_monotonic_increasing and not moments.isna().any()
    micros = moments.astype("datetime64[us, UTC]").astype("int64")
    assert (micros == table["timestamp"]).all()
    assert {"Contact received", "Number registered", "Verdict"} <= set(table["timestamp_desc"])


def blocklist_and_cards_agree(folder):
    table = pandas.read_csv(folder / "blocklist.csv", dtype={"number": str})
    cards = (folder / "blocklist.vcard").read_text(encoding="utf-8")
    numbers = [line.split(":", 1)[1] for line in cards.splitlines() if line.startswith("TEL")]
    assert numbers == list(table["number"]) and numbers
    assert cards.count("BEGIN:VCARD") == cards.count("END:VCARD")
    assert (table["contacts"].ge(2) | table["attested"]).all()


CHECKS = [
    parquet_is_read_and_says_what_csv_says,
    stix_is_strict,
    misp_is_an_event,
    case_fits_its_shapes,
    timesketch_has_its_columns,
    blocklist_and_cards_agree,
]

if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    for check in CHECKS:
        check(Path(sys.argv[1]))
        print("holds:", check.__name__)
