"""Entries whose texts the sender keeps back: signed, in their place, and named."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.record_transfer import Omission
from ledger.bundles.build import choose_contents
from ledger.bundles.kept import open_kept
from ledger.bundles.restricted import ProtectedWords
from ledger.errors import InputRefused, RuleRefused
from ledger.formats.bundle_layout import statement_name
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.withheld import CATEGORY, STILL_SHOWN, reason_for, withheld_entries
from ledger.formats.zip_archive import pack
from ledger.seal.contents import OpenedEntry, open_entry
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import School, Sent, selection_of, send

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESS = ProtectedWords(lines=("1 Safe Street",), postcode="DH1 1AA")


def entry_of(school: School, type_name: str) -> int:
    """Give the log index of an entry of the pupil's, by its type."""
    return next(one.index for one in every(school) if one.fields["event"] == type_name)


def every(school: School) -> list[OpenedEntry]:
    """Open all entries that would go."""
    with school.ledger.reading_file() as log:
        return [
            open_entry(stored, school.ledger.keys.data_key)
            for stream in school.streams
            for stored in log.stream(stream)
        ]


def omitted(*indexes: int) -> tuple[Omission, ...]:
    return tuple(Omission(CATEGORY, reason_for(one, "It is a slip.")) for one in indexes)


def codes(sent: Sent, school: School, to: School) -> Any:
    return verify_bundle(sent.members, school.policy, to.origin)[0].codes


def strip(sent: Sent, index: int, names: Iterable[str]) -> None:
    """Take fields of an entry out of a bundle on its way."""
    name = f"{statement_name(index)}.sd-jwt"
    shown = read_sd_jwt(sent.members[name])
    kept = [one for one in shown.disclosures if one.name not in set(names)]
    sent.members[name] = write_sd_jwt(shown.statement.jwt, kept)
    del sent.members[SUMS_NAME]
    sent.members[SUMS_NAME] = sha256sums(sent.members)


def test_a_withheld_entry_is_signed_in_its_place_and_without_its_texts(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    index = entry_of(sender, "consent.given.v1")
    sent = send(sender, receiver, omissions=omitted(index))
    report, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    assert report.result != "altered"
    assert "field-withheld" not in report.codes
    assert bundle.withheld == {index}
    (one,) = [each for each in bundle.statements if each.index == index]
    assert one.fields.keys() <= STILL_SHOWN
    assert one.fields["event"] == "consent.given.v1"
    assert not bundle.not_understood
    page = bundle.page.decode("utf-8")
    assert "kept back by the sending school" in page
    assert f"Entry {index}: It is a slip." in page
    assert bundle.page == sent.members["record.html"]


def test_a_withheld_entry_is_not_searched_for_restricted_words(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    index = entry_of(sender, "consent.given.v1")
    (one,) = [each for each in every(sender) if each.index == index]
    words = str(one.fields["giver_name"])
    with sender.ledger.reading_file() as log:
        key = sender.ledger.keys.data_key
        protected = (ProtectedWords(lines=(words,)),)
        with pytest.raises(RuleRefused) as refused:
            choose_contents(log, key, selection_of(sender, protected=protected))
        assert refused.value.kind == "protected-words"
        assert "--withhold" in refused.value.remedy
        chosen = selection_of(sender, protected=protected, omissions=omitted(index))
        assert choose_contents(log, key, chosen).statements_count == 5
    sent = send(sender, receiver, protected=protected, omissions=omitted(index))
    shown = [read_sd_jwt(data) for name, data in sent.members.items() if name.endswith(".sd-jwt")]
    assert not [one for one in shown if words in str(dict(one.fields))]
    assert words not in sent.members["record.html"].decode("utf-8")


def test_what_is_taken_out_on_the_way_is_found_although_something_was_withheld(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    withheld = entry_of(sender, "consent.given.v1")
    other = entry_of(sender, "pupil.registered.v1")
    sent = send(sender, receiver, omissions=omitted(withheld))
    strip(sent, other, ["born"])
    assert codes(sent, sender, receiver)["field-withheld"] == 1
    sent = send(sender, receiver, omissions=omitted(withheld), sequence=2)
    strip(sent, withheld, ["occurred_on"])
    assert codes(sent, sender, receiver)["field-withheld"] == 1


def test_a_manifest_that_names_another_entry_is_found(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    index = entry_of(sender, "consent.given.v1")
    shown = send(sender, receiver, facts={"omissions": omitted(index)})
    assert codes(shown, sender, receiver)["manifest-disagrees"] == 1
    absent = send(sender, receiver, facts={"omissions": omitted(0)}, sequence=2)
    assert codes(absent, sender, receiver)["manifest-disagrees"] == 1


def test_only_entries_of_the_record_are_withheld_and_no_reason_tells(
    schools: tuple[School, School],
) -> None:
    sender, _receiver = schools
    with sender.ledger.reading_file() as log:
        key = sender.ledger.keys.data_key
        with pytest.raises(RuleRefused) as refused:
            choose_contents(log, key, selection_of(sender, omissions=omitted(0)))
        assert refused.value.kind == "not-in-record"
        index = entry_of(sender, "consent.given.v1")
        telling = (Omission(CATEGORY, reason_for(index, "It has the secret address.")),)
        with pytest.raises(InputRefused) as told:
            choose_contents(log, key, selection_of(sender, omissions=telling))
        assert told.value.kind == "omission-telling"


def test_numbers_are_read_from_such_omissions_alone() -> None:
    said = [
        (CATEGORY, "Entry 57: why"),
        (CATEGORY, "Entry 0: a\nb"),
        (CATEGORY, "Entry 007: no"),
        (CATEGORY, "about entry 8"),
        ("review", "Entry 9: why"),
    ]
    assert withheld_entries(said) == {57, 0}


def test_a_kept_record_does_not_read_what_was_withheld(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    index = entry_of(sender, "consent.given.v1")
    sent = send(sender, receiver, omissions=omitted(index))
    archive = pack(sent.members)
    received = SimpleNamespace(attachment=b"", attachment_hash=hashlib.sha256(archive).digest())
    record: Any = SimpleNamespace(received=received)
    kept = open_kept(record, lambda _: archive, {"general"})
    assert index in {one.index for one in kept.history()}
    assert index not in {one.index for one in kept.readable()}
