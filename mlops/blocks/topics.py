"""How Latent Dirichlet Allocation learns topics, and how much of each is in a text."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.components.latent_dirichlet_allocation import topic_names
from mlops.blocks.problems import as_refusal
from mlops.blocks.texts import chosen_texts, n_grams, sentences, words
from mlops.blocks.values import FittedTransformValue, new_table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.transform import FittedTransform, Replay

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

NAME = "latent_dirichlet_allocation"
MOST_WEIGHTS = 2_000_000


def find_topics(call: Call) -> dict[str, Value]:
    table, chosen = call.table("dataset"), call.parameters
    columns, found = chosen_texts(chosen["target_columns"], table.schema, parameter="target_columns")
    if found:
        raise as_refusal(found[0])
    cut = _cut(table.frame.select(columns), size=chosen["n_grams"])
    features = _features(cut, chosen)
    topics = chosen["number_of_topics_to_model"]
    _require_room(len(features) * topics)
    cells = _counts(cut, _placing(features))
    call.report.log(f"{topics} topics from {table.frame.height} texts with {len(features)} features.")
    estimator = _estimator(chosen, seed=call.seed).fit(cells)
    step = Replay(
        component=NAME,
        reads=columns,
        writes=topic_names(topics),
        fills=True,
        state={
            "n_grams": chosen["n_grams"],
            "features": features,
            "alpha": chosen["alpha_parameter"],
            "normalize": chosen["normalize"],
            "weights": base64.b64encode(estimator.components_.astype("<f8").tobytes()).decode(),
        },
    )
    transformation = FittedTransformValue(transform=FittedTransform(transforms=(step,)))
    return {
        "transformed_dataset": table.transformed(step),
        "feature_topic_matrix": new_table(_matrix(estimator, features), sources=table.meta.sources),
        "lda_transformation": transformation,
    }


def shares(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    """One column for each topic. A text without any known word belongs to all topics alike."""
    features = state["features"]
    weights = np.frombuffer(base64.b64decode(state["weights"]), dtype="<f8").reshape(-1, len(features))
    names = topic_names(weights.shape[0])
    if not frame.height:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.Float64))
    cells = _counts(_cut(frame, size=state["n_grams"]), _placing(features))
    found = _fitted(weights, alpha=state["alpha"]).transform(cells, normalize=state["normalize"])
    return pl.DataFrame({name: found[:, place] for place, name in enumerate(names)})


def _fitted(weights: Any, *, alpha: float) -> Any:
    """The estimator as it was after training, without the training texts."""
    from scipy.special import psi
    from sklearn.decomposition import LatentDirichletAllocation

    estimator = LatentDirichletAllocation(n_components=weights.shape[0], doc_topic_prior=alpha)
    estimator.components_ = weights
    estimator.exp_dirichlet_component_ = np.exp(psi(weights) - psi(weights.sum(axis=1, keepdims=True)))
    estimator.doc_topic_prior_ = alpha
    estimator.n_features_in_ = weights.shape[1]
    estimator.random_state_ = np.random.RandomState(0)
    return estimator


def _estimator(chosen: Mapping[str, Any], *, seed: int) -> Any:
    from sklearn.decomposition import LatentDirichletAllocation

    return LatentDirichletAllocation(
        n_components=chosen["number_of_topics_to_model"],
        doc_topic_prior=chosen["alpha_parameter"],
        topic_word_prior=chosen["rho_parameter"],
        learning_method="online",
        learning_decay=chosen["power_applied_to_the_iteration"],
        learning_offset=float(max(1, chosen["initial_value_of_iteration"])),
        max_iter=chosen["number_of_training_iterations"],
        batch_size=chosen["size_of_the_batch"],
        total_samples=chosen["estimated_number_of_documents"],
        random_state=seed,
    )


def _cut(frame: pl.DataFrame, *, size: int) -> list[Counter[str]]:
    texts = [" ".join(part for part in row if part) for row in frame.cast(pl.String).iter_rows()]
    return [
        Counter(gram for sentence in sentences(text) for gram in n_grams(words(sentence), size=size)) for text in texts
    ]


def _features(cut: Sequence[Counter[str]], chosen: Mapping[str, Any]) -> list[str]:
    """The most frequent n-grams in alphabetical order, or the numbers of the hash buckets."""
    if not chosen["build_dictionary_of_n_grams"]:
        return [f"#{place}" for place in range(2 ** chosen["number_of_hash_bits"])]
    counts: Counter[str] = Counter()
    for grams in cut:
        counts.update(grams)
    if not counts:
        where = Where(parameter="target_columns")
        raise Refusal(
            "no_words", _("The texts hold no words."), hint=_("Choose columns with text."), status=422, where=where
        )
    ranked = sorted(counts, key=lambda gram: (-counts[gram], gram))
    return sorted(ranked[: chosen["maximum_size_of_n_gram_dictionary"]])


class _Hashing:
    def __init__(self, buckets: int) -> None:
        self.buckets = buckets

    def get(self, gram: str) -> int:
        from sklearn.utils import murmurhash3_32

        return int(murmurhash3_32(gram, seed=0, positive=True) & (self.buckets - 1))

    def __len__(self) -> int:
        return self.buckets


def _placing(features: Sequence[str]) -> Any:
    if features[0] == "#0":
        return _Hashing(len(features))
    return {feature: place for place, feature in enumerate(features)}


def _counts(cut: Sequence[Counter[str]], placing: Any) -> Any:
    """Sparse [texts, features]."""
    from scipy.sparse import csr_matrix

    rows, columns, values = [], [], []
    for row, grams in enumerate(cut):
        for gram, count in grams.items():
            place = placing.get(gram)
            if place is not None:
                rows.append(row)
                columns.append(place)
                values.append(float(count))
    return csr_matrix((values, (rows, columns)), shape=(len(cut), len(placing)), dtype=np.float64)


def _matrix(estimator: Any, features: Sequence[str]) -> pl.DataFrame:
    """How probable each feature is in each topic."""
    shares = estimator.components_ / estimator.components_.sum(axis=1, keepdims=True)
    columns = {name: shares[place] for place, name in enumerate(topic_names(shares.shape[0]))}
    return pl.DataFrame({"Feature": list(features), **columns})


def _require_room(count: int) -> None:
    if count > MOST_WEIGHTS:
        message = _(
            "Topics times features are %(count)s numbers, more than the %(most_weights)s that a model may carry."
        ) % {"count": f"{count:,}", "most_weights": f"{MOST_WEIGHTS:,}"}
        hint = _("Model fewer topics, or lower 'Maximum size of n-gram dictionary' (Show all options).")
        where = Where(parameter="number_of_topics_to_model")
        raise Refusal("table_too_wide", message, hint=hint, status=422, where=where)
