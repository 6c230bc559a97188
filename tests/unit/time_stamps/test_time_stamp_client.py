"""Asking an authority over HTTP, against a server on this machine."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from ledger.application.time_stamp_client import AuthorityUnreachable, post_query
from ledger.errors import UsageError
from ledger.seal.time_stamps import TOKEN_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY = b"0\x03\x02\x01\x01"
REPLY = b"0\x05 a reply"


class _Authority(BaseHTTPRequestHandler):
    answers: list[tuple[int, dict[str, str], bytes]]
    heard: list[tuple[str, str | None, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, self.headers["Content-Type"], body))
        status, headers, answer = self.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        """Where a redirect would lead: to a sound answer, which nobody may follow."""
        self.heard.append((self.path, None, b""))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(REPLY)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def authority(
    status: int = 200, headers: dict[str, str] | None = None, body: bytes = REPLY
) -> Iterator[tuple[str, list[tuple[str, str | None, bytes]]]]:
    heard: list[tuple[str, str | None, bytes]] = []
    given = {"Content-Type": "application/timestamp-reply"} if headers is None else headers
    handler = type("Handler", (_Authority,), {"answers": [(status, given, body)], "heard": heard})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr", heard
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def test_the_query_is_posted_as_the_rfc_says_and_the_body_comes_back() -> None:
    with authority() as (url, heard):
        assert post_query(url, QUERY) == REPLY
    assert heard == [("/tsr", "application/timestamp-query", QUERY)]


def test_an_answer_of_the_greatest_size_comes_back_whole() -> None:
    with authority(body=bytes(TOKEN_BYTES_MAX)) as (url, _):
        assert len(post_query(url, QUERY)) == TOKEN_BYTES_MAX


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (500, None, REPLY),
        (404, None, REPLY),
        (200, None, bytes(TOKEN_BYTES_MAX + 1)),
        (200, {"Content-Type": "text/html"}, b"<html>Please log in</html>"),
        (302, {"Location": "/elsewhere"}, b""),
        (307, {"Location": "file:///etc/hostname"}, b""),
        (302, {"Location": "file:///etc/hostname"}, b""),
    ],
)
def test_what_is_no_stamp_is_named(
    status: int, headers: dict[str, str] | None, body: bytes
) -> None:
    with (
        authority(status, headers, body) as (url, heard),
        pytest.raises(AuthorityUnreachable) as caught,
    ):
        post_query(url, QUERY)
    assert len(heard) == 1
    assert (caught.value.kind, caught.value.exit_code) == ("tsa-unreachable", 1)


def test_nobody_there_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(AuthorityUnreachable) as caught:
            post_query(f"http://127.0.0.1:{port}/", QUERY)
    assert "no answer" in caught.value.why


def test_an_authority_that_stays_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(AuthorityUnreachable) as caught:
            post_query(f"http://127.0.0.1:{port}/", QUERY, timeout=0.05)
    assert "TimeoutError" in caught.value.why


def test_what_is_no_http_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def speak() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(b"220 mail ready\r\n\r\n")

        thread = Thread(target=speak)
        thread.start()
        with pytest.raises(AuthorityUnreachable):
            post_query(f"http://127.0.0.1:{port}/", QUERY)
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "timestamp.example.org",
        "file:///etc/hostname",
        "ftp://example.org/",
        "https://",
        "https://name:secret@example.org/",
        "http://[::1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_unasked(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        post_query(url, QUERY)
    assert caught.value.kind == "tsa-address"
    assert "secret" not in f"{caught.value} {caught.value.why} {caught.value.remedy}"


def test_a_host_name_that_cannot_be_one_is_named() -> None:
    with pytest.raises(AuthorityUnreachable):
        post_query("http://a b.example/", QUERY)
