"""Fields of many statements opened together: each as alone, or left."""

from __future__ import annotations

import pytest

from ledger.formats.disclosure import digest, disclosure_texts, plain_fields
from ledger.formats.encoding import b64url

SOUND: dict[str, object] = {
    "event": "pupil.added.v1",
    "grounds": None,
    "lines": ["1 Mill Lane", {"a": [1, True]}],
}


def opened(fields: dict[str, object]) -> tuple[list[str], list[str]]:
    texts = disclosure_texts(fields, bytes)
    return texts, sorted(map(digest, texts))


def test_each_statement_gets_its_own_fields() -> None:
    other: dict[str, object] = {"event": "consent.given.v1"}
    assert plain_fields([opened(SOUND), opened(other), opened(SOUND)]) == [SOUND, other, SOUND]
    assert plain_fields([]) == []


def test_a_text_that_was_not_signed_leaves_its_statement_alone() -> None:
    texts, digests = opened(SOUND)
    for left_out in range(len(digests)):
        fewer = digests[:left_out] + digests[left_out + 1 :]
        assert plain_fields([opened(SOUND), (texts, fewer)]) == [SOUND, None]
    (strange,), _ = opened({"event": "consent.given.v1"})
    assert plain_fields([([*texts, strange], digests), opened(SOUND)]) == [None, SOUND]


def test_a_field_shown_twice_leaves_its_statement_alone() -> None:
    texts, digests = opened(SOUND)
    assert plain_fields([([*texts, texts[0]], digests), opened(SOUND)]) == [None, SOUND]


@pytest.mark.parametrize(
    "array",
    [
        '["AAAAAAAAAAAAAAAAAAAAAA","role","head"]',
        '["AAAAAAAAAAAAAAAAAAAAAA","a",0.5]',
        '["AAAAAAAAAAAAAAAAAAAAAA","a",{"_sd":[]}]',
        '["AAAAAAAAAAAAAAAAAAAAAA","a",[[{"...":1}]]]',
        '["short","a",1]',
        '["AAAAAAAAAAAAAAAAAAAAAA","a"]',
        '{"event":1}',
        '["AAAAAAAAAAAAAAAAAAAAAA", "a",1]',
    ],
)
def test_what_is_spelt_otherwise_is_left_with_all_beside_it(array: str) -> None:
    text = b64url(array.encode())
    assert plain_fields([opened(SOUND), ([text], [digest(text)])]) == [None, None]
