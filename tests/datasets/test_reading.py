"""What a file becomes: the guess, the table, and each refusal with its place and remedy."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest

from mlops.datasets.reading import convert, examine, preview, sniff
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.refusal import Refusal


@pytest.fixture
def file(tmp_path: Path):
    def write(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def table(path: Path, reading: Reading | None = None) -> pl.DataFrame:
    folder = path.parent / "table"
    convert(path, reading or sniff(path, path.name), folder, source="x:1")
    return pl.read_parquet(folder / "data.parquet")


def refused(path: Path, reading: Reading | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        table(path, reading)
    assert caught.value.hint
    return caught.value


def types(path: Path) -> dict[str, str]:
    return {column.name: column.type for column in sniff(path, path.name).columns}


def retyped(path: Path, name: str, type_: str) -> Reading:
    reading = sniff(path, path.name)
    columns = [msgspec.structs.replace(c, type=type_) if c.name == name else c for c in reading.columns]
    return msgspec.structs.replace(reading, columns=tuple(columns))


def test_types_are_told_from_values(file):
    path = file("n,x,b,d,s,id\n1,1.5,true,2024-01-02,a,007\n-2,2e3,FALSE,2024-01-03,b,008\n")
    assert types(path) == {
        "n": "integer", "x": "decimal", "b": "boolean", "d": "date", "s": "string", "id": "string",
    }  # fmt: skip
    row = table(path).row(1)
    assert row == (-2, 2000.0, False, datetime(2024, 1, 3), "b", "008")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found(file, delimiter):
    path = file(f"name{delimiter}size\na{delimiter}1\nb{delimiter}2\n")
    assert sniff(path, path.name).delimiter == delimiter
    assert table(path).shape == (2, 2)


def test_a_decimal_comma_is_found_and_read(file):
    path = file("ort;preis\nKöln;1.234,50\nBonn;7,25\n")
    reading = sniff(path, path.name)
    assert (reading.delimiter, reading.decimal_comma) == (";", True)
    assert table(path)["preis"].to_list() == [1234.5, 7.25]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_umlauts_survive_in_each_encoding(file, encoding):
    lines = "".join(f"Müller {n},Größe,{n}\n" for n in range(60))
    path = file("name,maß,n\n" + lines, encoding=encoding)
    read = table(path)
    assert read.columns == ["name", "maß", "n"]
    assert read.row(3) == ("Müller 3", "Größe", 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31.12.2023", datetime(2023, 12, 31)),
        ("31/12/2023 13:45", datetime(2023, 12, 31, 13, 45)),
        ("12/31/2023", datetime(2023, 12, 31)),
        ("2023/12/31", datetime(2023, 12, 31)),
        ("2023-12-31T23:30:00+02:00", datetime(2023, 12, 31, 21, 30)),
        ("2023-12-31T23:30:15.250Z", datetime(2023, 12, 31, 23, 30, 15, 250000)),
        ("31 Dec 2023", datetime(2023, 12, 31)),
    ],
)
def test_common_day_formats_become_dates(file, text, expected):
    path = file(f"when,n\n{text},1\n{text},2\n")
    assert table(path)["when"].to_list() == [expected, expected]


def test_day_and_month_in_doubt_are_said(file):
    path = file("when,n\n03/04/2023,1\n05/06/2023,2\n")
    seen = examine(path, path.name)
    assert "%d/%m/%Y" in seen.warnings[0]
    assert "%m/%d/%Y" in seen.warnings[0]


def test_marks_of_missing_values_become_missing(file):
    path = file("a,b\n1,x\n?,NA\nN/A,\n4,z\n")
    read = table(path)
    assert read["a"].to_list() == [1, None, None, 4]
    assert read["b"].to_list() == ["x", None, None, "z"]


def test_a_file_without_header_gets_numbered_columns(file):
    path = file("1,2.5,a\n2,3.5,b\n")
    assert sniff(path, path.name).header is False
    assert table(path).columns == ["Column 1", "Column 2", "Column 3"]
    assert table(path).height == 2


def test_a_note_above_the_table_is_skipped(file):
    path = file("Export of Monday\n\na;b;c\n1;2;x\n3;4;y\n")
    assert sniff(path, path.name).skip_rows == 2
    assert table(path).columns == ["a", "b", "c"]


def test_quoted_delimiters_line_ends_and_quotes_are_kept(file):
    path = file('name,text,n\n"a, b","two\nlines",1\n"say ""hi""",plain,2\n')
    assert table(path).rows() == [("a, b", "two\nlines", 1), ('say "hi"', "plain", 2)]


