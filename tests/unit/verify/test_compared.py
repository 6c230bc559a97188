"""A report says exactly what a ledger was compared with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ledger.verify.held import Held

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger
    from tests.unit.verify.conftest import Verify


def test_the_mark_alone_is_said_to_be_this_computers_own(
    built: BuiltLedger, verify: Verify
) -> None:
    report = verify(built)
    assert json.loads(report.to_json())["compared"] == [
        {"what": "mark", "words": "this computer's high-water mark", "size": built.mark.size}
    ]
    assert "Nothing that anybody else holds was compared" in report.words()
    assert "held elsewhere" not in report.words()


def test_a_held_head_is_named_with_its_size_and_what_stands_above_it(
    built: BuiltLedger, verify: Verify
) -> None:
    size = built.mark.size
    held = Held(
        description="the receipt of Hilltop", origin=built.origin, size=size, root=built.mark.root
    )
    built.pupil(5)
    report = verify(built, mark=None, against=[held])
    (one,) = report.compared
    assert (one.what, one.words, one.size) == ("held", "the receipt of Hilltop", size)
    assert report.size is not None
    assert f"The newest {report.size - size} entries stand above all of that." in report.words()
    assert "Nothing that anybody else holds" not in report.words()


def test_what_contradicts_the_ledger_is_not_said_to_agree(
    built: BuiltLedger, verify: Verify
) -> None:
    held = Held(description="a forgery", origin=built.origin, size=3, root=bytes(32))
    report = verify(built, against=[held])
    assert report.result == "altered"
    assert [one.what for one in report.compared] == ["mark"]


def test_compared_with_nothing_it_says_so(built: BuiltLedger, verify: Verify) -> None:
    report = verify(built, mark=None)
    assert (report.exit_code, report.compared) == (11, ())
    assert "Compared with:" not in report.words()
