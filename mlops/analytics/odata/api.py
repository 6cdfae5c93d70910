"""The feed's addresses: the service document, $metadata, sets, single rows and counts. All of them only read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from mlops.access.problems import as_refusal
from mlops.accounts.authentication import PasswordAuthentication, TokenAuthentication
from mlops.analytics.authentication import TokenAsPassword
from mlops.analytics.odata import collected, expanding, records
from mlops.analytics.odata.answers import error_answer, json_answer, text_answer
from mlops.analytics.odata.keys import key_of, split
from mlops.analytics.odata.metadata import csdl, service_document
from mlops.analytics.odata.options import Options, options_of
from mlops.analytics.odata.records import Page
from mlops.analytics.odata.tokens import written
from mlops.analytics.tables.catalogue import Source, source, sources
from mlops.analytics.tables.columns import Table
from mlops.analytics.tables.records import Records
from mlops.formats.refusal import Refusal


class Feed(APIView):
    """Errors are in OData's form."""

    schema = None
    authentication_classes = [TokenAsPassword, TokenAuthentication, SessionAuthentication, PasswordAuthentication]

    def handle_exception(self, exc: Exception) -> Any:
        refusal = as_refusal(exc)
        if refusal is None:
            raise exc
        return error_answer(refusal)

    def options_asked(self, request: Request) -> Options:
        accept = request.headers.get("Accept", "")
        return options_of(request.query_params, accept=accept, prefer=request.headers.get("Prefer", ""))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """What the feed answers in is told by its options, not by DRF's renderers."""
        return super().perform_content_negotiation(request, force=True)


class ServiceView(Feed):
    def get(self, request: Request) -> HttpResponse:
        options = self.options_asked(request)
        body = service_document(sources(request.user), _root(request))
        return json_answer(request._request, body, metadata=options.metadata)


class MetadataView(Feed):
    def get(self, request: Request) -> HttpResponse:
        return text_answer(request._request, csdl(sources(request.user)), "application/xml;charset=utf-8")


class SetView(Feed):
    """A set, or one row of it."""

    def get(self, request: Request, segment: str) -> HttpResponse:
        name, key = split(segment)
        options, found = self.options_asked(request), source(request.user, name)
        if key is not None:
            return _one(request, found, key, options)
        page = _page(found, request.user, options)
        body: dict[str, Any] = {"@odata.context": _context(request, found.table, options)}
        if page.count is not None:
            body["@odata.count"] = page.count
        body["value"] = page.rows
        if page.next is not None:
            body["@odata.nextLink"] = _next(request, options, written(page.next), len(page.rows))
        return json_answer(request._request, body, metadata=options.metadata)


class CountView(Feed):
    def get(self, request: Request, segment: str) -> HttpResponse:
        name, key = split(segment)
        if key is not None:
            raise Refusal(
                "address_invalid",
                _("A single row cannot be counted."),
                hint=_("Ask for %(name)s/$count.") % {"name": name},
            )
        options, found = self.options_asked(request), source(request.user, name)
        if isinstance(found, Records):
            count = records.filtered(found, request.user, options).count()
        else:
            count = collected.count(found, options)
        return text_answer(request._request, str(count), "text/plain;charset=utf-8")


def _page(found: Source, person: Any, options: Options) -> Page:
    if not isinstance(found, Records):
        if options.expand:
            raise Refusal("expand_unknown", _("“%(name)s” leads to no other table.") % {"name": found.table.name})
        return collected.page(found, options)
    links = expanding.wanted(options.expand, found.table.name)
    if not links:
        return records.page(found, person, options)
    (key,) = found.table.key
    is_asked = not options.select or key in options.select or "*" in options.select
    select = options.select if is_asked else (*options.select, key)
    import msgspec

    page = records.page(found, person, msgspec.structs.replace(options, select=select))
    ids = [row[key] if is_asked else row.pop(key) for row in page.rows]
    expanding.expand(page, ids, person, links)
    return page


def _one(request: Request, found: Source, key: str, options: Options) -> HttpResponse:
    wanted = key_of(key, found.table)
    if isinstance(found, Records):
        row = records.one(found, request.user, wanted, options)
    else:
        row = collected.one(found, wanted, options)
    if row is None:
        raise Refusal("not_found", _("There is no such row, or you may not see it."), status=404)
    body = {"@odata.context": _context(request, found.table, options) + "/$entity", **row}
    return json_answer(request._request, body, metadata=options.metadata)


def _root(request: Request | HttpRequest) -> str:
    return request.build_absolute_uri("/odata/v1/")


def _context(request: Request, table: Table, options: Options) -> str:
    picked = [*options.select, *(f"{link.name}()" for link, _o in expanding.wanted(options.expand, table.name))]
    names = f"({','.join(picked)})" if picked and "*" not in options.select else ""
    return f"{_root(request)}$metadata#{table.name}{names}"


def _next(request: Request, options: Options, token: str, sent: int) -> str:
    """The same question, from there on."""
    kept = [(name, request.query_params[name]) for name in request.query_params if name not in _OWN]
    if options.top is not None:
        kept.append(("$top", str(options.top - sent)))
    return f"{_root(request)}{request.path.rpartition('/')[2]}?{urlencode([*kept, ('$skiptoken', token)], safe='$')}"


_OWN = ("$skip", "$top", "$skiptoken")
