from pathlib import Path


def init():
    print("ready")


def run(mini_batch):
    return [f"{Path(name).name} {Path(name).stat().st_size}" for name in mini_batch]
