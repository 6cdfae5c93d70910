"""Pages of sign-in by SAML. The provider's answer comes as a POST from elsewhere, with which browsers send no cookie of
ours: the first page takes it and sends it on from here, the second one has the session and looks at it."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlops.accounts import entering, lockout, offered, pace
from mlops.accounts.outside import finding, groups, saml, saml_logout
from mlops.formats.refusal import Refusal

log = logging.getLogger(__name__)
LONGEST = 1_000_000


@never_cache
@require_GET
def begin_page(request: HttpRequest) -> HttpResponse:
    """A link and no form: forms of ours lead to pages of ours alone (Content-Security-Policy)."""
    _require_set_up()
    pace.require_slow("saml", lockout.address_of(request), most=60, seconds=60)
    try:
        return HttpResponseRedirect(saml.begin(request, entering.wanted_page(request)))
    except Refusal as refusal:
        return offered.refused(request, refusal)


@never_cache
@csrf_exempt  # the provider's form knows no token of ours; nothing is done here
@require_POST
def answer_page(request: HttpRequest) -> HttpResponse:
    _require_set_up()
    answer = request.POST.get("SAMLResponse", "")
    if not answer or len(answer) > LONGEST:
        raise Refusal("outside_failed", _("Signing in by %s failed.") % settings.SAML_NAME, status=403)
    return render(request, "accounts/saml_onward.html", {"answer": answer, "provider": settings.SAML_NAME})


@never_cache
@csrf_exempt  # the request's number in the session is the token: what was not asked for in it is refused
@require_POST
def finish_page(request: HttpRequest) -> HttpResponse:
    _require_set_up()
    pace.require_slow("saml-finish", lockout.address_of(request), most=60, seconds=60)
    try:
        claims, target, kept = saml.finish(request)
        if isinstance(request.user, User):
            finding.connect(request.user, claims)
            return redirect(target)
        person = finding.find_or_make(claims)
        groups.apply(person, claims.groups, groups.read(settings.SAML_GROUPS))
    except Refusal as refusal:
        log.warning("Signing in by %s: %s %s", settings.SAML_NAME, refusal.message, getattr(refusal, "__notes__", ""))
        return offered.refused(request, refusal)
    entered = entering.enter(request, person, by="saml", target=target)
    saml_logout.remember(request, kept)
    return entered


@never_cache
@csrf_exempt  # what the provider says is signed, and nothing else is believed
@require_http_methods(["GET", "POST"])
def logout_page(request: HttpRequest) -> HttpResponse:
    """The provider's answer to a sign-out here (`SAMLResponse`), or its word of one there (`SAMLRequest`)."""
    _require_set_up()
    pace.require_slow("saml-logout", lockout.address_of(request), most=60, seconds=60)
    given = request.POST if request.method == "POST" else request.GET
    if "SAMLRequest" not in given:
        return _sent_on(request) if request.method == "POST" else _signed_out(request)
    try:
        return leave(request, saml_logout.asked(request), asks=False)
    except Refusal as refusal:
        return _not_signed_out(request, refusal)


@never_cache
@csrf_exempt  # as with the answer to a sign-in: it must answer the request in the session
@require_POST
def logout_finish_page(request: HttpRequest) -> HttpResponse:
    _require_set_up()
    pace.require_slow("saml-logout", lockout.address_of(request), most=60, seconds=60)
    return _signed_out(request)


def leave(request: HttpRequest, onward: saml_logout.Onward, *, asks: bool = True) -> HttpResponse:
    """To the provider: with our word of a sign-out here, or with our answer to its word. After a form of ours, a
    redirect would have to stay on this server (Content-Security-Policy), so that one is a page with a link."""
    if onward.fields:
        parts = urlsplit(onward.address)
        request.form_target = f"{parts.scheme}://{parts.netloc}"  # type: ignore[attr-defined]
        return render(request, "accounts/saml_leave.html", {"onward": onward, "provider": settings.SAML_NAME})
    if asks:
        context = {"onward": onward.address, "provider": settings.SAML_NAME}
        return render(request, "accounts/signed_out.html", context)
    return HttpResponseRedirect(onward.address)


def _sent_on(request: HttpRequest) -> HttpResponse:
    """An answer by POST, with which the browser sent no cookie: it does from here."""
    answer = request.POST.get("SAMLResponse", "")
    if not answer or len(answer) > LONGEST:
        raise Refusal("outside_failed", _("Signing out at %s could not be confirmed.") % settings.SAML_NAME, status=403)
    context = {"answer": answer, "provider": settings.SAML_NAME, "is_end": True}
    return render(request, "accounts/saml_onward.html", context)


def _signed_out(request: HttpRequest) -> HttpResponse:
    try:
        saml_logout.answered(request)
    except Refusal as refusal:
        return _not_signed_out(request, refusal)
    return render(request, "accounts/signed_out.html", {"provider": settings.SAML_NAME})


def _not_signed_out(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    log.warning("Signing out by %s: %s %s", settings.SAML_NAME, refusal.message, getattr(refusal, "__notes__", ""))
    return offered.refused(request, refusal)


@require_GET
def metadata_page(request: HttpRequest) -> HttpResponse:
    """For the provider, which learns from it what this server is."""
    _require_set_up()
    return HttpResponse(saml.metadata(request), content_type="application/samlmetadata+xml")


def _require_set_up() -> None:
    if not settings.SAML_METADATA:
        hint = _("An administrator sets MLOPS_SAML_METADATA.")
        raise Refusal("saml_not_set_up", _("This server has no sign-in by SAML."), hint=hint, status=404)
