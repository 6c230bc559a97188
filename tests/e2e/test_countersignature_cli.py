"""A trust countersigns a ledger's beginning: four steps by e-mail, or one sitting."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.formats.countersigning import read_request, write_request
from ledger.formats.encoding import unb64url
from ledger.seal.ed25519 import prove_possession
from ledger.seal.key_file import open_key_file
from ledger.seal.private_files import open_to_others
from tests.support.school_home import (
    OTHER_FACTS,
    PASSPHRASE,
    SchoolHome,
    later,
    make_school,
    school_template,
)

if TYPE_CHECKING:
    from pathlib import Path

TRUST = "Example Trust’s Board"
STATUS = ("pupil", "status", "Zoë", "N", "--reason", "x", "--as", "senco")


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    made = school_template(tmp_path_factory).copy(tmp_path / "school")
    made.ok("school", "card", "--out", at(made, "card"), "--as", "head")
    return made


def at(school: SchoolHome, name: str) -> str:
    return str(school.folder / name)


def no_home() -> dict[str, str | None]:
    """The trust has no ledger; what it is asked for, it has in a file."""
    return {"SEND_LEDGER_HOME": None, "SEND_LEDGER_AS": None}


def request_words(school: SchoolHome, name: str = "request") -> tuple[str, ...]:
    return (
        *("countersignature", "request", "--card", at(school, "card"), "--name", TRUST),
        *("--key", at(school, f"{name}.key"), "--out", at(school, name)),
        *("--new-passphrase-file", at(school, "pp")),
    )


def ask(school: SchoolHome, name: str = "request") -> dict[str, Any]:
    said: dict[str, Any] = school.ok(*request_words(school, name), env=no_home())
    return said


def prepare_words(school: SchoolHome, *words: str, name: str = "request") -> tuple[str, ...]:
    return (
        *("countersignature", "prepare", at(school, name), "--as", "head"),
        *(words or ("--out", at(school, "to-sign"))),
    )


def with_root(school: SchoolHome) -> tuple[str, ...]:
    return "--root-key", at(school, "root.json"), "--root-passphrase-file", at(school, "pp")


def prepare(school: SchoolHome, name: str = "request") -> dict[str, Any]:
    said: dict[str, Any] = school.ok(*prepare_words(school, name=name), *with_root(school))
    return said


def sign_words(school: SchoolHome, *words: str) -> tuple[str, ...]:
    return (
        *("countersignature", "sign", at(school, "to-sign"), "--card", at(school, "card")),
        *("--key", at(school, "request.key"), "--out", at(school, "signed"), *words),
    )


def spoken(school: SchoolHome) -> tuple[str, str]:
    """What the school reads out from its own screen."""
    return "--fingerprint", school.ok("school", "card", "--as", "head")["fingerprint"]


def sign(school: SchoolHome) -> None:
    school.ok(*sign_words(school, *spoken(school)), env=no_home())


def add_words(school: SchoolHome) -> tuple[str, ...]:
    return "countersignature", "add", at(school, "signed"), "--as", "head"


def told(school: SchoolHome, *words: str) -> dict[str, str]:
    """Verify; give code → words of the notes."""
    report = school.ok("verify", *words)
    assert report["result"] == "intact"
    return {note["code"]: note["words"] for note in report["notes"]}


def test_four_steps_lift_self_rooted_and_name_body_and_key(school: SchoolHome) -> None:
    assert "self-rooted" in told(school, "--as", "head")
    asked = ask(school)
    assert asked["fingerprint"] == spoken(school)[1]
    key = prepare(school)["key"]
    shown = school.ok(*sign_words(school), env=no_home())
    assert shown == {
        "name": "St Thomas à Becket",
        "urn": "126416",
        "fingerprint": asked["fingerprint"],
        "as": TRUST,
        "signed": False,
    }
    assert not (school.folder / "signed").exists()
    sign(school)
    school.ok(*add_words(school))
    notes = told(school, "--as", "head")
    assert "self-rooted" not in notes
    assert f"“{TRUST}”" in notes["countersigned"]
    assert f"with key {key}" in notes["countersigned"]
    assert "you must learn from the body itself" in notes["countersigned"]
    assert "a body whose name is not shown" in told(school, "--envelope")["countersigned"]
    assert "self-rooted" not in told(school, "--envelope")


def test_one_sitting_does_the_same(school: SchoolHome) -> None:
    ask(school)
    here = ("--sign-here", at(school, "request.key"), "--key-passphrase-file", at(school, "pp"))
    said = school.ok(*prepare_words(school, *here, *with_root(school)))
    notes = told(school, "--as", "head")
    assert said["entry"] > 0
    assert "countersigned" in notes
    assert "self-rooted" not in notes
    # The ledger goes on, in the same program and in the next.
    school.ok(*STATUS)
    assert "countersigned" in told(school, "--as", "senco")
    school.ok("log", "checkpoint")
    school.ok("projections", "check", "--as", "head")
    assert TRUST in {row["name"] for row in school.ok("staff", "list", "--as", "head")}


def test_a_key_that_does_not_open_is_refused_before_anything_is_registered(
    school: SchoolHome,
) -> None:
    ask(school)
    ask(school, "other")
    wrong = school.write("wrong", "not the words that open it\n")
    here = ("--sign-here", at(school, "request.key"), "--key-passphrase-file", wrong)
    other = ("--sign-here", at(school, "other.key"), "--key-passphrase-file", at(school, "pp"))
    before = school.fingerprint()
    for words, code, kind in ((here, 4, "wrong-passphrase"), (other, 6, "other-key")):
        result = school.run(*prepare_words(school, *words, *with_root(school)), "--json")
        said = json.loads(result.stderr[result.stderr.index("{") :])
        assert (result.exit_code, said["error"]) == (code, kind)
        assert school.fingerprint() == before


# --- what does not fit -------------------------------------------------------


def test_what_was_recorded_after_the_signature_has_it_signed_again(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(school)
    prepare(school)
    sign(school)
    with school.session("senco", later(1)) as session:
        session.seal()
    size = school.ok("verify", "--envelope")["size"]
    school.refused(6, "countersignature-late", *add_words(school))
    assert school.ok("verify", "--envelope")["size"] == size
    monkeypatch.setattr("ledger.entrypoints.cli.countersignature.system_clock", lambda: later(1.5))
    sign(school)
    school.ok(*add_words(school))


def test_keys_that_changed_meanwhile_have_it_prepared_again_without_the_root_key(
    school: SchoolHome,
) -> None:
    ask(school)
    prepare(school)
    school.ok("staff", "grant", "office", "--role", "dpo", "--as", "head")
    sign(school)
    school.refused(6, "countersignature-outdated", *add_words(school))
    school.ok(*prepare_words(school))
    sign(school)
    school.ok(*add_words(school))
    assert "countersigned" in told(school, "--envelope")


def test_a_signature_is_taken_in_once(school: SchoolHome) -> None:
    ask(school)
    prepare(school)
    sign(school)
    school.ok(*add_words(school))
    school.refused(6, "countersigned-before", *add_words(school))
    school.refused(6, "person-known", *prepare_words(school))


def test_a_signed_file_that_lacks_a_field_or_is_no_such_file_is_refused(
    school: SchoolHome,
) -> None:
    ask(school)
    prepare(school)
    sign(school)
    path = school.folder / "signed"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"~", 0, -1) + 1])
    school.refused(6, "bad-fields", *add_words(school))
    path.write_bytes(whole[:-40])
    school.refused(6, "bad-sd-jwt", *add_words(school))
    path.write_bytes((school.folder / "to-sign").read_bytes())
    school.refused(6, "bad-sd-jwt", *add_words(school))
    path.write_bytes(whole)
    (school.folder / "to-sign").write_bytes(whole)
    school.refused(6, "bad-countersigning-file", *sign_words(school), env=no_home())
    school.ok(*add_words(school))


def test_a_signature_from_the_future_is_refused(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(school)
    prepare(school)
    monkeypatch.setattr("ledger.entrypoints.cli.countersignature.system_clock", lambda: later(10))
    sign(school)
    school.refused(6, "clock-ahead", *add_words(school))


def test_the_root_key_is_needed_to_register_a_body(school: SchoolHome) -> None:
    ask(school)
    school.refused(2, "usage", *prepare_words(school))
    other = ("--root-key", at(school, "request.key"), "--root-passphrase-file", at(school, "pp"))
    school.refused(4, "wrong-root-key", *prepare_words(school), *other)  # nobody else's will do


def test_the_words_must_be_the_schools(school: SchoolHome) -> None:
    ask(school)
    prepare(school)
    wrong = ("--fingerprint", " ".join(["apple"] * 12))
    school.refused(6, "fingerprint-mismatch", *sign_words(school, *wrong), env=no_home())
    assert not (school.folder / "signed").exists()


def test_another_schools_card_file_or_key_is_refused(school: SchoolHome, tmp_path: Path) -> None:
    other = make_school(tmp_path / "other", OTHER_FACTS, people=())
    other.ok("school", "card", "--out", at(other, "card"), "--as", "head")
    for made in (school, other):
        ask(made)
        prepare(made)
    foreign = ("--card", at(other, "card"))
    school.refused(6, "other-genesis", *sign_words(school), *foreign, env=no_home())
    key = ("--key", at(other, "request.key"), *spoken(school))
    school.refused(6, "other-key", *sign_words(school), *key, env=no_home())
    request = ("countersignature", "prepare", at(other, "request"), "--out", at(school, "x"))
    school.refused(6, "other-ledger", *request, *with_root(school), "--as", "head")
    sign(other)
    school.refused(7, "unknown-key", "countersignature", "add", at(other, "signed"), "--as", "head")


@pytest.mark.parametrize("role", ["head", "root", "log"])
def test_a_request_that_names_somebody_of_the_ledger_is_refused(
    school: SchoolHome, role: str
) -> None:
    """Else the root key would register the stranger's key as that person's."""
    ask(school)
    roles = school.home.authority().roles
    who = next(person for person, held in roles.items() if role in {one.role for one in held})
    path = school.folder / "request"
    request = read_request(path.read_bytes())
    keys = open_key_file((school.folder / "request.key").read_bytes(), PASSPHRASE)
    proof = prove_possession(keys.signing, keys.lid, unb64url(who))
    path.write_bytes(write_request(replace(request, person=unb64url(who), possession=proof)))
    school.refused(6, "person-known", *prepare_words(school), *with_root(school))
    path.write_bytes(write_request(replace(request, person=unb64url(who))))
    school.refused(6, "unproved-key", *prepare_words(school), *with_root(school))


def test_a_body_whose_key_was_revoked_is_not_prepared_for_again(school: SchoolHome) -> None:
    ask(school)
    key = prepare(school)["key"]
    sign(school)
    revoke = ("staff", "revoke-key", key, "--because", "lost", "--reason", "x", "--as", "head")
    school.ok(*revoke)
    school.refused(7, "revoked-key", *prepare_words(school))
    school.refused(7, "revoked-key", *add_words(school))


def test_a_key_that_turns_out_not_to_be_theirs_makes_the_ledger_self_rooted_again(
    school: SchoolHome,
) -> None:
    ask(school)
    key = prepare(school)["key"]
    sign(school)
    entry = school.ok(*add_words(school))["entry"]
    school.ok("verify", "--as", "head")
    assert open_to_others(school.state) == []  # what --since goes on from lies there
    assert f"“{TRUST}”" in told(school, "--as", "head", "--since")["countersigned"]
    revoke = ("staff", "revoke-key", "--because", "compromised", "--reason", "not theirs")
    # One thumbprint in 64 begins with a dash.
    school.ok(*revoke, "--from-entry", str(entry), "--as", "head", "--", key)
    for since in (["--since"], []):
        notes = told(school, "--as", "head", *since)
        assert {"self-rooted", "disputed"} <= notes.keys()
        assert "countersigned" not in notes
