"""My Story: owned by the child and family, kept by the school (D-PLAN-7, D-CONS-2)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.values.code import Code
from ledger.values.nouns import class_of_contents


@event_type("my_story.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class MyStoryRecorded(Event):
    """The family's story as they told it, with whom, in which version."""

    pupil: bytes
    story_version: Code
    text: str
    owner: str
    completed_with: str | None


class MyStory(Aggregate):
    """One My Story; leaves the school only under its own live consent."""

    CONTENT_CLASS = class_of_contents("my_story")

    def _apply(self, event: Event) -> None:
        """Keep nothing: each telling stands for itself."""
