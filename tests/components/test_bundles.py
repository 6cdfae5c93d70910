"""Code folders that are too large say what makes them so."""

from __future__ import annotations

import io
import zipfile

import pytest

from mlops.components.bundles import unpacked
from mlops.formats.refusal import Refusal


def zipped(**sizes: int) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in sizes.items():
            archive.writestr(f"{name}.bin", bytes(size))
    content.seek(0)
    return content


def test_a_folder_over_the_limit_names_its_largest_files(settings):
    settings.CODE_MOST_BYTES = 3_000_000
    with pytest.raises(Refusal) as refused, unpacked([("code.zip", zipped(small=10, weights=4_000_000))]):
        pass
    assert refused.value.code == "bundle_too_large"
    assert refused.value.hint.startswith("The largest: weights.bin (3.8 MB), small.bin")


def test_a_folder_of_too_many_files_is_refused(settings):
    settings.CODE_MOST_FILES = 1
    with pytest.raises(Refusal, match="2 files"), unpacked([("code.zip", zipped(a=1, b=1))]):
        pass
