"""Staff, roles, keys and passphrases, through the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.recorder.content_key_store import ContentKeyStore
from ledger.statute.signing import classes_readable_by
from tests.support.school_home import (
    NAMES,
    OTHER_FACTS,
    PASSPHRASE,
    SchoolHome,
    make_school,
)

if TYPE_CHECKING:
    from pathlib import Path

NEW_WORDS = "another horse, another battery"


def rows(school: SchoolHome, handle: str) -> list[dict[str, str]]:
    listed = school.ok("staff", "list", "--as", "head")
    return [row for row in listed if row["handle"] == handle]


def key_of(school: SchoolHome, handle: str) -> str:
    (row,) = [row for row in rows(school, handle) if row["state"] == "in use"]
    return row["key"]


def new_words(school: SchoolHome) -> tuple[str, str]:
    return "--new-passphrase-file", school.write("new", NEW_WORDS + "\n")


def with_new_words(school: SchoolHome) -> dict[str, str | None]:
    return {"SEND_LEDGER_PASSPHRASE_FILE": str(school.folder / "new")}


def readers(school: SchoolHome) -> int:
    with closing(sqlite3.connect(school.path / "keys.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM class_keys").fetchone()[0])


def intact(school: SchoolHome) -> set[str]:
    """Verify everything; give the codes of the notes."""
    report = school.ok("verify", "--as", "senco")
    assert report["result"] == "intact"
    return {note["code"] for note in report["notes"]}


# --- appointing --------------------------------------------------------------


def test_staff_are_listed_with_roles_keys_and_states(school: SchoolHome) -> None:
    listed = school.ok("staff", "list", "--as", "office")
    people = {row["handle"]: row for row in listed if row["handle"]}
    assert {handle: row["name"] for handle, row in people.items()} == NAMES
    assert people["office"]["roles"] == "administrator"
    assert all(row["state"] == "in use" for row in listed)
    words = school.run("staff", "list", "--as", "office").stdout
    assert "Ada Okafor" in words


def test_a_newcomer_acts_and_reads_under_their_own_passphrase(school: SchoolHome) -> None:
    words = ("staff", "add", "Tim Reed", "--role", "teacher", "--handle", "ks1-lead")
    school.ok(*words, "--as", "head", *new_words(school))
    register = school.ok("register", "--as", "ks1-lead", env=with_new_words(school))
    assert len(register["pupils"]) == 2
    school.refused(4, "wrong-passphrase", "register", "--as", "ks1-lead")
    assert "disputed" not in intact(school)


@pytest.mark.parametrize(
    "handle",
    ["", "Senco", "1st", "se nco", "../x", "a" * 33, "senco.json", "çenco", "-a", "con", "lpt1"],
)
def test_a_handle_is_a_few_plain_characters(school: SchoolHome, handle: str) -> None:
    words = ("staff", "add", "Tim Reed", "--role", "teacher", f"--handle={handle}")
    school.refused(2, "bad-handle", *words, "--as", "head", *new_words(school))


def test_a_handle_is_given_once(school: SchoolHome) -> None:
    words = ("staff", "add", "Tim Reed", "--role", "teacher", "--handle", "senco")
    school.refused(2, "handle-taken", *words, "--as", "head", *new_words(school))


def test_a_short_passphrase_is_refused_and_leaves_no_key_file(school: SchoolHome) -> None:
    short = ("--new-passphrase-file", school.write("short", "elevenchars\n"))
    words = ("staff", "add", "Tim Reed", "--role", "teacher", "--handle", "tim", "--as", "head")
    said = school.refused(6, "passphrase-too-short", *words, *short)
    assert "elevenchars" not in str(said)
    school.ok(*words, *new_words(school))  # so the handle is free


@pytest.mark.parametrize("actor", ["senco", "office"])
def test_nobody_but_a_head_appoints_and_a_refusal_leaves_nothing(
    school: SchoolHome, actor: str
) -> None:
    words = ("staff", "add", "Tim Reed", "--role", "teacher", "--handle", "tim")
    school.refused(7, "kind-not-permitted", *words, "--as", actor, *new_words(school))
    assert not (school.path / "keys" / "people" / "tim.json").exists()
    school.refused(4, "unknown-person", "register", "--as", "tim")


def test_a_second_head_is_appointed_with_the_root_key_alone(
    school: SchoolHome, tmp_path: Path
) -> None:
    words = ("staff", "add", "Vera Holt", "--role", "head", "--handle", "head-2", "--as", "head")
    new, root = new_words(school), ("--root-key", str(school.folder / "root.json"))
    unlock = ("--root-passphrase-file", str(school.folder / "pp"))
    school.refused(2, "usage", *words, *new)
    wrong = ("--root-passphrase-file", str(school.folder / "new"))
    school.refused(4, "wrong-passphrase", *words, *new, *root, *wrong)
    other = make_school(tmp_path / "other", OTHER_FACTS, people=())
    foreign = ("--root-key", str(other.folder / "root.json"))
    school.refused(4, "wrong-root-key", *words, *new, *foreign, *unlock)
    missing = ("--root-key", str(school.folder / "nowhere.json"))
    school.refused(4, "key-file-missing", *words, *new, *missing, *unlock)
    school.ok(*words, *new, *root, *unlock)
    mine = with_new_words(school)
    assert school.run("register", "--as", "head-2", env=mine).exit_code == 0
    school.ok("staff", "grant", "senco", "--role", "dpo", "--as", "head-2", env=mine)
    # Now each may grant to the other, and neither to themselves.
    school.ok("staff", "grant", "head", "--role", "dpo", "--as", "head-2", env=mine)
    mine_too = ("staff", "grant", "head-2", "--role", "dpo", "--as", "head-2")
    school.refused(7, "self-grant", *mine_too, env=mine)
    intact(school)


# --- roles -------------------------------------------------------------------


def test_nobody_grants_to_themselves(school: SchoolHome) -> None:
    words = ("staff", "grant", "head", "--role", "senco", "--as", "head")
    school.refused(7, "self-grant", *words)


@pytest.mark.parametrize("actor", ["senco", "office"])
def test_nobody_but_a_head_grants(school: SchoolHome, actor: str) -> None:
    words = ("staff", "grant", "office", "--role", "senco", "--as", actor)
    said = school.refused(7, "kind-not-permitted", *words)
    assert "headteacher" in said["why"]
    assert "Ask the headteacher" in said["try"]


def test_a_granted_role_is_acted_in_until_its_last_day(school: SchoolHome) -> None:
    school.ok("staff", "grant", "office", "--role", "teacher", "--as", "head")
    assert rows(school, "office")[0]["roles"] == "administrator, teacher"
    over = ("--from", "2020-01-01", "--until", "2020-12-31")
    school.ok("staff", "grant", "office", "--role", "dpo", *over, "--as", "head")
    assert rows(school, "office")[0]["roles"] == "administrator, teacher"
    acting = ("staff", "list", "--as", "office", "--in-role")
    assert school.run(*acting, "teacher").exit_code == 0
    school.refused(4, "no-role", *acting, "dpo")
    school.refused(4, "no-role", *acting, "senco")
    intact(school)


def test_somebody_unknown_is_named_as_such(school: SchoolHome) -> None:
    school.refused(5, "unknown-person", "staff", "grant", "nobody", "--role", "dpo", "--as", "head")
    school.refused(4, "unknown-person", "staff", "list", "--as", "nobody")
    school.refused(2, "no-person-named", "staff", "list")
    unnamed = {"SEND_LEDGER_HOME": None}
    school.refused(2, "no-home-named", "staff", "list", "--as", "head", env=unnamed)


def test_a_withdrawn_role_closes_what_only_it_could_read(school: SchoolHome) -> None:
    before = readers(school)
    revoke = ("staff", "revoke", "office", "--role", "administrator", "--reason", "moved")
    school.refused(7, "kind-not-permitted", *revoke, "--as", "senco")
    school.ok(*revoke, "--as", "head")
    assert readers(school) == before - 3  # school, general, transport
    school.refused(4, "no-role", "register", "--as", "office")
    school.refused(7, "withdrawal-malformed", *revoke, "--as", "head")
    assert school.run("register", "--as", "senco").exit_code == 0
    intact(school)


# --- keys --------------------------------------------------------------------


def test_a_renewed_key_opens_and_signs_and_the_old_words_are_dead(school: SchoolHome) -> None:
    old, before = key_of(school, "senco"), readers(school)
    school.ok("staff", "rotate-key", "--as", "senco", *new_words(school))
    mine = with_new_words(school)
    school.refused(4, "wrong-passphrase", "register", "--as", "senco")
    assert school.run("register", "--as", "senco", env=mine).exit_code == 0
    status = ("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")
    school.ok(*status, env=mine)
    states = {row["key"]: row["state"] for row in rows(school, "senco")}
    assert states.pop(old).startswith("revoked from entry")
    assert list(states.values()) == ["in use"]
    assert readers(school) == before
    report = school.ok("verify", "--as", "senco", env=mine)
    assert (report["result"], [one["code"] for one in report["notes"]]) == (
        "intact",
        ["unsealed", "self-rooted"],
    )


def test_a_compromised_key_is_revoked_from_an_entry_on(school: SchoolHome) -> None:
    size = school.ok("doctor")  # changes nothing
    assert size["healthy"]
    first = school.ok("verify", "--envelope")["size"]
    status = ("pupil", "status", "Zoë", "N", "--reason", "left the register", "--as", "senco")
    entry = school.ok(*status)["recorded"][0]["entry"]
    assert entry >= first
    revoke = ("staff", "revoke-key", "senco", "--because", "compromised", "--reason", "stolen")
    before = readers(school)
    school.ok(*revoke, "--from-entry", str(first), "--as", "head")
    assert readers(school) == before - 5
    stolen = ContentKeyStore(school.home.keys_path, school.home.lid, school.home.entropy)
    stolen.unlock(school.home.open_person("senco", PASSPHRASE).reading, school.home.authority())
    assert stolen.classes == {}
    report = school.ok("verify", "--as", "head")
    disputed = [one["index"] for one in report["notes"] if one["code"] == "disputed"]
    assert (report["result"], disputed) == ("intact", [entry])
    result = school.run("pupil", "status", "Zoë", "K", "--reason", "x", "--as", "senco")
    assert result.exit_code in (4, 7)
    school.refused(7, "revocation-malformed", *revoke, "--as", "head")  # reaches no further back


def test_a_theft_found_to_have_begun_earlier_is_revoked_again_from_there(
    school: SchoolHome,
) -> None:
    entries = [
        school.ok("pupil", "status", "Zoë", code, "--reason", "x", "--as", "senco")["recorded"][0]
        for code in ("N", "K")
    ]
    first, second = (one["entry"] for one in entries)
    old = next(
        row["key"] for row in school.ok("staff", "list", "--as", "head") if "senco" in row["roles"]
    )
    revoke = ("staff", "revoke-key", "--because", "compromised", "--reason", "stolen")
    head = ("--as", "head")
    school.ok(*revoke, "senco", "--from-entry", str(second), *head)
    school.ok("staff", "replace-key", "senco", *head, *new_words(school))
    mine = with_new_words(school)
    school.ok(*revoke, old, "--from-entry", str(first), *head)
    report = school.ok("verify", *head)
    disputed = [one["index"] for one in report["notes"] if one["code"] == "disputed"]
    assert (report["result"], disputed) == ("intact", [first, second])
    # The new key reads on: what the old one could read was closed the first time.
    assert school.run("register", "--as", "senco", env=mine).exit_code == 0


def test_a_key_that_was_renewed_and_then_stolen_opens_nothing_any_more(school: SchoolHome) -> None:
    # Renewing it signed everybody's rows of class keys; the revoked key is not doubted for that.
    school.ok("staff", "rotate-key", "--as", "senco", *new_words(school))
    stolen = rows(school, "senco")[-1]["key"]
    nia = ("staff", "add", "Nia Pugh", "--role", "teacher", "--handle", "nia", "--as", "head")
    school.ok(*nia, *new_words(school))
    before = readers(school)
    revoke = ("staff", "revoke-key", "senco", "--because", "compromised", "--reason", "stolen")
    school.ok(*revoke, "--as", "head")
    states = {row["key"]: row["state"] for row in rows(school, "senco")}
    assert states[stolen].endswith("(compromised)")
    assert readers(school) == before - len(classes_readable_by("senco"))
    school.ok("register", "--as", "nia", env=with_new_words(school))
    assert school.ok("verify", "--as", "head")["result"] == "intact"


def test_a_key_out_of_use_is_named_by_its_thumbprint_where_there_are_several(
    school: SchoolHome,
) -> None:
    revoke = ("staff", "revoke-key", "senco", "--because", "lost", "--reason", "x", "--as", "head")
    school.ok(*revoke)
    school.ok("staff", "replace-key", "senco", "--as", "head", *new_words(school))
    school.ok(*revoke)
    school.refused(5, "which-key", *revoke, "--from-entry", "3")


@pytest.mark.parametrize("because", ["compromised", "lost", "left"])
def test_a_lost_key_is_replaced_by_the_head_and_reads_again(
    school: SchoolHome, because: str
) -> None:
    replace = ("staff", "replace-key", "senco", "--as", "head")
    school.refused(7, "key-not-theirs-to-register", *replace, *new_words(school))
    assert school.run("register", "--as", "senco").exit_code == 0  # the old one still opens
    revoke = ("staff", "revoke-key", "senco", "--because", because, "--reason", "stick lost")
    school.refused(7, "kind-not-permitted", *revoke, "--as", "office")
    school.ok(*revoke, "--as", "head")
    school.ok(*replace, *new_words(school))
    mine = with_new_words(school)
    assert school.run("register", "--as", "senco", env=mine).exit_code == 0
    school.ok("pupil", "status", "Zoë", "E", "--reason", "x", "--as", "senco", env=mine)
    assert school.ok("verify", "--as", "senco", env=mine)["result"] == "intact"


def test_whoever_holds_a_revoked_key_is_told_so(school: SchoolHome) -> None:
    revoke = ("staff", "revoke-key", "office", "--because", "lost", "--reason", "stick lost")
    school.ok(*revoke, "--as", "head")
    for command in (("register",), ("history", "Zoë"), ("pupil", "leave", "Zoë")):
        result = school.run(*command, "--json", "--as", "office")
        if result.exit_code != 2:
            school.refused(4, "revoked-key", *command, "--as", "office")


def test_the_last_head_is_not_removed_and_a_second_may_remove_the_first(
    school: SchoolHome,
) -> None:
    leave = ("staff", "revoke", "head", "--role", "head", "--reason", "left")
    said = school.refused(7, "last-head", *leave, "--as", "head")
    assert "staff add" in said["try"]
    root = ("--root-key", str(school.folder / "root.json"))
    words = ("--root-passphrase-file", str(school.folder / "pp"))
    next_head = ("Nia Head", "--role", "head", "--handle", "nia")
    school.ok("staff", "add", *next_head, *root, *words, *new_words(school), "--as", "head")
    school.ok(*leave, "--as", "head")
    leave = ("staff", "revoke", "nia", "--role", "head", "--reason", "left")
    school.refused(7, "last-head", *leave, "--as", "nia", env=with_new_words(school))


def test_a_head_without_a_key_is_appointed_anew_and_their_role_is_not_anothers_to_take(
    school: SchoolHome,
) -> None:
    root = ("--root-key", str(school.folder / "root.json"), "--root-passphrase-file")
    nia = ("staff", "add", "Nia Pugh", "--role", "head", "--handle", "nia", "--as", "head")
    school.ok(*nia, *root, str(school.folder / "pp"), *new_words(school))
    mine = with_new_words(school)
    taken = ("staff", "revoke", "head", "--role", "head", "--reason", "x", "--as", "nia")
    assert "themselves" in school.refused(7, "grant-not-permitted", *taken, env=mine)["try"]
    lost = ("staff", "revoke-key", "head", "--because", "lost", "--reason", "x", "--as", "nia")
    school.ok(*lost, env=mine)
    anew = ("staff", "replace-key", "head", "--as", "nia", *new_words(school))
    said = school.refused(7, "key-not-theirs-to-register", *anew, env=mine)
    assert "another handle" in said["try"]


def test_a_person_may_revoke_their_own_key_and_nobody_the_ledgers(school: SchoolHome) -> None:
    listed = school.ok("staff", "list", "--as", "head")
    keys = {row["name"]: row["key"] for row in listed}
    for machine in ("log", "system", "root key"):
        words = ("--because", "lost", "--reason", "x", "--as", "head", "--", keys[machine])
        school.refused(7, "revocation-not-permitted", "staff", "revoke-key", *words)
    own = ("staff", "revoke-key", "office", "--because", "lost", "--reason", "x")
    school.ok(*own, "--as", "office")
    intact(school)


def test_a_key_file_open_to_others_is_refused(school: SchoolHome) -> None:
    people = school.path / "keys" / "people"
    for path, words in (
        (people / "senco.json", ("register", "--as", "senco")),
        (school.path / "keys" / "people.json", ("register", "--as", "senco")),
        (school.path / "keys" / "log.json", ("log", "checkpoint")),
        (school.path / "keys" / "system.json", ("log", "checkpoint")),
    ):
        for mode in (0o644, 0o660, 0o604):
            path.chmod(mode)
            said = school.refused(4, "key-file-mode", *words)
            assert "chmod 600" in said["try"]
        path.chmod(0o600)
    root = school.folder / "root.json"
    root.chmod(0o640)
    add = ("staff", "add", "Vera Holt", "--role", "head", "--handle", "head-2", "--as", "head")
    unlock = ("--root-passphrase-file", str(school.folder / "pp"))
    school.refused(4, "key-file-mode", *add, *new_words(school), "--root-key", str(root), *unlock)


def test_a_wrong_or_missing_passphrase_has_its_own_words(school: SchoolHome) -> None:
    wrong = {"SEND_LEDGER_PASSPHRASE_FILE": school.write("wrong", "Correct horse battery staple")}
    school.refused(4, "wrong-passphrase", "register", "--as", "senco", env=wrong)
    for content in ("", "\n", b"\xff\xfe\x00"):
        bad = {"SEND_LEDGER_PASSPHRASE_FILE": school.write("bad", content)}
        school.refused(4, "passphrase-file", "register", "--as", "senco", env=bad)
    none = {"SEND_LEDGER_PASSPHRASE_FILE": str(school.folder / "nowhere")}
    school.refused(4, "passphrase-file", "register", "--as", "senco", env=none)
    unset = {"SEND_LEDGER_PASSPHRASE_FILE": None}
    school.refused(2, "no-terminal", "register", "--as", "senco", env=unset)
    failing = ("register", "--as", "senco", "--passphrase-command", "exit 3")
    school.refused(4, "passphrase-command", *failing, env=unset)
    given = ("register", "--as", "senco", "--passphrase-command", f"cat {school.folder / 'pp'}")
    assert school.run(*given, env=unset).exit_code == 0


def test_a_changed_key_file_is_refused(school: SchoolHome) -> None:
    path = school.path / "keys" / "people" / "senco.json"
    sound = path.read_text("ascii")
    for changed in (
        sound.replace('"iterations":3', '"iterations":2'),
        sound.replace('"memory_kib":65536', '"memory_kib":9999999'),
        sound.replace("argon2id", "argon2ix"),
        sound[:-20],
        "{}",
    ):
        assert changed != sound
        path.write_text(changed, "ascii")
        result = school.run("register", "--as", "senco")
        assert result.exit_code == 6, result.stderr
        assert result.stderr.count("\n") == 3, result.stderr
    path.write_text(sound, "ascii")
    assert school.run("register", "--as", "senco").exit_code == 0
