"""What can go wrong with a report, in one sentence each."""

from __future__ import annotations


class ReportError(ValueError):
    """A report that cannot be made: of what, why not, how to mend it."""
