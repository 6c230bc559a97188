"""Disclosures: salted, flat, filled up with decoys, opened against signed digests only."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from ledger.errors import InputRefused, LedgerError, MalformedInput
from ledger.formats.disclosure import (
    MAX_FIELD_BYTES,
    SALT_BYTES,
    check_disclosures,
    digest,
    fill_digests,
    make_disclosures,
)
from ledger.formats.encoding import b64url, compact_json
from ledger.formats.kinds import MEMBERS
from tests.golden.fixed import CounterEntropy

if TYPE_CHECKING:
    from ledger.formats.disclosure import Disclosure


def made(fields: dict[str, object], label: str = "unit") -> list[Disclosure]:
    return make_disclosures(fields, CounterEntropy(label))


def decoded(text: str) -> list[object]:
    return list(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def test_a_disclosure_is_salt_name_and_value_and_its_digest_is_over_the_text() -> None:
    (one,) = made({"subject_name": "Zoë"})
    salt, name, value = decoded(one.text)
    assert (name, value) == ("subject_name", "Zoë")
    assert len(base64.urlsafe_b64decode(f"{salt}==")) == SALT_BYTES == 16
    hashed = base64.urlsafe_b64encode(hashlib.sha256(one.text.encode()).digest())
    assert digest(one.text) == hashed.decode().rstrip("=")


def test_digest_of_the_example_of_rfc_9901() -> None:
    # RFC 9901 §4.2.3: base64url over the text as it stands, white space in the JSON included.
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_two_statements_that_say_the_same_have_no_digest_in_common() -> None:
    fields: dict[str, object] = {"consent": True, "need": "ASD", "born": "2016-02-29"}
    one = {digest(each.text) for each in made(fields, "one")}
    other = {digest(each.text) for each in made(fields, "other")}
    assert not one & other


def test_every_field_of_a_statement_has_a_salt_of_its_own() -> None:
    salts = [decoded(one.text)[0] for one in made({f"n{n}": "yes" for n in range(64)})]
    assert len(set(salts)) == 64


def test_an_absent_field_is_an_explicit_null() -> None:
    (one,) = made({"expires_on": None})
    assert decoded(one.text)[2] is None
    (read,) = check_disclosures([one.text], [digest(one.text)])
    assert read.value is None


@pytest.mark.parametrize(
    ("fields", "count"), [(0, 16), (16, 16), (17, 32), (32, 32), (33, 64), (65, 128), (128, 128)]
)
def test_digests_are_filled_up_to_the_next_count_and_sorted(fields: int, count: int) -> None:
    texts = [one.text for one in made({f"n{n}": n for n in range(fields)})]
    digests = fill_digests(texts, CounterEntropy("decoys"))
    assert len(digests) == count
    assert digests == sorted(set(digests))
    assert {digest(text) for text in texts} <= set(digests)


def test_a_decoy_looks_like_a_digest() -> None:
    digests = fill_digests([], CounterEntropy("decoys"))
    assert {len(base64.urlsafe_b64decode(f"{one}=")) for one in digests} == {32}


def test_more_fields_than_a_statement_holds_are_refused() -> None:
    texts = [one.text for one in made({f"n{n}": n for n in range(129)})]
    with pytest.raises(InputRefused) as refused:
        fill_digests(texts, CounterEntropy("decoys"))
    assert refused.value.kind == "too-many-fields"


RESERVED = sorted({"alg", "typ", "kid", "...", ""}.union(*MEMBERS.values()))


@pytest.mark.parametrize("name", RESERVED)
def test_no_field_bears_the_name_of_a_clear_member(name: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        made({name: "x"})
    assert refused.value.kind == "reserved-name"


@pytest.mark.parametrize(
    "value",
    [{"_sd": []}, {"...": "x"}, [{"_sd": ["x"]}], {"a": {"b": [{"...": "x"}]}}],
    ids=repr,
)
def test_a_value_that_hides_further_digests_is_refused(value: object) -> None:
    with pytest.raises(MalformedInput) as refused:
        made({"note": value})
    assert refused.value.kind == "nested-digests"


NOT_JSON: dict[str, object] = {
    "float": 1.5,
    "NaN": float("nan"),
    "float in a list": [1.0],
    "float in an object": {"pounds": 0.1},
    "half a character": "\ud800",
    "half a character in a key": {"\ud800": 1},
}


@pytest.mark.parametrize("what", NOT_JSON)
def test_a_value_that_json_cannot_give_back_is_refused_in_our_own_words(what: str) -> None:
    with pytest.raises(LedgerError):
        made({"note": NOT_JSON[what]})


def test_a_name_of_half_a_character_is_refused_in_our_own_words() -> None:
    with pytest.raises(LedgerError):
        made({"\ud800": "x"})


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (nested(9), "bad-disclosure"),
        ({"a": nested(8)}, "bad-disclosure"),
        ({"_sd": []}, "nested-digests"),
        ([{"a": {"...": "x"}}], "nested-digests"),
        (1.5, "bad-number"),
        ([1, 2.5], "bad-number"),
        ({"pounds": 0.25}, "bad-number"),
    ],
    ids=lambda one: repr(one)[:24],
)
@pytest.mark.parametrize("salt", ["A" * 22, "A" * 24], ids=["read at once", "read alone"])
def test_a_signed_value_that_no_statement_holds_is_refused(
    value: object, kind: str, salt: str
) -> None:
    with pytest.raises(MalformedInput) as refused:
        made({"note": value})
    assert refused.value.kind == kind
    text = b64url(compact_json([salt, "note", value]).encode())
    with pytest.raises(MalformedInput) as refused:
        check_disclosures([text], [digest(text)])
    assert refused.value.kind == kind


def test_a_value_nested_as_deeply_as_may_be_is_written_and_read() -> None:
    (one,) = made({"note": nested(8)})
    assert check_disclosures([one.text], [digest(one.text)]) == [one]


def test_a_field_may_hold_16_kib_with_its_salt_and_name_and_no_more() -> None:
    frame = len('["","note",""]') + 22
    made({"note": "x" * (MAX_FIELD_BYTES - frame)})
    with pytest.raises(InputRefused) as refused:
        made({"note": "x" * (MAX_FIELD_BYTES - frame + 1)})
    assert refused.value.kind == "field-too-long"


def test_all_fields_together_may_hold_64_kib_and_no_more() -> None:
    made({f"n{n}": "x" * 16_000 for n in range(4)})
    with pytest.raises(InputRefused) as refused:
        made({f"n{n}": "x" * 16_000 for n in range(5)})
    assert refused.value.kind == "entry-too-long"


def test_an_error_about_a_long_field_does_not_quote_it() -> None:
    with pytest.raises(InputRefused) as refused:
        made({"note": "Ada Example " * 4000})
    assert "Ada" not in f"{refused.value.what}{refused.value.why}{refused.value.remedy}"


def test_disclosures_open_in_the_order_in_which_they_came() -> None:
    disclosures = made({"b": 1, "a": 2, "c": None})
    digests = fill_digests([one.text for one in disclosures], CounterEntropy("decoys"))
    texts = [one.text for one in reversed(disclosures)]
    assert check_disclosures(texts, digests) == disclosures[::-1]


def test_a_field_that_the_digests_do_not_cover_is_refused() -> None:
    ours, theirs = made({"note": "ours"}, "ours"), made({"note": "theirs"}, "theirs")
    digests = fill_digests([one.text for one in ours], CounterEntropy("decoys"))
    with pytest.raises(MalformedInput) as refused:
        check_disclosures([theirs[0].text], digests)
    assert refused.value.kind == "unsigned-disclosure"


def test_a_stored_text_that_is_not_ascii_is_refused_in_our_own_words() -> None:
    with pytest.raises(MalformedInput):
        check_disclosures(["é"], [])


def test_one_field_twice_is_refused() -> None:
    (one,) = made({"note": "x"})
    digests = fill_digests([one.text], CounterEntropy("decoys"))
    with pytest.raises(MalformedInput) as refused:
        check_disclosures([one.text, one.text], digests)
    assert refused.value.kind == "duplicate-disclosure"
