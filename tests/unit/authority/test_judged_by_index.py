"""Authority is judged at the entry's own place in the log, never “now”."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.authority import RoleGranted
from ledger.aggregates.event import disclosed_fields
from ledger.errors import NotAuthorised
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.statement import (
    ClearPart,
    Statement,
    StreamPlace,
    finish,
    read_statement,
    unsigned,
)
from ledger.seal.authority import Authority, apply_checked, read_authority
from ledger.seal.authority_records import KeyRecord, RoleRecord
from ledger.seal.ed25519 import BadSignature, SigningKey, prove_possession
from ledger.seal.roles import permitted_kinds
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import START, drawn, new_ledger
from tests.support.tampering import editing, forging, set_statement, statements
from tests.unit.recorder.conftest import enrolled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.verify.findings import Report
    from tests.support.ledger_builder import BuiltLedger

LID, PERSON, STREAM = bytes(16), bytes(15) + b"\x01", bytes(15) + b"\x02"
ROOT = SigningKey(drawn("a root"))


@pytest.fixture
def built(tmp_path: Path) -> Iterator[BuiltLedger]:
    made = new_ledger(tmp_path / "home")
    yield made
    made.close()


def verified(built: BuiltLedger) -> Report:
    return verify_ledger(built.home, mark=built.mark, now=built.now, data_key=built.keys.data_key)


def size_of(built: BuiltLedger) -> int:
    with built.reading_file() as reader:
        return reader.size


# --- the genesis -------------------------------------------------------------


def genesis(key: SigningKey = ROOT, signer: SigningKey = ROOT, **changes: Any) -> Statement:
    """Sign a first statement, sound but for the changes."""
    further = {
        "person": b64url(PERSON),
        "jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64url(changes.pop("x", key.public))},
        "custody": "passphrase",
        "possession": b64url(prove_possession(key, changes.pop("proved_in", LID), PERSON)),
    }
    part: dict[str, Any] = {
        "kind": kinds.KEY_REGISTERED,
        "kid": signer.kid,
        "lid": LID,
        "stream": STREAM,
        "seq": 1,
        "prev": None,
        "recorded_at": START,
        "anchor": None,
        "auth": None,
        "role": "root",
        "further": further,
        "digests": [b64url(drawn(f"digest {number}")) for number in range(16)],
    }
    text = unsigned(ClearPart(**(part | changes | {"digests": sorted(part["digests"])})))
    return read_statement(finish(text, signer.sign(text)))


def test_a_genesis_makes_its_own_key_the_root() -> None:
    authority = Authority()
    apply_checked(authority, 0, genesis())
    assert authority.roles_of(b64url(PERSON), 0, "2026-03-03") == {"root"}
    assert authority.keys[ROOT.kid].public == ROOT.public
    assert (authority.head_index, authority.stream) == (0, b64url(STREAM))


OTHER = SigningKey(drawn("another"))


def test_a_later_statement_by_an_unknown_key_changes_nothing() -> None:
    authority = Authority()
    apply_checked(authority, 0, genesis())
    first = genesis()
    place = {"seq": 2, "prev": first.hash, "auth": StreamPlace(1, first.hash)}
    with pytest.raises(NotAuthorised) as refused:
        apply_checked(authority, 1, genesis(key=OTHER, signer=OTHER, **place))
    assert refused.value.kind == "unknown-key"
    assert list(authority.keys) == [ROOT.kid]


@pytest.mark.parametrize(
    ("changes", "index", "code"),
    [
        ({}, 1, "no-genesis"),
        ({"role": "head"}, 0, "no-genesis"),
        ({"auth": StreamPlace(1, bytes(32))}, 0, "no-genesis"),
        ({"signer": OTHER}, 0, "no-genesis"),
        ({"proved_in": b"x" * 16}, 0, "unproved-key"),
    ],
    ids=["not the first leaf", "not as root", "quotes an authority", "by another key", "unproved"],
)
def test_another_beginning_is_no_genesis(changes: dict[str, Any], index: int, code: str) -> None:
    authority = Authority()
    with pytest.raises(NotAuthorised) as refused:
        authority.apply(index, genesis(**changes))
    assert refused.value.kind == code
    assert (authority.stream, authority.keys, authority.roles) == (None, {}, {})


def test_a_first_statement_of_another_kind_is_no_genesis(built: BuiltLedger) -> None:
    with editing(built.path) as connection:
        grant = next(one for one in statements(connection) if one.kind == kinds.ROLE_GRANTED)
    with pytest.raises(NotAuthorised) as refused:
        Authority().apply(0, grant)
    assert refused.value.kind == "no-genesis"


def test_a_genesis_is_signed_by_the_key_that_it_shows() -> None:
    with pytest.raises(BadSignature):
        apply_checked(Authority(), 0, genesis(signer=OTHER))


@pytest.mark.parametrize(("role", "code"), [("head", "no-genesis")])
def test_a_ledger_with_another_beginning_is_found_out(
    built: BuiltLedger, role: str, code: str
) -> None:
    with forging(built) as forger:
        forger.rewrite(0, built.signing["root"], role=role)
    assert (code, 0) in {(one.code, one.index) for one in verified(built).findings}


# --- before, between and after -----------------------------------------------


def test_a_revocation_disputes_what_lies_between_and_bars_what_follows(
    built: BuiltLedger,
) -> None:
    pupil = built.pupil(0)  # three entries
    first = size_of(built) - 3
    built.revoke("senco", first + 1, by="head")
    report = verified(built)
    assert report.result == "intact"
    disputed = {one.index for one in report.notes if one.code == "disputed"}
    assert disputed == {first + 1, first + 2}
    with pytest.raises(NotAuthorised) as refused:
        built.put("senco", [enrolled(built, pupil, 4)])
    assert refused.value.kind == "revoked-key"
    with forging(built) as forger:
        index = forger.append(
            built.signing["senco"],
            disclosed_fields(enrolled(built, pupil, 4)),
            stream=pupil.id.bytes,
        )
    report = verified(built)
    assert {(one.code, one.index) for one in report.findings} == {("revoked-key", index)}
    assert report.result == "altered"


def test_a_second_revocation_disputes_from_further_back_and_nothing_after_the_first(
    built: BuiltLedger,
) -> None:
    pupil = built.pupil(0)  # three entries
    first = size_of(built) - 3
    built.revoke("senco", first + 2, by="head")
    built.revoke("senco", first, by="head")
    disputed = {one.index for one in verified(built).notes if one.code == "disputed"}
    assert disputed == {first, first + 1, first + 2}
    with pytest.raises(NotAuthorised) as refused:
        built.put("senco", [enrolled(built, pupil, 4)])
    assert refused.value.kind == "revoked-key"


def test_a_revocation_from_its_own_place_disputes_nothing(built: BuiltLedger) -> None:
    built.pupil(0)
    built.revoke("senco", size_of(built), by="head")
    report = verified(built)
    assert (report.result, "disputed" in report.codes) == ("intact", False)


def test_a_withdrawn_role_disputes_what_was_signed_in_it_alone(built: BuiltLedger) -> None:
    built.grant("teacher", "senco", by="head")
    pupil = built.pupil(0)
    first = size_of(built)
    built.put("teacher", [enrolled(built, pupil, 4)], role="senco")
    built.withdraw("teacher", "senco", first, by="head")
    disputed = [one.index for one in verified(built).notes if one.code == "disputed"]
    assert disputed == [first]
    with pytest.raises(NotAuthorised) as refused:
        built.put("teacher", [enrolled(built, pupil, 5)], role="senco")
    assert refused.value.kind == "role-not-held"
    built.grant("teacher", "senco", by="head")  # granted again, it counts again
    built.put("teacher", [enrolled(built, pupil, 5)], role="senco")
    assert verified(built).result == "intact"


@pytest.mark.parametrize(("index", "counts"), [(5, False), (6, True), (9, True), (10, False)])
def test_key_and_role_count_after_they_were_given_up_to_the_entry_that_takes_them_back(
    index: int, counts: bool
) -> None:
    always, between = (
        RoleRecord("head", 0, "2026-01-01", None),
        RoleRecord("head", 5, "2026-01-01", None, withdrawn=9, withdrawn_from=9),
    )
    for key, role in (
        (KeyRecord(ROOT.public, "one", "passphrase", 5, revoked=9, revoked_from=9), always),
        (KeyRecord(ROOT.public, "one", "passphrase", 0), between),
    ):
        authority = Authority(keys={ROOT.kid: key}, roles={"one": [role]})
        with nullcontext() if counts else pytest.raises(NotAuthorised):
            authority.judge_role(index, ROOT.kid, "head", "2026-03-03")


@pytest.mark.parametrize(
    ("from_day", "until_day", "held"),
    [
        (date(2026, 3, 3), date(2026, 3, 3), True),
        (date(2026, 1, 1), None, True),
        (date(2026, 3, 4), None, False),
        (date(2026, 1, 1), date(2026, 3, 2), False),
    ],
)
def test_a_role_is_held_from_its_first_day_to_its_last_both_included(
    built: BuiltLedger, from_day: date, until_day: date | None, held: bool
) -> None:
    pupil = built.pupil(0)
    built.authority.record(
        RoleGranted,
        built.entry(),
        person=built.persons["teacher"],
        granted="senco",
        from_=from_day,
        until=until_day,
        person_name="Teacher Example",
        explanation=None,
    )
    built.save("head", built.authority)
    one = enrolled(built, pupil, 4)
    if held:
        built.put("teacher", [one], role="senco")
        assert verified(built).result == "intact"
        return
    with pytest.raises(NotAuthorised) as refused:
        built.put("teacher", [one], role="senco")
    assert refused.value.kind == "role-not-held"
    with forging(built) as forger:
        index = forger.append(
            built.signing["teacher"], disclosed_fields(one), stream=pupil.id.bytes, role="senco"
        )
    assert ("role-not-held", index) in {(one.code, one.index) for one in verified(built).findings}


def test_an_entry_stays_sound_after_its_signers_role_has_ended(built: BuiltLedger) -> None:
    built.pupil(0)
    built.withdraw("senco", "senco", size_of(built), by="head")
    built.now += timedelta(days=400)
    report = verified(built)
    assert (report.result, "disputed" in report.codes) == ("intact", False)


# --- the fold ----------------------------------------------------------------


def test_the_stored_authority_stream_folds_to_what_was_written(built: BuiltLedger) -> None:
    with built.reading_file() as reader:
        authority = read_authority(reader)
    for name in ("head", "senco", "teacher", "log"):
        person = b64url(built.persons[name])
        assert authority.live_keys(person) == [built.signing[name].kid]
        assert authority.roles_of(person, 100, "2026-03-03") == {name}
        assert authority.holders(name, 100, "2026-03-03") == [person]
    assert authority.holders("dpo", 100, "2026-03-03") == []


def test_an_altered_authority_stream_does_not_fold(built: BuiltLedger) -> None:
    with editing(built.path) as connection:
        jwt = statements(connection)[4].jwt
        head, payload, signature = jwt.split(b".")
        set_statement(connection, 4, b".".join([head, payload, b"A" * 8 + signature[8:]]))
    with built.reading_file() as reader, pytest.raises(BadSignature):
        read_authority(reader)


def test_no_machine_signs_what_a_person_answers_for() -> None:
    for role in ("log", "cosigner", "governor", "inspector"):
        assert permitted_kinds(role) == frozenset()
    assert permitted_kinds("root") == kinds.AUTHORITY_KINDS
    for role in ("system", "access", "teacher", "senco", "administrator", "dpo"):
        assert not permitted_kinds(role) & kinds.AUTHORITY_KINDS
    assert kinds.ERASURE not in permitted_kinds("system")


def test_the_root_signs_no_entry_about_pupils(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    one = enrolled(built, pupil, 4)
    with pytest.raises(NotAuthorised):
        built.put("root", [one])
    with forging(built) as forger:
        index = forger.append(
            built.signing["root"], disclosed_fields(one), stream=pupil.id.bytes, role="root"
        )
    assert ("kind-not-permitted", index) in {
        (one.code, one.index) for one in verified(built).findings
    }
