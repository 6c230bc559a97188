"""The published vectors are what the product writes today, byte for byte."""

from __future__ import annotations

from collections import Counter

import pytest

from ledger.formats import kinds
from tests.golden.make_vectors import all_vectors, readme
from tests.golden.vector import FOLDER, LAYERS
from tests.golden.worked_example import DOCUMENT, worked_example
from tests.support.documents import section

VECTORS = all_vectors()


def test_the_folder_holds_these_vectors_and_no_others() -> None:
    stored = {path.stem for path in FOLDER.glob("*.json")}
    assert stored == set(VECTORS)


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_the_stored_vector_is_made_again_byte_for_byte(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_bytes() == VECTORS[name].to_bytes()


def test_the_readme_lists_the_words_of_today() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme()


def test_every_kind_has_a_vector_that_is_accepted() -> None:
    assert {f"kind-{kind}" for kind in kinds.CLEAR_MEMBERS} <= set(VECTORS)


def test_every_layer_has_a_vector_that_stops_there() -> None:
    counted = Counter(vector.expect for vector in VECTORS.values())
    assert set(counted) == set(LAYERS)


def test_no_two_vectors_are_the_same_bytes() -> None:
    counted = Counter((one.data, one.public) for one in VECTORS.values())
    assert counted.most_common(1)[0][1] == 1


def test_the_worked_example_of_the_specification_is_made_again_byte_for_byte() -> None:
    assert section(DOCUMENT) == f"\n{worked_example()}\n"
