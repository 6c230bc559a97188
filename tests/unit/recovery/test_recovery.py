"""The recovery sheet as people type it, and fingerprints as people say them."""

from __future__ import annotations

import hashlib
import itertools
import random

import pytest

from ledger.entrypoints.cli.paper import recovery_sheet_text
from ledger.errors import KeyUnavailable, MalformedInput
from ledger.seal import recovery
from ledger.seal.content_keys import ReadingKey
from ledger.seal.recovery import SheetLineWrong, fingerprint_words, read_sheet, sheet_lines

SECRET = bytes(range(100, 132))
SHEET = sheet_lines(SECRET)


def _typed(number: int, line: str) -> list[str]:
    return [line if at == number else good for at, good in enumerate(SHEET, start=1)]


def test_a_sheet_reads_back_to_its_key() -> None:
    assert read_sheet(SHEET) == SECRET
    for number in range(200):
        secret = hashlib.sha256(b"%d" % number).digest()
        assert read_sheet(sheet_lines(secret)) == secret


def test_a_sheet_is_five_numbered_lines_of_four_groups() -> None:
    for number, line in enumerate(SHEET, start=1):
        found, *groups = line.split()
        assert found == str(number)
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert not set("".join(groups)) & set("ILOU")


@pytest.mark.parametrize(
    "typed",
    [
        [line.lower() for line in SHEET],
        [line.replace(" ", "") for line in SHEET],
        [line.replace(" ", "-") for line in SHEET],
        [f"  {line}\n" for line in SHEET],
        ["", *SHEET[:2], "   ", *SHEET[2:], "\n"],
        list(reversed(SHEET)),
        [line.replace("0", "O").replace("1", "I") for line in SHEET],
        [line.replace("0", "o").replace("1", "l") for line in SHEET],
        [line.replace("  ", ": ", 1) for line in SHEET],
    ],
)
def test_how_a_sheet_is_typed_does_not_matter(typed: list[str]) -> None:
    assert read_sheet(typed) == SECRET


def test_the_sheet_of_these_tests_holds_the_characters_that_people_confuse() -> None:
    assert set("01") <= set("".join(SHEET))


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("at", range(16))
def test_a_slip_of_one_character_names_its_line(number: int, at: int) -> None:
    text = SHEET[number - 1].replace(" ", "")
    for wrong in recovery._ALPHABET:
        if wrong != text[1 + at]:
            with pytest.raises(SheetLineWrong) as caught:
                read_sheet(_typed(number, text[: 1 + at] + wrong + text[2 + at :]))
            assert f"Line {number} is mistyped" in caught.value.why


@pytest.mark.parametrize("number", range(1, 6))
def test_two_neighbours_swapped_name_their_line(number: int) -> None:
    text = SHEET[number - 1].replace(" ", "")
    for at in range(1, 16):
        if text[at] != text[at + 1]:
            swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            with pytest.raises(SheetLineWrong) as caught:
                read_sheet(_typed(number, swapped))
            assert f"Line {number}" in caught.value.why


