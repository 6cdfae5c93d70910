"""Texts become features, and a model that learned from them scores raw text alone."""

from __future__ import annotations

import polars as pl
import pytest

from mlops.blocks.components.preprocess_text import DEFINITION
from mlops.blocks.scoring import load_model
from mlops.blocks.text_cleaning import clean
from mlops.blocks.texts import n_grams
from mlops.blocks.vocabulary import Vocabulary, learned, merged, read_vocabulary, updated
from mlops.formats.refusal import Refusal
from mlops.stats.schema import describe_schema
from tests.blocks.reviews import reviews
from tests.blocks.workshop import Workshop

ALL_OFF = {p.name: False for p in DEFINITION.parameters if p.type == "boolean"}
PLAIN = {**DEFINITION.defaults(), **ALL_OFF, "stop_words": None}


@pytest.mark.parametrize(
    ("toggle", "text", "expected"),
    [
        ("expand_verb_contractions", "It's what we don't know", "It is what we do not know"),
        ("remove_stop_words", "The price of the car", "price car"),
        ("use_lemmatization", "houses were", "house be"),
        ("detect_sentences", "One. Two! Three", "One. ||| Two! ||| Three"),
        ("normalize_case_to_lowercase", "BIG", "big"),
        ("remove_numbers", "12 apples, 3.5 pears and B12", "apples, pears and B12"),
        ("remove_special_characters", "a&b (c)", "a b c"),
        ("remove_duplicate_characters", "soooo good", "soo good"),
        ("remove_email_addresses", "write to me@x.org now", "write to now"),
        ("remove_urls", "see https://x.org/a?b=1 now", "see now"),
        ("normalize_backslashes_to_slashes", r"a\b", "a/b"),
        ("split_tokens_on_special_characters", "a&b", "a & b"),
    ],
)
def test_each_toggle_of_preprocess_text_does_what_it_says(toggle: str, text: str, expected: str) -> None:
    assert clean(text, {**PLAIN, toggle: True}) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("English", "The houses", "house"),
        ("German", "Die Häuser", "haus"),
        ("French", "Les maisons", "maison"),
        ("Spanish", "Las casas", "casa"),
        ("Italian", "Le case", "casa"),
        ("Dutch", "De huizen", "huis"),
    ],
)
def test_stop_words_and_lemmas_follow_the_language(language: str, text: str, expected: str) -> None:
    toggles = {"remove_stop_words": True, "use_lemmatization": True, "normalize_case_to_lowercase": True}
    assert clean(text, {**PLAIN, **toggles, "language": language}) == expected


def test_own_stop_words_take_the_place_of_the_list(workshop: Workshop) -> None:
    data = workshop.put(pl.DataFrame({"text": ["The red car", None]}))
    words = workshop.put(pl.DataFrame({"word": ["Red"]}))
    outputs = workshop.run("preprocess_text", {}, dataset=data, stop_words=words)
    assert workshop.table(outputs["results_dataset"]).frame["Preprocessed text"].to_list() == ["the car", None]


def test_a_custom_expression_is_replaced_first() -> None:
    settings = {"custom_regular_expression": r"(\d+) euro", "custom_replacement_string": r"price_\1"}
    assert clean("It costs 20 euro", {**PLAIN, **settings}) == "It costs price_20"


def test_n_grams_may_skip_words() -> None:
    assert list(n_grams(["a", "b", "c"], size=2)) == ["a", "a b", "b", "b c", "c"]
    assert set(n_grams(["a", "b", "c"], size=2, skips=1)) == {"a", "a b", "a c", "b", "b c", "c"}


def test_a_vocabulary_is_updated_or_merged() -> None:
    given = Vocabulary(grams=("old", "car"), frequencies=(4, 10), texts=10)
    cut = [["car", "new"], ["new"]]
    fresh = learned(cut, fewest=1, largest_share=1.0)
    assert updated(given, cut, fresh) == Vocabulary(grams=("old", "car", "new"), frequencies=(0, 1, 2), texts=2)
    assert merged(given, cut, fresh) == Vocabulary(grams=("old", "car", "new"), frequencies=(4, 11, 2), texts=12)


