"""`python -m mlops.locale`: compiles the catalogues that changed."""

from __future__ import annotations

from mlops.locale.compiling import compiled

for made in compiled():
    print(made)
