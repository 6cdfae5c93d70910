"""Writes the model in MLflow's format beside model.onnx; `mlflow models serve` then serves it."""

import os
from pathlib import Path

import mlflow.onnx
import numpy as np
import onnx
from mlflow.models import infer_signature

file = Path(os.environ["MODEL_FILE"])
folder = file.parent / "mlflow-model"
if not folder.exists():
    signature = infer_signature(np.zeros((2, 30), dtype=np.float64), np.zeros((2, 1), dtype=np.float32))
    mlflow.onnx.save_model(onnx.load(file), str(folder), signature=signature)
