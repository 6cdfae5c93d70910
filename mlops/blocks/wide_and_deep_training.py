"""How Train Wide & Deep Recommender learns: squared error, one optimizer for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlops.blocks.recommenders import Triples, read_triples
from mlops.blocks.side_features import learned_features
from mlops.blocks.wide_and_deep import WideAndDeepRecommender, new_network
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call


def learn(call: Call) -> WideAndDeepRecommender:
    import torch

    triples = read_triples(call.table("training_dataset"), port="training_dataset")
    recommender = WideAndDeepRecommender(
        triples,
        settings=call.parameters,
        user=learned_features(call.optional_table("user_features"), port="user_features"),
        item=learned_features(call.optional_table("item_features"), port="item_features"),
    )
    torch.manual_seed(call.seed)
    network = new_network(recommender)
    _fit(network, recommender, triples, call)
    recommender.weights = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    if not all(np.isfinite(value).all() for value in recommender.weights.values()):
        message = _("The training diverged: the weights are no finite numbers.")
        where = Where(parameter="deep_part_learning_rate")
        raise Refusal("training_diverged", message, hint=_("Lower the learning rates."), status=422, where=where)
    return recommender


def _fit(network: Any, recommender: WideAndDeepRecommender, triples: Triples, call: Call) -> None:
    import torch

    chosen = call.parameters
    users = [recommender.users[place] for place in triples.user_places]
    items = [recommender.items[place] for place in triples.item_places]
    cells = recommender.cells(list(users), list(items))
    targets = torch.tensor(((triples.ratings - recommender.mean) / recommender.spread).astype(np.float32))
    wide = [value for name, value in network.named_parameters() if name.startswith("wide")]
    deep = [value for name, value in network.named_parameters() if not name.startswith("wide")]
    optimizers = [
        getattr(torch.optim, chosen["wide_part_optimizer"])(wide, lr=chosen["wide_part_learning_rate"]),
        getattr(torch.optim, chosen["deep_part_optimizer"])(deep, lr=chosen["deep_part_learning_rate"]),
    ]
    draw, size = np.random.default_rng(call.seed), chosen["batch_size"]
    for epoch in range(1, chosen["epochs"] + 1):
        network.train()
        order, total = torch.tensor(draw.permutation(targets.shape[0])), 0.0
        for rows in order.split(size):
            if len(rows) < 2 and targets.shape[0] > 1:
                continue
            for optimizer in optimizers:
                optimizer.zero_grad()
            found = network(*(cell[rows] for cell in cells))
            loss = torch.nn.functional.mse_loss(found, targets[rows])
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            total += loss.item() * len(rows)
        root = float(np.sqrt(total / targets.shape[0])) * recommender.spread
        call.report.log(f"Epoch {epoch}: the ratings of training are missed by {root:.4f} (root mean square).")
        call.report.progress(0.95 * epoch / chosen["epochs"])
