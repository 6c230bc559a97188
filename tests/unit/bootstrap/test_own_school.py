"""What a card and a proof say of the school rests on signatures that are checked at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ledger.formats.encoding import b64url, compact_json, unb64url
from tests.support.tampering import editing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.school_home import SchoolHome


def another_signature(jwt: bytes) -> bytes:
    return jwt.rpartition(b".")[0] + b"." + b64url(bytes(64)).encode()


def another_key(jwt: bytes) -> bytes:
    header, _, rest = jwt.partition(b".")
    members = json.loads(unb64url(header)) | {"kid": b64url(bytes(32))}
    return b64url(compact_json(members).encode()).encode() + b"." + rest


@pytest.mark.parametrize(
    ("alter", "kind"), [(another_signature, "bad-signature"), (another_key, "unknown-key")]
)
def test_an_entry_about_the_school_that_is_not_soundly_signed_is_not_told_on(
    school: SchoolHome, alter: Callable[[bytes], bytes], kind: str
) -> None:
    school.ok("school", "card", "--as", "head")
    stream = school.home.streams.school.bytes
    with editing(school.home.ledger_path) as database:
        (jwt,) = database.execute(
            "SELECT statement FROM entries WHERE originator_id = ? AND originator_version = 1",
            (stream,),
        ).fetchone()
        database.execute("UPDATE entries SET statement = ? WHERE statement = ?", (alter(jwt), jwt))
    for words in (("school", "card"), ("school", "partners")):
        school.refused(10, kind, *words, "--as", "head")


def test_an_entry_about_the_school_in_another_place_is_not_told_on(school: SchoolHome) -> None:
    stream = school.home.streams.school.bytes
    with editing(school.home.ledger_path) as database:
        database.execute(
            "UPDATE entries SET originator_version = 9 WHERE originator_id = ?"
            " AND originator_version = 1",
            (stream,),
        )
    school.refused(10, "wrong-place", "school", "card", "--as", "head")