def test_every_kind_of_line_end_is_read(file):
    assert table(file(b"a,b\r\n1,2\r\n3,4\r\n")).rows() == [(1, 2), (3, 4)]
    assert table(file(b"a,b\r1,2\r3,4\r")).rows() == [(1, 2), (3, 4)]


def test_double_names_are_renamed_and_said(file):
    path = file("a,a,,b\n1,2,3,4\n")
    seen = examine(path, path.name)
    assert [column.name for column in seen.reading.columns] == ["a", "a (1)", "Column 3", "b"]
    assert len(seen.warnings) == 2


def test_a_column_can_be_left_out(file):
    path = file("a,b\n1,x\n2,y\n")
    reading = sniff(path, path.name)
    columns = (reading.columns[0], ReadColumn(name="b", type="string", include=False))
    assert table(path, msgspec.structs.replace(reading, columns=columns)).columns == ["a"]


def test_the_sidecar_says_where_the_table_came_from(file, tmp_path):
    path = file("a,b\n1,x\n")
    meta = convert(path, sniff(path, path.name), tmp_path / "t", source="cars:3")
    assert (meta.sources, meta.recipe, meta.schema == meta.source) == (("cars:3",), (), True)
    assert meta.schema.row_count == 1


def test_an_empty_file_is_refused(file):
    assert refused(file(b"")).code == "empty_file"
    assert refused(file("\n\n  \n")).code == "empty_file"


def test_a_header_alone_is_refused(file):
    assert refused(file("a,b,c\n")).code == "no_rows"


def test_a_row_with_too_many_fields_is_named(file):
    refusal = refused(file("a,b\n1,2\n3,4,5\n6,7\n"))
    assert refusal.code == "broken_csv"
    assert "Row 2 (line 3) has 3 fields, expected 2" in refusal.message
    assert refusal.where.row == 2


def test_a_broken_row_far_behind_the_sample_is_named(file):
    good = "".join(f"{n},abcdefgh\n" for n in range(300_000))
    refusal = refused(file("a,b\n" + good + "1,2,3\n" + good))
    assert "Row 300,001 (line 300,002) has 3 fields" in refusal.message


def test_a_quote_that_is_never_closed_is_named(file):
    refusal = refused(file('a,b\n1,x\n2,"y\n3,z\n'))
    assert refusal.code == "broken_csv"
    assert "Row 2 (line 3)" in refusal.message


def test_a_quote_that_swallows_all_rows_is_no_lonely_header(file):
    refusal = refused(file('a,b\n1,"x\n2,y\n'))
    assert refusal.code == "broken_csv"
    assert "Row 1 (line 2) opens a quote that is never closed" in refusal.message


def test_a_value_that_does_not_fit_is_named(file):
    path = file("a,b\n1,x\n2,y\n3,many\n")
    refusal = refused(path, retyped(path, "b", "integer"))
    assert refusal.code == "value_does_not_fit"
    assert (refusal.where.row, refusal.where.column, refusal.where.value) == (1, "b", "x")


def test_a_late_value_that_does_not_fit_is_named(file):
    path = file("a,b\n" + "".join(f"{n},{n}\n" for n in range(400_000)) + "400000,many\n")
    reading = sniff(path, path.name)
    assert reading.columns[1].type == "string"
    refusal = refused(path, retyped(path, "b", "integer"))
    assert (refusal.where.row, refusal.where.value) == (400_001, "many")


def test_the_preview_says_what_does_not_fit(file):
    path = file("a,b\n1,x\n2,7\n")
    problems = preview(path, retyped(path, "b", "integer")).problems
    assert [(p.column, p.row, p.value) for p in problems] == [("b", 1, "x")]


def test_the_wrong_encoding_is_named_with_a_better_one(file):
    path = file("name,n\nMüller,1\nGrößer,2\n", encoding="latin-1")
    reading = msgspec.structs.replace(sniff(path, path.name), encoding="utf-8")
    refusal = refused(path, reading)
    assert refusal.code == "wrong_encoding"
    assert "cp1252" in refusal.hint


