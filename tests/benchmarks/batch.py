"""`python -m tests.benchmarks.batch [ROWS]`: a batch job of two workers against onnxruntime alone over the same rows.

The plain program reads the Parquet file in pieces of 100,000 rows, scores them with onnxruntime in one process (once
with one thread, once with all), and writes Parquet. The job does that through a batch endpoint: mini-batches claimed
from the database, rows checked against the signature, results kept by content, one output in the order of the input.
Absolute numbers change with the machine; the ratios are what to compare. About two minutes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FEATURES, CLASSES, TRAINED_ROWS, PIECE = 20, ("no", "yes"), 5_000, 100_000
SETTING_UP = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
django.setup()
from pathlib import Path
folder, rows = Path(sys.argv[1]), int(sys.argv[2])
"""
MADE = (
    SETTING_UP
    + """
from mlops.server import schema
from django.contrib.auth.models import User
schema.migrate()
from mlops.accounts.membership import create_project
from mlops.batch.actions import create_endpoint, deploy_model
from mlops.blobs.trees import fetch_tree, keep_folder
from mlops.packaging.actions import convert
from mlops.packaging.tasks import convert as carry_out
from mlops.registry.actions import register
from tests.benchmarks.batch import table
from tests.execution.conftest import dataset_version
from tests.packaging.trained import train
olga = User.objects.create_user("olga")
project = create_project(olga, name="Churn", slug="churn")
train(folder / "model", "two_class_boosted_decision_tree", "y", frame=table(5_000, label=True))
version = register(olga, project, name="m", tree=keep_folder(folder / "model"))
conversion = convert(olga, version, tolerance=1e-3)
carry_out(str(conversion.pk))
conversion.refresh_from_db()
assert conversion.state == "accepted", conversion.reason
fetch_tree(conversion.tree_id, folder / "onnx")
data = dataset_version(project, table(rows), folder, name="Rows")
fetch_tree(data.tree_id, folder / "data")
endpoint = create_endpoint(olga, project, name="e")
settings = {"instance_count": 2, "output_file_name": "predictions.parquet"}
deploy_model(olga, endpoint, name="d", version=version, entry="onnx", settings=settings)
"""
)
CALLED = (
    SETTING_UP
    + """
from mlops.batch.invoking import invoke
from mlops.batch.models import BatchEndpoint
endpoint = BatchEndpoint.objects.select_related("project", "created_by").get()
print(invoke(endpoint.created_by, endpoint, input="Rows").pk)
"""
)
WAITED = (
    SETTING_UP
    + """
import json, time
from mlops.batch.models import BatchJob
while True:
    job = BatchJob.objects.select_related("run").order_by("-created_at").first()
    if job.run.is_final:
        break
    time.sleep(0.1)
scoring = (job.scoring_until - job.scoring_since).total_seconds()
whole = (job.run.ended_at - job.created_at).total_seconds()
print(json.dumps({"state": job.run.state, "failed": job.failed_items, "scoring": scoring, "whole": whole}))
"""
)
PLAIN = f"""
import sys, time
import numpy as np, onnxruntime as ort, polars as pl
source, model, target, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
began = time.perf_counter()
options = ort.SessionOptions()
options.intra_op_num_threads = threads
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
names = [(one.name, "string" in one.type) for one in session.get_inputs()]
rows = pl.scan_parquet(source).select(pl.len()).collect().item()
for start in range(0, rows, {PIECE}):
    frame = pl.scan_parquet(source).slice(start, {PIECE}).collect()
    feed = {{}}
    for name, is_text in names:
        values = frame[name].to_numpy()
        feed[name] = (values.astype(object) if is_text else values.astype(np.float32)).reshape(-1, 1)
    labels, probabilities = session.run(["scored_labels", "probabilities"], feed)
    scored = frame.with_columns(pl.Series("label", labels.reshape(-1)), pl.Series("p", probabilities[:, 1]))
    scored.write_parquet(f"{{target}}-{{start}}.parquet")
print(time.perf_counter() - began, time.process_time())
"""


def table(rows: int, *, label: bool = False):  # type: ignore[no-untyped-def]
    """Twenty numbers and a text."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(1 if label else 2)
    numbers = random.normal(size=(rows, FEATURES))
    frame = pl.DataFrame({f"x{n}": numbers[:, n] for n in range(FEATURES)})
    frame = frame.with_columns(pl.Series("kind", random.choice(["a", "b", "c"], rows)))
    if not label:
        return frame
    return frame.with_columns(pl.Series("y", np.where(numbers[:, 0] + numbers[:, 1] > 0, "yes", "no")))


def said(code: str, environ: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *words], env=environ, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout.strip()


def processor_seconds(worker: subprocess.Popen[bytes]) -> float:
    """Of the process and of its children that have ended."""
    import psutil

    used = psutil.Process(worker.pid).cpu_times()
    return used.user + used.system + used.children_user + used.children_system


def main(rows: int) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    with tempfile.TemporaryDirectory(prefix="batch-benchmark-") as place:
        folder = Path(place)
        environ = {**kept, "MLOPS_DATA_DIR": str(folder / "studio"), "MLOPS_STEP_SLOTS": "1"}
        words = (str(folder), str(rows))
        said(MADE, environ, *words)
        with (folder / "workers.log").open("wb") as log:
            command = [sys.executable, "-m", "mlops.server.worker"]
            workers = [subprocess.Popen(command, env=environ, stdout=log, stderr=log) for _each in range(2)]
        try:
            time.sleep(5)  # they are at their queue
            idle = sum(map(processor_seconds, workers))
            said(CALLED, environ, *words)
            job = json.loads(said(WAITED, environ, *words))
            used = sum(map(processor_seconds, workers)) - idle
        finally:
            for one in workers:
                one.kill()
                one.wait()
        assert (job["state"], job["failed"]) == ("completed", 0), job
        source, model = str(folder / "data" / "data.parquet"), str(folder / "onnx" / "model.onnx")
        plain = {
            threads: said(PLAIN, kept, source, model, str(folder / f"plain{threads}"), str(threads)).split()
            for threads in (1, os.cpu_count() or 1)
        }
    print(f"{rows:,} rows, {FEATURES} numbers and a text, LightGBM as ONNX, {os.cpu_count()} cores")
    for threads, (wall, processor) in plain.items():
        seconds = float(wall)
        print(f"  onnxruntime alone, {threads} thread(s)  {seconds:6.1f} s  {rows / seconds:10,.0f} rows/s", end="")
        print(f"  {float(processor):6.1f} s of a processor")
    alone = float(plain[1][0])
    for name, seconds in (("scoring", job["scoring"]), ("whole job", job["whole"])):
        ratio = alone / seconds
        print(f"  two workers, {name:<18} {seconds:6.1f} s  {rows / seconds:10,.0f} rows/s  {ratio:.2f} of one thread")
    print(f"  the whole job took {used:.1f} s of a processor, reading, writing and bookkeeping included")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
