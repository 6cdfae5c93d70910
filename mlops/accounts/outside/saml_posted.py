"""SAML messages by POST, which python3-saml does not know for single logout: XML in a field of a form, signed inside.

Only what the signature covers is believed: it is the one of the document, stands in its root, and names the root."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import Any

LONGEST = 200_000
"""Of a message in a form."""
SIGNED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORMS = {SIGNED, CANONICAL, f"{CANONICAL}WithComments"}


def signed(auth: Any, xml: str) -> str:
    """What goes into the field, by the key of this server."""
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    setup = auth.get_settings()
    security = setup.get_security_data()
    done = OneLogin_Saml2_Utils.add_sign(
        xml, setup.get_sp_key(), setup.get_sp_cert(),
        sign_algorithm=security["signatureAlgorithm"], digest_algorithm=security["digestAlgorithm"],
    )  # fmt: skip
    return b64encode(done if isinstance(done, bytes) else done.encode()).decode()


def read(auth: Any, field: str, *, destination: str) -> bytes:
    """The XML in a field, which the provider signed for the address. Raises ValueError, which says why not."""
    from onelogin.saml2.utils import OneLogin_Saml2_Utils
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    if len(field) > LONGEST:
        raise ValueError("The message is too long.")
    try:
        xml = b64decode("".join(field.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"The message is no base64: {error}") from error
    root = OneLogin_Saml2_XML.to_etree(xml)
    _require_one_signature(root)
    provider = auth.get_settings()
    several = provider.get_idp_data().get("x509certMulti", {}).get("signing")
    if not OneLogin_Saml2_Utils.validate_sign(
        xml, provider.get_idp_cert(), xpath="/*/ds:Signature", multicerts=several
    ):
        raise ValueError("The signature is not the provider's, or the message was changed after signing.")
    if root.get("Destination") != destination:
        raise ValueError(f"The message is for {root.get('Destination')} and not for {destination}.")
    return xml


def _require_one_signature(root: Any) -> None:
    """Of the whole message, by an algorithm that still counts. Raises ValueError."""
    from onelogin.saml2.constants import OneLogin_Saml2_Constants as Known
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    def found(path: str) -> list[Any]:
        return list(OneLogin_Saml2_XML.query(root, path))

    if len(found("//ds:Signature")) != 1 or len(found("/*/ds:Signature")) != 1:
        raise ValueError("The message is not signed, or not once and as a whole.")
    number = root.get("ID")
    if not number or sum(each.get("ID") == number for each in root.iter()) != 1:
        raise ValueError("The message has no ID of its own.")
    if [each.get("URI") for each in found("//ds:Signature//ds:Reference")] != [f"#{number}"]:
        raise ValueError("The signature is not of this message.")
    ways = {each.get("Algorithm") for each in found("//ds:SignatureMethod | //ds:DigestMethod")}
    if ways & {*Known.DEPRECATED_ALGORITHMS, Known.SHA1}:
        raise ValueError("The signature is by SHA-1, which nobody should believe any more.")
    if not {each.get("Algorithm") for each in found("//ds:Transform")} <= TRANSFORMS:
        raise ValueError("The signature covers something other than the message as it is.")
