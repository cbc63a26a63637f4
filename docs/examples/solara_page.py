"""Mesa's browser page of the model: `solara run docs/examples/solara_page.py`, or `page` in a notebook cell."""

from sim.model import LearningCultureModel
from sim.model.show import page as solara_page

MODEL = LearningCultureModel(
    {"extends": "stars_align", "organization": {"people": 100}}, rng=1, alpha_offset=0.0
)
page = solara_page(model=MODEL)
