"""`mlops online-endpoint` about callers: tokens, modes, credentials, and words for what is not understood."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prices(signed_in: Any) -> Any:
    """Says a command about the endpoint `prices`."""
    assert signed_in("online-endpoint", "create", "-n", "prices").status == 0
    return lambda verb, *words: signed_in("online-endpoint", verb, "-n", "prices", *words)


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(prices: Any) -> None:
    secret = prices("create-token", "--token-name", "the shop", "--expires", "30d", "-o", "tsv").out.strip()
    assert secret.startswith("mlops_ep_")
    (listed,) = prices("list-tokens", "-o", "json").value
    assert (listed["name"], listed["deployments"], listed["last_used_at"]) == ("the shop", [], None)
    assert secret not in str(listed)
    assert prices("revoke-token", "--token-name", "the shop", "-y").status == 0
    assert prices("list-tokens", "-o", "json").value == []


def test_where_tokens_alone_count_credentials_are_a_token_as_azure_tells_it(prices: Any) -> None:
    assert prices("set-callers", "--auth-mode", "aml_token", "-o", "json").value["auth_mode"] == "aml_token"
    told = prices("get-credentials", "-o", "json").value
    assert told.keys() == {"accessToken", "tokenType", "expiryTimeUtc", "refreshAfterTimeUtc"}
    assert time.time() < told["refreshAfterTimeUtc"] < told["expiryTimeUtc"]


def test_an_endpoint_is_made_with_its_mode(signed_in: Any) -> None:
    assert signed_in("online-endpoint", "create", "-n", "open", "--auth-mode", "none").status == 0
    assert signed_in("online-endpoint", "show", "-n", "open", "-o", "json").value["auth_mode"] == "none"


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("create-token", "--token-name", "a", "--expires", "soon"), 2, "--expires “soon” is no length of time"),
        (("create-token", "--token-name", "a", "-d", "blue"), 3, "no deployment “blue”"),
        (("revoke-token", "--token-name", "a", "-y"), 3, "no token “a”"),
        (("set-callers", "--auth-mode", "keys"), 3, "no auth_mode “keys”"),
        (("set-callers", "--cors-origin", "shop"), 3, "“shop” is no origin"),
        (("regenerate-keys", "--grace", "1y", "-y"), 2, "--grace “1y” is no length of time"),
        (("regenerate-keys", "--grace", "9w", "-y"), 3, "cannot go on"),
    ],
)
def test_what_cannot_be_done_is_told(prices: Any, words: tuple[str, ...], status: int, told: str) -> None:
    said = prices(*words)
    assert (said.status, told in said.errors) == (status, True), said.errors
