"""Preprocess Text: clean texts before their words are counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import as_refusal, problem
from mlops.blocks.texts import TEXT_COLUMNS, chosen_texts
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

LANGUAGES = ("English", "Spanish", "French", "Dutch", "German", "Italian")
PREFIX = "Preprocessed "


def _toggle(name: str, label: str, help_: str, *, default: bool = True, **more: Any) -> Parameter:
    return Parameter(name=name, type="boolean", label=label, default=default, help=help_, **more)


DEFINITION = Component(
    name="preprocess_text",
    version="1",
    title="Preprocess Text",
    group="Text Analytics",
    help="""Cleans texts, so that `House`, `houses` and `house!` count as one word.

**When to use it.** First, before Extract N-Gram Features from Text, Feature Hashing, Latent Dirichlet Allocation
or Convert Word to Vector.

**What happens, in this order.** Contractions are written out (English), your own regular expression is replaced,
backslashes become slashes, web and e-mail addresses go, sentences are told apart. Then in each sentence: stop
words (`the`, `of`, `is`) go before anything else is done to words, then numbers, repeated letters (`soooo` becomes
`soo`), endings (`houses` becomes `house`), special characters and capital letters.

**Example.** `The cars weren't cheap! See http://cars.example` becomes `car cheap`. With
*Remove stop words* off it becomes `the car be not cheap ||| see`.

**Own stop words.** Connect a table with one word in each row of its first text column: it takes the place of the
built-in list of the language.

**What comes out.** The table with one more column for each text column, `Preprocessed` and its name. `|||` stands
between sentences when *Detect sentences* is on. Each row is cleaned by itself, so a model that learned from the
cleaned text takes the raw text in a request.""",
    inputs=(
        Port(name="dataset", type="table", label="Dataset"),
        Port(name="stop_words", type="table", label="Stop words", optional=True),
    ),
    outputs=(
        Port(name="results_dataset", type="table", label="Results dataset"),
        Port(name="transformation", type="transformation", label="Transformation"),
    ),
    parameters=(
        Parameter(
            name="language",
            type="choice",
            label="Language",
            required=True,
            default="English",
            choices=tuple(Choice(value=name, label=name) for name in LANGUAGES),
            help="In which language the texts are. Stop words and lemmas follow from it.",
        ),
        Parameter(
            name="text_column_to_clean",
            type="columns",
            label="Text column to clean",
            required=True,
            default=TEXT_COLUMNS,
            port="dataset",
            only_types=("string",),
            help="One or several text columns.",
        ),
        _toggle(
            "expand_verb_contractions",
            "Expand verb contractions",
            "Write don't as do not.",
            visible_if={"language": ("English",)},
        ),
        _toggle("remove_stop_words", "Remove stop words", "Leave out words that are everywhere, such as the and of."),
        _toggle("use_lemmatization", "Use lemmatization", "Bring words to the form of the dictionary: was becomes be."),
        _toggle("detect_sentences", "Detect sentences", "Put ||| between sentences."),
        _toggle("normalize_case_to_lowercase", "Normalize case to lowercase", "Write everything in small letters."),
        _toggle("remove_numbers", "Remove numbers", "Leave out words that are numbers."),
        _toggle("remove_special_characters", "Remove special characters", "Keep letters, digits and spaces only."),
        _toggle(
            "remove_duplicate_characters", "Remove duplicate characters", "Keep two of three or more equal letters."
        ),
        _toggle("remove_email_addresses", "Remove email addresses", "Leave out what looks like name@example.org."),
        _toggle("remove_urls", "Remove URLs", "Leave out web addresses."),
        _toggle("normalize_backslashes_to_slashes", "Normalize backslashes to slashes", r"Write \ as /."),
        _toggle(
            "split_tokens_on_special_characters",
            "Split tokens on special characters",
            "Put spaces around &, - and the like where they are kept.",
        ),
        Parameter(
            name="custom_regular_expression",
            type="string",
            label="Custom regular expression",
            default="",
            help="What else to replace, as a Python regular expression. Empty: nothing.",
        ),
        Parameter(
            name="custom_replacement_string",
            type="string",
            label="Custom replacement string",
            default="",
            help="What to put in the place of each match. Empty: nothing.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    table = inputs["dataset"].table
    shapes = {"results_dataset": Shape(type="table"), "transformation": Shape(type="transformation")}
    problems = list(_expression_problems(parameters))
    words = inputs["stop_words"].table if "stop_words" in inputs else None
    if words is not None and all(column.type != "string" for column in words.columns):
        message = _("The table of stop words has no text column.")
        hint = _("Connect a table with one word in each row.")
        problems.append(problem("column_not_text", message, hint=hint, port="stop_words"))
    if table is None:
        return Derived(outputs=shapes, problems=tuple(problems))
    names, found = chosen_texts(parameters["text_column_to_clean"], table, parameter="text_column_to_clean")
    added = tuple(Column(name=PREFIX + name, type="string") for name in names)
    kept = tuple(column for column in table.columns if column.name not in {column.name for column in added})
    if all(PREFIX + name not in table.names for name in names):
        shapes["results_dataset"] = Shape(
            type="table", table=TableSchema(columns=kept + added, row_count=table.row_count)
        )
    return Derived(outputs=shapes, problems=(*problems, *found))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform, Replay

    table = call.table("dataset")
    value = call.parameters["text_column_to_clean"]
    names, found = chosen_texts(value, table.schema, parameter="text_column_to_clean")
    if found:
        raise as_refusal(found[0])
    settings = {name: value for name, value in call.parameters.items() if name != "text_column_to_clean"}
    settings["stop_words"] = _stop_words(call)
    steps = tuple(
        Replay(component=DEFINITION.name, reads=(name,), writes=(PREFIX + name,), state=settings) for name in names
    )
    call.report.log(f"Cleaned {len(names)} text columns of {table.frame.height} rows.")
    transformation = FittedTransformValue(transform=FittedTransform(transforms=steps))
    return {"results_dataset": table.transformed(*steps), "transformation": transformation}


def replay(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    import polars as pl

    from mlops.blocks.text_cleaning import cleaned

    values = frame.to_series()
    return pl.DataFrame([pl.Series(PREFIX + values.name, cleaned(values, dict(state)), dtype=pl.String)])


def _stop_words(call: Call) -> list[str] | None:
    words = call.optional_table("stop_words")
    if words is None:
        return None
    column = next(column.name for column in words.schema.columns if column.type == "string")
    return sorted({word.strip().lower() for word in words.frame[column].drop_nulls().to_list() if word.strip()})


def _expression_problems(parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    try:
        replaced = re.compile(parameters["custom_regular_expression"] or "")
        replaced.sub(parameters["custom_replacement_string"] or "", "")
    except (re.error, IndexError) as error:
        message = _("The regular expression cannot be used: %(error)s.") % {"error": error}
        hint = _("Write a Python regular expression, such as \\d{4}-\\d{2}; groups in the replacement are \\1, \\2.")
        return (problem("bad_expression", message, hint=hint, parameter="custom_regular_expression"),)
    return ()
