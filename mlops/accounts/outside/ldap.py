"""Sign-in by a directory (LDAP): who bears the name is searched, and the password is tried by binding as that entry."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.accounts.outside import finding, groups
from mlops.formats.refusal import Refusal

log = logging.getLogger(__name__)
SECONDS = 10


class Directory(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """An empty password would bind as nobody, which directories allow: it is never tried."""
        if not settings.LDAP_URL or not username or not password:
            return None
        claims = look_up(username, password)
        if claims is None:
            return None
        person = finding.find_or_make(claims)
        groups.apply(person, claims.groups, groups.read(settings.LDAP_GROUPS))
        return person

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id).first()


def look_up(name: str, password: str) -> finding.Claims | None:
    """None where name or password is wrong. Raises Refusal `directory_away` (503), `ldap_missing`."""
    try:
        import ldap3
        from ldap3.core.exceptions import LDAPException
        from ldap3.utils.conv import escape_filter_chars
    except ImportError:
        hint = "pip install 'mlops-studio[ldap]'"
        raise Refusal(
            "ldap_missing", _("Sign-in by LDAP is set, but ldap3 is not installed."), hint=hint, status=503
        ) from None
    server = ldap3.Server(settings.LDAP_URL, connect_timeout=SECONDS)
    tls = ldap3.AUTO_BIND_TLS_BEFORE_BIND if settings.LDAP_STARTTLS else ldap3.AUTO_BIND_NO_TLS
    try:
        with ldap3.Connection(
            server, settings.LDAP_BIND_DN or None, settings.LDAP_BIND_PASSWORD or None, auto_bind=tls,
            read_only=True, receive_timeout=SECONDS,
        ) as search:  # fmt: skip
            wanted = settings.LDAP_FILTER.replace("%s", escape_filter_chars(name))
            search.search(settings.LDAP_BASE, wanted, attributes=["*", "+"], size_limit=2)
            found = [one for one in search.response or [] if one.get("type") == "searchResEntry"]
        if len(found) != 1:
            return None
        entry = found[0]
        check = ldap3.Connection(server, entry["dn"], password, receive_timeout=SECONDS)
        if settings.LDAP_STARTTLS:
            check.start_tls()
        is_right = check.bind()
        check.unbind()
    except LDAPException as error:
        log.warning("The directory %s: %s", settings.LDAP_URL, error)
        message = _("The directory of this server's people does not answer.")
        raise Refusal("directory_away", message, hint=_("Try again in a moment."), status=503) from error
    return _claims(entry, name) if is_right else None


def _claims(entry: dict[str, Any], name: str) -> finding.Claims:
    """The directory vouches for addresses. Groups are the first parts of the names in `memberOf`."""
    kept = {str(key).lower(): value for key, value in entry["attributes"].items()}
    mail = _first(kept.get("mail"))
    unique = _first(kept.get("entryuuid") or kept.get("objectguid")) or str(entry["dn"]).lower()
    listed = kept.get("memberof") or []
    member_of = [listed] if isinstance(listed, str) else list(listed)
    named = tuple(str(dn).split(",")[0].partition("=")[2] for dn in member_of)
    called = _first(kept.get("uid") or kept.get("samaccountname")) or name
    return finding.Claims("ldap", unique, name=called, email=mail, email_verified=bool(mail), groups=named)


def _first(value: Any) -> str:
    one = value[0] if isinstance(value, list) and value else value
    return "" if not one or isinstance(one, list) else str(one)
