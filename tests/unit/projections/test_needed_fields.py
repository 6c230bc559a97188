"""What folding opens of an entry: what the models keep, checked, and no more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.aggregates.proposal import EntryProposed, Proposal
from ledger.aggregates.pupil import Pupil
from ledger.aggregates.review import ReviewHeld
from ledger.formats.disclosure import check_disclosures, check_fields, digest, disclosure_texts
from ledger.formats.ledger_file import StoredEntry
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.row import pack_contents
from ledger.formats.statement import read_statement
from ledger.projections import catch_up as module
from ledger.projections.catch_up import catch_up, differing
from ledger.projections.proposals import read_proposals
from ledger.projections.read_models import open_read_models
from ledger.seal.content_keys import encryption_context, seal_content
from ledger.seal.contents import open_texts
from ledger.values.code import Code
from ledger.values.dates import OccurredOn
from tests.support.ledger_builder import BuiltLedger, new_ledger
from tests.support.tampering import editing

PARENTS = Code(scheme="meeting", code="TR", label="Termly review")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[BuiltLedger]:
    built = new_ledger(tmp_path / "home")
    yield built
    built.close()


def propose(ledger: BuiltLedger) -> bytes:
    proposal = Proposal(ledger.open_stream(ledger.stream(), "general"))
    proposal.record(
        EntryProposed,
        ledger.entry(),
        proposed_type="review.held.v1",
        proposed_stream=None,
        proposed_fields="{}",
        proposed_by="Ada Okafor",
    )
    ledger.save("administrator", proposal)
    return proposal.id.bytes


def review(ledger: BuiltLedger, stream: UUID, seq: int, pupil: Pupil, **more: Any) -> ReviewHeld:
    return ReviewHeld(
        originator_id=stream,
        originator_version=seq,
        recorded_at=ledger.now,
        occurred_on=OccurredOn.on(date(2026, 3, 3)),
        subject=pupil.subject,
        pupil=pupil.id.bytes,
        meeting_kind=PARENTS,
        lead="Siobhán O'Example",
        present=("Pat Example",),
        parent_views=None,
        pupil_views=None,
        pupil_views_method=None,
        outcomes="Reads aloud",
        actions=(),
        given_to_parents_on=None,
        **more,
    )


def test_folding_what_is_needed_comes_to_what_folding_everything_does(
    ledger: BuiltLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = ledger.pupil(1)
    first, second = propose(ledger), propose(ledger)
    propose(ledger)
    ledger.consent(pupil)
    ledger.year_group(pupil, "5")
    stream = ledger.open_stream(ledger.stream(), "general")
    ledger.put("senco", [review(ledger, stream, 1, pupil, proposal=first)])
    ledger.put("senco", [review(ledger, stream, 2, pupil)])
    ledger.put("senco", [review(ledger, stream, 3, pupil, proposal=second, keyed_by="Ada Okafor")])
    with (
        ledger.reading_file() as reader,
        open_read_models(None, ledger.keys.data_key) as models,
    ):
        catch_up(models, reader, lambda _: None)
        states = sorted(one.state for one in read_proposals(models))
        assert states == ["open", "signed", "signed"]
        monkeypatch.setattr(
            module, "_fields", lambda texts, digests, _known: check_fields(texts, digests)
        )
        assert differing(models, reader) == []


@pytest.mark.parametrize("field", ["pupil", "event", "family_name"])
def test_contents_that_were_never_signed_are_left_out_and_the_others_stay(
    ledger: BuiltLedger, field: str
) -> None:
    pupil = ledger.pupil(1)
    with ledger.reading_file() as reader:
        whole = projected(ledger, reader)
        ledger.consent(pupil)
        consent = reader.size - 1
        forged = consent if field != "family_name" else consent - 3
        forge(ledger, forged, field)
        models = projected(ledger, reader)
    if field == "family_name":
        assert "Forged" not in str(models)
        assert models["history"] == {pupil.id.bytes: [consent - 2, consent - 1, consent]}
    else:
        assert models["history"] == whole["history"]


def projected(ledger: BuiltLedger, reader: LedgerReader) -> dict[str, dict[bytes, Any]]:
    with open_read_models(None, ledger.keys.data_key) as models:
        catch_up(models, reader, lambda _: None)
        return {name: dict(models.documents(name)) for name in module.MODELS}


def forge(ledger: BuiltLedger, index: int, field: str) -> None:
    """Put another text into an entry, as somebody who holds its data key could."""
    with ledger.reading_file() as reader:
        entry = reader.entry(index)
    assert entry.ciphertext is not None
    data_key = ledger.keys.data_key(entry.stream)
    texts = open_texts(read_statement(entry.statement), entry.ciphertext, data_key)
    names = [one.name for one in check_disclosures(texts, [digest(text) for text in texts])]
    (forged,) = disclosure_texts({field: "Forged"}, bytes)
    texts[names.index(field)] = forged
    context = encryption_context(ledger.lid, entry.stream, entry.seq)
    sealed = seal_content(data_key, context, pack_contents(texts))
    with editing(ledger.path) as connection:
        update = "UPDATE contents SET ciphertext = ? WHERE rowid = ?"
        connection.execute(update, (sealed, index + 1))


def test_catching_up_reads_what_is_new_however_long_the_log_is(ledger: BuiltLedger) -> None:
    for number in range(8):
        ledger.pupil(number)
    with (
        ledger.reading_file() as reader,
        open_read_models(None, ledger.keys.data_key) as models,
    ):
        catch_up(models, reader, lambda _: None)
        known = reader.size
        ledger.pupil(9)
        asked: list[int] = []
        catch_up(models, Watched(reader.connection, asked), lambda _: None)
        assert asked
        assert min(asked) == known
        assert differing(models, reader) == []


class Watched(LedgerReader):
    """A reader that notes from which entry on it was asked, and gives no tile."""

    asked: list[int]

    def __init__(self, connection: sqlite3.Connection, asked: list[int]) -> None:
        super().__init__(connection)
        object.__setattr__(self, "asked", asked)

    def entry(self, index: int) -> StoredEntry:
        self.asked.append(index)
        return super().entry(index)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[StoredEntry]:
        self.asked.append(start)
        return super().entries(start, stop)

    def stored_tile(self, level: int, number: int) -> bytes | None:
        raise AssertionError((level, number))
