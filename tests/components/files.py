"""Components as people write them."""

from __future__ import annotations

from pathlib import Path

YAML = """
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: cap_prices
version: 1.2.0
display_name: Cap prices
description: Keeps prices below a limit.
tags: {team: pricing}
inputs:
  cars: {type: uri_file, description: the cars}
  limit: {type: number, default: 10.5, min: 0}
  label: {type: string, optional: true}
  how: {type: string, enum: [clip, drop], default: clip}
outputs:
  capped: {type: uri_file}
  report: {type: uri_folder}
code: ./src
command: >-
  python cap.py --cars ${{inputs.cars}} --limit ${{inputs.limit}} --how "${{inputs.how}}"
  $[[--label '${{inputs.label}}']] --capped ${{outputs.capped}} --report ${{outputs.report}}
environment: azureml:AzureML-sklearn-1.5@latest
"""

CODE = """
import argparse, csv, json, os, pathlib
p = argparse.ArgumentParser()
for name in ("cars", "limit", "how", "label", "capped", "report"):
    p.add_argument("--" + name)
a = p.parse_args()
rows = list(csv.DictReader(open(a.cars)))
for row in rows:
    row["price"] = min(float(row["price"]), float(a.limit))
with open(a.capped, "w", newline="") as out:
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
pathlib.Path(a.report, "label.txt").write_text(str(a.label))
open(os.environ["MLOPS_METRICS"], "a").write(json.dumps({"rows": len(rows)}) + "\\n")
print("capped", len(rows), "rows for", a.label)
"""

FUNCTION = '''
import pandas as pd

def double(table: pd.DataFrame, times: int = 2) -> pd.DataFrame:
    """Multiplies the price.

    Args:
        times: how often
    """
    table["price"] = table["price"] * times
    return table
'''


def write_command(folder: Path, *, yaml: str = YAML, code: str = CODE) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "component.yaml").write_text(yaml)
    (folder / "src" / "cap.py").write_text(code)
    (folder / "src" / "notes.tmp").write_text("left behind")
    (folder / "src" / ".amlignore").write_text("*.tmp\n")
    return folder


def write_function(folder: Path, *, source: str = FUNCTION) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "double.py").write_text(source)
    return folder


APART = """
import pandas as pd
import humanize

@component(requirements=["humanize==4.11.0"])
def tell(table: pd.DataFrame) -> pd.DataFrame:
    print("with", humanize.__version__)
    table["told"] = [humanize.intcomma(price) for price in table["price"]]
    return table
"""
