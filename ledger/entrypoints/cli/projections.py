"""`send-ledger projections`: check or rebuild what is shown from what is recorded."""

from __future__ import annotations

from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say
from ledger.entrypoints.cli.viewing import viewing
from ledger.errors import StorageFailed
from ledger.projections.catch_up import differing
from ledger.projections.read_models import begin_anew


@ledger_group(
    name="projections",
    examples=("projections check --as senco", "projections rebuild --as senco"),
)
def command() -> None:
    """Check or rebuild what is shown from what is recorded."""


@ledger_command(
    command,
    "check",
    examples=("projections check --as senco", "projections check --as senco --json"),
)
def check(setting: Setting) -> None:
    """Compare the register and the histories with what the ledger itself says.

    Covers what you may read. Exit code 8 where they differ; the ledger itself
    is checked with send-ledger verify.
    """
    with viewing(setting) as view:
        names = differing(view.models, view.reader)
        size = view.reader.size
    if names:
        raise StorageFailed(
            f"What is shown differs from what is recorded, in: {', '.join(names)}.",
            "The file of read models was changed or damaged; the ledger was not.",
            "Run send-ledger projections rebuild.",
            kind="read-models-differ",
        )
    words = f"What is shown is what is recorded, in all {size} entries."
    say(setting, words, {"result": "intact", "entries": size})


@ledger_command(
    command,
    "rebuild",
    examples=("projections rebuild --as senco", "projections rebuild --as head --json"),
)
def rebuild_all(setting: Setting) -> None:
    """Make the register and the histories anew from the ledger."""
    begin_anew(setting.home().read_models_path)
    with viewing(setting) as view:
        size = view.reader.size
    say(setting, f"Rebuilt from {size} entries.", {"rebuilt": True, "entries": size})
