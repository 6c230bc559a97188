"""A sender that goes on from an older copy of its ledger, as its receiver sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.seal.contents import open_entry
from tests.support.handover import introduced
from tests.support.school_home import SchoolHome

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ZOE, OTHER = "A203102209083", "B801200005001"
AS = ("--as", "senco")


def forks_kept(school: SchoolHome) -> list[Any]:
    with school.session("senco") as session, session.home.reading() as reader:
        data_key = session.desk.keys.data_key
        fields = [
            open_entry(one, data_key).fields
            for one in reader.stream(session.desk.streams.school.bytes)
        ]
    return [one for one in fields if one["event"] == "school.fork_found.v1"]


def test_t8_a_bundle_that_shows_a_fork_leaves_the_pair_of_heads_as_proof(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pair = introduced(tmp_path, tmp_path_factory)
    forked = pair.sender.copy(tmp_path / "forked")

    def send(school: SchoolHome, pupil: str, name: str) -> str:
        out = ("--to", "106653", "--out", pair.file(name))
        school.ok("transfer", "send", pupil, *out, *AS)
        return pair.file(name)

    pair.receiver.ok("transfer", "receive", send(pair.sender, ZOE, "true.age"), *AS)
    assert forks_kept(pair.receiver) == []
    of_one_size = send(forked, OTHER, "one size.age")
    longer = send(forked, ZOE, "longer.age")
    for number, file in enumerate((of_one_size, longer), start=1):
        refused = pair.receiver.run("transfer", "receive", file, *AS, "--json")
        assert (refused.exit_code, '"fork"' in refused.stderr) == (10, True), refused.output
        kept = forks_kept(pair.receiver)
        assert len(kept) == number
        assert kept[-1]["seen"] != kept[-1]["shown"]
        assert len(pair.receiver.ok("transfer", "list", *AS)) == 1
    assert pair.receiver.ok("verify", *AS)["result"] == "intact"
