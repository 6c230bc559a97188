"""Each rule of docs/formats/authority.md: refused on writing, and found on verifying.

What is refused on writing is then put into a copy behind the program's back, with
the same real key and everything else as it should be, to be found by verifying.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from ledger.aggregates.authority import Jwk, KeyRegistered, KeyRevoked, RoleGranted, RoleWithdrawn
from ledger.aggregates.event import Event, clear_members, disclosed_fields
from ledger.errors import NotAuthorised
from ledger.formats.encoding import unb64url
from ledger.seal.authority import read_authority
from ledger.seal.ed25519 import prove_possession
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import BuiltLedger, new_ledger
from tests.support.tampering import forging
from tests.unit.recorder.conftest import second_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OPEN_ENDED = {"from_": date(2026, 1, 1), "until": None, "explanation": None}
LOW_ORDER = bytes([1]) + bytes(31)
NOT_CANONICAL = bytes([0xEE]) + b"\xff" * 30 + b"\x7f"


def event(built: BuiltLedger, cls: type[Event], seq: int, **fields: Any) -> Event:
    entry = built.entry()
    return cls(
        originator_id=built.authority.id,
        originator_version=seq,
        recorded_at=entry.recorded_at,
        occurred_on=entry.occurred_on,
        **fields,
    )


def grant(person: str, role: str) -> Callable[[BuiltLedger, int], Event]:
    def make(built: BuiltLedger, seq: int) -> Event:
        who = {"person": built.persons[person], "granted": role, "person_name": "Example"}
        return event(built, RoleGranted, seq, **who, **OPEN_ENDED)

    return make


def withdraw(person: str, role: str, from_index: int = 3) -> Callable[[BuiltLedger, int], Event]:
    def make(built: BuiltLedger, seq: int) -> Event:
        who = {"person": built.persons[person], "withdrawn": role}
        return event(built, RoleWithdrawn, seq, **who, from_index=from_index, explanation="x")

    return make


def revoke(key: str, from_index: int = 3) -> Callable[[BuiltLedger, int], Event]:
    def make(built: BuiltLedger, seq: int) -> Event:
        kid = unb64url(built.signing[key].kid)
        return event(
            built,
            KeyRevoked,
            seq,
            kid=kid,
            from_index=from_index,
            reason="lost",
            explanation="x",
        )

    return make


def register(key: str, person: str, **changes: Any) -> Callable[[BuiltLedger, int], Event]:
    def make(built: BuiltLedger, seq: int) -> Event:
        if key not in built.signing:
            built.new_person(key)
        holder, who = built.signing[key], built.persons[person]
        proof = {
            "jwk": Jwk("OKP", "Ed25519", changes.get("public", holder.public)),
            "possession": changes.get("possession")
            or prove_possession(
                built.signing[changes.get("proved_by", key)],
                changes.get("lid", built.lid),
                built.persons[changes.get("proved_for", person)],
            ),
        }
        return event(
            built,
            KeyRegistered,
            seq,
            person=who,
            custody="passphrase",
            person_name="Example",
            reading_key=None,
            **proof,
        )

    return make


@dataclass(frozen=True)
class Act:
    """What somebody tries to do to the authority stream, as whom, and how it is refused."""

    signer: str
    make: Callable[[BuiltLedger, int], Event]
    code: str
    role: str | None = None

    def acted_in(self) -> str:
        return self.role or self.signer.partition("-")[0]


REFUSED = {
    "a head grants to themselves": Act("head", grant("head", "senco"), "self-grant"),
    "root grants to itself": Act("root", grant("root", "head"), "self-grant"),
    "a senco grants": Act("senco", grant("teacher", "senco"), "kind-not-permitted"),
    "a teacher grants": Act("teacher", grant("senco", "teacher"), "kind-not-permitted"),
    "an office grants": Act("administrator", grant("teacher", "dpo"), "kind-not-permitted"),
    "the system key grants": Act("system", grant("teacher", "dpo"), "kind-not-permitted"),
    "the log's key grants": Act("log", grant("teacher", "dpo"), "kind-not-permitted"),
    "a head makes a head": Act("head", grant("senco", "head"), "grant-not-permitted"),
    "a head makes a log": Act("head", grant("senco", "log"), "grant-not-permitted"),
    "a head makes a system": Act("head", grant("senco", "system"), "grant-not-permitted"),
    "a head makes a cosigner": Act("head", grant("senco", "cosigner"), "grant-not-permitted"),
    "a head makes a responsible body": Act(
        "head", grant("senco", "responsible-body"), "grant-not-permitted"
    ),
    "a head withdraws the responsible body": Act(
        "head", withdraw("trust", "responsible-body"), "grant-not-permitted"
    ),
    "a responsible body grants": Act(
        "trust", grant("teacher", "dpo"), "kind-not-permitted", role="responsible-body"
    ),
    "a responsible body revokes another": Act(
        "trust", revoke("teacher"), "kind-not-permitted", role="responsible-body"
    ),
    "a head adds a key to the responsible body": Act(
        "head", register("new", "trust"), "key-not-theirs-to-register"
    ),
    "a head makes a root": Act("head", grant("senco", "root"), "grant-not-permitted"),
    "root makes a root": Act("root", grant("senco", "root"), "grant-not-permitted"),
    "root makes a senco": Act("root", grant("teacher", "senco"), "grant-not-permitted"),
    "a head adds a key to somebody": Act(
        "head", register("new", "senco"), "key-not-theirs-to-register"
    ),
    "a head adds a key to the root": Act(
        "head", register("new", "root"), "key-not-theirs-to-register"
    ),
    "a head adds a key to the log": Act(
        "head", register("new", "log"), "key-not-theirs-to-register"
    ),
    "a senco registers for another": Act("senco", register("new", "teacher"), "kind-not-permitted"),
    "the system registers for another": Act(
        "system", register("new", "teacher"), "kind-not-permitted"
    ),
    "a key is registered twice": Act("root", register("senco", "teacher"), "key-registered-twice"),
    "one's own key twice": Act("senco", register("senco", "senco"), "key-registered-twice"),
    "a key of low order": Act("root", register("new", "senco", public=LOW_ORDER), "unproved-key"),
    "a key in another spelling": Act(
        "root", register("new", "senco", public=NOT_CANONICAL), "unproved-key"
    ),
    "a key without possession": Act(
        "root", register("new", "senco", possession=bytes(64)), "unproved-key"
    ),
    "possession by another key": Act(
        "root", register("new", "senco", proved_by="teacher"), "unproved-key"
    ),
    "possession for another person": Act(
        "root", register("new", "senco", proved_for="teacher"), "unproved-key"
    ),
    "possession in another ledger": Act(
        "root", register("new", "senco", lid=bytes(16)), "unproved-key"
    ),
    "a head revokes the root": Act("head", revoke("root"), "revocation-not-permitted"),
    "a head revokes the log": Act("head", revoke("log"), "revocation-not-permitted"),
    "a head revokes the system": Act("head", revoke("system"), "revocation-not-permitted"),
    "a head revokes the cosigner": Act("head", revoke("cosigner"), "revocation-not-permitted"),
    "a senco revokes another": Act("senco", revoke("teacher"), "kind-not-permitted"),
    "a revocation from the future": Act("head", revoke("senco", 9000), "revocation-malformed"),
    "a key that never was": Act("head", revoke("stranger"), "revocation-malformed"),
    "a role that is not held": Act("head", withdraw("senco", "dpo"), "withdrawal-malformed"),
    "a withdrawal from the future": Act(
        "head", withdraw("senco", "senco", 9000), "withdrawal-malformed"
    ),
    "a head withdraws a head": Act("head", withdraw("head-2", "head"), "grant-not-permitted"),
    "a head withdraws the log": Act("head", withdraw("log", "log"), "grant-not-permitted"),
    "root withdraws a senco": Act("root", withdraw("senco", "senco"), "grant-not-permitted"),
    "a teacher withdraws another": Act("teacher", withdraw("senco", "senco"), "kind-not-permitted"),
    "the root role is given up": Act("root", withdraw("root", "root"), "withdrawal-malformed"),
    "a role that one does not hold": Act(
        "senco", grant("teacher", "dpo"), "role-not-held", role="head"
    ),
    "a key that was never registered": Act(
        "stranger", grant("teacher", "dpo"), "unknown-key", role="head"
    ),
    "a revoked key": Act("teacher-2", withdraw("teacher-2", "teacher"), "revoked-key"),
}
PERMITTED = {
    "root makes a second head": Act("root", grant("senco", "head"), ""),
    "root makes a responsible body": Act("root", grant("stranger", "responsible-body"), ""),
    "a head revokes the responsible body's key": Act("head", revoke("trust"), ""),
    "a responsible body renews its own": Act(
        "trust", register("new", "trust"), "", role="responsible-body"
    ),
    "a head makes a dpo": Act("head", grant("senco", "dpo"), ""),
    "a second head makes the first a dpo": Act("head-2", grant("head", "dpo"), ""),
    "root registers for anybody": Act("root", register("new", "senco"), ""),
    "a senco renews their own": Act("senco", register("new", "senco"), ""),
    "a teacher renews their own": Act("teacher", register("new", "teacher"), ""),
    "the log renews its own": Act("log", register("new", "log"), ""),
    "a head registers for one who has no live key": Act("head", register("new", "teacher-2"), ""),
    "a head revokes": Act("head", revoke("senco"), ""),
    "a head revokes another head": Act("head", revoke("head-2"), ""),
    "a senco revokes their own": Act("senco", revoke("senco"), ""),
    "root revokes the log": Act("root", revoke("log"), ""),
    "a head withdraws": Act("head", withdraw("senco", "senco"), ""),
    "a senco gives the role up": Act("senco", withdraw("senco", "senco"), ""),
    "root withdraws a head": Act("root", withdraw("head-2", "head"), ""),
}


def school(home: Path) -> BuiltLedger:
    """A ledger with two heads, and a teacher whose key was revoked."""
    built = new_ledger(home)
    for name, role, by in (
        ("head-2", "head", "root"),
        ("trust", "responsible-body", "root"),
        ("teacher-2", "teacher", "head"),
    ):
        built.register(name, by=by)
        built.grant(name, role, by=by)
    with built.reading_file() as reader:
        built.revoke("teacher-2", reader.size, by="head")
    built.new_person("stranger")
    return built


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltLedger]:
    made = school(tmp_path_factory.mktemp("authority") / "home")
    yield made
    made.close()


@pytest.fixture
def built(template: BuiltLedger, tmp_path: Path) -> Iterator[BuiltLedger]:
    """A copy of the ledger, open to be written."""
    shutil.copytree(template.home, tmp_path / "home")
    copy = replace(template, home=tmp_path / "home")
    writer = second_writer(copy)
    yield replace(copy, store=writer.store, datastore=writer.datastore)
    writer.datastore.close()


def found(built: BuiltLedger) -> set[tuple[str, int | None]]:
    report = verify_ledger(built.home, mark=None, now=built.now, data_key=built.keys.data_key)
    return {(one.code, one.index) for one in report.findings} - {("unanchored", None)}


def force(built: BuiltLedger, one: Event, signer: str, role: str) -> int:
    """Put a statement into the log behind the program's back; gives its index."""
    with forging(built) as forger:
        return forger.append(
            built.signing[signer],
            disclosed_fields(one),
            kind=one.KIND,
            role=role,
            stream=one.originator_id.bytes,
            further=clear_members(one),
        )


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_a_refused_act_is_refused_on_writing_and_found_on_verifying(
    built: BuiltLedger, act: Act
) -> None:
    one = act.make(built, built.authority.version + 1)
    with built.reading_file() as reader:
        size, root = reader.size, reader.root
    with pytest.raises(NotAuthorised) as refused:
        built.put(act.signer, [one], role=act.acted_in())
    assert (refused.value.kind, refused.value.exit_code) == (act.code, 7)
    with built.reading_file() as reader:
        assert (reader.size, reader.root) == (size, root)
    index = force(built, one, act.signer, act.acted_in())
    assert found(built) == {(act.code, index)}


