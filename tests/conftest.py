"""What every test starts from: no setting of the machine decides anything."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

KEPT = frozenset({"SEND_LEDGER_VECTORS"})

# A slow machine is no finding; where tests run unattended, they try the same examples.
settings.register_profile("untimed", deadline=None)
settings.register_profile("unattended", deadline=None, derandomize=True)
settings.load_profile("unattended" if os.environ.get("CI") else "untimed")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Forget SEND_LEDGER_…, and keep high-water marks out of the person's own folder."""
    for name in [one for one in os.environ if one.startswith("SEND_LEDGER_")]:
        if name not in KEPT:
            monkeypatch.delenv(name)
    state = tmp_path_factory.getbasetemp() / "state"
    monkeypatch.setenv("SEND_LEDGER_STATE", str(state))
    monkeypatch.setenv("NO_COLOR", "1")
