"""`AMLResponse` of Azure's services, as mlops.scoring.raw has it."""

from mlops.scoring.raw import Response as AMLResponse

__all__ = ["AMLResponse"]
