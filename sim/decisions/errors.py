"""What can go wrong with a decision, in one sentence each."""

from __future__ import annotations


class DecisionError(ValueError):
    """A question that cannot be answered: what was asked, why not, how to mend it."""