@pytest.mark.parametrize("act", PERMITTED.values(), ids=PERMITTED)
def test_a_permitted_act_is_recorded_and_found_sound(built: BuiltLedger, act: Act) -> None:
    built.put(act.signer, [act.make(built, built.authority.version + 1)], role=act.acted_in())
    assert found(built) == set()


def test_a_role_is_not_withdrawn_twice_nor_a_key_revoked_again_without_reaching_further_back(
    built: BuiltLedger,
) -> None:
    seq = built.authority.version + 1
    built.put("head", [revoke("senco", 4)(built, seq), withdraw("senco", "senco")(built, seq + 1)])
    for make, code in (
        (revoke("senco", 4), "revocation-malformed"),
        (revoke("senco", 5), "revocation-malformed"),
        (withdraw("senco", "senco"), "withdrawal-malformed"),
    ):
        with pytest.raises(NotAuthorised) as refused:
            built.put("head", [make(built, seq + 2)])
        assert refused.value.kind == code


def test_a_key_is_revoked_again_from_an_earlier_entry_by_who_may_revoke_it(
    built: BuiltLedger,
) -> None:
    seq = built.authority.version + 1
    built.put("root", [revoke("log", 5)(built, seq)])
    with pytest.raises(NotAuthorised) as refused:
        built.put("head", [revoke("log", 3)(built, seq + 1)])
    assert refused.value.kind == "revocation-not-permitted"
    built.put("root", [revoke("log", 3)(built, seq + 1)])
    with built.reading_file() as reader:
        authority = read_authority(reader)
    key = authority.keys[built.signing["log"].kid]
    assert key.revoked is not None
    assert (key.revoked_from, key.revoked_last) == (3, key.revoked + 1)


