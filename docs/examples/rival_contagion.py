"""A rival theory of contagion, swapped in by name and compared: an inverted U, where a fashion loses its charm."""

import pandas as pd

from sim.model import LearningCultureModel, register_contagion


def fashion(x: float, threshold: float, _: float) -> float:
    """C = (x/θ)·exp(1 − x/θ): strongest where a share θ of the contacts practise, weaker beyond."""
    from math import exp

    return x / threshold * exp(1.0 - x / threshold)


register_contagion("fashion", fashion)


def main(people: int = 100, years: float = 2.0, replicates: int = 2, offset: float = 0.0) -> pd.DataFrame:
    """Share practising by week and theory, mean over runs with the same luck, under the strongest bundle."""
    plan = {"extends": "stars_align", "organization": {"people": people}, "run": {"years": years}}
    curves = {}
    for name in ("hill", "linear", "fashion"):
        shares = []
        for replicate in range(replicates):
            model = LearningCultureModel(
                plan, rng=1, replicate=replicate, contagion=name, alpha_offset=offset
            )
            model.run_model()
            shares.append(model.share)
        curves[name] = pd.DataFrame(shares).mean()
    return pd.DataFrame(curves).rename_axis("week")


if __name__ == "__main__":
    print(main().iloc[::13].round(3))
