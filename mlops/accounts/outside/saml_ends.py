"""Where and how messages about signing out are taken, in the metadata of both sides: python3-saml reads and writes one
way alone, and no address of its own for answers."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def offered(metadata: bytes) -> dict[str, Any]:
    """By the provider, as python3-saml has it: by redirect before by POST; nothing where there is neither."""
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

    document = Xml.to_etree(metadata)
    for binding in (REDIRECT, POST):
        for each in Xml.query(document, f"//md:IDPSSODescriptor/md:SingleLogoutService[@Binding='{binding}']"):
            address = each.get("Location")
            answers = each.get("ResponseLocation") or address
            return {"singleLogoutService": {"url": address, "responseUrl": answers, "binding": binding}}
    return {}


def told_both(metadata: bytes) -> bytes:
    """Of this server: its address takes both."""
    from lxml import etree
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML as Xml

    document = Xml.to_etree(metadata)
    for each in Xml.query(document, "//md:SingleLogoutService"):
        other = deepcopy(each)
        other.set("Binding", POST)
        each.addnext(other)
    return bytes(etree.tostring(document, xml_declaration=True, encoding="utf-8"))
