"""Money is whole pence."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.values.money import LARGEST_PENCE, Money, MoneyRefused


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("£1,234.56", 123456),
        ("1234.56", 123456),
        ("1,234", 123400),
        ("0", 0),
        ("£0.05", 5),
        (" £6,000 ", 600000),
        ("1,000,000.00", 100000000),
    ],
)
def test_reading_pounds_and_pence(text: str, pence: int) -> None:
    assert Money.parse(text) == Money(pence)


@pytest.mark.parametrize(
    "text",
    [
        *("", "£", "1.5", "1.234", "12,34", "1,2345", "1,", "-5", "1e3", "£ 5", "1 234"),
        *("٥", "5.00p", ".5", "99999999999", "007", "1,000,000,001"),
    ],
)
def test_what_could_be_read_two_ways_is_refused(text: str) -> None:
    with pytest.raises(MoneyRefused) as refused:
        Money.parse(text)
    assert refused.value.kind == "bad-money"


@pytest.mark.parametrize("pence", [1.0, True, "5", None, LARGEST_PENCE + 1, -LARGEST_PENCE - 1])
def test_only_whole_pence_within_bounds(pence: Any) -> None:
    with pytest.raises(MoneyRefused):
        Money(pence)


def test_writing_gives_text_that_reads_back() -> None:
    assert str(Money(123456789)) == "£1,234,567.89"
    assert str(Money(5)) == "£0.05"
    assert str(Money(-250)) == "-£2.50"
    assert Money.parse(str(Money(123456789))) == Money(123456789)
