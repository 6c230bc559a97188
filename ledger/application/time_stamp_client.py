"""Ask a time-stamp authority over HTTP (RFC 3161 §3.4).

The one place that sends anything over a network for a time stamp.  What goes
out is a SHA-256 and a nonce, 69 bytes; nothing of a pupil or a school.
"""

from __future__ import annotations

import http.client
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from ledger.errors import LedgerError, UsageError
from ledger.seal.time_stamps import TOKEN_BYTES_MAX

TIMEOUT_SECONDS: Final = 20.0

_QUERY_TYPE: Final = "application/timestamp-query"
_REPLY_TYPE: Final = "application/timestamp-reply"


class AuthorityUnreachable(LedgerError):
    """A time-stamp authority could not be asked, or gave no time stamp."""

    kind = "tsa-unreachable"


class _NoRedirect(HTTPRedirectHandler):
    """A redirected POST loses its body, and could point at a file."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow nothing: urllib then reports the status itself."""


def post_query(url: str, query: bytes, timeout: float = TIMEOUT_SECONDS) -> bytes:
    """Send a query and return the response as received; nothing of it is checked.

    Proxies are taken from the environment, as schools set them there.

    Args:
        url: the authority's `https://` or `http://` address.
        query: a TimeStampReq in DER.
        timeout: the longest wait for the connection and for each read, in seconds.

    Returns:
        The body of the answer: a TimeStampResp, if the authority is sound.

    Raises:
        UsageError: kind "tsa-address": no such address, or one with a password.
        AuthorityUnreachable: no connection, no answer in time, another status
            than 200, a redirect, a web page, or more than TOKEN_BYTES_MAX.
    """
    _check_address(url)
    headers = {"Content-Type": _QUERY_TYPE, "Accept": _REPLY_TYPE}
    try:
        request = Request(url, data=query, headers=headers, method="POST")  # noqa: S310 — only http and https pass _check_address
        opener = build_opener(ProxyHandler(), _NoRedirect())
        with opener.open(request, timeout=timeout) as response:
            content_type = response.headers.get_content_maintype()
            body: bytes = response.read(TOKEN_BYTES_MAX + 1)
    except HTTPError as error:
        error.close()
        raise _unreachable(f"It answered with HTTP status {error.code}.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(f"There was no answer ({type(error).__name__}).") from None
    if content_type == "text":
        raise _unreachable("It answered with a web page instead of a time stamp.")
    if len(body) > TOKEN_BYTES_MAX:
        raise _unreachable("Its answer is larger than any time stamp.")
    return body


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in url
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(
            "The address of the time-stamp authority cannot be used.",
            "It has to begin with https:// or http:// and hold no name or password.",
            "Give an address like https://timestamp.example.org/tsr.",
            kind="tsa-address",
        )


def _unreachable(why: str) -> AuthorityUnreachable:
    return AuthorityUnreachable(
        "The time-stamp authority gave no time stamp.",
        why,
        "Check the address and the connection, or use --query and --response on another machine.",
    )
