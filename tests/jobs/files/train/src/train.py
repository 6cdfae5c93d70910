import argparse
import csv
import json
import os
import pathlib
import pickle

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=str)
parser.add_argument("--alpha", type=float)
parser.add_argument("--note", default="none")
parser.add_argument("--model")
parser.add_argument("--report")
args = parser.parse_args()

with open(args.rows) as file:
    rows = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]
slope = sum(x * y for x, y in rows) / (sum(x * x for x, _ in rows) + args.alpha)
pathlib.Path(args.model, "model.pkl").write_bytes(pickle.dumps(slope))
pathlib.Path(args.report).write_text(json.dumps({"slope": slope}))
with open("outputs/slope.txt", "w") as file:
    file.write(str(slope))
with open("logs/train.log", "w") as file:
    file.write("fitted\n")
print(f"slope: {slope}")
print("run", os.environ["AZUREML_RUN_ID"], "in", os.environ["AZUREML_EXPERIMENT_NAME"])
print("rows from", os.environ["AZURE_ML_INPUT_rows"] == args.rows, "note", args.note)  # noqa: SIM112
