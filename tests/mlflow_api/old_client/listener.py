"""Runs in the environment of the old client: does what each line of its input says, and answers by one line each."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
answers, sys.stdout = sys.stdout, sys.stderr  # what the client prints is no answer

import mlflow  # noqa: E402

before = dict(os.environ)
for line in sys.stdin:
    asked = json.loads(line)
    os.environ.clear()  # which the client changes too
    os.environ.update(before)
    os.environ["MLFLOW_TRACKING_TOKEN"] = asked["token"]
    mlflow.set_tracking_uri(asked["url"])
    mlflow.set_registry_uri(asked["url"])
    mlflow.tracking.fluent._active_experiment_id = None
    names = {"mlflow": mlflow, "client": mlflow.MlflowClient(), "answer": None} | asked["given"]
    try:
        exec(asked["code"], names)  # noqa: S102
        told = json.dumps({"answer": names["answer"]})
    except Exception:
        told = json.dumps({"failed": traceback.format_exc()})
    while mlflow.active_run():
        mlflow.end_run()
    print(told, file=answers, flush=True)
