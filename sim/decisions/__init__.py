"""Deciding between plans: what is still good if we are wrong, and what would change the choice.

Each tool takes plans and an evaluator (`Simulator()`, or a formula of the same form) and returns a result with
tidy `tables()`, `facts()` and sentences `in_words()`.
"""

from sim.decisions.budget import BestPlan, best_plan
from sim.decisions.contribution import Contribution, contributions
from sim.decisions.dying import Dying, where_it_dies
from sim.decisions.errors import DecisionError
from sim.decisions.evaluating import GOALS, Evaluate, Trace, Tracing
from sim.decisions.flip import Flip, flip_points
from sim.decisions.futures import NAMED, Future, drawn, futures_named
from sim.decisions.lasting import Lasting, does_it_last
from sim.decisions.memory import Memory
from sim.decisions.menu import Menu, menu_of
from sim.decisions.promises import Kept, Promises, compare_promises, promise_log
from sim.decisions.regret import Regret, regret_table
from sim.decisions.search import Limits
from sim.decisions.simulator import Simulator
from sim.decisions.start import STRATEGIES, Starters, whom_to_start_with
from sim.decisions.statistics import Estimate
from sim.decisions.tipping import Tipping, tipping_points

__all__ = [
    "GOALS",
    "NAMED",
    "STRATEGIES",
    "BestPlan",
    "Contribution",
    "DecisionError",
    "Dying",
    "Estimate",
    "Evaluate",
    "Flip",
    "Future",
    "Kept",
    "Lasting",
    "Limits",
    "Memory",
    "Menu",
    "Promises",
    "Regret",
    "Simulator",
    "Starters",
    "Tipping",
    "Trace",
    "Tracing",
    "best_plan",
    "compare_promises",
    "contributions",
    "does_it_last",
    "drawn",
    "flip_points",
    "futures_named",
    "menu_of",
    "promise_log",
    "regret_table",
    "tipping_points",
    "where_it_dies",
    "whom_to_start_with",
]
