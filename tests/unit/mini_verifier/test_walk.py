"""The mini-verifier accepts a sound log, and names each way to break one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.statement import Anchor, StreamPlace
from ledger.seal.ed25519 import jwk, prove_possession
from tests.golden.fixed import fixed_bytes
from tests.golden.small_log import (
    LID,
    START,
    SmallLog,
    id_of,
    key_of,
    registration,
    small_log,
)
from tests.mini_verifier.walk import walk_log

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_sound_log_is_intact_and_its_root_is_that_of_rfc_9162() -> None:
    log = small_log()
    walk = walk_log(log.leaves)
    assert walk.codes == {"self-rooted"}
    assert walk.result == "intact"
    assert walk.root == log.root(len(log.leaves))


def _missing_leaf(log: SmallLog) -> None:
    del log.leaves[9]


def _swapped_leaves(log: SmallLog) -> None:
    log.leaves[9], log.leaves[10] = log.leaves[10], log.leaves[9]


def _flipped_bit(log: SmallLog) -> None:
    leaf = log.leaves[9]
    log.leaves[9] = leaf[:-40] + (b"A" if leaf[-40:-39] != b"A" else b"B") + leaf[-39:]


def _other_signer(log: SmallLog) -> None:
    log.event("consent", "senco", "senco", kid=key_of("head").kid)


def _without_tokens(log: SmallLog) -> Anchor:
    assert log.anchor is not None
    return replace(log.anchor, tokens=())


def _old_head(log: SmallLog) -> None:
    log.event("consent")
    newest = log.streams["consent"]
    log.streams["consent"] = replace(newest, seq=newest.seq - 1)
    log.stream_head("consent")
    log.streams["consent"] = newest


CHEATS: dict[str, tuple[str, Callable[[SmallLog], object]]] = {
    "a leaf is taken out": ("chain-broken", _missing_leaf),
    "two leaves are swapped": ("clock-backwards", _swapped_leaves),
    "a bit of a signature is flipped": ("bad-signature", _flipped_bit),
    "kid names another registered key": ("bad-signature", _other_signer),
    "seq leaves a gap": ("chain-broken", lambda log: log.event("consent", seq=9)),
    "prev names another statement": (
        "chain-broken",
        lambda log: log.event("consent", prev=fixed_bytes("other")),
    ),
    "the clock runs back": ("clock-backwards", lambda log: log.event("consent", recorded_at=START)),
    "the lid is another": ("other-ledger", lambda log: log.event("consent", lid=bytes(16))),
    "auth is older": (
        "auth-wrong",
        lambda log: log.event("consent", auth=StreamPlace(1, fixed_bytes("x"))),
    ),
    "auth is null later": ("auth-wrong", lambda log: log.event("consent", auth=None)),
    "the anchor was never logged": (
        "anchor-wrong",
        lambda log: log.event("consent", anchor=Anchor(3, log.root(3), ())),
    ),
    "the anchor has other tokens": (
        "anchor-wrong",
        lambda log: log.event("consent", anchor=_without_tokens(log)),
    ),
    "an anchor statement names a root that never was": (
        "anchor-wrong",
        lambda log: log.add(
            kinds.ANCHOR,
            "system",
            "system",
            {"size": 3, "root": b64url(log.root(4)), "tokens": []},
            "anchors",
        ),
    ),
    "an anchor statement is larger than its log": (
        "anchor-wrong",
        lambda log: log.add(
            kinds.ANCHOR,
            "system",
            "system",
            {"size": 99, "root": b64url(log.root(3)), "tokens": []},
            "anchors",
        ),
    ),
    "a stream head hides the last statement": (
        "head-wrong",
        _old_head,
    ),
    "an unregistered key signs": ("unknown-key", lambda log: log.event("consent", "stranger")),
    "a role that is not held": (
        "role-not-held",
        lambda log: log.event("consent", "head", "senco"),
    ),
    "the system signs what only people may": (
        "role-not-held",
        lambda log: log.event("consent", "system", "senco"),
    ),
    "root signs an event": ("not-authorised", lambda log: log.event("consent", "root", "root")),
    "a SENCO logs a stream head": (
        "not-authorised",
        lambda log: log.add(
            kinds.STREAM_HEAD,
            "senco",
            "senco",
            {"head": {"stream": b64url(id_of("consent")), **_place(log, "consent")}},
            "heads",
        ),
    ),
    "a SENCO registers a key for somebody": (
        "not-authorised",
        lambda log: log.register("friend", "senco", "senco"),
    ),
    "a head adds a key to one who has a key": (
        "not-authorised",
        lambda log: log.register("senco#2", "head", "head"),
    ),
    "a head registers a key for a machine": (
        "not-authorised",
        lambda log: log.register("log#2", "head", "head"),
    ),
    "a key is registered twice": (
        "key-registered-before",
        lambda log: log.register("senco", "root", "root"),
    ),
    "possession is not proved": (
        "bad-possession",
        lambda log: log.add(
            kinds.KEY_REGISTERED,
            "root",
            "root",
            registration("friend")
            | {"possession": b64url(prove_possession(key_of("friend"), LID, id_of("senco")))},
        ),
    ),
    "a key of low order is registered": (
        "weak-key",
        lambda log: log.add(
            kinds.KEY_REGISTERED,
            "root",
            "root",
            registration("friend") | {"jwk": jwk(b"\x01" + bytes(31))},
        ),
    ),
    "a head grants what only root may": (
        "not-authorised",
        lambda log: log.grant("senco", "head", "head", "head"),
    ),
    "a head grants the root role": (
        "not-authorised",
        lambda log: log.grant("senco", "root", "head", "head"),
    ),
    "a head grants to themselves": (
        "not-authorised",
        lambda log: log.grant("head", "senco", "head", "head"),
    ),
    "a head revokes the root key": (
        "not-authorised",
        lambda log: log.revoke("root", 3, "head", "head"),
    ),
    "a head revokes the log key": (
        "not-authorised",
        lambda log: log.revoke("log", 3, "head", "head"),
    ),
    "a revocation from the future": (
        "not-authorised",
        lambda log: log.revoke("senco", 99, "head", "head"),
    ),
    "a revoked key signs": (
        "revoked-key",
        lambda log: (log.revoke("senco", len(log.leaves), "head", "head"), log.event("consent")),
    ),
    "a withdrawn role is used": (
        "role-not-held",
        lambda log: (
            log.withdraw("senco", "senco", len(log.leaves), "head", "head"),
            log.event("consent"),
        ),
    ),
    "an event stands in the authority stream": (
        "stream-mixed",
        lambda log: log.event("authority"),
    ),
    "a grant stands outside the authority stream": (
        "stream-mixed",
        lambda log: log.register("friend", "root", "root", stream="consent"),
    ),
}


def _place(log: SmallLog, stream: str) -> dict[str, object]:
    place = log.streams[stream]
    return {"seq": place.seq, "hash": b64url(place.hash)}


@pytest.mark.parametrize("what", CHEATS)
def test_each_cheat_is_found_and_named(what: str) -> None:
    code, cheat = CHEATS[what]
    log = small_log()
    cheat(log)
    walk = walk_log(log.leaves)
    assert code in walk.codes
    assert walk.result == "altered"


def test_a_genesis_that_root_did_not_sign_is_found() -> None:
    log = SmallLog()
    log.add(kinds.KEY_REGISTERED, "head", "root", registration("root"))
    assert "bad-genesis" in walk_log(log.leaves).codes


def test_an_older_anchor_is_told_but_is_no_alteration() -> None:
    log = small_log()
    older = log.anchor
    log.log_anchor(b"a later token")
    log.event("consent", anchor=older)
    walk = walk_log(log.leaves)
    assert walk.codes == {"self-rooted", "older-anchor"}
    assert walk.result == "intact"


def test_what_a_revocation_reaches_back_over_is_disputed_and_no_more() -> None:
    log = small_log()
    before, within = log.event("consent"), log.event("consent")
    log.revoke("senco", within, "head", "head")
    walk = walk_log(log.leaves)
    assert [one.leaf for one in walk.found if one.code == "disputed"] == [within]
    assert before == within - 1
    assert walk.result == "intact"


def test_a_second_revocation_from_further_back_disputes_more_but_not_the_first_one() -> None:
    log = small_log()
    earlier, later = log.event("consent"), log.event("consent")
    log.register("senco#2", "senco", "senco")
    log.revoke("senco", later, "senco", "senco")
    log.revoke("senco", earlier, "senco#2", "senco")
    walk = walk_log(log.leaves)
    found = [one.leaf for one in walk.found if one.code == "disputed"]
    assert found == [earlier, later, later + 1]  # the registration of the new key among them
    assert walk.result == "intact"


def test_a_revocation_again_from_no_earlier_entry_is_found() -> None:
    log = small_log()
    within = log.event("consent")
    log.revoke("senco", within, "head", "head")
    again = log.revoke("senco", within, "head", "head")
    walk = walk_log(log.leaves)
    assert [one.leaf for one in walk.found if one.code == "not-authorised"] == [again]


def test_what_a_withdrawal_reaches_back_over_is_disputed() -> None:
    log = small_log()
    within = log.event("consent")
    log.withdraw("senco", "senco", within, "head", "head")
    walk = walk_log(log.leaves)
    assert [one.leaf for one in walk.found if one.code == "disputed"] == [within]


def test_a_role_granted_again_does_not_settle_what_was_disputed() -> None:
    log = small_log()
    within = log.event("consent")
    log.withdraw("senco", "senco", within, "head", "head")
    log.grant("senco", "senco", "head", "head")
    log.event("consent")
    walk = walk_log(log.leaves)
    assert [one.leaf for one in walk.found if one.code == "disputed"] == [within]


def test_an_earlier_grant_that_ran_out_does_not_hide_a_dispute() -> None:
    log = small_log()
    log.grant("senco", "senco", "head", "head", ("2025-09-01", "2025-12-31"))
    log.grant("senco", "senco", "head", "head")
    within = log.event("consent")
    log.withdraw("senco", "senco", within, "head", "head")
    walk = walk_log(log.leaves)
    assert within in [one.leaf for one in walk.found if one.code == "disputed"]


def test_a_successor_to_ones_own_key_and_a_resignation_are_sound() -> None:
    log = small_log()
    log.register("senco#2", "senco", "senco")
    log.revoke("senco", len(log.leaves), "senco#2", "senco")
    log.event("consent", "senco#2")
    log.withdraw("senco", "senco", len(log.leaves), "senco#2", "senco")
    walk = walk_log(log.leaves)
    assert walk.codes == {"self-rooted"}


def test_a_role_ends_with_its_last_day() -> None:
    log = small_log()
    log.grant("senco", "teacher", "head", "head", ("2026-03-02", "2026-03-03"))
    log.event("consent", role="teacher", recorded_at=START + timedelta(days=1, hours=14))
    assert walk_log(log.leaves).result == "intact"
    log.event("consent", role="teacher", recorded_at=START + timedelta(days=2))
    assert "role-not-held" in walk_log(log.leaves).codes


def _countersigned(role: str, signer: str, of: int = 0) -> SmallLog:
    log = small_log()
    log.register("trust", "root", "root")
    log.grant("trust", "responsible-body", "root", "root")
    digest = b64url(hashlib.sha256(log.leaves[of]).digest())
    log.add(kinds.COUNTERSIGNATURE, signer, role, {"of": digest}, "trust")
    return log


def test_a_genesis_countersigned_by_a_responsible_body_is_not_self_rooted() -> None:
    assert walk_log(_countersigned("responsible-body", "trust").leaves).codes == {"countersigned"}


@pytest.mark.parametrize(
    ("role", "signer", "of"),
    [("head", "head", 0), ("senco", "senco", 0), ("responsible-body", "trust", 1)],
)
def test_anybody_elses_word_and_one_about_something_else_leave_it_self_rooted(
    role: str, signer: str, of: int
) -> None:
    walk = walk_log(_countersigned(role, signer, of).leaves)
    assert walk.codes == {"self-rooted"}
    assert walk.result == "intact"


def test_a_countersignature_that_is_disputed_leaves_it_self_rooted() -> None:
    log = _countersigned("responsible-body", "trust")
    log.revoke("trust", len(log.leaves) - 1, "head", "head")
    assert walk_log(log.leaves).codes == {"self-rooted", "disputed"}


def test_a_responsible_body_signs_nothing_else() -> None:
    log = _countersigned("responsible-body", "trust")
    log.event("consent", "trust", "responsible-body")
    assert "not-authorised" in walk_log(log.leaves).codes
