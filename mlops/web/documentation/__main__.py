"""`python -m mlops.web.documentation`: says that the translated pages say what the English ones say now."""

from __future__ import annotations

from mlops.web.documentation.translated import mark

for file in mark():
    print(file)
