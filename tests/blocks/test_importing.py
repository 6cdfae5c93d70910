"""Import Data against a server of this test, and Export Data."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from mlops.blocks import stored
from mlops.blocks.catalogue import derive
from mlops.blocks.fetching import fetch
from mlops.formats.addresses import is_public
from mlops.formats.refusal import Refusal
from tests.blocks.workshop import Workshop, cars

CSV = b"make,price,built\naudi,13950,2024-05-31\nbmw,,2024-06-01\n"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        found = {
            "/cars.csv": CSV,
            "/cars.tsv": CSV.replace(b",", b"\t"),
            "/odd.parquet": b"<html>",
            "/cars.parquet": _parquet(),
            "/cars.jsonl": b'{"make": "audi", "price": 13950}\n{"make": "bmw", "price": null}\n' * 50,
        }.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"make": ["audi", "bmw", None] * 40, "price": [1.5, float("nan"), 3.0] * 40}).write_parquet(file)
    return file.getvalue()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MLOPS_IMPORT_PRIVATE_HOSTS", "127.0.0.1")
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def imported(workshop: Workshop, url: str, **parameters: Any) -> pl.DataFrame:
    return workshop.table(workshop.run("import_data", {"url": url, **parameters})["dataset"]).frame


@pytest.mark.parametrize("path", ["/cars.csv", "/cars.tsv", "/to//cars.csv"])
def test_a_file_on_the_web_becomes_a_table(workshop: Workshop, server: str, path: str) -> None:
    frame = imported(workshop, server + path)
    assert frame["price"].to_list() == [13950, None]
    assert [str(dtype) for dtype in frame.dtypes] == ["String", "Int64", "Datetime(time_unit='us', time_zone=None)"]


def test_a_file_without_header_gets_names(workshop: Workshop, server: str) -> None:
    assert imported(workshop, server + "/cars.csv", has_header=False).columns == ["Col1", "Col2", "Col3"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/none.csv", "download_failed"),
        ("/odd.parquet", "file_unreadable"),
        ("/to/file:///etc/passwd", "download_failed"),
        ("/to/http://localhost:1/", "address_not_public"),
        ("/to/http://169.254.169.254/latest", "address_not_public"),
        ("/to//to//to//to//to//to//cars.csv", "download_failed"),
    ],
)
def test_what_cannot_be_fetched_is_refused(workshop: Workshop, server: str, path: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        imported(workshop, server + path)
    assert caught.value.code == code
    assert caught.value.hint
    assert caught.value.where.parameter


def test_a_private_address_is_refused_unless_it_is_allowed(workshop: Workshop) -> None:
    with pytest.raises(Refusal, match="not a public address"):
        imported(workshop, "http://localhost:1/cars.csv")


def test_a_file_may_not_be_too_large(server: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="at most 10 are fetched"):
        fetch(server + "/cars.csv", tmp_path / "f", most_bytes=10, private_hosts=("127.0.0.1",))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1",
     "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "::"],
)  # fmt: skip
def test_addresses_of_the_inner_network_are_not_public(address: str) -> None:
    assert not is_public(address)
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/y", "http://", "https://a:b@example.org/", "http://x:y/"]
)
def test_an_address_that_cannot_be_used_is_told_while_drawing(url: str) -> None:
    assert [fault.code for fault in derive("import_data", None, {"url": url}, {}).problems] == ["url_invalid"]


@pytest.mark.parametrize("format", ["csv", "tsv", "parquet", "jsonl"])
def test_a_table_becomes_one_file_of_its_format(workshop: Workshop, format: str) -> None:
    chosen = {"file_name": "my cars", "file_format": format}
    folder = workshop.run("export_data", chosen, dataset=workshop.put(cars(gaps=True)))["exported_file"]
    assert [path.name for path in folder.iterdir()] == [f"my cars.{format}"]
    readers: dict[str, Any] = {
        "csv": lambda path: pl.read_csv(path, try_parse_dates=True),
        "tsv": lambda path: pl.read_csv(path, separator="\t", try_parse_dates=True),
        "parquet": pl.read_parquet,
        "jsonl": lambda path: pl.read_ndjson(path).with_columns(pl.col("built").str.to_datetime()),
    }
    assert readers[format](folder / f"my cars.{format}").equals(cars(gaps=True))


@pytest.mark.parametrize("path", ["/cars.csv", "/cars.parquet", "/cars.jsonl"])
def test_a_file_that_does_not_fit_in_memory_gives_the_same(
    workshop: Workshop, server: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = imported(workshop, server + path)
    monkeypatch.setattr(stored, "room_bytes", lambda: 5_000)
    folder = workshop.run("import_data", {"url": server + path})["dataset"]
    monkeypatch.undo()
    assert_frame_equal(workshop.table(folder).frame, whole)
