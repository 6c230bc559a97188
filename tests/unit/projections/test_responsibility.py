"""Who certainly held parental responsibility on a day: a doubt counts against it (D-CONS-1)."""

from __future__ import annotations

import pytest

from ledger.projections.responsibility import Carer
from ledger.values.dates import OccurredOn


@pytest.mark.parametrize(
    ("since", "ended", "on", "stands"),
    [
        ("2026-03-03", None, "2026-03-03", True),
        ("2026-03-03", None, "2026-03-02", False),
        ("2026-03", None, "2026-03-30", False),
        ("2026-03", None, "2026-03-31", True),
        ("2020", "2026-03-03", "2026-03-02", True),
        ("2020", "2026-03-03", "2026-03-03", False),
        ("2020", "2026-03", "2026-02", True),
        ("2020", "2026-03", "2026", False),
    ],
)
def test_d_cons_1_responsibility_stands_from_its_day_until_it_may_have_ended(
    since: str, ended: str | None, on: str, stands: bool
) -> None:
    carer = Carer(
        stream=bytes(16),
        name="Ada Example",
        holds_responsibility=True,
        since=OccurredOn.parse(since),
        ended=None if ended is None else OccurredOn.parse(ended),
    )
    assert carer.stands(OccurredOn.parse(on)) is stands
