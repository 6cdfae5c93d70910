"""What the children of MLflow models and of frameworks' files share: questions in, predictions as JSON out.

Standard library and what the model's own environment has; a question is the form of mlops.scoring.questions."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from mlops.formats.spoken import gettext as _
from mlops.scoring.children.encoding import encode
from mlops.scoring.children.faults import Fault
from mlops.scoring.children.pipe import Answer


def answering(predict: Callable[[dict[str, Any]], Any]) -> Answer:
    """What the model raises over values (a type, a shape, a name) is the caller's fault; all else is the model's."""

    def answer(question: dict[str, Any], _raw: bytes) -> tuple[Any, bytes]:
        try:
            return {}, encode(predict(question))
        except Fault:
            raise
        except Exception as error:
            traceback.print_exc()
            is_callers = isinstance(error, (ValueError, TypeError, KeyError)) or "enforce" in str(error)
            raise Fault(
                "not_scored" if is_callers else "scoring_failed",
                f"The model refused the rows: {type(error).__name__}: {_short(error)}",
                hint=_("The traceback is in the deployment's log."),
                status=422 if is_callers else 502,
            ) from error

    return answer


def loading(act: Callable[[], Any], *, what: str) -> Any:
    """A model that does not load says why, and what to do about a missing package."""
    try:
        return act()
    except Fault:
        raise
    except ModuleNotFoundError as error:
        traceback.print_exc()
        hint = _("Name its package among the model's packages, or in the deployment's environment.")
        message = _("%(what)s needs the module %(name)s, which is not in its environment.") % {
            "what": what,
            "name": error.name,
        }
        raise Fault("package_missing", message, hint=hint) from error
    except Exception as error:
        traceback.print_exc()
        message = _("%(what)s cannot be loaded: %(error)s: %(short)s") % {
            "what": what,
            "error": type(error).__name__,
            "short": _short(error),
        }
        raise Fault("model_broken", message, hint=_("The traceback is in the deployment's log.")) from error


def frame_of(question: dict[str, Any]) -> Any:
    """A pandas table of what was asked."""
    import pandas as pd

    if question["form"] == "columns":
        return pd.DataFrame(question["columns"])
    rows = question.get("rows")
    if isinstance(rows, dict) and "columns" in rows and "data" in rows:
        return pd.DataFrame(rows["data"], columns=rows["columns"])
    if isinstance(rows, dict) and not any(isinstance(one, (list, dict)) for one in rows.values()):
        rows = [rows]
    return pd.DataFrame(rows)


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 500 else f"{text[:497]}..."