def test_a_line_with_another_number_is_mistyped() -> None:
    with pytest.raises(SheetLineWrong) as caught:
        read_sheet(["2" + SHEET[0][1:], *SHEET[2:]])
    assert "Line 2 is mistyped" in caught.value.why


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ([], "Line 1 is missing"),
        (SHEET[:4], "Line 5 is missing"),
        (SHEET[:1] + SHEET[2:], "Line 2 is missing"),
        ([*SHEET, SHEET[2]], "Line 3 is there twice"),
        (_typed(3, SHEET[2][:-1]), "typed as number 3"),
        (_typed(3, SHEET[2] + "A"), "typed as number 3"),
        (_typed(4, SHEET[3][1:]), "typed as number 4"),
        (_typed(4, "6" + SHEET[3][1:]), "typed as number 4"),
        (_typed(4, "0" + SHEET[3][1:]), "typed as number 4"),
        (_typed(2, SHEET[1][:-1] + "U"), "Line 2 holds a character"),
        (_typed(2, SHEET[1][:-1] + "é"), "Line 2 holds a character"),
        (_typed(1, sheet_lines(bytes(32))[0]), "not all of one sheet"),
        (_typed(5, sheet_lines(bytes(32))[4]), "not all of one sheet"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_said(typed: list[str], why: str) -> None:
    with pytest.raises(SheetLineWrong) as caught:
        read_sheet(typed)
    assert why in caught.value.why
    assert isinstance(caught.value, KeyUnavailable)
    assert (caught.value.kind, caught.value.exit_code) == ("sheet-line", 4)


def test_refusals_show_no_part_of_the_sheet() -> None:
    with pytest.raises(SheetLineWrong) as caught:
        read_sheet(_typed(2, SHEET[1][:-1] + "U"))
    shown = caught.value.what + caught.value.why + caught.value.remedy
    for group in itertools.chain.from_iterable(line.split()[1:] for line in SHEET):
        assert group not in shown


def test_the_fifth_line_comes_from_the_public_part_alone() -> None:
    payload = hashlib.sha256(
        b"send-ledger/v1/recovery-sheet\n" + ReadingKey(SECRET).public
    ).digest()[:8]
    assert SHEET[4] == recovery._line(5, payload)


def test_only_a_key_of_32_bytes_has_a_sheet() -> None:
    with pytest.raises(MalformedInput):
        sheet_lines(bytes(31))


def test_hardly_any_random_line_passes_for_a_right_one() -> None:
    chooser = random.Random(1)  # noqa: S311 - fixed test data, no secret
    passed = 0
    for _ in range(2000):
        line = "1" + "".join(chooser.choices(recovery._ALPHABET, k=16))
        try:
            read_sheet(_typed(1, line))
        except SheetLineWrong as wrong:
            passed += "Line 1" not in wrong.why
    assert passed <= 1


def test_a_fingerprint_is_twelve_words_of_the_list() -> None:
    words = fingerprint_words(b"a public key").split(" ")
    assert len(words) == 12
    assert set(words) <= set(recovery._words())


def test_a_fingerprint_follows_the_first_bytes_of_the_titled_hash() -> None:
    digest = hashlib.sha256(b"send-ledger/v1/fingerprint\na public key").digest()
    assert fingerprint_words(b"a public key", 4).split(" ") == [
        recovery._words()[byte] for byte in digest[:4]
    ]


def test_one_changed_bit_changes_the_fingerprint() -> None:
    assert fingerprint_words(bytes(32)) != fingerprint_words(bytes(31) + b"\x01")


def _distance(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for at, left in enumerate(one, start=1):
        following = [at]
        for to, right in enumerate(two, start=1):
            following.append(min(row[to] + 1, following[-1] + 1, row[to - 1] + (left != right)))
        row = following
    return row[-1]


def test_the_words_are_256_short_plain_and_never_one_letter_apart() -> None:
    words = recovery._words()
    assert len(words) == len(set(words)) == 256
    assert list(words) == sorted(words)
    for word in words:
        assert 4 <= len(word) <= 8
        assert word.isascii()
        assert word.isalpha()
        assert word.islower()
    for one, two in itertools.combinations(words, 2):
        assert _distance(one, two) > 1, (one, two)
        assert not two.startswith(one), (one, two)


def test_the_sheets_own_page_is_read_as_it_was_written() -> None:
    page = recovery_sheet_text("1 St Thomas à Becket", "send-ledger/v1/x", sheet_lines(SECRET))
    assert read_sheet(page.splitlines()) == SECRET
    assert read_sheet(("\ufeff" + page).splitlines()) == SECRET
    with pytest.raises(SheetLineWrong):
        read_sheet(page.replace("    3  ", "    3  X").splitlines())
