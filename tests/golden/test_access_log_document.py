"""The worked example of docs/formats/access-log.md is what the code writes, byte for byte."""

from __future__ import annotations

from ledger.formats.access_log import read_access_record
from ledger.formats.encoding import b64url
from ledger.formats.sd_jwt import read_sd_jwt
from tests.golden.access_log_example import DOCUMENT, head, records, worked_example
from tests.golden.fixed import ACTOR
from tests.mini_verifier.statement import check_sd_jwt, check_statement
from tests.support.documents import section


def test_the_page_shows_what_the_code_writes() -> None:
    assert section(DOCUMENT) == f"\n{worked_example()}\n"


def test_both_readers_take_the_records_and_the_head_names_the_last() -> None:
    one, two = records()
    for made in (one, two):
        shown = read_sd_jwt(made.shown().encode())
        read_access_record(shown.fields)
        assert check_sd_jwt(made.shown().encode())[1] == shown.fields
        assert check_statement(made.jwt, ACTOR.public)["role"] == "access"
    hashed = [b64url(read_sd_jwt(made.shown().encode()).statement.hash) for made in (one, two)]
    assert two.payload["prev"] == hashed[0]
    assert head().payload["head"]["hash"] == hashed[1]
