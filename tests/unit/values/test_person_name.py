"""Names are kept as their owners write them, and found however they are typed."""

from __future__ import annotations

import unicodedata

import pytest

from ledger.values.person_name import LONGEST_NAME, NameRefused, PersonName, search_key

AWKWARD = [
    "O'Brien",
    "O’Neill",
    "D`Arcy",
    "Zoë",
    "Łukasz Żółć",
    "Nguyễn Thị Hương",
    "李",
    "欧阳娜娜",
    "محمد علی",
    "فاطمہ‌الزہرا",  # with a zero-width non-joiner
    "ਗੁਰਪ੍ਰੀਤ",
    "Ng",
    "X",
    "van der Berg-Smith, Jr.",
    "McDonald MacLeod",
    "Ünal İpek",
    "Wolfeschlegelsteinhausenbergerdorff " * 3 + "W",
    "𠮷田",  # outside the first plane
    "-",
]


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_are_kept_as_written(name: str) -> None:
    assert PersonName.parse(name).text == unicodedata.normalize("NFC", name)


def test_names_are_composed_and_trimmed_but_never_recased() -> None:
    assert PersonName.parse("  Zoe\u0308 ").text == "Zoë"
    assert PersonName.parse("\u00a0mac GREGOR\u3000").text == "mac GREGOR"
    assert str(PersonName.parse("Ann  Marie")) == "Ann  Marie"


@pytest.mark.parametrize(
    "character",
    [chr(number) for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
    + ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]
    + ["\ufdd0", "\ufffe", "\U0001ffff"],
)
def test_controls_and_text_direction_overrides_are_refused(character: str) -> None:
    for name in (f"Ann{character}Lee", f"{character}Ann", f"Ann{character}"):
        with pytest.raises(NameRefused) as refused:
            PersonName.parse(name)
        assert refused.value.kind == "bad-name"
        assert "Ann" not in refused.value.what + refused.value.why + refused.value.remedy


@pytest.mark.parametrize("name", ["", "   ", "\u00a0", "\u200b", "\u200d\u200c", "\ufeff"])
def test_a_name_in_which_nothing_is_seen_is_refused(name: str) -> None:
    with pytest.raises(NameRefused):
        PersonName.parse(name)


def test_the_longest_name_is_a_public_limit() -> None:
    assert PersonName.parse("n" * LONGEST_NAME).text == "n" * LONGEST_NAME
    with pytest.raises(NameRefused):
        PersonName.parse("n" * (LONGEST_NAME + 1))


def test_the_value_itself_refuses_what_parse_would_mend() -> None:
    for text in (" Ann", "Ann ", "Zoe\u0308"):
        with pytest.raises(NameRefused):
            PersonName(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("zoe", "Zoë"),
        ("ZOË", "Zoe\u0308"),
        ("obrien", "O’Brien"),
        ("o'brien", "O'Brien"),
        ("lukasz zolc", "Łukasz Żółć"),
        ("nguyen thi huong", "Nguyễn Thị Hương"),
        ("smith jones", "Smith-Jones"),
        ("Strasse", "Straße"),
        ("soren", "Søren"),
        ("ipek", "İpek"),
        ("محمد", "مُحَمَّد"),
        ("ann marie", "Ann   Marie"),
    ],
)
def test_a_search_finds_the_name_however_it_is_typed(typed: str, stored: str) -> None:
    assert search_key(typed) == search_key(stored)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ann", "Anna"), ("李", "王"), ("が", "か"), ("राजु", "राज"), ("Ann", ""), ("-", "'")],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


@pytest.mark.parametrize("name", AWKWARD)
def test_every_name_has_a_key(name: str) -> None:
    key = PersonName.parse(name).search_key
    assert key
    assert search_key(key) == key
