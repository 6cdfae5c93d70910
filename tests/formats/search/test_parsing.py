"""What people type, what it means, and what is said where it means nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops.formats.search import (
    And,
    Compare,
    Field,
    Has,
    Name,
    Node,
    Not,
    Number,
    Or,
    Period,
    SearchFault,
    Text,
    Words,
    parse,
    tag_filter,
    vocabulary,
    without_places,
    written,
)  # fmt: skip

NOW = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
STATES = {"completed": "completed", "finished": "completed", "failed": "failed", "running": "running"}
FIELDS = (
    Field(name="name", is_searched=True, aliases=("run_name", "display name")),
    Field(name="state", kind="choice", choices=STATES, aliases=("status",)),
    Field(name="created", kind="date", aliases=("start_time",)),
    Field(name="duration", kind="duration"),
    Field(name="size", kind="bytes"),
    Field(name="archived", kind="flag"),
    Field(name="number", kind="number"),
    Field(name="dataset.name"),
)
WORDS = vocabulary(FIELDS, spaces=("tag", "metric", "parameter"))
STRICT = vocabulary(FIELDS, spaces=("tag", "metric", "parameter"), strict=True)


def read(text: str, words: Any = WORDS) -> Node:
    root = parse(text, words, now=NOW).root
    assert root is not None
    return without_places(root)


def tag(key: str, value: str, operator: Any = "=") -> Compare:
    return Compare(name=Name(space="tag", key=key), operator=operator, values=(Text(value=value),))


def field(key: str, operator: Any, *values: Any) -> Compare:
    return Compare(name=Name(space="field", key=key), operator=operator, values=values)


def metric(key: str, operator: Any, value: float, text: str) -> Compare:
    return Compare(name=Name(space="metric", key=key), operator=operator, values=(Number(value=value, text=text),))


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("Area=Churn", "Area", "Churn"),
        ("Area = Churn", "Area", "Churn"),
        ("Area : Churn", "Area", "Churn"),
        ("Area:Churn", "Area", "Churn"),
        ("Area == Churn", "Area", "Churn"),
        ('Area="Customer churn"', "Area", "Customer churn"),
        ("Area='Customer churn'", "Area", "Customer churn"),
        ('"Sales area" = Churn', "Sales area", "Churn"),
        ("`Sales area`=Churn", "Sales area", "Churn"),
        (r'note="say \"no\""', "note", 'say "no"'),
        ("note='it''s'", "note", "it's"),
        (r"path='C:\new'", "path", r"C:\new"),
        ("url=http://host/a?b=c", "url", "http://host/a?b=c"),
        ("call=f(x)", "call", "f(x)"),
        ("list=a,b", "list", "a,b"),
        ("lr=0.1", "lr", "0.1"),
        ("mlflow.user=ann", "mlflow.user", "ann"),
        ("tags.state=failed", "state", "failed"),
        ('tags."state of it" = failed', "state of it", "failed"),
        ("tags.`mlflow.note` = x", "mlflow.note", "x"),
        ("tag:Area=Churn", "Area", "Churn"),
        ('tag = "Area=Churn"', "Area", "Churn"),
        ('empty=""', "empty", ""),
        ("Größe=groß", "Größe", "groß"),
    ],
)
def test_a_tag_is_understood_however_it_is_written(text: str, key: str, value: str) -> None:
    assert read(text) == tag(key, value)


@pytest.mark.parametrize("text", ["tags.Area", "tag:Area", "tag = Area", "Area=*", "Area is not null", "has:Area"])
def test_a_key_alone_means_any_value(text: str) -> None:
    assert read(text) == Has(name=Name(space="tag", key="Area"))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("state = failed", field("state", "=", Text(value="failed"))),
        ("STATUS:FINISHED", field("state", "=", Text(value="completed"))),
        ("attributes.status = 'FINISHED'", field("state", "=", Text(value="completed"))),
        ("state:failed,running", field("state", "in", Text(value="failed"), Text(value="running"))),
        ("state in (failed, 'running')", field("state", "in", Text(value="failed"), Text(value="running"))),
        ("state NOT IN (failed)", field("state", "not in", Text(value="failed"))),
        ("name ~ churn", field("name", "contains", Text(value="churn"))),
        ("name:churn", field("name", "contains", Text(value="churn"))),
        ("name = churn", field("name", "=", Text(value="churn"))),
        ("name = churn*", field("name", "ilike", Text(value="churn%"))),
        ("name LIKE 'chu%'", field("name", "like", Text(value="chu%"))),
        ("name not ilike 'chu%'", Not(part=field("name", "ilike", Text(value="chu%")))),
        ("`display name` = x", field("name", "=", Text(value="x"))),
        ("dataset.name = 'x'", field("dataset.name", "=", Text(value="x"))),
        ("metrics.rmse < 0.5", metric("rmse", "<", 0.5, "0.5")),
        ('metrics."val/rmse">=1e-3', metric("val/rmse", ">=", 0.001, "1e-3")),
        ("metrics.val/rmse<.5", metric("val/rmse", "<", 0.5, ".5")),
        ("duration > 5 min", field("duration", ">", Number(value=300.0, text="5 min"))),
        ("duration<1:30:00", field("duration", "<", Number(value=5400.0, text="1:30:00"))),
        ("size >= 10 MB", field("size", ">=", Number(value=10e6, text="10 MB"))),
        ("size:>2GiB", field("size", ">", Number(value=2 * 2.0**30, text="2GiB"))),
        ("churn", Words(text="churn")),
        ('"gradient boosting"', Words(text="gradient boosting")),
        ("-Area=Churn", Not(part=tag("Area", "Churn"))),
        ("not churn", Not(part=Words(text="churn"))),
        ("Area != Churn", tag("Area", "Churn", "!=")),
        ("Area <> Churn", tag("Area", "Churn", "!=")),
        ("Area !~ Churn", Not(part=tag("Area", "Churn", "contains"))),
        ("archived = yes", read("archived=true")),
        ("metrics.mae between 1 and 2", And(parts=(metric("mae", ">=", 1, "1"), metric("mae", "<=", 2, "2")))),
        ("metrics.mae:1..2", And(parts=(metric("mae", ">=", 1, "1"), metric("mae", "<=", 2, "2")))),
    ],
)
def test_a_field_is_understood_in_its_own_terms(text: str, meaning: Node) -> None:
    assert read(text) == meaning


def test_or_binds_less_than_and_and_brackets_bind_most() -> None:
    a, b, c = tag("a", "1"), tag("b", "2"), tag("c", "3")
    assert read("a=1 b=2 or c=3") == Or(parts=(And(parts=(a, b)), c))
    assert read("a=1 AND (b=2 OR NOT c=3)") == And(parts=(a, Or(parts=(b, Not(part=c)))))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
        ("2026-12", datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        ("'2026-11-01 10:00'", datetime(2026, 11, 1, 10, tzinfo=UTC), datetime(2026, 11, 1, 10, 1, tzinfo=UTC)),
        ("2026-11-01T10:00:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("7 days ago", NOW - timedelta(days=7), NOW - timedelta(days=7)),
        ("7d", NOW - timedelta(days=7), NOW - timedelta(days=7)),
        ("an hour ago", None, None),
        ("yesterday", datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)),
        ("last month", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
        ("this week", datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)),
        ("1764000000000", datetime.fromtimestamp(1_764_000_000, UTC), datetime.fromtimestamp(1_764_000_000, UTC)),
    ],
)
def test_dates_are_days_moments_or_so_long_ago(text: str, start: datetime | None, end: datetime | None) -> None:
    if start is None:
        with pytest.raises(SearchFault, match="a date"):
            read(f"created > {text}")
        return
    found = read(f"created > {text}")
    assert isinstance(found, Compare)
    period = found.values[0]
    assert isinstance(period, Period)
    assert (period.start.astimezone(UTC), period.end.astimezone(UTC)) == (start, end)


@pytest.mark.parametrize(
    ("text", "code", "span", "hint"),
    [
        ("state = faild", "filter_value_invalid", (8, 13), "failed"),
        ("metrics.rmse < low", "filter_value_invalid", (15, 18), "0.5"),
        ("created > 2026-13-40", "filter_value_invalid", (10, 20), "2026-11-01"),
        ("attributes.stat = 'x'", "filter_field_unknown", (0, 15), "state"),
        ("state < failed", "filter_operator_invalid", (0, 14), "not in"),
        ("Area =", "filter_value_invalid", (6, 6), "empty"),
        ('Area="Churn', "filter_not_understood", (5, 11), "Close"),
        ("(Area=Churn", "filter_not_understood", (0, 1), "Close"),
        ("Area=Churn)", "filter_not_understood", (10, 11), "Leave it out"),
        ("Area in (a, b", "filter_not_understood", (8, 13), "Close"),
        ("and x", "filter_not_understood", (3, 5), "quotes"),
        ("(" * 40, "filter_too_long", None, ""),
        ("x " * 300, "filter_too_long", None, ""),
        ("x" * 20_000, "filter_too_long", None, ""),
    ],
)
def test_a_fault_names_its_place_and_what_was_meant(text: str, code: str, span: Any, hint: str) -> None:
    with pytest.raises(SearchFault) as caught:
        parse(text, WORDS, now=NOW)
    assert (caught.value.code, hint in caught.value.hint) == (code, True), caught.value.hint
    assert span is None or caught.value.span == span


@pytest.mark.parametrize(
    "text",
    ["churn", "Area = 'x'", "tags.a = x", "metrics.m < 'x'", "tags.a='x' OR tags.b='y'", "name ~ 'x'", "metrics.a<1 x"],
)
def test_mlflows_dialect_allows_no_more_than_mlflow_does(text: str) -> None:
    with pytest.raises(SearchFault):
        parse(text, STRICT, now=NOW)


def test_mlflows_filters_are_read() -> None:
    text = "metrics.rmse < 1 AND params.model = 'tree' and tags.`mlflow.source.type` ILIKE 'job%' AND run_name != 'x'"
    found = read(text, STRICT)
    assert isinstance(found, And)
    assert [part.name.space for part in found.parts if isinstance(part, Compare)] == [
        "metric", "parameter", "tag", "field",
    ]  # fmt: skip


def test_a_tag_that_looks_like_a_field_or_a_cut_off_value_is_noticed() -> None:
    assert [(note.code, note.near) for note in parse("stae=failed", WORDS).notes] == [("read_as_tag", "state")]
    notes = parse("City=New York", WORDS).notes
    assert [(note.code, note.near) for note in notes] == [("word_after_tag", 'City="New York"')]
    assert parse("City='New' York", WORDS).notes == ()


KEYS = st.one_of(st.sampled_from(["Area", "mlflow.user", "a b", "state", 'q"', "x\\", "Ü", "tag"]), st.text(min_size=1))
TEXTS = st.text(max_size=12)
NUMBERS = st.floats(allow_nan=False).map(lambda one: Number(value=one, text=repr(one)))
LEAVES: st.SearchStrategy[Node] = st.one_of(
    TEXTS.filter(bool).map(lambda text: Words(text=text)),
    KEYS.map(lambda key: Has(name=Name(space="tag", key=key))),
    st.builds(tag, KEYS, TEXTS, st.sampled_from(["=", "!=", "like", "ilike", "contains"])),
    st.builds(
        lambda key, values: Compare(
            name=Name(space="parameter", key=key), operator="in", values=tuple(Text(value=one) for one in values)
        ),
        KEYS,
        st.lists(TEXTS, min_size=1, max_size=3),
    ),
    st.builds(
        lambda key, sign, one: Compare(name=Name(space="metric", key=key), operator=sign, values=(one,)),
        KEYS,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        NUMBERS,
    ),
    st.sampled_from(sorted(set(STATES.values()))).map(lambda one: field("state", "!=", Text(value=one))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: Not(part=one)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(parts=tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(parts=tuple(parts))),
    ),
    max_leaves=6,
)


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_as_the_same(tree: Node) -> None:
    assert read(written(tree)) == tree


@given(KEYS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_the_short_form_of_a_tag_finds_just_that_tag(key: str, value: str) -> None:
    assert read(tag_filter(key, value, words=WORDS)) == tag(key, value)
    assert read(tag_filter(key)) == Has(name=Name(space="tag", key=key))


PIECES = st.sampled_from(
    ["state", "metrics.", "tags.", "a", "=", "!=", "<", "(", ")", '"', "'", "`", "and", "or", "not", "in", "like",
     "is null", "between", "7 days ago", "created", "duration", "size", "..", "*", ",", "-", "\\", ":", "tag:", "~",
     " ", "0.5", "2026-99-99", "99999999999999"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES).map("".join)))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for words in (WORDS, STRICT):
        query, refusal = _read_or_refused(text, words)
        assert (query is None) == isinstance(refusal, SearchFault)
        assert refusal is None or 0 <= refusal.span[0] <= refusal.span[1] <= max(len(text), 1)
        assert query is None or (query.root is None) == (not text.strip())


def _read_or_refused(text: str, words: Any) -> tuple[Any, Any]:
    try:
        return parse(text, words, now=NOW), None
    except SearchFault as refusal:
        return None, refusal
