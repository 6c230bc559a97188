"""A proof folder checked by `verify.sh` and by the commands of its README: openssl and coreutils.

Every folder here is judged by the script and by the Python verifier, which must come
to the same exit code: sound ones, tampered copies with their checksums rewritten, and
folders drawn from ledgers whose programs cheated.
"""

from __future__ import annotations

import re
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.event import event_types
from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.formats.der import children, read_element
from ledger.formats.disclosure import fill_digests
from ledger.formats.encoding import b64url
from ledger.formats.kinds import RESERVED_NAMES, ROLES
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.formats.signed_note import VerifierKey
from ledger.formats.statement import statement_hash
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.ed25519 import SigningKey
from ledger.seal.proofs import LogProver
from ledger.seal.roles import MACHINE_ROLES, ROOT_GRANTS, permitted_kinds
from ledger.statute.event_names import base_name
from ledger.statute.signing import roles_that_may_sign
from ledger.verify.event_contents import SAID_KINDS
from ledger.verify.proof_folder import examine_proof_folder
from tests.golden.field_texts import FAULTY, SOUND
from tests.mini_verifier import said
from tests.mini_verifier.proof_folder import check_proof_folder
from tests.support.ledger_builder import BuiltLedger, drawn, new_ledger
from tests.support.programs import needs
from tests.unit.evidence.altered_folders import ALTERATIONS, changed, flip
from tests.unit.evidence.cheats import CHEATS
from tests.unit.evidence.proof_ledgers import (
    cheating,
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    resum,
    revoke,
    seal,
    write_folder,
)
from tests.unit.evidence.stamped_proofs import Folder, Shell, Stamped, link_programs, make_stamped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHOWN = frozenset(
    {name for name in [*SOUND, *FAULTY] if name.endswith(("-009", "-011", "-021"))}
    | {f"faulty-value-{number:03}" for number in (30, 85, 120)}
)
"""A few of the texts of which `test_shell_reads_statements.py` tries all."""
P = 2**255 - 19
LOW_ORDER_Y = (
    0,
    1,
    P - 1,
    int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    ),
    int.from_bytes(
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
    ),
)
WEAK_KEYS = [
    (y | sign << 255).to_bytes(32, "little")
    for y in (*LOW_ORDER_Y, P, P + 1, 2**255 - 1)
    for sign in (0, 1)
]
"""Of low order (C2SP CCTV, ed25519), or written with y at or above p."""


pytestmark = needs("bash", "openssl")


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Stamped:
    return make_stamped(tmp_path_factory.mktemp("stamped"))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def shell(programs: Path, tmp_path: Path) -> Shell:
    return Shell(programs, tmp_path / "at the reader's")


def agreed(shell: Shell, files: Folder, policy: Folder | None) -> subprocess.CompletedProcess[str]:
    """Run the script, and demand that the Python verifier ends with the same exit code."""
    done = shell.check(files, policy)
    assert done.stderr == ""
    expected = examine_proof_folder(files, policy).report
    assert done.returncode == expected.exit_code, (done.stdout, expected.words())
    return done


