"""Trust: is the model what it says it is, and what does it say that was not put in?

`validate` holds the engine to what is known exactly (limits, extremes, conservation), to what was measured (patterns) and
writes one page; `documents` writes the generated parts of the protocol, the parameters and the assumptions.
"""
