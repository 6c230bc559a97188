"""Product and mini-verifier come to one result on a bundle and a receipt, and on altered copies."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.handover import ACCEPTED
from ledger.aggregates.record_transfer import Omission
from ledger.bundles.container import pack, unpack
from ledger.bundles.receipt import open_receipt_file
from ledger.errors import InputRefused, LedgerError
from ledger.formats.bundle_layout import Attachment, is_bundle_name
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.verify.bundle import verify_bundle
from ledger.verify.receipt import verify_receipt
from ledger.verify.trust_policy import read_trust_policy
from tests.mini_verifier.bundle import check_bundle
from tests.mini_verifier.receipt import check_receipt
from tests.support.two_schools import answer, confirm, new_school, send, sender_with_pupil
from tests.unit.evidence.proof_ledgers import write_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Files = dict[str, bytes]

AGE_FILE = b"the bundle, encrypted\n"
DRAWN_AGAIN = {"record-differs"}
"""What only a program that draws the readable page can find."""


@dataclass(frozen=True)
class Handover:
    """Two bundles of one sender, a receipt and its confirmation, and two outside policies."""

    bundle: Files
    other: Files
    receipt: bytes
    confirmation: bytes
    recipient: str
    policies: Mapping[str, Files]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Handover:
    home = tmp_path_factory.mktemp("schools")
    sender, receiver = sender_with_pupil(home), new_school(home, "receiver", "Bryn School")
    earlier = (int(sender.seal().split(b"\n")[1]),)
    documents = (Attachment(name="kXb3vQ", kind="text", data=b"Reads fluently.\n"),)
    omissions = (Omission("access_log", "It concerns this school's staff."),)
    sent = send(sender, receiver, earlier=earlier, attachments=documents, omissions=omissions)
    other = send(sender, receiver, earlier=earlier)
    _, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    receipt = answer(receiver, bundle, AGE_FILE, ACCEPTED)
    confirmation = confirm(sender, bundle, AGE_FILE, receipt)
    policies = {"sender": dict(sender.policy_files), "receiver": dict(receiver.policy_files)}
    sender.ledger.close()
    receiver.ledger.close()
    return Handover(sent.members, other.members, receipt, confirmation, receiver.origin, policies)


def resum(files: Mapping[str, bytes]) -> Files:
    """List the checksums anew, as a forger would."""
    rest = {name: data for name, data in files.items() if name != SUMS_NAME}
    return {**rest, SUMS_NAME: sha256sums(rest)}


def product_on_bundle(data: bytes, policy: Files | None, recipient: str) -> tuple[str, set[str]]:
    """Give the product's result, and what it found altered."""
    trusted = None if policy is None else read_trust_policy(policy)
    try:
        members = unpack(data, allow=is_bundle_name)
        report, _ = verify_bundle(members, trusted, recipient)
    except LedgerError as refused:
        return "altered", {refused.kind}
    return report.result, {one.code for one in report.findings if one.grade == "altered"}


def product_on_receipt(data: bytes, policy: Files | None) -> str:
    """Give the product's result."""
    trusted = None if policy is None else read_trust_policy(policy)
    try:
        files = open_receipt_file(data)
    except LedgerError:
        return "altered"
    return verify_receipt(files, trusted)[0].result


def on_bundle(folder: Path, data: bytes, policy: Files | None, recipient: str) -> str:
    """Let both check a bundle, demand one result, and give it."""
    trusted = None if policy is None else write_folder(policy, folder / "policy")
    proof = check_bundle(data, trusted, recipient)
    result, codes = product_on_bundle(data, policy, recipient)
    if codes != DRAWN_AGAIN:
        assert proof.result == result, (proof.found, codes)
    return result


def on_receipt(folder: Path, data: bytes, policy: Files | None) -> str:
    """Let both check a receipt, demand one result, and give it."""
    trusted = None if policy is None else write_folder(policy, folder / "policy")
    proof = check_receipt(data, trusted)
    result = product_on_receipt(data, policy)
    assert proof.result == result, proof.found
    return result


