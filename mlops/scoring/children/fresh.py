"""Imports the user's own files from their source, never from cached bytecode, and writes none beside them.

The cache tells files apart by size and whole seconds, so that a quick edit could be missed; and a code folder may be
one that somebody works in, or one that cannot be written."""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from types import CodeType


class FreshLoader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def import_fresh_from(folder: str) -> None:
    """From now on, for all modules whose files are in the folder."""
    inside = os.path.abspath(folder)

    def hook(path: str) -> FileFinder:
        place = os.path.abspath(path or ".")
        if place != inside and not place.startswith(inside + os.sep):
            raise ImportError("not the user's folder", path=path)
        return FileFinder(path, (FreshLoader, [".py"]), (ExtensionFileLoader, EXTENSION_SUFFIXES))

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
