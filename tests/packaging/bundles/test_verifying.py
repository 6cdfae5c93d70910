"""Whether a bundle is whole and signed: our verifier against signatures of another implementation, and tampering."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mlops.device.verify import L, fingerprint, is_signed, problem
from mlops.packaging.bundles.signing import public_key, sign

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_examples_of_the_standard_hold(public, message, signature):
    assert is_signed(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


def test_what_another_implementation_signs_is_accepted_and_nothing_else():
    for number in range(5):
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        message = b"x" * number * 50
        signature = private.sign(message)
        assert is_signed(public, message, signature)
        assert not is_signed(public, message + b"y", signature)
        assert not is_signed(Ed25519PrivateKey.generate().public_key().public_bytes_raw(), message, signature)
        s = int.from_bytes(signature[32:], "little") + L
        assert not is_signed(public, message, signature[:32] + s.to_bytes(33, "little")[:32])


@pytest.mark.parametrize(("public", "signature"), [(b"", b""), (b"\xff" * 32, b"\xff" * 64), (b"\0" * 32, b"\0" * 63)])
def test_nonsense_is_no_signature(public, signature):
    assert not is_signed(public, b"", signature)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder of two files, signed as the server signs."""
    import hashlib

    (tmp_path / "site").mkdir()
    (tmp_path / "run").write_text("#!/bin/sh\n")
    (tmp_path / "site" / "x.py").write_text("x = 1\n")
    files = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("run", "site/x.py")}
    content = msgspec.json.encode({"files": files, "public_key": public_key()})
    (tmp_path / "bundle.json").write_bytes(content)
    (tmp_path / "bundle.sig").write_text(sign(content))
    return tmp_path


def test_a_bundle_as_it_was_signed_has_no_problem(bundle):
    assert problem(str(bundle)) == ""
    assert problem(str(bundle), public_key()) == ""
    assert len(fingerprint(public_key())) == 19


TAMPERINGS = {
    "site/x.py was changed": lambda folder: (folder / "site" / "x.py").write_text("x = 2\n"),
    "run is missing": lambda folder: (folder / "run").unlink(),
    "site/y.py was added": lambda folder: (folder / "site" / "y.py").write_text(""),
    "not signed with the key": lambda folder: (folder / "bundle.json").write_bytes(
        (folder / "bundle.json").read_bytes() + b" "
    ),
    "cannot be read": lambda folder: (folder / "bundle.sig").write_text("no hex"),
}


@pytest.mark.parametrize("said", TAMPERINGS)
def test_whatever_was_changed_is_told(bundle, said):
    TAMPERINGS[said](bundle)
    assert said in problem(str(bundle))


def test_a_key_that_the_device_does_not_trust_is_told(bundle):
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert "not signed with the key that this device trusts" in problem(str(bundle), other)
