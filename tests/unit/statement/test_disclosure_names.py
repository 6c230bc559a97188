"""Disclosures told apart by name without being opened."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ledger.formats.disclosure import JsonValue, disclosure_texts
from ledger.formats.disclosure_names import texts_named, texts_not_named
from ledger.formats.encoding import b64url, compact_json
from ledger.formats.kinds import RESERVED_NAMES

names = st.one_of(
    st.sampled_from(["event", "events", "even", "proposal", "pupil", "pupil_views", 'a"b']),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
)
values: st.SearchStrategy[JsonValue] = st.one_of(st.none(), st.text(max_size=5), st.booleans())


@given(st.dictionaries(names, values, max_size=9), st.lists(names, max_size=3), st.randoms())
def test_a_text_is_found_by_its_name_and_by_no_other(
    fields: dict[str, JsonValue], wanted: list[str], random: Random
) -> None:
    fields = {name: value for name, value in fields.items() if name not in RESERVED_NAMES}
    texts = disclosure_texts(fields, random.randbytes)
    by_name = dict(zip(fields, texts, strict=True))
    found = texts_named(texts, tuple(wanted))
    assert found == [text for name, text in by_name.items() if name in wanted]
    assert texts_not_named(texts, tuple(wanted)) == [text for text in texts if text not in found]


def test_a_text_with_a_longer_salt_is_not_found() -> None:
    text = b64url(compact_json(["s" * 24, "event", "x"]).encode())
    assert texts_named([text], ("event",)) == []
