"""Pseudonyms that only the salt can link, and tables from which nobody can be worked out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.organization import OrganizationError, pseudonym, published_groups, suppress

COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 14), max_size=6)


def test_pseudonyms() -> None:
    one = pseudonym("salt", "jane.doe@example.org")
    assert one == pseudonym("salt", "jane.doe@example.org")
    assert len(one) == 11 and one[0] == "p" and set(one[1:]) <= set("0123456789abcdef")
    assert one != pseudonym("pepper", "jane.doe@example.org") and one != pseudonym("salt", "john")
    assert len({pseudonym("s", str(k)) for k in range(5000)}) == 5000
    assert pseudonym("", "") != pseudonym("x", "")


def test_small_groups_are_merged() -> None:
    assert suppress({"a": 20, "b": 3, "c": 4}) == {"a": 20, "other": 7}
    assert suppress({"a": 20, "b": 6}) == {"a": 20, "b": 6}
    assert suppress({"a": 3, "b": 1}) == {}
    assert suppress({}) == {}


def test_a_single_small_group_takes_another_along() -> None:
    """Alone it would be the total less what is shown."""
    assert suppress({"a": 20, "b": 9, "c": 3}) == {"a": 20, "other": 12}


def test_two_groups_of_four_do_not_give_each_other_away() -> None:
    """Two groups below 5 that are 8 together can only be 4 and 4."""
    assert suppress({"a": 20, "b": 9, "c": 4, "d": 4}) == {"a": 20, "other": 17}


def test_a_department_called_other_is_not_mixed_up() -> None:
    assert suppress({"other": 30, "a": 2, "b": 4}) == {"other": 30, "other (merged)": 6}


def test_wrong_counts() -> None:
    with pytest.raises(OrganizationError):
        suppress({"a": -1})
    with pytest.raises(OrganizationError):
        suppress({"a": 1}, minimum=2)


@settings(max_examples=200, deadline=None)
@given(counts=COUNTS, minimum=st.integers(3, 6))
def test_an_attacker_learns_the_size_of_no_small_group(counts: dict[str, int], minimum: int) -> None:
    """The attacker knows all names, the total, the table, and which groups were too small."""
    shown = suppress(counts, minimum=minimum)
    labels = published_groups(counts, minimum=minimum)
    assert all(size >= minimum for size in shown.values() if size)
    if not shown:
        assert sum(counts.values()) < minimum
        return
    assert sum(shown.values()) == sum(counts.values())
    hidden = [name for name, label in labels.items() if label != name]
    visible = [size for name, size in counts.items() if name not in hidden and size > 0]
    if not hidden or len(hidden) > 4 or not visible:
        return  # nothing hidden, or nothing shown but the total
    total = sum(counts[name] for name in hidden)
    ranges = [
        range(1, minimum) if counts[name] < minimum else range(minimum, min(visible) + 1) for name in hidden
    ]
    worlds = [sizes for sizes in itertools.product(*ranges) if sum(sizes) == total]
    assert tuple(counts[name] for name in hidden) in worlds
    for k, name in enumerate(hidden):
        assert counts[name] >= minimum or len({sizes[k] for sizes in worlds}) > 1


def test_the_attack_works_on_a_table_that_only_blanks_its_small_cell() -> None:
    """Negative control: without complementary suppression subtraction finds the hidden group."""
    counts = {"a": 20, "b": 9, "c": 3}
    naive = {name: size for name, size in counts.items() if size >= 5}
    assert sum(counts.values()) - sum(naive.values()) == 3
