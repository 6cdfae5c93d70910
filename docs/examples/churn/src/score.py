"""What the deployment calls."""

import json
import os
from pathlib import Path

import joblib
import pandas

model = None


def init() -> None:
    global model
    model = joblib.load(next(Path(os.environ["AZUREML_MODEL_DIR"]).rglob("model.joblib")))


def run(data: str) -> list[float]:
    rows = pandas.DataFrame(json.loads(data)["data"], columns=["months", "calls", "price"])
    return model.predict_proba(rows)[:, 1].round(4).tolist()
