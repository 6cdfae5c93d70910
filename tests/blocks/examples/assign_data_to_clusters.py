from __future__ import annotations

from tests.blocks.examples import Example

COLUMNS = ["power", "weight", "make"]

EXAMPLE = Example(
    inputs=lambda workshop, data: {
        "trained_model": workshop.run(
            "train_clustering_model",
            {"column_set": COLUMNS},
            untrained_model=workshop.run("k_means_clustering")["untrained_model"],
            dataset=workshop.put(EXAMPLE.frame()),
        )["trained_model"],
        "dataset": data,
    },
    needs_every_column=True,
)
