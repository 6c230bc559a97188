"""A school that goes on from an older copy of its ledger, as the other school sees it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ledger.bundles.card import read_card
from ledger.bundles.receipt import open_receipt_file
from ledger.formats.bundle_layout import CHECKPOINT, read_consistency
from ledger.formats.encoding import unb64
from ledger.seal.checkpoints import open_checkpoint
from ledger.seal.contents import open_entry
from ledger.seal.tree import check_consistency
from tests.support.handover import Pair, introduced
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ZOE, OTHER = "A203102209083", "B801200005001"
AS = ("--as", "senco")
FIRST = "whether the sender's log continues an earlier head of it"
KEPT = ("school.fork_found.v1", "school.rewriting_proved.v1")


def with_zoe_sent(folder: Path, factory: pytest.TempPathFactory) -> tuple[Pair, str]:
    """Give two schools that know each other, and the file of a record that was sent."""
    pair = introduced(folder, factory)
    file = pair.file("zoe.age")
    pair.sender.ok("transfer", "send", ZOE, "--to", "106653", "--out", file, *AS)
    return pair, file


def forks_kept(school: SchoolHome) -> list[Any]:
    with school.session("senco") as session, session.home.reading() as reader:
        data_key = session.desk.keys.data_key
        fields = [
            open_entry(one, data_key).fields
            for one in reader.stream(session.desk.streams.school.bytes)
        ]
    return [one for one in fields if one["event"] in KEPT]


def contradicts(pair: Pair, proof: dict[str, Any]) -> bool:
    """Judge as somebody outside does, with the log's key and RFC 9162 alone."""
    card = read_card(pair.read("sender/card"))
    seen, shown = (
        open_checkpoint(proof[one].encode(), [card.log_key]).checkpoint for one in ("seen", "shown")
    )
    if seen.size == shown.size:
        return seen.root != shown.root
    if proof["own_root"] is None:
        return False
    own = unb64(proof["own_root"])
    (path,) = read_consistency(proof["consistency"].encode())
    check_consistency(seen.size, own, shown.size, shown.root, path.hashes)
    return own != seen.root


