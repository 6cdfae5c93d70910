"""A security key in software: makes and uses one credential, as WebAuthn says; each part can be spoiled."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG


class Authenticator:
    def __init__(self, *, origin: str = "http://testserver", verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.counter, self.handle = b"\x07" * 32, 0, b""
        self.origin, self.flags = origin, FLAG.UP | (FLAG.UV if verifies else FLAG(0))

    def create(self, options: str) -> str:
        asked = json.loads(options)["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(_digest(asked["rp"]["id"]), self.flags | FLAG.AT, self.counter, credential)
        response = {
            "clientDataJSON": self._client(asked, "webauthn.create"),
            "attestationObject": AttestationObject.create("none", data, {}),
        }
        return self._answer(response)

    def get(self, options: str) -> str:
        asked = json.loads(options)["publicKey"]
        self.counter += 1
        data = AuthenticatorData.create(_digest(asked["rpId"]), self.flags, self.counter)
        client = self._client(asked, "webauthn.get")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": self.handle}
        )

    def _client(self, asked: dict[str, Any], kind: str) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _answer(self, response: dict[str, bytes]) -> str:
        shown = {name: websafe_encode(bytes(value)) for name, value in response.items()}
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": shown})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
