"""`AMLRequest` and `rawhttp` of Azure's inference server, as mlops.scoring.raw has them."""

from mlops.scoring.raw import Request as AMLRequest
from mlops.scoring.raw import rawhttp

__all__ = ["AMLRequest", "rawhttp"]
