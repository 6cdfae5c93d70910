import argparse
import json
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", type=float, default=0.1)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--booster", default="gbtree")
parser.add_argument("--verbose", default="false")
parser.add_argument("--model-file", default="")
parser.add_argument("--report", default="")
given = parser.parse_args()
loss = 1.0
for _ in range(given.rounds):
    loss *= 1 - given.learning_rate / 2
    print(f"loss={loss:.6f}", flush=True)
for place in (given.model_file, given.report):
    if place:
        target = Path(place) / "model.json" if Path(place).is_dir() else Path(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps({"loss": loss, "booster": given.booster}))
