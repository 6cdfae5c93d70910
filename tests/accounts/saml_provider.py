"""An identity provider by pysaml2, which signs with Debian's xmlsec1: not the implementation that is under test."""

from __future__ import annotations

import base64
import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from saml2 import BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server

ENTITY = "https://idp.example.org/metadata"
ENTRY = "https://idp.example.org/sso"


class Provider:
    """`metadata` is a file; `respond` answers a request as a browser would carry it back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key, self._certificate = pair(folder)
        self.metadata = folder / "idp.xml"
        self.metadata.write_text(str(entity_descriptor(self._config([]))))

    def know(self, described: bytes) -> None:
        """The metadata of the service provider."""
        place = self.folder / "sp.xml"
        place.write_bytes(described)
        self.server = Server(config=self._config([str(place)]))

    def respond(self, address: str, *, person: str = "2482", attributes: dict[str, Any] | None = None, **more: Any):
        """The XML of the answer. `more`: arguments of pysaml2's create_authn_response, to spoil it."""
        asked = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
        request = self.server.parse_authn_request(asked, BINDING_HTTP_REDIRECT).message
        told = {
            "in_response_to": request.id,
            "destination": request.assertion_consumer_service_url,
            "sp_entity_id": request.issuer.text,
            "name_id": NameID(format=NAMEID_FORMAT_PERSISTENT, text=person),
            "authn": {"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": ENTITY},
            "sign_assertion": True,
            "sign_response": False,
            "sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256",
        }
        identity = {"uid": "nina", "mail": "nina@example.org"} if attributes is None else attributes
        return str(self.server.create_authn_response(identity, **(told | more)))

    def _config(self, known: list[str]) -> IdPConfig:
        entry = {"single_sign_on_service": [(ENTRY, BINDING_HTTP_REDIRECT)]}
        service = {"endpoints": entry, "name_id_format": [NAMEID_FORMAT_PERSISTENT]}
        return IdPConfig().load(
            {
                "entityid": ENTITY,
                "service": {"idp": service},
                "key_file": self._key,
                "cert_file": self._certificate,
                "metadata": {"local": known} if known else {},
                "xmlsec_binary": "/usr/bin/xmlsec1",
            }
        )


def as_form(xml: str) -> dict[str, str]:
    return {"SAMLResponse": base64.b64encode(xml.encode()).decode()}


def pair(folder: Path) -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.org")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private, public = folder / "key.pem", folder / "cert.pem"
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(*form))
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return str(private), str(public)