def test_a_sound_bundle_is_intact_to_both(tmp_path: Path, played: Handover) -> None:
    for number, files in enumerate((played.bundle, played.other)):
        folder = tmp_path / str(number)
        args = folder, pack(files), played.policies["sender"]
        assert on_bundle(*args, played.recipient) == "intact"
        assert on_bundle(*args, "send-ledger/v1/AAAAAAAAAAAAAAAAAAAAAA") == "altered"


def test_a_sound_receipt_and_confirmation_are_intact_to_both(
    tmp_path: Path, played: Handover
) -> None:
    receiver, sender = played.policies["receiver"], played.policies["sender"]
    assert on_receipt(tmp_path / "receipt", played.receipt, receiver) == "intact"
    assert on_receipt(tmp_path / "confirmation", played.confirmation, sender) == "intact"


def test_under_no_policy_or_another_schools_it_is_unanchored_to_both(
    tmp_path: Path, played: Handover
) -> None:
    for number, whose in enumerate((None, "receiver")):
        policy = played.policies[whose] if whose else None
        data = pack(played.bundle)
        assert on_bundle(tmp_path / f"{number}", data, policy, played.recipient) == "unanchored"
    for name, data in (("r", played.receipt), ("c", played.confirmation)):
        assert on_receipt(tmp_path / name, data, None) == "unanchored"
    assert on_receipt(tmp_path / "x", played.receipt, played.policies["sender"]) == "unanchored"


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _is_tried(name: str) -> bool:
    """Leave out the middle of the authority stream, where each entry is like the next."""
    return not re.fullmatch(r"authority/00(0[4-9]|1[0-9])\..*", name)


def _copies(files: Files, other: Files) -> dict[str, Files]:
    """Give copies without a file, with a byte of it flipped, and with another bundle's."""
    copies: dict[str, Files] = {"empty padding": {**files, "padding": b""}}
    for name in filter(_is_tried, files):
        data = files[name]
        copies[f"no {name}"] = {one: other for one, other in files.items() if one != name}
        copies[f"{name} emptied"] = {**files, name: b""}
        copies[f"{name} continued"] = {**files, name: data + b"\n"}
        for part in (0, 2):
            place = (len(data) - 1) * part // 3
            copies[f"{name} flipped at {part} thirds"] = {**files, name: _flipped(data, place)}
        if other.get(name, data) != data:
            copies[f"{name} of the other"] = {**files, name: other[name]}
        copies[f"{name} once more"] = {**files, f"{name}.more": data}
    return copies


def _entries(files: Files) -> dict[str, Files]:
    """Give copies with pairs of files exchanged, left out, added or showing less."""
    copies = {}
    shown = filter(re.compile(r".*\.sd-jwt").fullmatch, filter(_is_tried, files))
    stems = sorted(name.removesuffix(".sd-jwt") for name in shown)
    for one, two in itertools.pairwise(stems):
        swapped = dict(files)
        for ending in (".sd-jwt", ".tlog-proof"):
            swapped[one + ending], swapped[two + ending] = files[two + ending], files[one + ending]
        copies[f"{one} for {two}"] = swapped
    for stem in stems:
        both = {stem + ".sd-jwt", stem + ".tlog-proof"}
        copies[f"without {stem}"] = {name: files[name] for name in files.keys() - both}
        for beside in ("statements/000099", "authority/0099"):
            more = {beside + name[len(stem) :]: files[name] for name in both}
            copies[f"{stem} as {beside}"] = {**files, **more}
        alone = {"authority/0099.tlog-proof": files[stem + ".tlog-proof"]}
        copies[f"the proof of {stem} alone"] = {**files, **alone}
        jwt, *texts, end = files[stem + ".sd-jwt"].split(b"~")
        for number in range(len(texts)):
            left = [*texts[:number], *texts[number + 1 :]]
            less = {stem + ".sd-jwt": b"~".join([jwt, *left, end])}
            copies[f"{stem} without field {number}"] = {**files, **less}
    return copies


