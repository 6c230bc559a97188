"""The UPN's check letter, against worked examples."""

from __future__ import annotations

import pytest

from ledger.values.upn import Upn, UpnNotIssuable, UpnRefused, check_letter, make_upn

PERMANENT = ["A203102209083", "B801200005001", "E938218618008", "L840410520001", "R841999914007"]
TEMPORARY = ["K84041052001A", "Z35543012307Z", "A00000000000A"]


@pytest.mark.parametrize("text", PERMANENT + TEMPORARY)
def test_worked_examples_have_the_right_check_letter(text: str) -> None:
    upn = Upn.parse(text)
    assert upn.check_letter_ok
    assert upn.require_issuable() is upn
    assert str(upn) == text


def test_an_authority_that_published_lists_lack_is_no_fault() -> None:
    assert Upn.parse("Z940401122017").check_letter_ok


def test_temporary_numbers_end_in_a_letter() -> None:
    assert all(Upn.parse(text).temporary for text in TEMPORARY)
    assert not any(Upn.parse(text).temporary for text in PERMANENT)


def test_a_wrong_check_letter_is_read_but_not_issued() -> None:
    upn = Upn.parse("A203102209084")
    assert not upn.check_letter_ok
    with pytest.raises(UpnNotIssuable) as refused:
        upn.require_issuable()
    assert refused.value.kind == "upn-check-letter"
    assert "A203102209084" not in f"{refused.value.what}{refused.value.why}{refused.value.remedy}"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [(" a203102209083 ", "A203102209083"), ("k84041052001a", "K84041052001A")],
)
def test_case_and_outer_space_do_not_matter(text: str, canonical: str) -> None:
    assert Upn.parse(text) == Upn(canonical)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A20310220908",
        "A2031022090833",
        "I203102209083",
        "O203102209083",
        "S203102209083",
        "K84041052001I",
        "K84041052001S",
        "1203102209083",
        "A2031022O9083",
        "A203 102209083",
        "A٢03102209083",
        "A203102209083\n9",
        "ſ203102209083",
    ],
)
def test_another_shape_is_refused_without_echoing_it(text: str) -> None:
    with pytest.raises(UpnRefused) as refused:
        Upn.parse(text)
    assert refused.value.kind == "bad-upn"
    assert not text or text not in refused.value.what + refused.value.why + refused.value.remedy


def test_the_value_itself_refuses_another_shape() -> None:
    with pytest.raises(UpnRefused):
        Upn("a203102209083")
    with pytest.raises(UpnRefused):
        Upn("A203102209083\n")


def test_check_letter_weighs_each_place() -> None:
    # position x value of one character at a time, modulo 23
    assert check_letter("1" + "0" * 11) == "C"  # 2 x 1
    assert check_letter("0" * 11 + "1") == "P"  # 13 x 1
    assert check_letter("0" * 11 + "Z") == "L"  # 13 x 22 = 286 = 12 x 23 + 10


def test_make_upn_gives_the_worked_examples() -> None:
    assert make_upn("203", "1022", 2009, 83) == Upn("A203102209083")
    assert make_upn("801", "2000", 2005, 1) == Upn("B801200005001")
    assert make_upn("840", "4105", 20, 1) == Upn("L840410520001")


@pytest.mark.parametrize(
    ("la", "estab", "year", "serial"),
    [
        ("20", "1022", 2009, 1),
        ("203", "102", 2009, 1),
        ("203", "10222", 2009, 1),
        ("2O3", "1022", 2009, 1),
        ("203", "1022", 2009, -1),
        ("203", "1022", 2009, 1000),
        ("203", "1022", -1, 1),
    ],
)
def test_make_upn_refuses_parts_that_do_not_fit(
    la: str, estab: str, year: int, serial: int
) -> None:
    with pytest.raises(UpnRefused):
        make_upn(la, estab, year, serial)
