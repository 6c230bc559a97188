"""What comes back from a body is stored as it was signed, or refused whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ledger.application.countersignature import CountersignedSchool, countersign
from ledger.errors import LedgerError
from ledger.formats.countersigning import ToSign
from ledger.formats.disclosure import digest
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.formats.statement import Anchor, finish, read_statement
from ledger.seal.actor import Actor
from ledger.seal.authority import read_authority
from ledger.seal.roles import RESPONSIBLE_BODY
from ledger.verify.home import verify_ledger
from tests.support.countersigning import BODY, admit
from tests.support.ledger_builder import BuiltLedger, Drawing, new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHOOL = CountersignedSchool("St Example’s", "100001")


@pytest.fixture
def built(tmp_path: Path) -> Iterator[BuiltLedger]:
    made = new_ledger(tmp_path / "home")
    admit(made)
    yield made
    made.close()


def to_sign(built: BuiltLedger) -> ToSign:
    with built.reading_file() as reader:
        genesis, head = read_statement(reader.entry(0).statement), read_authority(reader).head
    assert head is not None
    return ToSign(
        genesis=genesis, name=BODY, kid=built.signing["trust"].kid, auth=head, anchor=None
    )


def signed(
    built: BuiltLedger,
    prepared: ToSign | None = None,
    *,
    person: str = "trust",
    role: str = RESPONSIBLE_BODY,
) -> bytes:
    """What the body sends back, signed now."""
    key = built.signing["trust"]
    body = Actor(b64url(built.persons[person]), role, key.kid, key.sign)
    return countersign(body, prepared or to_sign(built), SCHOOL, built.now, Drawing("body"))


def size_of(built: BuiltLedger) -> int:
    with built.reading_file() as reader:
        return reader.size


def put(built: BuiltLedger, data: bytes) -> int:
    return built.store.put_signed(read_sd_jwt(data), built.now)


def refused(built: BuiltLedger, data: bytes) -> str:
    size = size_of(built)
    with pytest.raises(LedgerError) as error:
        put(built, data)
    assert size_of(built) == size
    return error.value.kind


def test_it_is_stored_as_it_was_signed_and_verifies(built: BuiltLedger) -> None:
    data = signed(built)
    index = put(built, data)
    with built.reading_file() as reader:
        assert reader.entry(index).statement == data.partition(b"~")[0]
    built.pupil(1)  # the same writer goes on behind it
    report = verify_ledger(built.home, mark=built.mark, now=built.now, data_key=built.keys.data_key)
    assert report.result == "intact"
    assert "countersigned" in report.codes


@pytest.mark.parametrize("at", range(0, 2600, 67))
def test_a_byte_flipped_on_the_way_is_refused(built: BuiltLedger, at: int) -> None:
    data = signed(built)
    at %= len(data)
    altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    size = size_of(built)
    with pytest.raises(LedgerError):
        put(built, altered)
    assert size_of(built) == size


def test_a_signature_by_another_key_is_refused(built: BuiltLedger) -> None:
    jwt, _, rest = signed(built).partition(b"~")
    signing_input = jwt[: jwt.rindex(b".")]
    forged = finish(signing_input, built.signing["senco"].sign(signing_input))
    assert refused(built, forged + b"~" + rest) == "bad-signature"


def test_another_stream_than_the_bodys_own_is_refused(built: BuiltLedger) -> None:
    assert refused(built, signed(built, person="senco")) == "countersignature-wrong"


def test_another_role_than_was_granted_is_refused(built: BuiltLedger) -> None:
    assert refused(built, signed(built, role="head")) == "role-not-held"


def test_one_prepared_before_keys_or_roles_were_changed_is_refused(built: BuiltLedger) -> None:
    prepared = to_sign(built)
    built.grant("teacher", "senco", by="head")
    assert refused(built, signed(built, prepared)) == "countersignature-outdated"
    assert put(built, signed(built)) == size_of(built) - 1


def test_one_that_quotes_a_seal_that_was_never_logged_is_refused(built: BuiltLedger) -> None:
    prepared = replace(to_sign(built), anchor=Anchor(1, bytes(32), (bytes(32),)))
    assert refused(built, signed(built, prepared)) == "countersignature-outdated"


def test_one_signed_before_the_newest_entry_is_refused(built: BuiltLedger) -> None:
    data = signed(built)
    built.now += timedelta(seconds=1)
    built.pupil(1)
    assert refused(built, data) == "countersignature-late"


def test_a_second_one_by_the_same_body_is_refused(built: BuiltLedger) -> None:
    put(built, signed(built))
    assert refused(built, signed(built)) == "countersigned-before"


def test_one_of_another_ledger_is_refused(built: BuiltLedger, tmp_path: Path) -> None:
    other = new_ledger(tmp_path / "other", "other")
    admit(other)
    assert refused(built, signed(other)) == "other-ledger"
    other.close()


def _respelt(built: BuiltLedger, data: bytes) -> bytes:
    """The same statement as another program might write it: with a space after each comma."""
    header, payload, _ = data.partition(b"~")[0].split(b".")
    members = json.loads(unb64url(payload.decode("ascii")))
    spelt = b64url(json.dumps(members, ensure_ascii=False).encode())
    signing_input = header + b"." + spelt.encode("ascii")
    jwt = finish(signing_input, built.signing["trust"].sign(signing_input))
    return jwt + b"~" + data.partition(b"~")[2]


def test_another_spelling_of_it_is_refused(built: BuiltLedger) -> None:
    assert refused(built, _respelt(built, signed(built))) == "bad-spelling"


def _with_respelt_field(built: BuiltLedger, data: bytes) -> bytes:
    shown = read_sd_jwt(data)
    texts = [one.text for one in shown.disclosures]
    spelt = b64url(json.dumps(json.loads(unb64url(texts[0]))).encode())
    header, payload, _ = shown.statement.jwt.split(b".")
    members = json.loads(unb64url(payload.decode("ascii")))
    members["_sd"] = sorted({*members["_sd"], digest(spelt)} - {digest(texts[0])})
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    signing_input = header + b"." + b64url(text.encode()).encode("ascii")
    made = finish(signing_input, built.signing["trust"].sign(signing_input))
    return b"~".join([made, *(one.encode("ascii") for one in (spelt, *texts[1:])), b""])


def test_another_spelling_of_a_field_is_refused(built: BuiltLedger) -> None:
    assert refused(built, _with_respelt_field(built, signed(built))) == "bad-spelling"


def test_a_clock_that_is_a_little_ahead_is_taken_and_one_far_ahead_is_not(
    built: BuiltLedger,
) -> None:
    data = signed(built)
    built.now -= timedelta(minutes=3)
    assert refused(built, data) == "clock-ahead"
    built.now += timedelta(minutes=2)
    assert put(built, data) == size_of(built) - 1
