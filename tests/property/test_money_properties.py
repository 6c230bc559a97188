"""Money: no penny is lost or made."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.values.money import LARGEST_PENCE, Money, MoneyRefused

SUMS = st.integers(-LARGEST_PENCE, LARGEST_PENCE)
untimed = settings(deadline=None)


@untimed
@given(SUMS, st.integers(1, 500))
def test_shares_sum_to_the_whole_and_differ_by_a_penny_at_most(pence: int, parts: int) -> None:
    shares = [share.pence for share in Money(pence).share(parts)]
    assert len(shares) == parts
    assert sum(shares) == pence
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@untimed
@given(st.integers(0, LARGEST_PENCE))
def test_what_is_written_reads_back(pence: int) -> None:
    assert Money.parse(str(Money(pence))) == Money(pence)


@untimed
@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_adding_and_taking_away_undo_each_other(one: int, other: int) -> None:
    assert Money(one) + Money(other) - Money(other) == Money(one)


@untimed
@given(st.text(alphabet="£0123456789,. -", max_size=16))
def test_whatever_is_read_has_one_meaning(text: str) -> None:
    try:
        money = Money.parse(text)
    except MoneyRefused:
        return
    pounds, _, pence = text.strip().removeprefix("£").replace(",", "").partition(".")
    assert money.pence == int(pounds) * 100 + int(pence or 0)
