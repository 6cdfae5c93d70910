import argparse
import json
import os


def init():
    global slope
    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    with open(os.path.join(parser.parse_known_args()[0].model, "model.json")) as opened:
        slope = json.load(opened)["slope"]


def run(mini_batch):
    return [slope * x for x in mini_batch["x"]]