def test_a_vocabulary_survives_its_table() -> None:
    vocabulary = Vocabulary(grams=("car", "red car"), frequencies=(7, 3), texts=9)
    frame = vocabulary.as_frame()
    assert read_vocabulary(frame, describe_schema(frame)) == vocabulary
    with pytest.raises(Refusal, match="'car' is in it twice"):
        read_vocabulary(pl.concat([frame, frame]), describe_schema(frame))


def test_a_model_on_n_grams_scores_raw_text_alone(workshop: Workshop) -> None:
    data = workshop.put(reviews().drop("stars"))
    cleaned = workshop.run("preprocess_text", {"text_column_to_clean": ["review"]}, dataset=data)["results_dataset"]
    halves = workshop.run("split_data", {}, dataset=cleaned)
    settings = {"text_column": "Preprocessed review", "minimum_n_gram_document_absolute_frequency": 2}
    first = workshop.run("extract_n_gram_features_from_text", settings, dataset=halves["results_dataset1"])
    numbers = {
        "mode": "rules",
        "begin_with": "all",
        "rules": [{"action": "exclude", "by": "names", "names": ["review", "Preprocessed review"]}],
    }
    chosen = workshop.run("select_columns_in_dataset", {"select_columns": numbers}, dataset=first["results_dataset"])
    model = workshop.trained("two_class_logistic_regression", chosen["results_dataset"], label="liked")
    reading = {**settings, "vocabulary_mode": "ReadOnly"}
    second = workshop.run(
        "extract_n_gram_features_from_text",
        reading,
        dataset=halves["results_dataset2"],
        input_vocabulary=first["result_vocabulary"],
    )["results_dataset"]
    scored = workshop.table(workshop.run("score_model", {}, trained_model=model, dataset=second)["scored_dataset"])
    loaded = load_model(model)
    assert loaded.manifest.source.names == ("review",)
    alone = loaded.score(scored.frame.select("review"))
    assert alone.equals(scored.frame.select(alone.columns))
    asked = pl.DataFrame({"review": ["Such lovely food and great service", "awful food, rude waiters", None]})
    assert loaded.score(asked)["Scored Labels"].to_list()[:2] == ["yes", "no"]


@pytest.mark.parametrize("bits", [12, 20])
def test_a_model_on_hashed_text_scores_raw_text_alone(workshop: Workshop, bits: int) -> None:
    data = workshop.put(reviews().drop("stars"))
    settings = {"target_columns": ["review"], "hashing_bitsize": bits}
    hashed = workshop.run("feature_hashing", settings, dataset=data)["transformed_dataset"]
    rules = [{"action": "exclude", "by": "names", "names": ["review"]}]
    chosen = {"select_columns": {"mode": "rules", "begin_with": "all", "rules": rules}}
    numbers = workshop.run("select_columns_in_dataset", chosen, dataset=hashed)["results_dataset"]
    model = load_model(workshop.trained("two_class_logistic_regression", numbers, label="liked"))
    asked = pl.DataFrame({"review": ["lovely food", "awful food"]})
    assert model.score(asked)["Scored Labels"].to_list() == ["yes", "no"]


def test_topics_gather_words_that_stand_together(workshop: Workshop) -> None:
    texts = ["pasta sauce tomato"] * 30 + ["engine wheel brake"] * 30
    settings = {"number_of_topics_to_model": 2, "n_grams": 1}
    outputs = workshop.run("latent_dirichlet_allocation", settings, dataset=workshop.put(pl.DataFrame({"t": texts})))
    topics = workshop.table(outputs["transformed_dataset"]).frame["Topic 1"].round(0).to_list()
    assert topics[:30] == topics[:1] * 30
    assert topics[30:] == topics[-1:] * 30
    assert topics[0] != topics[-1]
    assert workshop.table(outputs["feature_topic_matrix"]).frame.height == 6
