"""All nouns, so that the registry of event types is complete wherever it is asked."""

from __future__ import annotations

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.annual_review import AnnualReview
from ledger.aggregates.authority import AuthorityStream
from ledger.aggregates.consent import Consent
from ledger.aggregates.countersignature import Countersignature
from ledger.aggregates.ehc_plan import EhcPlan
from ledger.aggregates.handover import Handover
from ledger.aggregates.log import SystemStream
from ledger.aggregates.my_story import MyStory
from ledger.aggregates.notification import Notification
from ledger.aggregates.parental_responsibility import ParentalResponsibility
from ledger.aggregates.proposal import Proposal
from ledger.aggregates.protected_address import ProtectedAddress
from ledger.aggregates.pupil import Pupil
from ledger.aggregates.record_transfer import RecordTransfer
from ledger.aggregates.review import Review
from ledger.aggregates.school import School
from ledger.aggregates.staff import Staff
from ledger.aggregates.support_cycle import SupportCycle
from ledger.aggregates.support_plan import SupportPlan

AGGREGATES: dict[str, type[Aggregate]] = {
    "annual_review": AnnualReview,
    "authority": AuthorityStream,
    "consent": Consent,
    "countersignature": Countersignature,
    "ehc_plan": EhcPlan,
    "handover": Handover,
    "log": SystemStream,
    "my_story": MyStory,
    "notification": Notification,
    "parental_responsibility": ParentalResponsibility,
    "entry": Proposal,
    "protected_address": ProtectedAddress,
    "pupil": Pupil,
    "record_transfer": RecordTransfer,
    "review": Review,
    "school": School,
    "staff": Staff,
    "support_cycle": SupportCycle,
    "support_plan": SupportPlan,
}
"""Noun, as event types begin, → its aggregate."""


def aggregate_of(event_type: str) -> type[Aggregate] | None:
    """Give the aggregate that an event type belongs to, or None: not understood."""
    return AGGREGATES.get(event_type.split(".", 1)[0])
