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
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.samlp import logout_response_from_string
from saml2.server import Server
from saml2.sigver import verify_redirect_signature

ENTITY = "https://idp.example.org/metadata"
ENTRY = "https://idp.example.org/sso"
EXIT = "https://idp.example.org/slo"
SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


class Provider:
    """`metadata` is a file; `respond` answers a request as a browser would carry it back."""

    def __init__(self, folder: Path, *, ends: tuple[str, ...] = (BINDING_HTTP_REDIRECT,)) -> None:
        """`ends`: how it takes messages about signing out."""
        self.folder, self._ends = folder, ends
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

    def sign_out(self, address: str, *, person: str = "2482", session: str = "", sign: bool = True) -> str:
        """The address that a browser is led to when the person signs out at the provider. `address`: of the service."""
        _number, asked = self.server.create_logout_request(
            address,
            self.server.config.entityid,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=person),
            session_indexes=[session] if session else None,
            sign=False,
        )
        return self._led(str(asked), address, sign=sign)

    def confirm(self, address: str, *, sign: bool = True) -> str:
        """The address that a browser is led back to, after it brought our signed word of a sign-out here."""
        told = self.read(address, "SAMLRequest")
        asked = self.server.parse_logout_request(told["SAMLRequest"], BINDING_HTTP_REDIRECT)
        answer = self.server.create_logout_response(asked.message, bindings=[BINDING_HTTP_REDIRECT], sign=False)
        return self._led(str(answer), answer.destination, sign=sign, response=True)

    def posts_sign_out(self, address: str, *, person: str = "2482", **spoilt: Any) -> dict[str, str]:
        """The form that a browser brings from the provider. `spoilt`: attributes of the message, set before signing."""
        _number, asked = self.server.create_logout_request(
            address,
            self.server.config.entityid,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=person),
            sign=False,
        )
        return {"SAMLRequest": self._posted(asked, **spoilt), "RelayState": "a note"}

    def confirms(self, form: dict[str, str], **spoilt: Any) -> dict[str, str]:
        """The form that it sends the browser back with, after ours, whose signature it looks at."""
        asked = self.server.parse_logout_request(form["SAMLRequest"], BINDING_HTTP_POST)
        answer = self.server.create_logout_response(asked.message, bindings=[BINDING_HTTP_POST], sign=False)
        return {"SAMLResponse": self._posted(answer, **spoilt)}

    def reads_answer(self, form: dict[str, str]) -> str:
        """Which request of its own our form answers; raises where we did not sign it."""
        xml = base64.b64decode(form["SAMLResponse"]).decode()
        assert self.server.sec.correctly_signed_logout_response(xml, must=True)
        return str(logout_response_from_string(xml).in_response_to)

    def _posted(self, message: Any, *, alg: str = SHA256, **spoilt: Any) -> str:
        for name, value in spoilt.items():
            setattr(message, name, value)
        xml = self.server.sign(message, sign_alg=alg, digest_alg="http://www.w3.org/2001/04/xmlenc#sha256")
        return base64.b64encode(str(xml).encode()).decode()

    def read(self, address: str, name: str) -> dict[str, str]:
        """What was sent in the address; raises AssertionError where the service did not sign it."""
        told = {key: values[0] for key, values in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}
        [(_name, certificate)] = self.server.metadata.certs(self._service(), "spsso", "signing")
        signed = {key: told[key] for key in (name, "RelayState", "SigAlg", "Signature") if key in told}
        assert verify_redirect_signature(signed, self.server.sec.sec_backend, certificate)
        return told

    def _service(self) -> str:
        return str(next(filter(lambda one: one != ENTITY, self.server.metadata.keys())))

    def _led(self, xml: str, address: str, *, sign: bool, response: bool = False) -> str:
        led = self.server.apply_binding(
            BINDING_HTTP_REDIRECT, xml, address, response=response, sign=sign, sigalg=SHA256 if sign else None
        )
        return str(dict(led["headers"])["Location"])

    def _config(self, known: list[str]) -> IdPConfig:
        places = {"single_sign_on_service": [(ENTRY, BINDING_HTTP_REDIRECT)]}
        places |= {"single_logout_service": [(EXIT, one) for one in self._ends]}
        service = {"endpoints": places, "name_id_format": [NAMEID_FORMAT_PERSISTENT]}
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
