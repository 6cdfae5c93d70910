"""The network of Train Wide & Deep Recommender, and the recommender that holds it as numbers.

Wide: one weight for each user, each item and each hashed pair of both. Deep: embeddings of user, item and their text
features, with the number features beside them, through hidden layers (Cheng et al., 2016). Both are added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlops.blocks.recommenders import Triples
from mlops.blocks.side_features import SideFeatures

AT_ONCE = 50_000


class WideAndDeepRecommender:
    """`settings`: the component's parameters. Ids that training did not have get the place 0, which was never
    trained."""

    def __init__(
        self, triples: Triples, *, settings: Mapping[str, Any], user: SideFeatures, item: SideFeatures
    ) -> None:
        self.columns = triples.columns
        self.users, self.items = triples.users, triples.items
        self.rated = triples.rated()
        self.lowest, self.highest = float(triples.ratings.min()), float(triples.ratings.max())
        self.mean, self.spread = float(triples.ratings.mean()), float(triples.ratings.std()) or 1.0
        self.settings = dict(settings)
        self.user, self.item = user, item
        self.weights: dict[str, Any] = {}
        self._ready: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_ready": None}

    def with_features(self, user: Any, item: Any) -> WideAndDeepRecommender:
        """The same recommender that knows more users and items by their features (data frames or None)."""
        import copy

        other = copy.copy(self)
        other.user = self.user if user is None else self.user.extended(user)
        other.item = self.item if item is None else self.item.extended(item)
        return other

    def ratings(self, users: list[str | None], items: list[str | None]) -> Any:
        """Within the range of the ratings in training."""
        import torch

        if self._ready is None:
            self._ready = new_network(self)
            self._ready.load_state_dict({name: torch.tensor(value) for name, value in self.weights.items()})
            self._ready.eval()
        found = []
        with torch.inference_mode():
            for start in range(0, len(users), AT_ONCE):
                cells = self.cells(users[start : start + AT_ONCE], items[start : start + AT_ONCE])
                found.append(self._ready(*cells).double().numpy())
        scaled = np.concatenate(found) if found else np.zeros(0)
        return np.clip(scaled * self.spread + self.mean, self.lowest, self.highest)

    def cells(self, users: list[str | None], items: list[str | None]) -> tuple[Any, ...]:
        """Tensors: places of users and items, hashed pairs, text features, number features."""
        import torch
        from sklearn.utils import murmurhash3_32

        user_ids = {name: place + 1 for place, name in enumerate(self.users)}
        item_ids = {name: place + 1 for place, name in enumerate(self.items)}
        crossed = self.settings["crossed_feature_dimension"]
        pairs = [
            int(murmurhash3_32(f"{user}\x00{item}", seed=0, positive=True)) % crossed
            for user, item in zip(users, items, strict=True)
        ]
        user_texts, user_numbers = self.user.of(users)
        item_texts, item_numbers = self.item.of(items)
        return (
            torch.tensor([user_ids.get(user or "", 0) for user in users]),
            torch.tensor([item_ids.get(item or "", 0) for item in items]),
            torch.tensor(pairs),
            torch.tensor(np.hstack([user_texts, item_texts]).astype(np.int64)),
            torch.tensor(np.hstack([user_numbers, item_numbers]).astype(np.float32)),
        )


def new_network(recommender: WideAndDeepRecommender) -> Any:
    """With random weights, from torch's generator."""
    import torch
    from torch import nn

    settings = recommender.settings
    sizes = (*recommender.user.sizes, *recommender.item.sizes)
    numbers = recommender.user.width + recommender.item.width

    class WideAndDeep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide_user = nn.Embedding(len(recommender.users) + 1, 1)
            self.wide_item = nn.Embedding(len(recommender.items) + 1, 1)
            self.wide_pair = nn.Embedding(settings["crossed_feature_dimension"], 1)
            for embedding in (self.wide_user, self.wide_item, self.wide_pair):
                nn.init.zeros_(embedding.weight)
            self.deep_user = nn.Embedding(len(recommender.users) + 1, settings["user_embedding_dimension"])
            self.deep_item = nn.Embedding(len(recommender.items) + 1, settings["item_embedding_dimension"])
            each = settings["categorical_features_embedding_dimension"]
            self.deep_texts = nn.ModuleList([nn.Embedding(size, each) for size in sizes])
            for embedding in (self.deep_user, self.deep_item, *self.deep_texts):
                nn.init.normal_(embedding.weight, std=0.1)
            width = self.deep_user.embedding_dim + self.deep_item.embedding_dim + each * len(sizes) + numbers
            self.hidden = nn.Sequential(*_layers(settings, width, nn))

        def forward(self, user: Any, item: Any, pair: Any, texts: Any, numbers: Any) -> Any:
            wide = self.wide_user(user) + self.wide_item(item) + self.wide_pair(pair)
            parts = [self.deep_user(user), self.deep_item(item)]
            parts += [embedding(texts[:, place]) for place, embedding in enumerate(self.deep_texts)]
            return (wide + self.hidden(torch.cat([*parts, numbers], dim=1))).squeeze(1)

    return WideAndDeep()


def hidden_units(text: str) -> list[int]:
    """`256,128` as numbers. Raises ValueError."""
    units = [int(part) for part in text.replace(";", ",").split(",") if part.strip()]
    if not units or not all(1 <= unit <= 10_000 for unit in units):
        raise ValueError("write widths from 1 to 10000 with commas between them, such as 256,128")
    return units


def _layers(settings: Mapping[str, Any], width: int, nn: Any) -> list[Any]:
    layers = []
    for units in hidden_units(settings["hidden_units"]):
        layers.append(nn.Linear(width, units))
        if settings["batch_normalization"]:
            layers.append(nn.BatchNorm1d(units))
        if settings["activation_function"] != "Linear":
            layers.append(getattr(nn, settings["activation_function"])())
        if settings["dropout"]:
            layers.append(nn.Dropout(settings["dropout"]))
        width = units
    return [*layers, nn.Linear(width, 1)]
