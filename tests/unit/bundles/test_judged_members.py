"""Each statement of a bundle judged at its place: signature, keys, time, the key of the log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.verify.findings import Findings
from ledger.verify.logged import Logged, LoggedMembers, LoggedStream

if TYPE_CHECKING:
    from tests.unit.bundles.conftest import Transfer


def opened(transfer: Transfer) -> LoggedMembers:
    return LoggedMembers.open(Findings(), transfer.members, transfer.sender.policy)


def codes(members: LoggedMembers) -> set[str]:
    return set(members.findings.report("bundle").codes) - {"self-rooted"}


def changed(one: Logged, **statement: Any) -> Logged:
    """Change what a statement was read as; its place in the log is proved already."""
    return replace(one, shown=replace(one.shown, statement=one.statement._replace(**statement)))


def saying(one: Logged, **payload: Any) -> Logged:
    return changed(one, payload={**one.statement.payload, **payload})


def judged(members: LoggedMembers, one: Logged) -> set[str]:
    members.judge(members.load_authority(), [one])
    return codes(members)


def test_what_was_signed_is_judged_sound(transfer: Transfer) -> None:
    members = opened(transfer)
    assert judged(members, members.load("manifest")) == set()


def test_a_signature_that_does_not_fit_counts_for_nothing(transfer: Transfer) -> None:
    members = opened(transfer)
    one = changed(members.load("manifest"), signature=bytes(64))
    assert judged(members, one) == {"bad-signature"}


@pytest.mark.parametrize("number", [0, 1, 5])
def test_nor_does_one_under_a_statement_about_keys_and_roles(
    transfer: Transfer, number: int
) -> None:
    members = opened(transfer)
    stream = members.load_authority()
    entries = list(stream.entries)
    entries[number] = changed(entries[number], signature=bytes(64))
    members.judge(LoggedStream(tuple(entries), stream.head), [])
    assert "bad-signature" in codes(members)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"auth": None}, "auth-wrong"),
        ({"auth": {"seq": 2, "hash": "A" * 43}}, "auth-wrong"),
        ({"recorded_at": "2026-03-03T00:00:00Z"}, "clock-backwards"),
        ({"anchor": {"size": 10_000, "root": "A" * 43, "tokens": []}}, "anchor-wrong"),
    ],
)
def test_what_a_statement_quotes_fits_its_place(
    transfer: Transfer, said: dict[str, Any], code: str
) -> None:
    members = opened(transfer)
    assert judged(members, saying(members.load("manifest"), **said)) == {code}


@pytest.mark.parametrize("signer", ["system", "senco"])
def test_the_checkpoint_is_signed_by_a_key_that_the_log_itself_names_for_it(
    transfer: Transfer, signer: str
) -> None:
    members = opened(transfer)
    public = transfer.sender.ledger.signing[signer].public
    members.opened = replace(members.opened, log_key=replace(members.opened.log_key, public=public))
    # The bundle's own policy names another, which is found as well.
    assert judged(members, members.load("manifest")) == {"log-key-not-granted", "claims-wrong"}