def test_t8_a_bundle_that_shows_a_fork_leaves_what_proves_it_to_a_third_party(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pair = introduced(tmp_path, tmp_path_factory)
    forked = pair.sender.copy(tmp_path / "forked")

    def send(school: SchoolHome, pupil: str, name: str) -> str:
        out = ("--to", "106653", "--out", pair.file(name))
        school.ok("transfer", "send", pupil, *out, *AS)
        return pair.file(name)

    def verified(file: str) -> tuple[int, dict[str, Any]]:
        done = pair.receiver.run("verify", file, *AS, "--json")
        return done.exit_code, json.loads(done.stdout)

    true = send(pair.sender, ZOE, "true.age")
    code, report = verified(true)
    assert (code, FIRST in report["not_checked"]) == (0, True)
    pair.receiver.ok("transfer", "receive", true, *AS)
    code, report = verified(true)
    assert (code, FIRST in report["not_checked"]) == (0, False)
    assert forks_kept(pair.receiver) == []
    of_one_size = send(forked, OTHER, "one size.age")
    longer = send(forked, ZOE, "longer.age")
    for number, file in enumerate((of_one_size, longer), start=1):
        code, report = verified(file)
        assert (code, report["codes"].get("fork")) == (10, 1)
        assert len(forks_kept(pair.receiver)) == number - 1  # verifying keeps nothing
        refused = pair.receiver.run("transfer", "receive", file, *AS, "--json")
        assert (refused.exit_code, '"fork"' in refused.stderr) == (10, True), refused.output
        kept = forks_kept(pair.receiver)
        assert len(kept) == number
        assert kept[-1]["seen"] != kept[-1]["shown"]
        pair.receiver.refused(10, "fork", "transfer", "receive", file, *AS)  # kept once
        assert len(pair.receiver.ok("transfer", "list", *AS)) == 1
    assert pair.receiver.ok("verify", *AS)["result"] == "intact"
    # From then on even what continues the head seen first may be one of two versions.
    code, report = verified(true)
    assert (code, report["codes"].get("rewritten-before")) == (11, 1)
    sound = send(pair.sender, OTHER, "sound.age")
    received = pair.receiver.ok("transfer", "receive", sound, *AS)
    assert received["result"] == "unanchored"
    assert [one["code"] for one in received["findings"]] == ["rewritten-before"]
    told = pair.receiver.run("transfer", "receive", send(pair.sender, ZOE, "more.age"), *AS)
    assert (told.exit_code, told.stdout.count("[rewritten-before]")) == (0, 1), told.output
    # Trusted no more, what it signed stays at hand.
    origin = read_card(pair.read("sender/card")).origin
    pair.receiver.ok("school", "distrust", origin, "--reason", "rewritten", "--as", "head")
    code, report = verified(longer)  # by its own word alone, which accuses nobody
    assert (code, "fork" in report["codes"], FIRST in report["not_checked"]) == (11, False, True)
    same, grown = pair.receiver.ok("school", "partners", "--forks", *AS)
    assert contradicts(pair, same)
    assert contradicts(pair, grown)
    assert not contradicts(pair, grown | {"own_root": None})  # both heads alone show nothing


def test_a_home_that_was_rolled_back_does_not_know_whom_it_trusts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pair, file = with_zoe_sent(tmp_path, tmp_path_factory)
    earlier = pair.receiver.copy(tmp_path / "earlier")
    assert pair.receiver.ok("verify", file, *AS)["result"] == "intact"
    origin = read_card(pair.read("sender/card")).origin
    pair.receiver.ok("school", "distrust", origin, "--reason", "key lost", "--as", "head")
    for old in pair.receiver.path.glob("ledger.db*"):
        old.unlink()
    for old in earlier.path.glob("ledger.db*"):
        shutil.copy(old, pair.receiver.path)
    done = pair.receiver.run("verify", file, *AS, "--json")
    assert (done.exit_code, json.loads(done.stdout)["codes"].get("unverifiable")) == (11, 1)


def test_a_bundle_is_self_asserted_where_the_schools_own_record_does_not_open(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pair, file = with_zoe_sent(tmp_path, tmp_path_factory)
    stream = pair.receiver.home.file.streams["school"]
    with closing(sqlite3.connect(pair.receiver.path / "keys.db")) as keys, keys:
        assert keys.execute("DELETE FROM key_rows WHERE stream = ?", (stream,)).rowcount == 1
    done = pair.receiver.run("verify", file, *AS, "--json")
    assert (done.exit_code, json.loads(done.stdout)["codes"].get("self-asserted")) == (11, 1)


def test_t8_a_receipt_under_a_forked_head_leaves_the_proof_too(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pair, file = with_zoe_sent(tmp_path, tmp_path_factory)
    forked = pair.receiver.copy(tmp_path / "forked")
    heads = []
    for school, name in ((pair.receiver, "true"), (forked, "other")):
        school.ok("transfer", "receive", file, "--receipt", pair.file(name), *AS)
        heads.append(open_receipt_file(pair.read(name))[CHECKPOINT])
    key = read_card(pair.read("receiver/card")).log_key
    sizes = {open_checkpoint(one, [key]).checkpoint.size for one in heads}
    assert (len(sizes), heads[0] == heads[1]) == (1, False)

    def verified(name: str) -> tuple[int, dict[str, Any]]:
        done = pair.sender.run("verify", pair.file(name), *AS, "--json")
        return done.exit_code, json.loads(done.stdout)["codes"]

    assert pair.sender.run("verify", pair.file("true"), "--envelope").exit_code == 11
    assert verified("true")[0] == 0
    pair.sender.ok("log", "witness", pair.sender.write("head", heads[0]), *AS)
    assert verified("true")[0] == 0
    assert verified("other") == (10, {"fork": 1, "self-rooted": 1})
    assert forks_kept(pair.sender) == []
    refused = pair.sender.run("transfer", "acknowledge", pair.file("other"), *AS, "--json")
    assert (refused.exit_code, '"fork"' in refused.stderr) == (10, True), refused.output
    (kept,) = forks_kept(pair.sender)
    assert kept["seen"] != kept["shown"]
    assert verified("true") == (11, {"rewritten-before": 1, "self-rooted": 1})
    assert pair.sender.ok("verify", *AS)["result"] == "intact"
