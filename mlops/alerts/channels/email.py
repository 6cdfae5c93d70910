"""Mail to fixed addresses: a team's list. People's own mail goes by their preferences instead."""

from __future__ import annotations

from email.utils import make_msgid

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.access import mail
from mlops.alerts.channels.kind import Option, Options, Sent
from mlops.alerts.telling.message import Message
from mlops.formats.refusal import Refusal, Where

MOST_ADDRESSES = 20


class Email:
    name = "email"
    title = gettext_lazy("E-mail")
    help = gettext_lazy("To a team's address. People are told at their own address as their preferences say.")
    options = (
        Option(
            name="to",
            label=gettext_lazy("Addresses"),
            help=gettext_lazy("Separated by commas."),
            placeholder="mlops@example.org",
        ),
    )

    def check(self, options: Options) -> str:
        where = Where(parameter="to", value=options.get("to", ""))
        try:
            addresses = addresses_of(options)
        except ValidationError as error:
            raise Refusal(
                "address_invalid", " ".join(error.messages), hint=_("Such as a@b.org."), where=where
            ) from None
        if not 0 < len(addresses) <= MOST_ADDRESSES:
            message = _("Give one address, or up to %d.") % MOST_ADDRESSES
            raise Refusal("address_invalid", message, hint=_("Separate them by commas."), where=where)
        return ", ".join(addresses)

    def send(self, options: Options, message: Message) -> Sent:
        return send_mail(addresses_of(options), message)


def addresses_of(options: Options) -> list[str]:
    parts = options.get("to", "").replace(";", ",").split(",")
    return [mail.require_address(one) for one in parts if one.strip()]


def send_mail(to: list[str], message: Message) -> Sent:
    headers = {
        "Message-ID": make_msgid(domain=mail.sender().partition("@")[2] or "localhost"),
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
        "List-Id": "MLOps Studio alerts <alerts.mlops-studio>",
        "X-MLOps-Alert": message.id,
    }
    if message.what in ("fired", "repeated", "resolved") and message.data.get("alert_id"):
        thread = f"<{message.data['alert_id']}@alerts.mlops-studio>"
        headers |= {"References": thread, "In-Reply-To": thread}
    if message.unsubscribe:
        headers |= {
            "List-Unsubscribe": f"<{message.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    if message.severity == "critical" and message.what != "resolved":
        headers["X-Priority"] = "1"
    html = render_to_string("alerts/mail.html", {"message": message})
    text = render_to_string("alerts/mail.txt", {"message": message})
    try:
        host = mail.hand_over(to, message.title, text, html, headers)
    except Refusal as refusal:
        is_final = refusal.status < 500
        return Sent(is_ok=False, text=f"{refusal.message} {refusal.hint}".strip(), is_final=is_final)
    return Sent(is_ok=True, text=_("%s took it.") % host)
