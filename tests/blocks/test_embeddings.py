"""Words become vectors, learned from the texts or read from a file of one's own."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.blocks.scoring import load_model
from mlops.formats.refusal import Refusal
from tests.blocks.pictures import archive, zipped
from tests.blocks.reviews import reviews
from tests.blocks.workshop import Workshop

GLOVE = {"word2vec_strategy": "GloVe pretrained English Model", "target_column": "t", "minimum_word_count": 1}


@pytest.mark.parametrize("strategy", ["Gensim Word2Vec", "Gensim FastText"])
def test_vectors_are_learned_from_the_texts(workshop: Workshop, strategy: str) -> None:
    chosen = {"target_column": "review", "word2vec_strategy": strategy, "length_of_word_embedding": 8}
    outputs = workshop.run("convert_word_to_vector", chosen, dataset=workshop.put(reviews()))
    vocabulary = workshop.table(outputs["vocabulary_with_embeddings"]).frame
    assert vocabulary.width == 9
    assert {"food", "service", "pasta"} <= set(vocabulary["Word"])


def test_pretrained_vectors_come_from_a_file_of_ones_own(workshop: Workshop) -> None:
    vectors = zipped(workshop, archive(0, extra={"glove.txt": b"good 1 0\nbad 0 1\nother 5 5\n"}))
    data = workshop.put(pl.DataFrame({"t": ["Good bad", "bad unknown", None]}))
    outputs = workshop.run("convert_word_to_vector", GLOVE, dataset=data, pretrained_vectors=vectors)
    texts = workshop.table(outputs["results_dataset"]).frame
    assert texts["t_Embedding.0"].to_list() == [0.5, 0.0, 0.0]
    assert texts["t_Embedding.1"].to_list() == [0.5, 1.0, 0.0]
    assert set(workshop.table(outputs["vocabulary_with_embeddings"]).frame["Word"]) == {"Good", "bad"}


@pytest.mark.parametrize("content", [b"good one two\n", b"elsewhere 1 2\n", b"good 1 0\nbad 1\n"])
def test_a_file_that_holds_no_vectors_is_refused(workshop: Workshop, content: bytes) -> None:
    vectors = zipped(workshop, archive(0, extra={"glove.txt": content}))
    data = workshop.put(pl.DataFrame({"t": ["good bad"]}))
    with pytest.raises(Refusal) as refused:
        workshop.run("convert_word_to_vector", GLOVE, dataset=data, pretrained_vectors=vectors)
    assert refused.value.code == "weights_unfit"


def test_a_model_on_mean_vectors_scores_raw_text_alone(workshop: Workshop) -> None:
    data = workshop.put(reviews().drop("stars"))
    chosen = {"target_column": "review", "length_of_word_embedding": 8, "number_of_epochs": 20}
    vectors = workshop.run("convert_word_to_vector", chosen, dataset=data)["results_dataset"]
    rules = [{"action": "exclude", "by": "names", "names": ["review"]}]
    columns = {"select_columns": {"mode": "rules", "begin_with": "all", "rules": rules}}
    numbers = workshop.run("select_columns_in_dataset", columns, dataset=vectors)["results_dataset"]
    model = load_model(workshop.trained("two_class_logistic_regression", numbers, label="liked"))
    assert model.manifest.source.names == ("review",)
    assert model.score(pl.DataFrame({"review": ["lovely food", None]})).height == 2
