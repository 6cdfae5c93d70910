"""Opens a model's file into its estimator. It may run code of the model's author: for child processes only."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.external.networks import Network, fixed_rows, width_of
from mlops.packaging.external.sources import Kind, Source, no_form


def open_estimator(source: Source, *, width: int | None = None) -> Any:
    """`width`: how many columns the signature or the example has; a network may not say it.

    Raises Refusal `not_convertible` that says why the file does not open."""
    try:
        found = _OPENERS[source.kind](source)
        return _as_network(found, width) if source.kind == "torch" else found
    except Refusal:
        raise
    except ImportError as error:
        missing = error.name or str(error)
        raise no_form(
            _("%(origin)s needs the Python module “%(missing)s”, which is not installed here.")
            % {"origin": source.origin, "missing": missing},
            hint=_("Install it beside the product, or serve the model in an environment of its own."),
        ) from error
    except Exception as error:  # whatever the file's own code raises means the same to the person
        why = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise no_form(_("%(origin)s cannot be opened: %(why)s.") % {"origin": source.origin, "why": why}) from error


def _pickle(source: Source) -> Any:
    import joblib

    return joblib.load(source.path)


def _skops(source: Source) -> Any:
    """Trusted as far as a pickle is, which is opened in the same process."""
    from skops.io import get_untrusted_types, load

    return load(source.path, trusted=get_untrusted_types(file=source.path))


def _lightgbm(source: Source) -> Any:
    import lightgbm

    return lightgbm.Booster(model_file=str(source.path))


def _xgboost(source: Source) -> Any:
    """As the class that saved it, so that a classifier stays one."""
    import xgboost

    names = [source.model_class.rpartition(".")[2]] if source.model_class else []
    kind = getattr(xgboost, names[0], None) if names and names[0].startswith("XGB") else None
    model = (kind or _xgboost_class(source.path))()
    model.load_model(source.path)
    return model


def _xgboost_class(path: Path) -> Callable[[], Any]:
    """By the objective that is in the file."""
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(path)
    config = booster.save_config()
    if '"name":"binary:' in config or '"name":"multi:' in config:
        return xgboost.XGBClassifier
    return xgboost.XGBRegressor


def _onnx(source: Source) -> Any:
    raise no_form(
        _("it is ONNX already."),
        hint=_("Deploy it as it is, or ask for an optimised, quantised or float16 form of it."),
    )


def _torch(source: Source) -> Any:
    torch: Any = importlib.import_module("torch")
    if source.path.suffix == ".pt2":
        return torch.export.load(source.path)
    try:
        return torch.jit.load(source.path, map_location="cpu").eval()
    except RuntimeError:
        model = torch.load(source.path, map_location="cpu", weights_only=False)
    if not isinstance(model, torch.nn.Module):
        raise no_form(
            _("its file holds weights without the network."),
            hint=_("Save the network itself: torch.jit.script(model).save(…), or torch.export.save(…)."),
        )
    return model.eval()


def _as_network(found: Any, width: int | None) -> Network:
    torch: Any = importlib.import_module("torch")
    exported = found if isinstance(found, torch.export.ExportedProgram) else None
    if exported is not None and (rows := fixed_rows(exported)) is not None:
        raise no_form(
            _("the network was exported for exactly %(rows)s rows at once.") % {"rows": rows},
            hint=_(
                "Export it for any number: torch.export.export(network, (rows,), dynamic_shapes=({0: "
                "torch.export.Dim.AUTO},)), with two example rows or more."
            ),
        )
    module = exported.module() if exported is not None else found
    width = width or width_of(module)
    if width is None:
        raise no_form(
            _("the network does not say how many columns it takes."),
            hint=_("Put input_example.json beside it, or save it with a signature (MLflow does)."),
        )
    return Network(module, width, exported=exported)


_OPENERS: dict[Kind, Callable[[Source], Any]] = {
    "pickle": _pickle,
    "skops": _skops,
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "onnx": _onnx,
    "torch": _torch,
}