def _padded(files: Files) -> Files:
    """Make the padding as long as it has to be, as a forger would."""
    bare = {name: data for name, data in files.items() if name != SUMS_NAME}
    if "padding" not in files or files["padding"].strip(b"\0"):
        return resum(bare)
    short = len(pack(resum({**bare, "padding": b""})))
    return resum({**bare, "padding": bytes(max(0, 2**20 - 1 - short))})


def _find(
    copies: Mapping[str, Files], compare: Callable[[Files], str]
) -> tuple[dict[str, int], list[str]]:
    """Compare every copy; count the results, and name the copies on which they differ."""
    counts: dict[str, int] = {}
    apart = []
    for name, files in copies.items():
        try:
            result = compare(files)
        except AssertionError as error:
            apart.append(f"{name}: {error}"[:400])
            continue
        counts[result] = counts.get(result, 0) + 1
    return counts, apart


def test_both_come_to_one_result_on_altered_bundles(tmp_path: Path, played: Handover) -> None:
    policy = played.policies["sender"]

    def compare(files: Files) -> str:
        return on_bundle(tmp_path, pack(_padded(files)), policy, played.recipient)

    copies = _copies(played.bundle, played.other) | _entries(played.bundle)
    counts, apart = _find(copies, compare)
    assert not apart, "\n".join(apart)
    assert counts["altered"] > 250


def test_both_come_to_one_result_on_altered_receipts(tmp_path: Path, played: Handover) -> None:
    for data, other, whose in (
        (played.receipt, played.confirmation, "receiver"),
        (played.confirmation, played.receipt, "sender"),
    ):
        files = open_receipt_file(data)

        def compare(files: Files, whose: str = whose) -> str:
            return on_receipt(tmp_path, pack(resum(files)), played.policies[whose])

        copies = _copies(files, open_receipt_file(other)) | _entries(files)
        counts, apart = _find(copies, compare)
        assert not apart, "\n".join(apart)
        assert counts["altered"] > 100


def test_both_come_to_one_result_on_a_flipped_or_cut_archive(
    tmp_path: Path, played: Handover
) -> None:
    data, receipt = pack(played.bundle), played.receipt
    places = [*range(0, 400, 19), *range(0, len(data), len(data) // 20)]
    places += range(len(data) - 6_000, len(data), 97)
    for place in places:
        on_bundle(tmp_path, _flipped(data, place), played.policies["sender"], played.recipient)
    for place in range(0, len(receipt), len(receipt) // 200):
        result = on_receipt(tmp_path, _flipped(receipt, place), played.policies["receiver"])
        assert result == "altered"
    for cut in (1, 21, 22, 23, 500, len(receipt) - 1):
        assert on_receipt(tmp_path, receipt[:-cut], played.policies["receiver"]) == "altered"


@pytest.mark.parametrize("name", ["policy.txt", "genesis.sha256"])
def test_both_come_to_one_result_under_an_altered_policy(
    tmp_path: Path, played: Handover, name: str
) -> None:
    whole, data = played.policies["sender"], pack(played.bundle)
    for place in range(0, len(whole[name]), max(1, len(whole[name]) // 12)):
        changed = {**whole, name: _flipped(whole[name], place)}
        try:
            read_trust_policy(changed)
        except (InputRefused, LedgerError):
            continue  # a policy that is none is refused before anything is read
        on_bundle(tmp_path, data, changed, played.recipient)
    bare = {other: text for other, text in whole.items() if other != "genesis.sha256"}
    (tmp_path / "policy" / "genesis.sha256").unlink(missing_ok=True)
    assert on_bundle(tmp_path, data, bare, played.recipient) == "unanchored"
