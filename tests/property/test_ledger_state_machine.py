"""Any sequence of commands: append-only, provable, projected, verified; any flipped byte found."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from ledger.aggregates.consent import Consent
from ledger.aggregates.my_story import MyStory, MyStoryRecorded
from ledger.aggregates.pupil import Pupil, PupilEnrolled, SenStatusChanged
from ledger.errors import EntryConflict, NotAuthorised, RuleRefused
from ledger.formats.ledger_file import open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import statement_hash
from ledger.projections.catch_up import catch_up, differing
from ledger.projections.read_models import ReadModelFile, open_read_models
from ledger.recorder.mapper import SealedMapper
from ledger.seal.proofs import LogProver
from ledger.seal.tree import check_consistency, check_inclusion, leaf_hash
from ledger.values.code import Code
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import BuiltLedger, build_ledger, new_ledger
from tests.support.tampering import editing, rebuild_tree, set_statement, statements
from tests.unit.recorder.conftest import Writer, second_writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from ledger.aggregates.aggregate import Aggregate
    from ledger.verify.findings import Report

STATUSES: Final = ("E", "K", "N")
PEOPLE: Final = ("senco", "head", "teacher", "administrator")
GROUPS: Final = "123456"


def verified(built: BuiltLedger) -> Report:
    return verify_ledger(
        built.home,
        mark=built.mark,
        now=built.now + timedelta(days=1),
        data_key=built.keys.data_key,
    )


class LedgerMachine(RuleBasedStateMachine):
    """One home, two programs writing to it, one file of read models that follows."""

    pupils: Bundle[UUID] = Bundle("pupils")
    consents: Bundle[UUID] = Bundle("consents")

    def __init__(self) -> None:
        """Make the home; cheap, because nobody's passphrase is derived."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="send-ledger-machine-"))
        self.built: BuiltLedger = new_ledger(self.folder / "home")
        self.other: Writer = second_writer(self.built)
        self.mapper = SealedMapper(self.built.keys, self.built.store.public_key)
        self.models_file: AbstractContextManager[ReadModelFile] = open_read_models(
            self.folder / "read-models.db", self.built.keys.data_key
        )
        self.models = self.models_file.__enter__()
        self.history: list[bytes] = []
        self.roots: dict[int, bytes] = {}

    def teardown(self) -> None:
        """Close everything."""
        self.models_file.__exit__(None, None, None)
        self.other.datastore.close()
        self.built.close()
        shutil.rmtree(self.folder)

    # --- commands ------------------------------------------------------------

    @rule(target=pupils)
    def register(self) -> UUID:
        """Register a pupil."""
        return self.built.pupil(len(self.history)).id

    @rule(pupil=pupils, group=st.sampled_from(GROUPS))
    def enrol(self, pupil: UUID, group: str) -> None:
        """Record a year group."""
        self.built.year_group(self.load(Pupil, pupil), group)

    @rule(pupil=pupils, status=st.sampled_from(STATUSES), who=st.sampled_from(PEOPLE))
    def change_status(self, pupil: UUID, status: str, who: str) -> None:
        """Only the SENCO does; what is refused leaves the log as it was (D-REG-7)."""
        record = self.load(Pupil, pupil)
        code = Code(scheme="sen-status", code=status, label=status)
        facts = {"status": code, "grounds": "x", "decided_by": who, "evidence": ()}
        try:
            record.record(SenStatusChanged, self.built.entry(), **facts)
            self.built.save(who, record)
        except NotAuthorised:
            assert who != "senco"
        except RuleRefused:
            assert record.status == status
        else:
            assert who == "senco"
            assert self.load(Pupil, pupil).status == status

    @rule(pupil=pupils, seq=st.integers(2, 9))
    def correct(self, pupil: UUID, seq: int) -> None:
        """Withdraw an entry, if it is there and stands."""
        record = self.load(Pupil, pupil)
        with open_for_reading(self.built.path) as connection:
            entries = LedgerReader(connection).stream(pupil.bytes)
        hashed = statement_hash(entries[min(seq, len(entries)) - 1].statement)
        try:
            record.correct(self.built.entry(), seq=seq, statement=hashed, reason="x", then=False)
        except RuleRefused:
            return
        self.built.save("senco", record)
        assert seq in self.load(Pupil, pupil).corrected

    @rule(target=consents, pupil=pupils)
    def consent(self, pupil: UUID) -> UUID:
        """Record a consent."""
        return self.built.consent(self.load(Pupil, pupil)).id

    @rule(consent=consents)
    def withdraw(self, consent: UUID) -> None:
        """Withdraw a consent, once."""
        record = self.load(Consent, consent)
        if not record.withdrawn:
            self.built.withdraw_consent(record)

    @rule(pupil=pupils)
    def tell_story(self, pupil: UUID) -> None:
        """Keep a My Story, in a class of its own."""
        story = MyStory(self.built.open_stream(self.built.stream(), "my_story"))
        facts: dict[str, Any] = {
            "pupil": pupil.bytes,
            "story_version": Code(scheme="story", code="younger", label="Younger"),
            "text": "I like trains.",
            "owner": "Zoë",
            "completed_with": None,
        }
        subject = self.load(Pupil, pupil).subject
        story.record(MyStoryRecorded, self.built.entry(subject=subject), **facts)
        self.built.save("senco", story)

    @rule(pupil=pupils, group=st.sampled_from(GROUPS))
    def race(self, pupil: UUID, group: str) -> None:
        """Two programs decide on one place; the second is told, and decides anew."""
        ours, theirs = self.load(Pupil, pupil), self.load(Pupil, pupil)
        facts = {"year_group": group, "class_name": None}
        for record in (ours, theirs):
            record.record(PupilEnrolled, self.built.entry(), **facts)
        self.other.store.put(list(theirs.collect_events()), actor=self.built.actor("senco"))
        with pytest.raises(EntryConflict):
            self.built.save("senco", ours)
        ours = self.load(Pupil, pupil)
        ours.record(PupilEnrolled, self.built.entry(), **facts)
        self.built.save("senco", ours)

    @rule(anchored=st.booleans())
    def seal(self, anchored: bool) -> None:
        """Sign a checkpoint; perhaps have it cosigned and anchored."""
        self.built.seal()
        if anchored:
            self.built.add_cosignature()
            self.built.anchor()

    @rule(role=st.sampled_from(("dpo", "governor")))
    def grant(self, role: str) -> None:
        """Grant a role."""
        self.built.grant("teacher", role, by="head")

    @rule(back=st.integers(0, 3))
    def renew_teacher(self, back: int) -> None:
        """Revoke the teacher's key from a little earlier on, and register another."""
        size = len(self.history)
        self.built.revoke("teacher", size - back, by="head")
        name = f"teacher-{size}"
        self.built.persons[name] = self.built.persons["teacher"]
        self.built.register(name, by="head")
        self.built.signing["teacher"] = self.built.signing[name]

    # --- what always holds ---------------------------------------------------

    @invariant()
    def the_log_only_grows(self) -> None:
        """What was there stays, byte for byte."""
        with open_for_reading(self.built.path) as connection:
            now = [entry.statement for entry in LedgerReader(connection).entries()]
        assert now[: len(self.history)] == self.history
        self.history = now

    @invariant()
    def every_earlier_head_is_proved_to_go_on(self) -> None:
        """Each size has a consistency proof to the newest, each leaf an inclusion proof."""
        with open_for_reading(self.built.path) as connection:
            reader = LedgerReader(connection)
            prover = LogProver(reader)
            size, root = prover.size, prover.root_at(prover.size)
            self.roots[size] = root
            for earlier, known in self.roots.items():
                proof = prover.consistency(earlier, size)
                check_consistency(earlier, known, size, root, proof)
            for index in {0, size // 2, size - 1}:
                leaf = leaf_hash(reader.entry(index).statement)
                check_inclusion(leaf, index, size, prover.inclusion(index, size), root)

    @invariant()
    def read_models_that_follow_equal_a_rebuild(self) -> None:
        """Incremental and rebuilt are the same."""
        with open_for_reading(self.built.path) as connection:
            reader = LedgerReader(connection)
            catch_up(self.models, reader, lambda _: None)
            position = self.models.position()
            assert position is not None
            assert position.head == reader.head
            assert position.folded.root() == reader.root
            assert differing(self.models, reader) == []

    @invariant()
    def the_home_is_intact(self) -> None:
        """Signatures, authority, chains, log, seals and contents."""
        report = verified(self.built)
        assert report.result == "intact", report.words()

    def load(self, cls: type[Any], stream: UUID) -> Any:
        """Rebuild a record from what is stored, every signature and digest checked."""
        stored = self.built.store.recorder.select_events(stream)
        record: Aggregate = cls.from_events(None, map(self.mapper.to_domain_event, stored))
        return record


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=8,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltLedger]:
    made = build_ledger(tmp_path_factory.mktemp("flipped") / "home")
    yield made
    made.close()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), rebuilt=st.booleans())
def test_any_flipped_byte_of_any_statement_is_found(
    built: BuiltLedger, data: st.DataObject, rebuilt: bool
) -> None:
    with editing(built.path) as connection:
        known = [one.jwt for one in statements(connection)]
    index = data.draw(st.integers(0, len(known) - 1), "entry")
    place = data.draw(st.integers(0, len(known[index]) - 1), "byte")
    bits = data.draw(st.integers(1, 255), "bits")
    changed = bytearray(known[index])
    changed[place] ^= bits
    try:
        with editing(built.path) as connection:
            set_statement(connection, index, bytes(changed))
            if rebuilt:  # by somebody who makes the tree agree
                rebuild_tree(connection)
        report = verified(built)
        assert (report.result, report.exit_code) == ("altered", 10)
        if not rebuilt:
            assert "tree-state" in report.codes
        assert any(one.index == index for one in report.findings)
    finally:
        with editing(built.path) as connection:
            set_statement(connection, index, known[index])
            rebuild_tree(connection)
    assert verified(built).result == "intact"
