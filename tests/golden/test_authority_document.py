"""The worked example of docs/formats/authority.md is what the code makes and judges."""

from __future__ import annotations

from tests.golden.authority_example import DOCUMENT, example, worked_example
from tests.mini_verifier.authority import Authority
from tests.mini_verifier.encoding import Refused
from tests.mini_verifier.statement import read_statement
from tests.support.documents import section


def test_the_page_shows_what_the_code_makes_and_judges() -> None:
    assert section(DOCUMENT) == f"\n{worked_example()}\n"


def test_the_example_shows_each_verdict_where_the_page_says_so() -> None:
    said = {one.index: one.verdict for one in example()}
    assert said.pop(6) == "disputed"
    assert said.pop(7) == "does not count"  # nobody grants a role to themselves
    assert said.pop(9) == "does not count"
    assert set(said.values()) == {"counts"}


def test_the_mini_verifier_judges_the_example_alike() -> None:
    authority, accepted = Authority(), dict[int, bool]()
    read = {one.index: read_statement(one.jwt) for one in example()}
    for index, statement in read.items():
        try:
            authority.judge(statement, index)
            accepted[index] = True
        except Refused:
            accepted[index] = False
    for one in example():
        assert accepted[one.index] == (one.verdict != "does not count")
        disputed = accepted[one.index] and authority.is_disputed(read[one.index], one.index)
        assert disputed == (one.verdict == "disputed")
