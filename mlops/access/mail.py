"""Handing one mail over to the mail server of `MLOPS_SMTP_URL`."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.formats.smtp import read_smtp_url

TIMEOUT_SECONDS = 15
BACKEND = "django.core.mail.backends.smtp.EmailBackend"
FINAL_FROM = 500
"""SMTP answers from here on say that it will never work."""


def is_set_up() -> bool:
    return bool(settings.SMTP_URL)


def hand_over(to: list[str], subject: str, text: str, html: str, headers: dict[str, str]) -> str:
    """The server's host that took it. Raises Refusal `mail_not_set_up`, `mail_refused` (status 422 where it is final,
    503 where it may work later)."""
    if not is_set_up():
        hint = _("An administrator sets MLOPS_SMTP_URL and MLOPS_MAIL_FROM.")
        raise Refusal("mail_not_set_up", _("This server cannot send mail."), hint=hint, status=422)
    server = read_smtp_url(settings.SMTP_URL)
    connection = get_connection(
        BACKEND, host=server.host, port=server.port, username=server.user, password=server.password,
        use_tls=server.starts_tls, use_ssl=server.is_tls, timeout=TIMEOUT_SECONDS,
    )  # fmt: skip
    mail = EmailMultiAlternatives(_one_line(subject), text, settings.MAIL_FROM, to, connection=connection)
    mail.extra_headers = headers
    mail.attach_alternative(html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        answers = [f"{code} {answer.decode(errors='replace')}" for code, answer in error.recipients.values()]
        is_final = all(code >= FINAL_FROM for code, _answer in error.recipients.values())
        raise _refused(server.host, "; ".join(answers), is_final=is_final) from error
    except smtplib.SMTPResponseException as error:
        answer = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        said = f"{error.smtp_code} {answer}"
        raise _refused(server.host, said, is_final=error.smtp_code >= FINAL_FROM) from error
    except (OSError, smtplib.SMTPException) as error:
        raise _refused(server.host, f"{type(error).__name__}: {error}", is_final=False) from error
    return server.host


def require_address(text: str) -> str:
    """Raises ValidationError. Without a name before it."""
    address = text.strip()
    validate_email(address)
    return address


def sender() -> str:
    return parseaddr(settings.MAIL_FROM)[1]


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:200]


def _refused(host: str, said: str, *, is_final: bool) -> Refusal:
    message = _("The mail server %(host)s did not take it: %(said)s") % {"host": host, "said": said}
    hint = _("Check MLOPS_SMTP_URL and the address.")
    return Refusal("mail_refused", message, hint=hint, status=422 if is_final else 503)
