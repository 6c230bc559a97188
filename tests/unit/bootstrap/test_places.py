"""Where a home may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.bootstrap import places
from ledger.bootstrap.places import demand_safe_place, unsafe_place
from ledger.errors import StorageFailed

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
//server/school /mnt/school cifs rw 0 0
server:/srv /mnt/nfs nfs4 rw 0 0
/dev/sdb1 /mnt/nfs/local ext4 rw 0 0
head@server:/ /mnt/over\\040ssh fuse.sshfs rw 0 0
"""


@pytest.fixture
def mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def told(path: Path, *args: str) -> str:
        return MOUNTS if str(path) == "/proc/mounts" else read(path, *args)

    monkeypatch.setattr(Path, "read_text", told)


@pytest.mark.parametrize(
    "path",
    [
        "/home/head/OneDrive/ledger",
        "/home/head/OneDrive - Barnsley MBC/ledger",
        "/home/head/onedrive/a/b/c",
        "/Users/head/Library/CloudStorage/Dropbox/ledger",
        "/Users/head/Google Drive/ledger",
        "/Users/head/iCloud Drive/ledger",
        "/home/head/Nextcloud/ledger",
        "/home/head/SharePoint - School/ledger",
    ],
)
def test_a_synced_folder_is_unsafe(path: str) -> None:
    assert "synced" in unsafe_place(Path(path))
    with pytest.raises(StorageFailed) as refused:
        demand_safe_place(Path(path))
    assert (refused.value.kind, refused.value.exit_code) == ("synced-folder", 8)


@pytest.mark.parametrize("path", ["/home/head/ledger", "/srv/schools/box", "/home/drop/box"])
@pytest.mark.usefixtures("mounts")
def test_a_plain_folder_is_safe(path: str) -> None:
    assert unsafe_place(Path(path)) == ""
    demand_safe_place(Path(path))


@pytest.mark.usefixtures("mounts")
def test_a_network_folder_is_unsafe_and_named() -> None:
    assert "/mnt/school" in unsafe_place(Path("/mnt/school/ledger"))
    assert "cifs" in unsafe_place(Path("/mnt/school"))
    assert "nfs4" in unsafe_place(Path("/mnt/nfs/a/b"))
    assert "fuse.sshfs" in unsafe_place(Path("/mnt/over ssh/ledger"))
    assert unsafe_place(Path("/mnt/nfs/local/ledger")) == ""
    assert unsafe_place(Path("/mnt/schools")) == ""


def test_a_computer_without_a_list_of_mounts_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_path: Path, *_args: str) -> str:
        raise OSError

    monkeypatch.setattr(Path, "read_text", none)
    assert unsafe_place(Path("/home/head/ledger")) == ""


def test_on_windows_a_network_path_or_drive_is_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.sys, "platform", "win32")  # type: ignore[attr-defined]  # the module's own
    assert "network" in places._windows_network(Path("\\\\server\\school\\ledger"))
    assert places._windows_network(Path("C:\\ledger")) == ""


LISTED_BY_MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//head@server._smb._tcp.local/Staff on /Volumes/Staff (smbfs, nodev, nosuid, mounted by head)
//head@afp.local/SEN on /Volumes/SEN on paper (2026) (afpfs, nodev, nosuid, mounted by head)
server:/srv/school on /Volumes/nfs (nfs, nodev, nosuid, mounted by head)
https://dav.example/school/ on /Volumes/dav (webdav, nodev, noexec, nosuid, mounted by head)
/dev/disk5s1 on /Volumes/STICK (msdos, local, nodev, nosuid, noowners)
"""


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.sys, "platform", "darwin")  # type: ignore[attr-defined]  # the module's own
    monkeypatch.setattr(places, "_listed_by_mount", lambda: LISTED_BY_MACOS)


@pytest.mark.usefixtures("macos")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/Volumes/Staff/SEN/ledger", "smbfs"),
        ("/Volumes/SEN on paper (2026)/ledger", "afpfs"),
        ("/Volumes/nfs", "nfs"),
        ("/Volumes/dav/ledger", "webdav"),
    ],
)
def test_on_macos_a_network_folder_is_unsafe_and_named(path: str, kind: str) -> None:
    assert f"({kind})" in unsafe_place(Path(path))
    with pytest.raises(StorageFailed):
        demand_safe_place(Path(path))


@pytest.mark.usefixtures("macos")
@pytest.mark.parametrize(
    "path", ["/Users/head/ledger", "/Volumes/STICK/ledger", "/Volumes/Staffroom/ledger"]
)
def test_on_macos_a_disk_of_its_own_is_safe(path: str) -> None:
    assert unsafe_place(Path(path)) == ""


def test_a_mac_that_does_not_list_its_mounts_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.sys, "platform", "darwin")  # type: ignore[attr-defined]  # the module's own
    monkeypatch.setattr(places, "_MOUNT", "/sbin/no-such-program")
    assert unsafe_place(Path("/Users/head/ledger")) == ""


@pytest.mark.usefixtures("mounts")
def test_a_link_into_a_synced_or_network_folder_is_unsafe(tmp_path: Path) -> None:
    (tmp_path / "OneDrive").mkdir()
    (tmp_path / "ledger").symlink_to(tmp_path / "OneDrive")
    assert "synced" in unsafe_place(tmp_path / "ledger")
    (tmp_path / "school").symlink_to("/mnt/school")
    assert "cifs" in unsafe_place(tmp_path / "school" / "ledger")
