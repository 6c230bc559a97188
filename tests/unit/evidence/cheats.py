"""What a program that cheats would store; run them within `proof_ledgers.cheating`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger.aggregates.authority import Jwk, KeyRegistered, RoleGranted
from ledger.aggregates.consent import ConsentGiven
from ledger.aggregates.event import clear_members
from ledger.formats.checkpoint import origin_of
from ledger.seal.ed25519 import SigningKey, prove_possession
from tests.support.ledger_builder import drawn
from tests.unit.evidence.proof_ledgers import consent, revoke

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.aggregates.event import Event
    from tests.support.ledger_builder import BuiltLedger

    Cheat = Callable[[BuiltLedger], None]


def _self_grant(built: BuiltLedger) -> None:
    built.grant("head", "senco", by="head")


def _head_by_head(built: BuiltLedger) -> None:
    built.grant("teacher", "head", by="head")


def _grant_by_senco(built: BuiltLedger) -> None:
    built.grant("teacher", "dpo", by="senco")


def _second_key_by_head(built: BuiltLedger) -> None:
    built.persons["teacher-2"] = built.persons["teacher"]
    built.register("teacher-2", by="head")


def _withdrawal_by_senco(built: BuiltLedger) -> None:
    built.withdraw("head", "head", 3, by="senco")


def _role_never_held(built: BuiltLedger) -> None:
    consent(built, built.pupil(1), signer="teacher", role="senco")


def _after_revocation(built: BuiltLedger) -> None:
    pupil = built.pupil(1)
    revoke(built, "senco", 0)
    consent(built, pupil)


def _unproved_key(built: BuiltLedger) -> None:
    key = SigningKey(drawn("somebody else's key"))
    _register(built, key.public, bytes(64))


def _key_a_second_time(built: BuiltLedger) -> None:
    key = built.signing["teacher"]
    person = drawn("nobody", 16)
    _register(built, key.public, prove_possession(key, built.lid, person))


def _register(built: BuiltLedger, public: bytes, possession: bytes) -> None:
    built.authority.record(
        KeyRegistered,
        built.entry(),
        person=drawn("nobody", 16),
        jwk=Jwk("OKP", "Ed25519", public),
        custody="passphrase",
        possession=possession,
        person_name="Nobody",
        reading_key=None,
    )
    built.save("head", built.authority)


def _revocation_of_the_log_by_head(built: BuiltLedger) -> None:
    revoke(built, "log", 0)


def _revocation_from_the_future(built: BuiltLedger) -> None:
    revoke(built, "teacher", 999)


def _role_not_yet_held(built: BuiltLedger) -> None:
    built.authority.record(
        RoleGranted,
        built.entry(),
        person=built.persons["teacher"],
        granted="senco",
        from_=date(2027, 1, 1),
        until=None,
        person_name="Teacher Example",
        explanation=None,
    )
    built.save("head", built.authority)
    _role_never_held(built)


def _late_succession(built: BuiltLedger) -> None:
    built.succeed(origin_of(drawn("old lid", 16)))


def _succession_by_head(built: BuiltLedger) -> None:
    built.succeed(origin_of(drawn("old lid", 16)), by="head")


def _consent_in(kind: str, signer: str, **further: Any) -> Cheat:
    """Say a consent in a kind of statement that more roles, or machines, may sign."""

    def cheat(built: BuiltLedger) -> None:
        def members(event: Event) -> Mapping[str, object]:
            return further if isinstance(event, ConsentGiven) else clear_members(event)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ConsentGiven, "KIND", kind)
            patch.setattr("ledger.recorder.event_store.clear_members", members)
            consent(built, built.pupil(1), signer=signer, role=signer)

    cheat.__name__ = f"consent_in_{kind}"
    return cheat


def _consent_by_a_teacher(built: BuiltLedger) -> None:
    consent(built, built.pupil(1), signer="teacher", role="teacher")


_RANGES: Final = {"ranges": [{"stream": "A" * 22, "from": 1, "to": 1}], "basis": "x"}
CHEATS = [
    _consent_in("receipt", "system"),
    _consent_in("manifest", "system"),
    _consent_in("countersignature", "teacher", of="A" * 43),
    _consent_in("hold", "teacher", **_RANGES, until=None),
    _consent_in("erasure", "teacher", **_RANGES),
    _consent_by_a_teacher,
    _late_succession,
    _succession_by_head,
    _unproved_key,
    _key_a_second_time,
    _revocation_of_the_log_by_head,
    _revocation_from_the_future,
    _role_not_yet_held,
    _self_grant,
    _head_by_head,
    _grant_by_senco,
    _second_key_by_head,
    _withdrawal_by_senco,
    _role_never_held,
    _after_revocation,
]
