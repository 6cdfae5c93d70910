"""MLTable files: what is read and done, what is warned of, and what is refused with its line."""

from __future__ import annotations

import pytest

from mlops.datasets.queries import rows
from tests.datasets.test_assets import folder_asset

pytestmark = pytest.mark.django_db
CSV = b"id;name;day;on\n1;a;01.02.2024;yes\n2;b;02.02.2024;no\n3;c;x;yes\n"
WHOLE = b"""$schema: https://azuremlschemas.azureedge.net/latest/MLTable.schema.json
type: mltable
paths:
  - pattern: ./parts/*.csv
transformations:
  - read_delimited:
      delimiter: ';'
      header: all_files_same_headers
      encoding: utf8
      include_path_column: true
  - convert_column_types:
      - columns: day
        column_type:
          datetime:
            formats: ['%d.%m.%Y']
      - columns: ['on']
        column_type:
          boolean:
            true_values: ['yes']
            false_values: ['no']
  - filter: col("id") > 1
  - drop_columns: ["name"]
  - skip: 1
  - extract_columns_from_partition_format: '{x}'
  - shuffle: 1
"""


def mltable(actor, project, text: bytes, **files: bytes):
    content = {
        name.replace("__", "/").replace("_csv", ".csv").replace("_jsonl", ".jsonl"): one for name, one in files.items()
    }
    return folder_asset(actor, project, {"MLTable": text, **content}, name="table", type="mltable")


def test_paths_reader_and_transformations_become_a_table(contributor, project):
    version = mltable(contributor, project, WHOLE, parts__a_csv=CSV, parts__b_csv=CSV)
    assert version.state == "ready", version.reason
    assert rows(version)["columns"] == ["id", "day", "on", "Path"]
    assert rows(version)["rows"][1] == [2, "2024-02-02T00:00:00", False, "parts/b.csv"]
    assert version.row_count == 3
    assert version.files.file_count == 3
    assert [one.split(": ", 1)[1][:30] for one in version.warnings] == [
        "“extract_columns_from_partitio", "“shuffle” is no transformation",
    ]  # fmt: skip


def test_json_lines_and_a_sample_that_is_the_same_each_time(contributor, project):
    text = b"paths:\n  - file: ./a.jsonl\ntransformations:\n  - read_json_lines\n"
    text += b"  - take_random_sample:\n      probability: 0.5\n      seed: 7\n"
    lines = b"".join(b'{"n": %d}\n' % number for number in range(200))
    version = mltable(contributor, project, text, a_jsonl=lines)
    again = folder_asset(contributor, project, {"MLTable": text, "a.jsonl": lines}, name="again", type="mltable")
    assert version.state == "ready", version.reason
    assert 70 < version.row_count < 130
    assert rows(version) == rows(again)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"paths:\n  - file: ./b.csv\n", "Did you mean 'a.csv'?"),
        (b"paths:\n  - file: ../../etc/passwd\n", "leads out of the folder"),
        (b"paths:\n  - file: https://example.org/a.csv\n", "only paths beside it are read"),
        (
            b"paths:\n  - file: ./a.csv\ntransformations:\n  - keep_columns: [x, z]\n",
            "MLTable, line 4: keep_columns names the column",
        ),
        (b"paths: []\n", "needs"),
        (b"paths:\n  - file: ./a.csv\ntransformation: []\n", "Did you mean 'transformations'?"),
    ],
)
def test_what_is_wrong_fails_the_import_with_its_line(contributor, project, text, reason):
    version = mltable(contributor, project, text, a_csv=b"x,y\n1,2\n")
    assert version.state == "failed"
    assert reason in f"{version.reason} {version.hint}"
