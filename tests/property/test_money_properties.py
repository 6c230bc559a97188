"""Money: what is written is what is read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.values.money import LARGEST_PENCE, Money, MoneyRefused

untimed = settings(deadline=None)


@untimed
@given(st.integers(0, LARGEST_PENCE))
def test_what_is_written_reads_back(pence: int) -> None:
    assert Money.parse(str(Money(pence))) == Money(pence)


@untimed
@given(st.text(alphabet="£0123456789,. -", max_size=16))
def test_whatever_is_read_has_one_meaning(text: str) -> None:
    try:
        money = Money.parse(text)
    except MoneyRefused:
        return
    pounds, _, pence = text.strip().removeprefix("£").replace(",", "").partition(".")
    assert money.pence == int(pounds) * 100 + int(pence or 0)
