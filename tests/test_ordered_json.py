"""What people drew and wrote keeps its order on each database."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError
from django.db.models import Count
from django.utils import timezone

from designer.models import Draft, Revision

IN_ORDER = {"zebra": 1, "a": {"longest": None, "b": "\u2028", "": []}, "mm": 1.5}
TURNED = {"mm": {"the other": 1, "way": 2}, "a": None, "zebra": "'); --"}


def _order(value: object) -> object:
    return [(key, _order(one)) for key, one in value.items()] if isinstance(value, dict) else value


@pytest.fixture
def draft(project) -> Draft:
    return Draft.objects.create(project=project, name="Prices", document=IN_ORDER, saved_at=timezone.now())


def _kept(draft: Draft) -> object:
    return _order(Draft.objects.get(pk=draft.pk).document)


def test_keys_come_back_in_the_order_in_which_they_were_written(draft):
    assert _kept(draft) == _order(IN_ORDER)
    draft.document = TURNED
    draft.save()
    assert _kept(draft) == _order(TURNED)
    Draft.objects.update(document=IN_ORDER)
    assert _kept(draft) == _order(IN_ORDER)


def test_so_they_do_where_many_rows_are_written_at_once(draft):
    now = timezone.now()
    rows = [Revision(draft=draft, number=one, document=IN_ORDER, saved_at=now) for one in (1, 2)]
    Revision.objects.bulk_create(rows)
    rows[1].document = TURNED
    Revision.objects.bulk_update(rows, ["document"])
    kept = Revision.objects.order_by("number").values_list("document", flat=True)
    assert [_order(one) for one in kept] == [_order(IN_ORDER), _order(TURNED)]


def test_rows_with_it_are_counted_told_apart_and_put_together(draft):
    assert Draft.objects.distinct().annotate(n=Count("project__name")).get().document == IN_ORDER
    named = Draft.objects.order_by().filter
    both = named(name="Prices").union(named(name="Rents"))
    assert [one.document for one in both] == [IN_ORDER]
    assert Draft.objects.filter(document__isnull=False).exists()


@pytest.mark.parametrize("asked", [{"document": {}}, {"document__a": 1}, {"document__has_key": "a"}])
def test_no_query_looks_into_it(asked):
    with pytest.raises(FieldError):
        Draft.objects.filter(**asked)
