import argparse
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--table", required=True)
parser.add_argument("--out", required=True)
given = parser.parse_args()
rows = Path(given.table).read_text().splitlines()[1:]
Path(given.out).mkdir(parents=True, exist_ok=True)
(Path(given.out) / "rows.txt").write_text(f"{len(rows)}\n")
print(f"rows: {len(rows)}")
