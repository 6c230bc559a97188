"""How the demonstration tells what it does: step by step, in words, with seconds."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Final

WIDTH: Final = 96

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(slots=True)
class Telling:
    """Tells people, and keeps the seconds of each step for the summary.

    Attributes:
        say: prints one line.
        seconds: step → how long it took.
    """

    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Callable[[str], None]]:
        """Tell one step: its title at once, what happened as lines, at last the seconds.

        Args:
            name: what it is called in the summary.
            title: what it is, in words.
        """
        self.say(f"\n{title}")
        began = perf_counter()
        yield self._tell
        self.seconds[name] = round(perf_counter() - began, 2)
        self.say(f"  ({self.seconds[name]:.1f} s)")

    def _tell(self, line: str) -> None:
        indent = "  " + " " * (len(line) - len(line.lstrip()))
        wrapper = textwrap.TextWrapper(
            WIDTH,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_on_hyphens=False,
        )
        for part in wrapper.wrap(line.strip()):
            self.say(part)
