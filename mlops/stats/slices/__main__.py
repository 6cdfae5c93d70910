"""The child process: `python -m mlops.stats.slices ORDER.json`."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from mlops.stats.slices import SliceOrder, answer

if __name__ == "__main__":
    answer(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=SliceOrder))