def test_too_many_columns_are_refused(file):
    path = file(",".join(f"c{n}" for n in range(5001)) + "\n" + ",".join("1" * 5001) + "\n")
    assert refused(path).code == "too_many_columns"


def _zip(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"PAR1....PAR1", "data.csv", "Parquet"),
        (_zip("a.csv"), "data.csv", "zip"),
        (_zip("xl/workbook.xml"), "data.csv", "Excel"),
        (b"%PDF-1.7 ...", "data.csv", "PDF"),
        (b"\x89PNG\r\n\x1a\n...", "data.csv", "PNG"),
        (bytes(range(256)) * 20, "data.csv", "binary"),
        (b'[{"a": 1}]', "data.csv", "JSON"),
        (b"<!DOCTYPE html><html>", "data.csv", "HTML"),
        (b"a,b\n1,2\n", "data.parquet", "text"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(file, content, name, said):
    refusal = refused(file(content, name))
    assert refusal.code == "not_what_it_says"
    assert said in refusal.message


@pytest.fixture
def parquet(tmp_path: Path):
    def write(frame: pl.DataFrame) -> Path:
        path = tmp_path / "data.parquet"
        frame.write_parquet(path)
        return path

    return write


def test_parquet_types_become_ours(parquet):
    frame = pl.DataFrame(
        {
            "small": pl.Series([1, None], dtype=pl.Int8),
            "money": pl.Series(["1.25", "2.5"]).cast(pl.Decimal(10, 2)),
            "day": [datetime(2024, 1, 1).date(), None],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "real": [1.5, float("nan")],
            "zoned": pl.Series([datetime(2024, 1, 1, 12)] * 2).dt.replace_time_zone("Europe/Berlin"),
        }
    )
    read = table(parquet(frame))
    assert read.dtypes == [pl.Int64, pl.Float64, pl.Datetime("us"), pl.String, pl.Float64, pl.Datetime("us")]
    assert read["real"].to_list() == [1.5, None]
    assert read["zoned"][0] == datetime(2024, 1, 1, 11)


def test_parquet_without_columns_is_refused(parquet):
    assert refused(parquet(pl.DataFrame())).code == "no_columns"


def test_damaged_parquet_is_refused(file, parquet):
    whole = parquet(pl.DataFrame({"a": [1, 2]})).read_bytes()
    assert refused(file(whole[: len(whole) // 2], "data.parquet")).code == "parquet_unreadable"


def test_nested_parquet_names_the_column(parquet):
    refusal = refused(parquet(pl.DataFrame({"a": [1], "tags": [["x", "y"]]})))
    assert (refusal.code, refusal.where.column) == ("nested_column", "tags")


def test_parquet_values_that_do_not_fit_are_named(parquet):
    path = parquet(pl.DataFrame({"a": ["1", "x", None]}))
    refusal = refused(path, Reading(format="parquet", columns=(ReadColumn(name="a", type="integer"),)))
    assert (refusal.where.row, refusal.where.value) == (2, "x")


def test_a_long_table_is_profiled_by_pieces_and_says_so(tmp_path):
    from mlops.stats.long_profile import profile_file

    path = tmp_path / "long.parquet"
    pl.DataFrame({"n": range(10_000)}).write_parquet(path)
    profile = profile_file(path, rows=10_000, most_rows=1_000)
    assert (profile.row_count, profile.sampled_rows) == (10_000, 1_000)
    assert (profile.columns[0].count, profile.columns[0].minimum) == (1_000, 0)
    assert profile.columns[0].maximum > 9_800


def test_a_zip_archive_is_kept_with_a_table_of_its_files(file):
    path = file(_zip("cats/tom.png"), "pets.zip")
    assert table(path).rows() == [("cats/tom.png", "cats", 1)]
    assert (path.parent / "table" / "files.zip").read_bytes() == path.read_bytes()
    assert preview(path, sniff(path, path.name)).rows == (("cats/tom.png", "cats", "1"),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_zip("../../etc/passwd"), "unsafe_path"),
        (_zip("/etc/passwd"), "unsafe_path"),
        (_zip("__MACOSX/x"), "empty_file"),
        (_zip("xl/workbook.xml"), "not_what_it_says"),
        (b"PK\x03\x04 and nothing more", "not_what_it_says"),
    ],
)
def test_an_archive_that_cannot_be_unpacked_safely_is_refused(file, content, code):
    assert refused(file(content, "pets.zip")).code == code
