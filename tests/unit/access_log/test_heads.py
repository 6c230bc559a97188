"""The head of the access log in the ledger: the one stream that the log names and does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.formats.statement import StreamPlace
from ledger.verify.home import verify_ledger
from tests.mini_verifier.home import check_home
from tests.support.ledger_builder import drawn
from tests.support.tampering import forging
from tests.unit.access_log.conftest import STREAM, ReadHome

if TYPE_CHECKING:
    from collections.abc import Callable


def head_codes(home: ReadHome) -> set[tuple[str, int | None]]:
    """Give what both verifiers say about heads; they must agree."""
    built = home.built
    report = verify_ledger(built.home, mark=built.mark, now=built.now, data_key=built.keys.data_key)
    found = {(one.code, one.index) for one in report.findings if one.code == "head-wrong"}
    walk = check_home(built.path)
    assert {(one.code, one.leaf) for one in walk.found if one.code == "head-wrong"} == found
    return found


def test_a_head_of_the_access_log_is_no_alteration(home: ReadHome) -> None:
    home.seal()
    home.read()
    home.seal()
    home.seal()
    assert head_codes(home) == set()


def _second_stream(home: ReadHome) -> int:
    return home.seal(stream=drawn("second", 16))


def _falling(home: ReadHome) -> int:
    return home.seal(StreamPlace(1, drawn("first record")))


def _held_after_all(home: ReadHome) -> int:
    with forging(home.built) as forger:
        fields = {"event": "consent.given.v1"}
        return forger.append(home.built.signing["senco"], fields, stream=STREAM)


WRONG: dict[str, Callable[[ReadHome], int]] = {
    "a second stream stands outside": _second_stream,
    "its number falls": _falling,
    "an entry of it stands in the log": _held_after_all,
}


@pytest.mark.parametrize("what", WRONG)
def test_another_head_of_a_stream_that_is_not_there_is_an_alteration(
    home: ReadHome, what: str
) -> None:
    home.seal()
    index = WRONG[what](home)
    assert head_codes(home) == {("head-wrong", index)}
