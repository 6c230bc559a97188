"""What verifying finds in an access log that somebody changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger.formats.access_log import AccessRecord
from ledger.formats.statement import StreamPlace, read_statement
from ledger.recorder.access_log import create_access_log
from tests.support.ledger_builder import drawn
from tests.unit.access_log.conftest import READINGS, ReadHome

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_true_access_log_has_no_findings(home: ReadHome) -> None:
    home.seal()
    report = home.check().report("access log")
    assert report.codes == {}
    assert report.counts == {"access_records": READINGS}
    assert report.not_checked == ()


def test_records_after_the_last_head_are_said_to_be_unprotected(home: ReadHome) -> None:
    home.seal()
    home.read()
    report = home.check().report("access log")
    assert report.result == "intact"
    assert f"after record {READINGS}:" in report.not_checked[0]


def test_records_go_on_under_a_renewed_access_key(home: ReadHome) -> None:
    built = home.built
    with built.reading_file() as reader:
        size = reader.size
    built.revoke("access", size, by="root")
    built.persons["access-2"] = built.persons["access"]
    built.register("access-2", by="root")
    key = built.signing["access-2"]
    home.read(kid=key.kid, sign=key.sign)
    home.seal()
    assert home.codes() == set()


def _cut_end(home: ReadHome) -> None:
    with home.editing() as connection:
        connection.execute("DELETE FROM records WHERE rowid = ?", (READINGS,))


def _cut_middle(home: ReadHome) -> None:
    with home.editing() as connection:
        connection.execute("DELETE FROM records WHERE rowid = 2")


def _close_the_gap(home: ReadHome) -> None:
    with home.editing() as connection:
        connection.execute("DELETE FROM records WHERE rowid = 2")
        connection.execute("UPDATE records SET rowid = rowid - 1 WHERE rowid > 2")


def _write_anew(home: ReadHome) -> None:
    """As somebody does who has the access key: the same number of other readings."""
    home.path.unlink()
    create_access_log(home.path)
    for _ in range(READINGS):
        home.read()


def _other_signature(home: ReadHome) -> None:
    first, second = (one.statement.rpartition(b".") for one in home.stored()[:2])
    with home.editing() as connection:
        connection.execute(
            "UPDATE records SET statement = ? WHERE rowid = 1", (first[0] + b"." + second[2],)
        )


def _no_statement(home: ReadHome) -> None:
    with home.editing() as connection:
        connection.execute("UPDATE records SET statement = x'00' WHERE rowid = ?", (READINGS,))


def _other_contents(home: ReadHome) -> None:
    with home.editing() as connection:
        connection.execute(
            "UPDATE records SET ciphertext = (SELECT ciphertext FROM records WHERE rowid = 2)"
            " WHERE rowid = 1"
        )


def _no_contents(home: ReadHome) -> None:
    with home.editing() as connection:
        connection.execute("UPDATE records SET ciphertext = NULL WHERE rowid = 1")


def _system_signs(home: ReadHome) -> None:
    key = home.built.signing["system"]
    home.read(kid=key.kid, sign=key.sign)


def _stranger_signs(home: ReadHome) -> None:
    home.built.new_person("stranger")
    key = home.built.signing["stranger"]
    home.read(kid=key.kid, sign=key.sign)


def _revoked_key_signs(home: ReadHome) -> None:
    with home.built.reading_file() as reader:
        size = reader.size
    home.built.revoke("access", size, by="root")
    home.read()


def _another_ledgers(home: ReadHome) -> None:
    other = replace(home.log, lid=drawn("another ledger", 16))
    other.append(home.record(), home.built.now)


def _older_authority(home: ReadHome) -> None:
    with home.built.reading_file() as reader:
        older = reader.stream(reader.entry(0).stream)[8]
    place = StreamPlace(9, _hash(older.statement))
    home.read(auth=place)


def _no_authority(home: ReadHome) -> None:
    home.read(auth=None)


def _hash(jwt: bytes) -> bytes:
    return read_statement(jwt).hash


def _no_reading(home: ReadHome) -> None:
    class Other(AccessRecord):
        def disclosed(self) -> dict[str, object]:
            return {"event": "consent.given.v1"}

    one = home.record()
    fields = {name: getattr(one, name) for name in AccessRecord.__slots__}
    home.log.append(Other(**fields), home.built.now)


def _no_database(home: ReadHome) -> None:
    home.path.write_bytes(b"x" * 4096)


CHANGES: dict[str, tuple[Callable[[ReadHome], None], str]] = {
    "the newest is taken away": (_cut_end, "access-log-head"),
    "one is taken out of the middle": (_cut_middle, "access-log-chain"),
    "one is taken out and the rest moved up": (_close_the_gap, "access-log-chain"),
    "all are written anew with the true key": (_write_anew, "access-log-head"),
    "a signature is another": (_other_signature, "access-log-signature"),
    "one is no statement": (_no_statement, "access-log-record"),
    "contents are those of another": (_other_contents, "access-log-contents"),
    "contents are gone": (_no_contents, "access-log-contents"),
    "it says something else than a reading": (_no_reading, "access-log-contents"),
    "the system key signs": (_system_signs, "access-log-key"),
    "an unknown key signs": (_stranger_signs, "access-log-key"),
    "the revoked access key signs": (_revoked_key_signs, "access-log-key"),
    "one is of another ledger": (_another_ledgers, "access-log-chain"),
    "one quotes older entries about keys": (_older_authority, "access-log-authority"),
    "one quotes no entry about keys": (_no_authority, "access-log-authority"),
    "the file is gone": (lambda home: home.path.unlink(), "access-log-missing"),
    "the file is no database": (_no_database, "access-log-damaged"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_access_log_is_found_out(home: ReadHome, change: str) -> None:
    home.seal()
    assert home.codes() == set()
    tamper, code = CHANGES[change]
    tamper(home)
    report = home.check().report("access log")
    assert code in report.codes
    assert report.result == "altered"


def test_without_a_key_the_contents_stay_closed_and_the_chain_is_checked(home: ReadHome) -> None:
    _no_contents(home)
    assert home.check(opened=False).result == "intact"
    _cut_middle(home)
    assert home.check(opened=False).result == "altered"


def test_a_home_without_access_log_or_heads_is_not_checked(home: ReadHome) -> None:
    home.path.unlink()
    report = home.check().report("access log")
    assert report.codes == {}
    assert report.not_checked == ("the access log: there is none beside the ledger",)
