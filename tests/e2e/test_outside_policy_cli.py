"""`school policy`: somebody outside writes down whose keys count, without any home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

import cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Played


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.main, ("school", "policy", *words, "--json"))


def cards(played: Played) -> tuple[str, str]:
    return played.summary["cards"]["sender"], played.summary["cards"]["receiver"]


def words_of(played: Played, *which: str) -> list[str]:
    """Give the options with the words that each school reads out from its own card."""
    said = [
        played.data("school", "card", *played.person(school, "senco"))["fingerprint"]
        for school in which
    ]
    return [word for one in said for word in ("--fingerprint", one.upper())]


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_the_policy_from_two_cards_is_what_somebody_outside_needs(
    played_copy: Played, tmp_path: Path
) -> None:
    played, known = played_copy, tmp_path / "known"
    own, witness = cards(played)
    theirs = tmp_path.joinpath("played", "policy")
    options = ["--witness", witness, "--out", str(known)]
    if (theirs / "tsa-roots.pem").exists():
        options += ["--tsa-roots", str(theirs / "tsa-roots.pem")]
    done = run(own, *options, *words_of(played, "sender", "receiver"))
    assert done.exit_code == 0, done.output
    assert contents(known) == contents(theirs)
    proof = played.run("verify", played.summary["proof"], "--policy", str(known), "--json")
    assert proof.returncode == 0, proof.stdout


def test_nothing_is_written_before_the_words_of_every_card_were_heard(
    played_copy: Played, tmp_path: Path
) -> None:
    played, known = played_copy, tmp_path / "known"
    own, witness = cards(played)
    asked = (own, "--witness", witness, "--out", str(known))
    assert run(*asked).exit_code == 0  # it only shows them
    for heard in ("sender", "receiver"):
        done = run(*asked, *words_of(played, heard))
        assert (done.exit_code, "fingerprint-mismatch" in done.stderr) == (6, True)
    assert not known.exists()


def test_the_words_are_shown_without_a_folder_and_nothing_is_written_without_one(
    played_copy: Played,
) -> None:
    own, _ = cards(played_copy)
    heard = words_of(played_copy, "sender")
    shown = run(own)
    assert (shown.exit_code, heard[1].lower() in shown.output) == (0, True)
    done = run(own, *heard)
    assert (done.exit_code, "no-folder-named" in done.stderr) == (2, True)


def test_a_folder_that_is_there_and_roots_that_are_none_are_refused(
    played_copy: Played, tmp_path: Path
) -> None:
    own, _ = cards(played_copy)
    heard = words_of(played_copy, "sender")
    (tmp_path / "there").mkdir()
    done = run(own, "--out", str(tmp_path / "there"), *heard)
    assert (done.exit_code, "file-exists" in done.stderr) == (2, True)
    junk = tmp_path / "junk.pem"
    junk.write_bytes(b"no certificate")
    done = run(own, "--out", str(tmp_path / "known"), "--tsa-roots", str(junk), *heard)
    assert (done.exit_code, "roots-malformed" in done.stderr) == (6, True)
    assert not (tmp_path / "known").exists()