def test_a_sound_folder_is_verified_against_an_outside_policy(
    stamped: Stamped, shell: Shell
) -> None:
    done = shell.check(stamped.files, stamped.policy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "VERIFIED against the trust policy" in done.stdout
    assert '  event: "consent.given.v1"\n' in done.stdout
    assert '  subject_name: "Zoë O’Example-1"\n' in done.stdout


def test_script_and_python_prove_the_same_times(stamped: Stamped, shell: Shell) -> None:
    shown = shell.check(stamped.files, stamped.policy).stdout
    bracket = examine_proof_folder(stamped.files, stamped.policy).bracket
    assert len(bracket.above) == len(bracket.below) == 3
    for word, at in (("after", bracket.after), ("before", bracket.before)):
        assert at is not None
        assert f"Recorded {word} {at.day} {at:%B %Y at %H:%M:%S} UTC" in shown


def test_without_an_outside_policy_it_is_self_asserted(stamped: Stamped, shell: Shell) -> None:
    assert agreed(shell, stamped.files, None).returncode == 11


def test_a_copy_of_the_script_from_elsewhere_checks_a_folder_by_name(
    stamped: Stamped, shell: Shell
) -> None:
    shell.check(stamped.files, stamped.policy)
    (shell.folder / "mine.sh").write_bytes(stamped.files["verify.sh"])
    assert shell.run("mine.sh", "--policy", "policy", "proof").returncode == 0
    assert shell.run("mine.sh", "--policy", "nowhere", "proof").returncode == 2
    assert shell.run("mine.sh", "--police", "policy").returncode == 2


def test_the_commands_of_the_readme_run_as_they_stand(stamped: Stamped, shell: Shell) -> None:
    shell.check(stamped.files, stamped.policy)
    text = stamped.files["README.txt"].decode("utf-8")
    by_hand = text.split("The most important checks by hand")[1].split("7. Whose word")[0]
    lines = re.findall(r"^ {4}(\S.*| {2}\S.*)$", by_hand, re.MULTILINE)
    script = "\n".join(lines).replace("/path/to/this/folder", f'"{shell.folder / "proof"}"')
    script = script.replace("DIR/tsa-roots.pem", f'"{shell.folder}/policy/tsa-roots.pem"')
    (shell.folder / "by-hand.sh").write_text(f"set -e\n{script}\n", encoding="utf-8")
    done = shell.run("by-hand.sh")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 2
    assert done.stdout.count("Verification: OK") == 4
    assert "Zoë O’Example-1" in done.stdout


@needs("shellcheck")
def test_the_script_passes_shellcheck(stamped: Stamped, tmp_path: Path) -> None:
    (tmp_path / "verify.sh").write_bytes(stamped.files["verify.sh"])
    done = subprocess.run(
        ["shellcheck", "verify.sh"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_copy_is_caught_by_both_whatever_the_checksums_say(
    stamped: Stamped, shell: Shell, name: str
) -> None:
    files = resum(ALTERATIONS[name](stamped))
    assert files != stamped.files
    assert agreed(shell, files, stamped.policy).returncode == 10


@pytest.mark.parametrize("name", ["README.txt", "SHA256SUMS", "policy/tsa-roots.pem"])
def test_a_flipped_byte_is_caught_by_the_checksums(
    stamped: Stamped, shell: Shell, name: str
) -> None:
    assert agreed(shell, changed(name, flip(11))(stamped), stamped.policy).returncode == 10


def test_a_link_among_the_files_is_refused(stamped: Stamped, shell: Shell) -> None:
    shell.check(stamped.files, stamped.policy)
    statement = shell.folder / "proof" / "statement.sd-jwt"
    statement.rename(shell.folder / "elsewhere")
    statement.symlink_to(shell.folder / "elsewhere")
    assert shell.run("proof/verify.sh", "--policy", "policy").returncode == 10


def _policies(stamped: Stamped, folder: Path) -> Iterator[tuple[str, Folder, int]]:
    built, whole = stamped.built, stamped.policy
    stranger = VerifierKey(
        name="stranger.example/witness", type=4, public=SigningKey(drawn("stranger")).public
    )
    third = LocalTimeStampAuthority(folder / "third", "third")
    third.create()
    group = b"group both all council\nquorum both\n"
    keys = whole["policy.txt"].replace(b"quorum council\n", group)
    yield "a group", {**whole, "policy.txt": keys}, 0
    yield "one authority of two", {**whole, "tsa-roots.pem": stamped.roots[0]}, 0
    yield "an unknown authority", {**whole, "tsa-roots.pem": third.root_pem}, 11
    yield "no authority", {k: v for k, v in whole.items() if k != "tsa-roots.pem"}, 11
    yield "a stranger", {**whole, "policy.txt": policy_txt(built, stranger, "council")}, 11
    yield "no first statement", {k: v for k, v in whole.items() if k != "genesis.sha256"}, 11
    yield "another first statement", {**whole, "genesis.sha256": b"0" * 64 + b"\n"}, 10
    foreign = policy_txt(new_ledger(folder / "foreign", "foreign"))
    yield "another log", {**whole, "policy.txt": foreign}, 11


def test_what_counts_is_the_readers_policy(stamped: Stamped, shell: Shell, tmp_path: Path) -> None:
    for name, policy, expected in _policies(stamped, tmp_path):
        assert agreed(shell, stamped.files, policy).returncode == expected, name


def test_keys_under_which_a_signature_proves_nothing_are_weak_to_the_script(
    stamped: Stamped, shell: Shell
) -> None:
    keys = [*WEAK_KEYS, SigningKey(drawn("sound")).public]
    calls = [f"is_weak {b64url(key)} && echo weak || echo sound" for key in keys]
    found = _run_functions(stamped, shell, calls)
    assert found == ["weak"] * len(WEAK_KEYS) + ["sound"]


def test_the_script_knows_the_same_roles_and_kinds(stamped: Stamped, shell: Shell) -> None:
    calls = [f'kinds_of {role}; printf "%s\\n" "$REPLY"' for role in sorted(ROLES)]
    lines = _run_functions(stamped, shell, ['printf "%s\\n" "$MACHINES" "$GUARDED"', *calls])
    assert set(lines[0].split()) == MACHINE_ROLES
    assert set(lines[1].split()) == ROOT_GRANTS
    known = {role: set(line.split()) for role, line in zip(sorted(ROLES), lines[2:], strict=True)}
    assert known == {role: set(permitted_kinds(role)) for role in ROLES}


def test_the_script_knows_the_same_reserved_names(stamped: Stamped, shell: Shell) -> None:
    (line,) = _run_functions(stamped, shell, ['printf "%s\\n" "$RESERVED"'])
    assert set(line.split()) == RESERVED_NAMES


@pytest.mark.parametrize(
    ("day", "sound"),
    [("2024-02-29", 0), ("2026-02-29", 1), ("1900-02-29", 1), ("2000-02-29", 0), ("2026-13-01", 1)],
)
def test_the_script_knows_the_calendar(
    stamped: Stamped, shell: Shell, day: str, sound: int
) -> None:
    assert _run_functions(stamped, shell, [f"is_day {day}; echo $?"]) == [str(sound)]


def _run_functions(stamped: Stamped, shell: Shell, calls: list[str]) -> list[str]:
    """Run functions of the script, apart from its checks."""
    functions = stamped.files["verify.sh"].decode().partition("# --- the checks, from the")[0]
    shell.folder.mkdir(exist_ok=True)
    (shell.folder / "part.sh").write_text("\n".join([functions, *calls, ""]), encoding="utf-8")
    return shell.run("part.sh").stdout.splitlines()


def test_a_newline_at_the_end_of_a_statement_means_nothing_to_either(
    stamped: Stamped, shell: Shell
) -> None:
    files = dict(stamped.files)
    files["statement.sd-jwt"] += b"\n"
    assert agreed(shell, resum(files), stamped.policy).returncode == 0


def test_what_a_real_key_signed_counts_only_as_the_format_has_it(
    shell: Shell, tmp_path: Path
) -> None:
    built = new_ledger(tmp_path / "home")
    wanted = {name: b64url(array) for name, array in {**SOUND, **FAULTY}.items() if name in SHOWN}
    with cheating(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "ledger.recorder.event_store.fill_digests",
            lambda texts, entropy: fill_digests([*texts, *wanted.values()], entropy),
        )
        record = consent(built, built.pupil(1))
        seal(built)
        files = prove(built, index_of(built, record))
    policy = outside_policy(built)
    for name, text in wanted.items():
        more = {"statement.sd-jwt": files["statement.sd-jwt"] + text.encode() + b"~"}
        expected = 11 if name in SOUND else 10
        assert agreed(shell, resum({**files, **more}), policy).returncode == expected, name
        proof = check_proof_folder(shell.folder / "proof", shell.folder / "policy")
        assert (proof.result == "altered") == (expected == 10), (name, proof.found)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content).to_bytes(2, "big")
    return (
        bytes([tag]) + (bytes([len(content)]) if len(content) < 128 else b"\x82" + size) + content
    )


def _with_status_text(tsr: bytes, text: str) -> bytes:
    """Say something beside the token, where nobody signs."""
    _status, token = children(tsr, read_element(tsr))
    said = _der(0x30, _der(0x0C, text.encode()))
    status = _der(0x30, b"\x02\x01\x00" + said)
    return _der(0x30, status + tsr[token.start : token.end])


@pytest.mark.parametrize(
    "text", ["Operation Okay", "x\nTime stamp: Nov 20 00:00:00 2031 GMT\n", "\nTST info:\n"]
)
def test_a_time_comes_from_the_signed_token_alone(
    stamped: Stamped, shell: Shell, text: str
) -> None:
    honest = shell.check(stamped.files, stamped.policy)
    changed_ = {
        name: _with_status_text(data, text) if name.startswith("tokens/") else data
        for name, data in stamped.files.items()
    }
    done = agreed(shell, resum(changed_), stamped.policy)
    assert (done.returncode, done.stdout) == (0, honest.stdout)
    proof = check_proof_folder(shell.folder / "proof", shell.folder / "policy")
    above = examine_proof_folder(stamped.files, stamped.policy).bracket.above
    assert sorted(proof.before) == sorted(one.at for one in above)


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.__name__.strip("_"))
def test_what_the_rules_of_authority_forbid_is_caught_by_both(
    shell: Shell, tmp_path: Path, cheat: Callable[[BuiltLedger], None]
) -> None:
    built = new_ledger(tmp_path / "home")
    with cheating():
        cheat(built)
        seal(built)
        with built.reading_file() as reader:
            last = max(i for s, _, i in reader.stream_heads() if s != built.heads_stream)
        files = prove(built, last)
    assert agreed(shell, files, outside_policy(built)).returncode == 10
    assert check_proof_folder(shell.folder / "proof", shell.folder / "policy").result == "altered"


def test_the_script_and_the_mini_verifier_know_the_same_types(
    stamped: Stamped, shell: Shell
) -> None:
    names = [*event_types(), "consent.paused.v7", "staff.x", "nobody.knows.v1", "log.anchor.v2"]
    calls = [f'unversioned {name}; t=$REPLY; kind_of "$t"; k=$REPLY' for name in names]
    more = ['; signers_of "$t"; printf "%s|%s\\n" "$k" "$REPLY"'] * len(names)
    lines = _run_functions(stamped, shell, [a + b for a, b in zip(calls, more, strict=True)])
    for name, line in zip(names, lines, strict=True):
        kind, _, roles = line.partition("|")
        base, cls = base_name(name), event_types().get(name)
        assert kind == said.KIND_OF.get(base, "event"), name
        assert cls is None or kind == cls.KIND, name
        assert set(roles.split()) == said.signers(base), name
        if kind in SAID_KINDS:
            assert set(roles.split()) == roles_that_may_sign(name, date(2026, 3, 3)), name


def test_a_correction_by_a_role_that_may_not_sign_what_it_corrects_is_caught_by_both(
    shell: Shell, tmp_path: Path
) -> None:
    built = new_ledger(tmp_path / "home")
    record = consent(built, built.pupil(1))
    with built.reading_file() as reader:
        hashed = statement_hash(reader.place(record.id.bytes, 1).statement)
    with cheating():
        entry = built.entry(subject=record.given.subject if record.given else None)
        record.correct(entry, seq=1, statement=hashed, reason="A mistake.", then=False)
        built.save("teacher", record)
        seal(built)
        files = prove(built, index_of(built, record), in_force=True)
    assert agreed(shell, files, outside_policy(built)).returncode == 10


def test_script_and_python_say_which_log_is_continued(shell: Shell, tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home", continues=["one", "other"])
    index = index_of(built, consent(built, built.pupil(1)))
    seal(built)
    policy = outside_policy(built, built.add_cosignature(), "council")
    files = prove(built, index, policy_txt=policy["policy.txt"])
    done = agreed(shell, files, policy)
    report = examine_proof_folder(files, policy).report
    assert (done.returncode, report.codes["continues"]) == (0, 2)
    for name in ("one", "other"):
        origin = f"send-ledger/v1/{b64url(drawn(f'{name} lid', 16))}"
        assert f"this log says that it continues {origin} from size 41" in done.stdout
    proof = check_proof_folder(
        write_folder(files, tmp_path / "proof"), write_folder(policy, tmp_path / "policy")
    )
    assert (proof.result, len(proof.authority.continued)) == ("intact", 2)
    shown = read_sd_jwt(files["authority/0002.sd-jwt"]).fields
    assert (shown["lost_first"], shown["lost_last"]) == (40, 40)
    assert "grounds" not in shown


@pytest.mark.parametrize("authority_first", [False, True])
def test_heads_of_one_save_may_stand_in_either_order(
    shell: Shell, tmp_path: Path, authority_first: bool
) -> None:
    built = new_ledger(tmp_path / "home")
    index = index_of(built, consent(built, built.pupil(1)))
    seal(built, authority_first=authority_first)
    policy = outside_policy(built, built.add_cosignature(), "council")
    files = prove(built, index, in_force=True, policy_txt=policy["policy.txt"])
    assert agreed(shell, files, policy).returncode == 0


def _older_authority_head(built: BuiltLedger, files: Folder) -> Folder:
    """Close the authority stream with a real head, but one from before the entry."""
    note = TlogProof.parse(files["statement.tlog-proof"]).checkpoint_note
    size = TlogProof.parse(files["statement.tlog-proof"]).checkpoint.size
    with built.reading_file() as reader:
        head = reader.stream(built.heads_stream)[0]
        hashes = tuple(LogProver(reader).inclusion(head.index, size))
    proof = TlogProof(index=head.index, hashes=hashes, checkpoint_note=note).to_bytes()
    more = {"authority/head.sd-jwt": head.statement + b"~", "authority/head.tlog-proof": proof}
    return resum({**files, **more})


def test_an_authority_head_from_before_the_entry_is_caught_by_both(
    shell: Shell, tmp_path: Path
) -> None:
    built = new_ledger(tmp_path / "home")
    seal(built)
    index = index_of(built, consent(built, built.pupil(1)))
    seal(built)
    files = _older_authority_head(built, prove(built, index))
    assert agreed(shell, files, outside_policy(built)).returncode == 10


@pytest.mark.parametrize("taken", ["key", "key, found out later", "role"])
def test_what_was_taken_back_from_before_the_entry_is_said_by_both(
    shell: Shell, tmp_path: Path, taken: str
) -> None:
    built = new_ledger(tmp_path / "home")
    index = index_of(built, consent(built, built.pupil(1)))
    if taken == "key, found out later":
        revoke(built, "senco", index + 1)
    if taken.startswith("key"):
        revoke(built, "senco", index)
    else:
        built.withdraw("senco", "senco", index, by="head")
    seal(built)
    policy = outside_policy(built, built.add_cosignature(), "council")
    files = prove(built, index, policy_txt=policy["policy.txt"])
    done = agreed(shell, files, policy)
    assert done.returncode == 0
    assert f"entry {index} is disputed" in done.stdout
    assert examine_proof_folder(files, policy).disputed == {index}
