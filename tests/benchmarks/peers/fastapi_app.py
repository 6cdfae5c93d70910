"""FastAPI with onnxruntime, written the usual way."""

import os

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from pydantic import BaseModel

session = ort.InferenceSession(os.environ["MODEL_FILE"], providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
app = FastAPI()


class Rows(BaseModel):
    data: list[list[float]]


class Predictions(BaseModel):
    predictions: list[float]


@app.post("/score")
def score(rows: Rows) -> Predictions:
    outputs = session.run(None, {name: np.array(rows.data, dtype=np.float32)})
    return Predictions(predictions=outputs[0].reshape(-1).tolist())
