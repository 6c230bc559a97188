"""UPNs: made numbers check, and any single slip is found."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.values.upn import CHECK_LETTERS, Upn, UpnRefused, make_upn

untimed = settings(deadline=None)
PARTS = st.tuples(
    st.from_regex(r"\A[0-9]{3}\Z"),
    st.from_regex(r"\A[0-9]{4}\Z"),
    st.integers(1990, 2099),
    st.integers(0, 999),
)


@untimed
@given(PARTS)
def test_a_made_number_is_right_permanent_and_reads_back(parts: tuple[str, str, int, int]) -> None:
    upn = make_upn(*parts)
    assert upn.require_issuable() == upn
    assert not upn.temporary
    assert Upn.parse(str(upn).lower()) == upn
    assert upn.text[1:] == f"{parts[0]}{parts[1]}{parts[2] % 100:02d}{parts[3]:03d}"


@untimed
@given(PARTS, st.integers(1, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(
    parts: tuple[str, str, int, int], place: int, shift: int
) -> None:
    text = make_upn(*parts).text
    digit = str((int(text[place]) + shift) % 10)
    assert not Upn(text[:place] + digit + text[place + 1 :]).check_letter_ok


@untimed
@given(PARTS, st.integers(1, 11))
def test_two_neighbours_exchanged_are_always_found(
    parts: tuple[str, str, int, int], place: int
) -> None:
    text = make_upn(*parts).text
    one, other = text[place], text[place + 1]
    changed = Upn(text[:place] + other + one + text[place + 2 :])
    assert changed.check_letter_ok is (one == other)


@untimed
@given(PARTS, st.sampled_from(CHECK_LETTERS))
def test_only_one_letter_fits(parts: tuple[str, str, int, int], letter: str) -> None:
    upn = make_upn(*parts)
    assert Upn(letter + upn.text[1:]).check_letter_ok is (letter == upn.text[0])


@untimed
@given(st.text(max_size=16))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UpnRefused):
        assert Upn.parse(text).text == text.strip().upper()
