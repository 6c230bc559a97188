"""SEN status: E, K, N now; A, P, S in history before their end."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.values.sen_status import SenStatus, SenStatusRefused


@pytest.mark.parametrize(
    ("text", "code", "on_register"),
    [
        ("E", "E", True),
        ("k", "K", True),
        (" N ", "N", False),
        ("SEN Support", "K", True),
        ("ehcp", "E", True),
        ("Education, Health and Care Plan", "E", True),
        ("no  special educational need", "N", False),
    ],
)
def test_d_reg_6_current_values_are_e_k_and_n(text: str, code: str, on_register: bool) -> None:
    status = SenStatus.parse(text)
    assert (status.code.code, status.on_register) == (code, on_register)
    assert status.code.scheme == "dfe-sen-provision"


@pytest.mark.parametrize("text", ["A", "P", "S", "School Action", "Statement"])
def test_d_reg_18_legacy_codes_are_never_new_current_values(text: str) -> None:
    with pytest.raises(SenStatusRefused) as refused:
        SenStatus.parse(text)
    assert refused.value.kind == "sen-status-not-in-use"


@pytest.mark.parametrize(
    ("text", "last"),
    [("A", date(2015, 8, 31)), ("P", date(2015, 8, 31)), ("S", date(2018, 3, 31))],
)
def test_d_reg_18_legacy_codes_are_history_until_their_end(text: str, last: date) -> None:
    status = SenStatus.parse(text, on=last)
    assert status.on_register
    with pytest.raises(SenStatusRefused):
        SenStatus.parse(text, on=last.replace(year=last.year + 1))


@pytest.mark.parametrize("text", ["E", "K"])
def test_e_and_k_did_not_exist_before_september_2014(text: str) -> None:
    SenStatus.parse(text, on=date(2014, 9, 1))
    with pytest.raises(SenStatusRefused) as refused:
        SenStatus.parse(text, on=date(2014, 8, 31))
    assert refused.value.kind == "sen-status-not-in-use"


@pytest.mark.parametrize("text", ["", "X", "KK", "EHC", "0"])
def test_an_unknown_status_is_refused(text: str) -> None:
    with pytest.raises(SenStatusRefused) as refused:
        SenStatus.parse(text)
    assert refused.value.kind == "unknown-sen-status"
    assert refused.value.remedy


def test_a_status_reads_as_code_and_words() -> None:
    assert str(SenStatus.parse("K")) == "K (SEN support)"
