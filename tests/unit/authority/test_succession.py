"""A ledger names those that it continues once, at its beginning, by its root key alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger.errors import NotAuthorised
from ledger.formats import kinds
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import b64url
from ledger.formats.statement import read_statement
from ledger.seal.authority import Authority, apply_checked
from ledger.seal.ed25519 import BadSignature, SigningKey
from ledger.seal.roles import permitted_kinds
from ledger.seal.succession import Succession, agree, check_agreement
from ledger.verify.bundle import verify_bundle
from ledger.verify.home import verify_ledger
from tests.golden.small_log import LID, SmallLog
from tests.mini_verifier.walk import walk_log
from tests.support.ledger_builder import drawn, new_ledger
from tests.support.two_schools import new_school, send, sender_with_pupil

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = origin_of(bytes(16))
OLDER = origin_of(bytes([1] * 16))


def succeed(
    log: SmallLog, origin: str = OLD, size: int = 7, signer: str = "root", role: str = "root"
) -> None:
    root = b64url(hashlib.sha256(origin.encode()).digest())
    log.add(kinds.SUCCESSION, signer, role, {"origin": origin, "size": size, "root": root})


def beginning(*origins: str) -> SmallLog:
    log = SmallLog()
    log.register("root", "root", "root")
    for origin in origins:
        succeed(log, origin)
    return log


def applied(log: SmallLog) -> Authority:
    authority = Authority()
    for index, jwt in enumerate(log.leaves):
        apply_checked(authority, index, read_statement(jwt))
    return authority


def test_the_logs_continued_are_known_from_the_beginning() -> None:
    log = beginning(OLD, OLDER)
    log.register("head", "root", "root")
    log.grant("head", "head", "root", "root")
    found = applied(log).successions
    assert [(one.index, one.origin, one.size) for one in found] == [(1, OLD, 7), (2, OLDER, 7)]
    walk = walk_log(log.leaves)
    assert (walk.result, walk.codes) == ("intact", {"self-rooted", "continues"})
    assert walk.authority.continued == [(OLD, 7), (OLDER, 7)]


def _late(log: SmallLog) -> None:
    log.register("head", "root", "root")
    succeed(log)


def _twice(log: SmallLog) -> None:
    succeed(log)
    succeed(log)


def _by_head(log: SmallLog) -> None:
    log.register("head", "root", "root")
    log.grant("head", "head", "root", "root")
    succeed(log, signer="head", role="head")


REFUSED: dict[str, tuple[str, Callable[[SmallLog], None]]] = {
    "after something else": ("succession-misplaced", _late),
    "a second time": ("succession-misplaced", _twice),
    "itself": ("succession-misplaced", lambda log: succeed(log, origin_of(LID))),
    "an empty log": ("succession-misplaced", lambda log: succeed(log, size=0)),
    "signed by a head": ("kind-not-permitted", _by_head),
}


@pytest.mark.parametrize(("code", "cheat"), REFUSED.values(), ids=REFUSED)
def test_it_counts_nowhere_else(code: str, cheat: Callable[[SmallLog], None]) -> None:
    log = beginning()
    cheat(log)
    with pytest.raises(NotAuthorised) as refused:
        applied(log)
    assert refused.value.kind == code
    assert "not-authorised" in walk_log(log.leaves).codes


def test_the_root_key_alone_may_sign_it() -> None:
    may = {role for role in kinds.ROLES if kinds.SUCCESSION in permitted_kinds(role)}
    assert may == {"root"}


@pytest.mark.parametrize("by", ["root", "head"])
def test_a_home_that_has_begun_names_none_any_more(tmp_path: Path, by: str) -> None:
    built = new_ledger(tmp_path / "home")
    with pytest.raises(NotAuthorised):
        built.succeed(OLD, by=by)
    built.close()


def test_a_home_that_continues_two_others_is_verified_and_says_so(tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home", continues=["one", "other"])
    report = verify_ledger(built.home, mark=built.mark, now=built.now, data_key=built.keys.data_key)
    assert (report.result, report.codes["continues"]) == ("intact", 2)
    built.close()


def test_a_bundle_says_what_its_sender_s_log_continues(tmp_path: Path) -> None:
    sender, receiver = (
        sender_with_pupil(tmp_path, continues=["one"]),
        new_school(tmp_path, "r", "R"),
    )
    members = send(sender, receiver).members
    report = verify_bundle(members, sender.policy, receiver.origin)[0]
    (note,) = [one for one in report.notes if one.code == "continues"]
    assert note.words.startswith("This log says that it continues ")
    assert (report.result, note.index) == ("intact", 1)
    assert origin_of(drawn("one lid", 16)) in note.words


SAID = Succession(origin=OLD, size=7, root=bytes(32), new_origin=OLDER, new_root="A" * 43)


@pytest.mark.parametrize(
    "other",
    [
        replace(SAID, origin=OLDER),
        replace(SAID, size=8),
        replace(SAID, root=bytes([1] * 32)),
        replace(SAID, new_origin=OLD),
        replace(SAID, new_root="B" * 43),
    ],
)
def test_the_old_root_key_agrees_to_one_succession_and_no_other(other: Succession) -> None:
    key = SigningKey(drawn("old root"))
    signature = agree(key, SAID)
    check_agreement(key.public, signature, SAID)
    with pytest.raises(BadSignature):
        check_agreement(key.public, signature, other)
