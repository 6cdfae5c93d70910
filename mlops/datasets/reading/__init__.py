"""From a file to a table: what is it, how is it to be read, what does not fit. No Django, no heavy import at the top.

Web and worker never parse a file themselves: they run `python -m mlops.datasets.reading` as a child process."""

from __future__ import annotations

from mlops.datasets.reading.converting import convert
from mlops.datasets.reading.examination import Examination, Preview
from mlops.datasets.reading.sniffing import examine, preview, sniff

__all__ = ["Examination", "Preview", "convert", "examine", "preview", "sniff"]
