"""What the demonstration says it did is so: each claim is checked by running commands."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger.bundles.container import decrypt, unpack
from ledger.demo.next_steps import commands
from ledger.demo.places import Places
from ledger.formats.bundle_layout import is_bundle_name
from ledger.formats.encoding import b64url
from ledger.formats.sd_jwt import read_sd_jwt
from tests.e2e.conftest import run_program
from tests.support.programs import needs

if TYPE_CHECKING:
    from tests.e2e.conftest import Played

SENDER, RECEIVER = "sender", "receiver"
MY_STORY_WORDS = "I like foxes and drawing"
NEVER_LEAVES = ("Quillfeather", "Marlpit", "Netherwick", "ZZ99", "960417")
"""Of the protected address of the pupil who moved."""


def count(played: Played, school: str, event_type: str) -> int:
    number: int = played.summary["counts"][school]["by_type"].get(f"{event_type}.v1", 0)
    return number


# --- the summary -------------------------------------------------------------------


def test_every_path_of_the_summary_is_there(played: Played) -> None:
    summary = played.summary
    files = [summary[name] for name in ("bundle", "receipt", "confirmation")]
    files += [*summary["receipts"].values(), *summary["registers"].values()]
    files += [*summary["cards"].values(), *(one["passphrase_file"] for one in summary["people"])]
    folders = [summary[name] for name in ("folder", "state", "proof", "policy", "policy_receiver")]
    folders += [*summary["homes"].values(), *(one["home"] for one in summary["tampering"])]
    assert all(Path(one).is_file() for one in files)
    assert all(Path(one).is_dir() for one in folders)
    assert summary["format"] == 1


def test_the_summary_is_documented_member_by_member(played: Played) -> None:
    text = Path("docs/reference/demo-summary.md").read_text("utf-8")
    summary = played.summary
    told = {*summary, *summary["people"][0], *summary["tampering"][0]}
    told |= set(summary["counts"][SENDER]) | set(summary["counts"][RECEIVER])
    assert not [name for name in told if f"`{name}`" not in text]


def test_what_is_told_names_every_step_and_its_seconds(played: Played) -> None:
    summary = played.summary
    steps = {"homes", "school_year", "sealing", "handover", "verify", "tampering"}
    assert steps <= summary["seconds"].keys()
    assert played.output.count(" s)\n") == len(steps) + 1
    assert "made up" in played.output.splitlines()[0]
    assert "Licence" in (played.folder / "README.txt").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists, not modes")
def test_passphrases_and_keys_are_closed_to_others(played: Played) -> None:
    people = [path for path in (played.folder / "people").rglob("*") if path.is_file()]
    assert people
    for path in people:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_the_heads_are_those_of_the_homes(played: Played) -> None:
    for school, head in played.summary["heads"].items():
        report = json.loads(
            played.run("verify", "--home", played.summary["homes"][school], "--json").stdout
        )
        assert (report["size"], report["root"]) == (head["size"], head["root"])


def test_a_folder_that_is_not_empty_is_refused(played: Played, tmp_path: Path) -> None:
    before = sorted(path.name for path in played.folder.iterdir())
    done = run_program(("demo", str(played.folder)), tmp_path)
    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert sorted(path.name for path in played.folder.iterdir()) == before


# --- the school year ---------------------------------------------------------------


def test_forty_pupils_are_known_and_importing_again_adds_nothing(played_copy: Played) -> None:
    counts = played_copy.summary["counts"]
    assert counts[SENDER]["pupils"] + counts[RECEIVER]["pupils"] == 40
    for school in (SENDER, RECEIVER):
        again = played_copy.data(
            *("import", played_copy.summary["registers"][school], "--dry-run"),
            *played_copy.person(school, "senco"),
        )
        assert not [row for row in again["rows"] if row["outcome"] in {"add", "refused", "ask"}]


def test_the_mistyped_upn_was_set_aside_and_confirmed(played: Played) -> None:
    history = played.data("history", "Akosua Owusu", *played.person(SENDER, "senco"))
    standings = [
        entry["fields"]["standing"]
        for entry in history["entries"]
        if entry["type"] == "pupil.identifier_recorded.v1"
    ]
    assert standings == ["quarantined", "current"]


@pytest.mark.parametrize(
    "event_type",
    [
        "pupil.sen_status_changed",
        "pupil.needs_recorded",
        "notification.given",
        "parental_responsibility.recorded",
        "parental_responsibility.ended",
        "consent.given",
        "consent.refused",
        "consent.withdrawn",
        "support_cycle.reviewed",
        "support_plan.finalised",
        "review.held",
        "ehc_plan.issued",
        "annual_review.held",
        "annual_review.decided",
        "my_story.recorded",
        "protected_address.recorded",
        "entry.proposed",
        "entry.declined",
        "entry.corrected",
        "staff.senco_designated",
        "staff.left",
        "authority.key_revoked",
        "authority.role_withdrawn",
    ],
)
def test_the_year_has_everything_that_it_promises(played: Played, event_type: str) -> None:
    assert count(played, SENDER, event_type) > 0


def test_two_cycles_follow_each_other(played: Played) -> None:
    history = played.data(
        "history", played.summary["moved"]["upn"], *played.person(SENDER, "senco")
    )
    opened = [one for one in history["entries"] if one["type"] == "support_cycle.opened.v1"]
    assert [one["fields"]["number"] for one in opened] == [1, 2]
    reviewed = [one for one in history["entries"] if one["type"] == "support_cycle.reviewed.v1"]
    assert len(reviewed) == 2


def test_the_proposal_that_was_signed_is_the_sencos_entry(played: Played) -> None:
    history = played.data("history", "Thijs", *played.person(SENDER, "senco"))
    (signed,) = [
        one
        for one in history["entries"]
        if one["type"] == "pupil.sen_status_changed.v1" and one["fields"]["status"]["code"] == "K"
    ]
    assert signed["fields"]["keyed_by"] == "Colin Webb"
    assert signed["role"] == "senco"


def test_the_register_knows_what_was_true_and_what_was_known(played: Played) -> None:
    senco = played.person(SENDER, "senco")
    year = int(played.summary["school_year"][:4])

    def status(*when: str) -> str:
        rows = played.data("register", "--everyone", *when, *senco)["pupils"]
        (row,) = [row for row in rows if row["name"].startswith("Thị Ánh")]
        code: str = row["status"]
        return code

    assert status("--as-of", f"{year + 1}-03-01") == "K"
    assert status("--as-of", f"{year + 1}-04-01") == "N"
    assert status("--as-of", f"{year + 1}-04-01", "--known-at", f"{year + 1}-03-01") == "K"


def test_parents_were_told_of_every_status(played: Played) -> None:
    for school in (SENDER, RECEIVER):
        duties = played.data("due", *played.person(school, "senco"))["duties"]
        assert duties
        assert not [one for one in duties if one["rule"] == "D-REG-4"]


# --- the handover ------------------------------------------------------------------


@pytest.fixture(scope="module")
def members(played: Played) -> dict[str, bytes]:
    """What the receiving school finds in the bundle."""
    out = played.folder / "identity.txt"
    done = played.run(
        "school", "export-identity", "--out", str(out), *played.person(RECEIVER, "senco")
    )
    assert done.returncode == 0, done.stderr
    identity = out.read_text("ascii").strip()
    out.unlink()
    bundle = decrypt(Path(played.summary["bundle"]).read_bytes(), identity)
    return unpack(bundle, allow=is_bundle_name)


def everything_in(members: dict[str, bytes]) -> str:
    shown = [
        str(one.fields)
        for name, data in members.items()
        if name.endswith(".sd-jwt")
        for one in [read_sd_jwt(data)]
    ]
    return "\n".join([*shown, *(data.decode("utf-8", "replace") for data in members.values())])


def test_d_cons_4_the_protected_address_is_not_in_the_bundle(members: dict[str, bytes]) -> None:
    whole = everything_in(members)
    assert "Siobhán" in whole
    assert not [word for word in NEVER_LEAVES if word in whole]


def test_d_cons_2_my_story_went_along_under_its_own_consent(
    played: Played, members: dict[str, bytes]
) -> None:
    assert MY_STORY_WORDS in everything_in(members)
    assert count(played, SENDER, "consent.relied_on") == 1


def test_d_xfer_3_both_signatures_are_in_both_ledgers(played: Played) -> None:
    for school in (SENDER, RECEIVER):
        listed = played.data("transfer", "list", *played.person(school, "senco"))
        assert [one["step"] for one in listed] == ["complete"]
    assert count(played, SENDER, "record_transfer.acknowledged") == 2
    assert count(played, SENDER, "record_transfer.confirmed") == 1
    assert count(played, RECEIVER, "record_transfer.completed") == 1


def test_receipts_and_confirmation_are_intact(played: Played) -> None:
    summary = played.summary
    for name, policy in (("receipt", "policy_receiver"), ("confirmation", "policy")):
        done = played.run("verify", summary[name], "--policy", summary[policy], "--json")
        assert json.loads(done.stdout)["findings"] == [], name
        assert done.returncode == 0


def test_the_bundle_is_intact_for_the_receiver_and_closed_to_the_sender(played: Played) -> None:
    bundle, policy = played.summary["bundle"], played.summary["policy"]
    opened = played.run("verify", bundle, "--policy", policy, *played.person(RECEIVER, "senco"))
    assert opened.returncode == 0, opened.stdout
    closed = played.run("verify", bundle, "--policy", policy, *played.person(SENDER, "senco"))
    assert closed.returncode != 0


# --- verifying ---------------------------------------------------------------------


@pytest.mark.parametrize("school", [SENDER, RECEIVER])
def test_both_ledgers_are_intact(played: Played, school: str) -> None:
    report = played.data("verify", *played.person(school, "senco"))
    assert report["result"] == "intact"
    counts = report["counts"]
    assert counts["contents_opened"] > 0
    assert counts["cosignatures_checked"] == counts["cosignatures"] > 0


def test_the_key_revoked_from_an_entry_on_leaves_that_entry_disputed(played: Played) -> None:
    report = played.data("verify", *played.person(SENDER, "senco"))
    assert [note["code"] for note in report["notes"]].count("disputed") == 1


def test_everybody_listed_can_act(played: Played) -> None:
    for one in played.summary["people"]:
        done = played.run("staff", "list", *played.person(one["school"], one["as"]))
        assert done.returncode == 0, done.stderr
        assert one["name"] in done.stdout


def test_the_proof_is_intact_under_the_outside_policy_and_self_asserted_without(
    played: Played,
) -> None:
    summary = played.summary
    assert played.run("verify", summary["proof"], "--policy", summary["policy"]).returncode == 0
    assert played.run("verify", summary["proof"]).returncode == 11


@needs("openssl")
def test_a_stranger_checks_the_proof_with_openssl_and_the_shell(played: Played) -> None:
    summary = played.summary
    assert summary["time_stamps"]
    done = subprocess.run(
        ["bash", "verify.sh", "--policy", summary["policy"]],
        cwd=summary["proof"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Recorded after" in done.stdout
    assert "Recorded before" in done.stdout


def test_d_cons_11_the_consent_that_was_proved_was_in_force(played: Played) -> None:
    proved, senco = played.summary["proved"], played.person(SENDER, "senco")
    for item in proved["items"]:
        answer = played.data(
            *("consent", "check", proved["pupil"], "--item", item),
            *("--recipient", proved["recipient"], "--on", proved["on"], *senco),
        )
        assert answer["verdict"] == "yes"
        assert answer["entry"] == proved["entry"]


def test_the_signed_form_is_the_one_that_the_consent_names(played: Played) -> None:
    form = Places(played.folder).consent_form.read_bytes()
    proof = Path(played.summary["proof"])
    shown: dict[str, Any] = dict(read_sd_jwt((proof / "statement.sd-jwt").read_bytes()).fields)
    assert shown["act"]["document"] == b64url(hashlib.sha256(form).digest())


# --- cheating ----------------------------------------------------------------------


def attempt(played: Played, name: str) -> dict[str, Any]:
    (one,) = [one for one in played.summary["tampering"] if one["name"] == name]
    return dict(one)


def verified(played: Played, one: dict[str, Any], *words: str) -> tuple[int, set[str]]:
    done = played.run(
        *("verify", "--envelope", "--home", one["home"], "--json", *words), state=Path(one["state"])
    )
    found = {finding["code"] for finding in json.loads(done.stdout)["findings"]}
    return done.returncode, found


@pytest.mark.parametrize("name", ["one-bit", "rewritten"])
def test_a_changed_entry_is_found_by_its_signature(played: Played, name: str) -> None:
    code, found = verified(played, attempt(played, name))
    assert code == 10
    assert "bad-signature" in found
    assert "schema-altered" not in found


def test_a_log_signed_again_with_its_own_key_betrays_nothing_but_the_entry_and_its_traces(
    played: Played,
) -> None:
    _code, found = verified(played, attempt(played, "rewritten"))
    assert not found & {"fork", "tile-altered", "tree-state", "shorter-than-seen"}


def test_removed_entries_are_betrayed_by_the_receipt_alone(played: Played) -> None:
    one = attempt(played, "cut-short")
    assert one["result_alone"] == "intact"
    assert verified(played, one) == (0, set())
    assert verified(played, one, "--against", one["against"]) == (10, {"shorter-than-held"})


def test_the_originals_were_not_touched(played: Played) -> None:
    assert {one["result"] for one in played.summary["verified"].values()} == {"intact"}
    homes = played.summary["homes"]
    against = ["--against", played.summary["receipt"]]
    done = played.run("verify", "--envelope", "--home", homes[SENDER], *against)
    assert done.returncode == 0, done.stdout


# --- afterwards --------------------------------------------------------------------


def test_every_command_that_is_suggested_works(played_copy: Played) -> None:
    for words, arguments in commands(played_copy.summary):
        done = played_copy.run(*arguments)
        altered = "altered copies" in words
        assert done.returncode == (10 if altered else 0), f"{words}\n{done.stdout}{done.stderr}"


def test_the_homes_can_be_written_to_afterwards(played_copy: Played) -> None:
    senco = played_copy.person(SENDER, "senco")
    size = played_copy.summary["heads"][SENDER]["size"]
    renamed = ("--family", "Webb-Smith", "--given", "John", "--reason", "deed poll")
    upn = next(
        row["upn"]
        for row in played_copy.data("register", *senco)["pupils"]
        if row["name"] == "John Smith"
    )
    done = played_copy.run("pupil", "rename", upn, *renamed, *senco)
    assert done.returncode == 0, done.stderr
    assert played_copy.data("log", "checkpoint", *senco)["size"] > size
    assert played_copy.run("verify", *senco).returncode == 0
