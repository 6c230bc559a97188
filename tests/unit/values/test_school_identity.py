"""School numbers read in the forms that registers and GIAS use."""

from __future__ import annotations

import pytest

from ledger.errors import InputRefused
from ledger.values.school_identity import Laestab, Urn


def test_urn_is_six_digits() -> None:
    assert str(Urn.parse(" 106653 ")) == "106653"


@pytest.mark.parametrize("text", ["", "10665", "1066533", "10665a", "١٠٦٦٥٣", "106653\n6"])
def test_another_urn_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        Urn.parse(text)
    assert refused.value.kind == "bad-urn"


@pytest.mark.parametrize("text", ["8653396", "865/3396", " 865/3396 "])
def test_laestab_reads_with_and_without_a_stroke(text: str) -> None:
    laestab = Laestab.parse(text)
    assert str(laestab) == "8653396"
    assert (laestab.la, laestab.estab, laestab.slashed) == ("865", "3396", "865/3396")


@pytest.mark.parametrize(
    "text", ["", "865339", "86533966", "8653/396", "86/53396", "865-3396", "865 3396", "865//3396"]
)
def test_another_laestab_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        Laestab.parse(text)
    assert refused.value.kind == "bad-laestab"
    assert refused.value.remedy
