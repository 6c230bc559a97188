"""What may not leave: restricted classes and the words of a protected address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.my_story import MyStory, MyStoryRecorded
from ledger.aggregates.proposal import EntryProposed, Proposal
from ledger.aggregates.protected_address import ProtectedAddress, ProtectedAddressRecorded
from ledger.aggregates.record_transfer import Omission
from ledger.aggregates.review import Review, ReviewHeld
from ledger.bundles.build import Contents, choose_contents
from ledger.bundles.restricted import ProtectedWords, Scanner, texts_of
from ledger.errors import InputRefused, LedgerError, RuleRefused
from ledger.formats.bundle_layout import Attachment
from ledger.values.code import Code
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import SUBJECT, School, selection_of, send

if TYPE_CHECKING:
    from ledger.aggregates.event import Event

HIDDEN = ProtectedWords(
    lines=("Flat 3, Rose Court", "14 Mill Lane", "Lanchester", "County Durham"),
    postcode="DH7 0ZZ",
    words=("Haven House", "0191 498 0123"),
)


def choose(school: School, **changes: Any) -> Contents:
    with school.ledger.reading_file() as log:
        return choose_contents(log, school.ledger.keys.data_key, selection_of(school, **changes))


def refusal(school: School, **changes: Any) -> LedgerError:
    with pytest.raises(LedgerError) as refused:
        choose(school, protected=(HIDDEN,), **changes)
    return refused.value


def review(school: School, outcomes: str) -> int:
    """Record a review with these words; gives its log index."""
    record = Review(school.ledger.open_stream(school.ledger.stream(), "general"))
    record.record(
        ReviewHeld,
        school.ledger.entry(subject=SUBJECT),
        pupil=school.pupil.bytes,
        meeting_kind=Code(scheme="meeting", code="termly", label="Termly review"),
        lead="Senco Example",
        present=(),
        parent_views=None,
        pupil_views=None,
        pupil_views_method=None,
        outcomes=outcomes,
        actions=(),
        given_to_parents_on=None,
    )
    with school.ledger.reading_file() as log:
        index = log.size
    school.add(record)
    return index


@pytest.mark.parametrize(
    "words",
    [
        "They moved to 14 Mill Lane last week.",
        "14, mill   LANE",
        "14 Mill-Lane",
        "flat 3 rose court",
        "Rose Court",
        "Post to dh70zz please",
        "DH7-0ZZ",
        "D H 7 0 Z Z",
        "DH7\u200b0ZZ",
        "ＤＨ７ ０ＺＺ",
        "picked up from haven house",
        "HavenHouse",
        "ring 01914980123",
        "ring +44 191 498 0123",
        "1 4   M i l l Lane",
    ],
)
def test_d_cons_4_the_address_is_found_however_it_is_written(words: str) -> None:
    assert Scanner((HIDDEN,)).certain([words])


@pytest.mark.parametrize(
    ("word", "written"),
    [
        *(("Bézier", one) for one in ("bezier", "BÉZIER", "Be\u0301zier", "b\u00adezier")),
        *(("bezier", one) for one in ("Bézier", "BE\u0301ZIER", "be\u00adzier", "be\u200bzier")),
        *(("O'Briens", one) for one in ("OBriens", "o’briens")),
        *(("obriens", one) for one in ("O'Briens", "O’Briens")),
    ],
)
def test_d_cons_4_a_single_word_is_found_with_and_without_accents_and_apostrophes(
    word: str, written: str
) -> None:
    assert Scanner((ProtectedWords(words=(word,)),)).certain([f"They stay at {written} now."])


@pytest.mark.parametrize("words", ["", "Reads well in class 4.", "Windmill lanes", "House", "14"])
def test_other_words_are_not_taken_for_the_address(words: str) -> None:
    scanner = Scanner((HIDDEN,))
    assert not scanner.certain([words])
    assert not scanner.possible([words])


def test_a_town_that_others_live_in_is_only_possible() -> None:
    scanner = Scanner((HIDDEN,))
    assert not scanner.certain(["A trip to Lanchester"])
    assert scanner.possible(["A trip to Lanchester"])


def test_an_address_in_another_script_is_found() -> None:
    assert Scanner((ProtectedWords(lines=("玫瑰街十四號甲座",)),)).certain(
        ["住在 玫瑰街十四號甲座。"]
    )


def test_texts_are_found_at_every_depth() -> None:
    value = {"a": [{"b": "one"}, 2, None, True], "c": "three"}
    assert {"a", "b", "c", "one", "2", "three"} <= set(texts_of(value))


def test_an_address_split_over_a_list_is_found() -> None:
    assert Scanner((HIDDEN,)).certain(texts_of({"lines": ["14", "Mill Lane"]}))


def test_t21_a_hit_refuses_the_bundle_and_names_the_entry_only(
    schools: tuple[School, School],
) -> None:
    sender, _ = schools
    index = review(sender, "Now lives at 14 mill lane (mum asked us to be careful).")
    error = refusal(sender)
    assert (type(error), error.kind, error.exit_code) == (RuleRefused, "protected-words", 7)
    assert f"Entries: {index};" in error.why
    told = f"{error.what} {error.why} {error.remedy}".lower()
    assert not any(word in told for word in ("mill", "lane", "14 ", "dh7", "haven", "careful"))


def test_t21_a_sign_off_does_not_let_the_address_itself_out(
    schools: tuple[School, School],
) -> None:
    sender, _ = schools
    review(sender, "DH7 0ZZ")
    assert refusal(sender, signed_off_by="Senco Example").kind == "protected-words"


def test_a_possible_hit_needs_a_named_person(schools: tuple[School, School]) -> None:
    sender, _ = schools
    review(sender, "A trip to Lanchester.")
    assert refusal(sender).kind == "protected-words-perhaps"
    assert choose(sender, protected=(HIDDEN,), signed_off_by="Senco Example").statements_count == 6


def test_text_documents_are_scanned(schools: tuple[School, School]) -> None:
    sender, _ = schools
    letter = Attachment(name="a", kind="text", data=b"Dear Mum, at 14 Mill Lane")
    assert refusal(sender, attachments=(letter,)).kind == "protected-words"


@pytest.mark.parametrize(
    ("kind", "data"), [("pdf", b"plain"), ("text", b"\xff\xfeD\x00H\x00"), ("text", b"a\x00b")]
)
def test_what_cannot_be_scanned_needs_a_named_person(
    schools: tuple[School, School], kind: str, data: bytes
) -> None:
    sender, _ = schools
    odd = Attachment(name="a", kind=kind, data=data)
    assert refusal(sender, attachments=(odd,)).kind == "attachment-not-scanned"
    with pytest.raises(RuleRefused):
        choose(sender, attachments=(odd,))  # with or without a protected address: no tell
    choose(sender, attachments=(odd,), signed_off_by="Senco Example", protected=(HIDDEN,))


def restricted(school: School, cls: type[Any], event: type[Event], name: str, **facts: Any) -> None:
    record = cls(school.ledger.open_stream(school.ledger.stream(), name))
    record.record(event, school.ledger.entry(subject=SUBJECT), pupil=school.pupil.bytes, **facts)
    school.add(record)


STORY = {
    "story_version": Code(scheme="my-story", code="1", label="First"),
    "text": "I like trains.",
    "owner": "Zoë",
    "completed_with": None,
}


def test_d_cons_4_the_protected_class_never_leaves(schools: tuple[School, School]) -> None:
    sender, _ = schools
    restricted(
        sender,
        ProtectedAddress,
        ProtectedAddressRecorded,
        "protected_address",
        lines=HIDDEN.lines,
        postcode=HIDDEN.postcode,
        words=HIDDEN.words,
    )
    with pytest.raises(RuleRefused) as refused:
        choose(sender, my_story_consented=True, signed_off_by="Senco Example")
    assert refused.value.kind == "protected-class"


def test_d_cons_4_nor_does_a_proposal_to_record_one(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, _ = schools
    monkeypatch.setattr(Proposal, "_check", lambda *_: None)  # it is not made any more
    proposal = Proposal(sender.ledger.open_stream(sender.ledger.stream(), "general"))
    proposal.record(
        EntryProposed,
        sender.ledger.entry(subject=SUBJECT),
        proposed_type="protected_address.recorded.v1",
        proposed_stream=None,
        proposed_fields="{}",
        proposed_by="Administrator Example",
    )
    sender.add(proposal, by="administrator")
    with pytest.raises(RuleRefused) as refused:
        choose(sender)
    assert refused.value.kind == "protected-class"


def test_d_cons_2_my_story_is_in_no_bundle_by_default(
    schools: tuple[School, School],
) -> None:
    sender, _ = schools
    restricted(sender, MyStory, MyStoryRecorded, "my_story", **STORY)
    with pytest.raises(RuleRefused) as refused:
        choose(sender)
    assert refused.value.kind == "my-story-without-consent"


def test_d_xfer_7_a_bundle_is_the_same_with_and_without_a_protected_address(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    plain = send(sender, receiver)
    hidden = send(sender, receiver, sequence=1, protected=(HIDDEN,))
    for sent in (plain, hidden):
        _, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
        assert bundle is not None
        assert bundle.manifest.omissions == ()
    page = [sent.members["record.html"].split(b"log (")[0] for sent in (plain, hidden)]
    assert page[0] == page[1]


@pytest.mark.parametrize(
    ("category", "why"),
    [
        ("protected_address", "kept"),
        ("papers", "for the safety of a restricted address"),
        ("papers", "see DH7 0ZZ"),
        ("Papers of Mum", "kept"),
        ("papers", " "),
    ],
)
def test_d_xfer_7_an_omission_tells_nothing_of_restricted_items(
    schools: tuple[School, School], category: str, why: str
) -> None:
    sender, _ = schools
    error = refusal(sender, omissions=(Omission(category, why),))
    assert (type(error), error.kind) == (InputRefused, "omission-telling")
