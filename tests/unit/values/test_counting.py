"""Numbers of things in words."""

from __future__ import annotations

import pytest

from ledger.values.counting import are, counted, the_newest


@pytest.mark.parametrize(
    ("number", "one", "words"),
    [
        (0, "pupil", "0 pupils"),
        (1, "row", "1 row"),
        (2, "row", "2 rows"),
        (1, "entry", "1 entry"),
        (1234, "entry", "1,234 entries"),
        (2, "duty", "2 duties"),
        (3, "day", "3 days"),
        (2, "new entry", "2 new entries"),
    ],
)
def test_what_is_counted_stands_in_its_number(number: int, one: str, words: str) -> None:
    assert counted(number, one) == words


def test_the_verb_follows_the_number() -> None:
    assert [are(number) for number in (0, 1, 2)] == ["are", "is", "are"]
    assert the_newest(1) == "The newest entry stands"
    assert the_newest(1200) == "The newest 1,200 entries stand"
