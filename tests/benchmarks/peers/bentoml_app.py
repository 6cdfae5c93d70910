"""A service of BentoML."""

import os

import bentoml
import numpy as np
import onnxruntime as ort


@bentoml.service(workers=1)
class Trees:
    def __init__(self) -> None:
        self.session = ort.InferenceSession(os.environ["MODEL_FILE"], providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    @bentoml.api
    def score(self, rows: list[list[float]]) -> list[float]:
        matrix = np.array(rows, dtype=np.float32)
        return self.session.run(None, {self.input: matrix})[0].reshape(-1).tolist()
