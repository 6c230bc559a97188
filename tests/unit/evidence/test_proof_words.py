"""The README of a proof folder: what it says, and what it never says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.evidence.proof_words import claim_words
from tests.support.ledger_builder import new_ledger
from tests.unit.evidence.proof_ledgers import consent, index_of, prove, seal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.evidence.conftest import Proved


def test_a_late_entry_is_called_late_before_anything_else_about_time(proved: Proved) -> None:
    text = " ".join(proved.files["README.txt"].decode().split())
    assert "LATE ENTRY: it was recorded 20 days after the stated date." in text
    assert "Stated: that it happened on 11 February 2026." in text


def test_it_says_what_is_not_proved_and_whose_word_counts(proved: Proved) -> None:
    text = proved.files["README.txt"].decode()
    assert "That something does NOT exist." in text
    assert "knowing\none of these from somebody other than whoever gave you the folder" in text
    assert "self-rooted" in text
    assert proved.built.log_vkey.text() in text
    assert proved.policy["genesis.sha256"][:64].decode() in text


def test_it_names_withheld_fields_but_not_their_contents(proved: Proved) -> None:
    text = proved.files["README.txt"].decode()
    assert "giver_name" in text
    assert "Pat Example" not in text


def test_one_entry_alone_is_not_said_to_be_in_force(proved: Proved) -> None:
    text = " ".join(prove(proved.built, proved.index)["README.txt"].decode().split())
    assert "NOT that it still stands" in text
    assert "the consent stood" not in text


def test_what_could_hide_or_reorder_text_is_shown_as_an_escape(tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home")
    hostile = "The council\u202e\u0007\u2028"
    given = consent(built, built.pupil(1), recipient=hostile)
    seal(built)
    text = prove(built, index_of(built, given), fields=["recipient"])["README.txt"].decode()
    assert "\u202e" not in text
    assert "\\u202e" in text
    assert "\u2028" not in text


@pytest.mark.parametrize(
    ("act_kind", "shown", "words"),
    [
        ("none", True, "The school recorded that consent was given. There is no evidence"),
        ("signed_form", False, "The school recorded that consent was given. What evidence"),
        (
            "signed_form",
            True,
            "Consent was given. The evidence of the family's own act is a signed",
        ),
        ("witnessed_words", True, "Consent was given."),
        (None, False, "The school recorded that consent was given."),
    ],
)
def test_d_cons_11_the_school_speaks_where_the_family_is_not_heard(
    act_kind: str | None, shown: bool, words: str
) -> None:
    assert claim_words("consent.given.v1", act_kind, act_shown=shown).startswith(words)


def test_an_entry_of_another_type_is_named_by_its_type() -> None:
    assert claim_words("pupil.renamed.v1", None, act_shown=False) == (
        "The school recorded that an entry of the type “pupil.renamed.v1” was made."
    )
