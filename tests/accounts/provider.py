"""A small OpenID Connect provider that keeps to the standard: discovery, keys, code with PKCE, signed ID tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "studio", "a secret of the client"


class Provider:
    """`person`: the claims of who signs in there; `spoil` changes the ID token's claims; `key` signs it."""

    def __init__(self) -> None:
        self.own_key = self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person: dict[str, Any] = {"sub": "248289761001", "preferred_username": "nina"}
        self.spoil: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.issuer = self.told_issuer = ""
        self.codes: dict[str, dict[str, str]] = {}

    def authorize(self, address: str) -> str:
        """What the browser is sent back to, once the person has signed in at `address`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or form.get("client_secret") != SECRET:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.person,
        }
        signed = jwt.encode(claims | self.spoil, self.key, algorithm="RS256", headers={"kid": "one"})
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": signed}

    def discovery(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
        ends |= {"userinfo_endpoint": "me", "end_session_endpoint": "end"}
        found: dict[str, Any] = {name: f"{self.issuer}/{path}" for name, path in ends.items()}
        methods = ["client_secret_post"]
        return found | {"issuer": self.told_issuer or self.issuer, "token_endpoint_auth_methods_supported": methods}

    def keys(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.own_key.public_key()))
        return {"keys": [key | {"kid": "one", "use": "sig", "alg": "RS256"}]}


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = {"/.well-known/openid-configuration": provider.discovery, "/keys": provider.keys}
            answers["/me"] = lambda: provider.person | provider.userinfo
            self.say(200, answers[self.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.say(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def say(self, status: int, body: dict[str, Any]) -> None:
            told = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
