"""Networks for images: torchvision's DenseNet and ResNet families, with a last layer for our categories."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops.formats.image import ImageTransform
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

BATCH = 16


class ImageClassifier:
    """A trained network as numbers and names: unpickling it needs no torch, predicting does."""

    def __init__(
        self,
        *,
        architecture: str,
        options: Mapping[str, Any],
        classes: tuple[str, ...],
        transform: ImageTransform | None,
        weights: dict[str, Any],
    ) -> None:
        self.architecture = architecture
        self.options = dict(options)
        self.classes = classes
        self.transform = transform
        self.weights = weights
        self._ready: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_ready": None}

    def predict_proba(self, pictures: Sequence[Any]) -> Any:
        """[images, categories]; pictures as PIL opens them, batched where they are of one size."""
        import numpy as np
        import torch

        network, steps = self._network()
        found = []
        with torch.inference_mode():
            for start in range(0, len(pictures), BATCH):
                tensors = [steps(picture) for picture in pictures[start : start + BATCH]]
                one_size = len({tensor.shape for tensor in tensors}) == 1
                batches = [torch.stack(tensors)] if one_size else [tensor[None] for tensor in tensors]
                found += [torch.softmax(network(batch).double(), dim=1).numpy() for batch in batches]
        return np.concatenate(found) if found else np.zeros((0, len(self.classes)))

    def _network(self) -> Any:
        if self._ready is None:
            import torch

            from mlops.blocks.image_reading import steps_of

            network = new_network(self.architecture, self.options, classes=len(self.classes))
            network.load_state_dict({name: torch.tensor(value) for name, value in self.weights.items()})
            self._ready = network.eval(), steps_of(self.transform)
        return self._ready


def new_network(architecture: str, options: Mapping[str, Any], *, classes: int) -> Any:
    """With random weights, from torch's generator."""
    from torchvision import models

    return models.get_model(architecture, weights=None, num_classes=classes, **options)


def load_pretrained(network: Any, file: Path, *, port: str = "untrained_model") -> int:
    """Takes over all layers of a weights file but the last one; how many tensors. Raises Refusal `weights_unfit`.

    The file is torchvision's own (a state dictionary), read as numbers only: no code in it is executed."""
    import pickle

    import torch

    where = Where(port=port)
    try:
        given = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        message = _("The weights file cannot be read: %(splitlines)s.") % {"splitlines": str(error).splitlines()[0]}
        hint = _("Use a .pth file that torch.save made of a state dictionary, as torchvision publishes them.")
        raise Refusal("weights_unfit", message, hint=hint, status=422, where=where) from error
    known = network.state_dict()
    renamed = {_present_name(name): value for name, value in dict(given).items()}
    last = {name for name in known if name.startswith(("classifier.", "fc."))}
    fitting = {
        name: value
        for name, value in renamed.items()
        if name in known and name not in last and getattr(value, "shape", None) == known[name].shape
    }
    missing = sorted(set(known) - last - set(fitting))
    if missing:
        message = _(
            "The weights are of another network: '%(missing)s' and %(missing_2)s more are missing or differ."
        ) % {"missing": missing[0], "missing_2": len(missing) - 1}
        hint = _("Choose the model name that the weights file was made for.")
        raise Refusal("weights_unfit", message, hint=hint, status=422, where=where)
    network.load_state_dict(fitting, strict=False)
    return len(fitting)


def _present_name(name: str) -> str:
    """Old DenseNet files write `norm.1` where torchvision now has `norm1`."""
    return re.sub(r"(denselayer\d+\.(?:norm|relu|conv))\.([12])", r"\1\2", name)


def as_numbers(network: Any) -> dict[str, Any]:
    return {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}