def test_a_key_registered_by_a_head_speaks_for_a_person_without_a_live_one(
    built: BuiltLedger,
) -> None:
    seq = built.authority.version + 1
    built.put("head", [revoke("senco")(built, seq), register("new", "senco")(built, seq + 1)])
    built.put("new", [revoke("new")(built, seq + 2)], role="senco")
    assert found(built) == set()


def test_a_head_never_registers_for_one_who_was_made_head_or_machine(built: BuiltLedger) -> None:
    seq = built.authority.version + 1
    for number, guarded in enumerate(("head-2", "trust", "log", "system", "cosigner")):
        built.put("root", [revoke(guarded, 3)(built, seq + number)])
        with pytest.raises(NotAuthorised) as refused:
            built.put("head", [register("new", guarded)(built, seq + number + 1)])
        assert refused.value.kind == "key-not-theirs-to-register"


def test_the_acts_of_one_save_count_for_those_after_them(built: BuiltLedger) -> None:
    seq = built.authority.version + 1
    built.put("head", [revoke("senco")(built, seq), register("new", "senco")(built, seq + 1)])
    assert found(built) == set()
    with pytest.raises(NotAuthorised):
        built.put(
            "head",
            [register("newer", "teacher")(built, seq + 2), revoke("teacher")(built, seq + 3)],
        )


def test_a_statement_of_authority_in_another_stream_is_refused_and_found(
    built: BuiltLedger,
) -> None:
    other = built.open_stream(UUID(int=77), "school")
    one = RoleGranted(
        originator_id=other,
        originator_version=1,
        recorded_at=built.now,
        occurred_on=built.entry().occurred_on,
        person=built.persons["teacher"],
        granted="dpo",
        person_name="Example",
        from_=date(2026, 1, 1),
        until=None,
        explanation=None,
    )
    with pytest.raises(NotAuthorised) as refused:
        built.put("head", [one])
    assert refused.value.kind == "second-authority-stream"
    index = force(built, one, "head", "head")
    assert ("second-authority-stream", index) in found(built)
