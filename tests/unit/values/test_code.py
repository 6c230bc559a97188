"""A coded value carries all that is needed to read it later."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.values.code import LONGEST_CODE, LONGEST_LABEL, LONGEST_SCHEME, Code, CodeRefused


def test_a_code_is_read_with_its_label() -> None:
    assert str(Code(scheme="dfe-sen-provision", code="K", label="SEN support")) == (
        "K (SEN support)"
    )


@pytest.mark.parametrize("part", ["scheme", "code", "label"])
@pytest.mark.parametrize("value", ["", "  ", "x" * 201, "a\nb", "a\0", "\ud800", 7, None])
def test_a_part_that_could_not_be_read_back_is_refused(part: str, value: Any) -> None:
    parts: dict[str, Any] = {"scheme": "s", "code": "c", "label": "l", part: value}
    with pytest.raises(CodeRefused) as refused:
        Code(**parts)
    assert refused.value.kind == "bad-code"


def test_the_longest_parts_are_kept() -> None:
    Code(scheme="s" * LONGEST_SCHEME, code="c" * LONGEST_CODE, label="l" * LONGEST_LABEL)
    with pytest.raises(CodeRefused):
        Code(scheme="s" * (LONGEST_SCHEME + 1), code="c", label="l")
    with pytest.raises(CodeRefused):
        Code(scheme="s", code="c" * (LONGEST_CODE + 1), label="l")
