import argparse
import os


def init():
    global letter
    parser = argparse.ArgumentParser()
    parser.add_argument("--letter")
    letter = parser.parse_known_args()[0].letter


def run(mini_batch):
    print("counting", len(mini_batch))
    return [f"{os.path.basename(path)} {open(path).read().count(letter)}" for path in mini_batch]
