from sim._version import __version__ as __version__
from sim.api import (
    Design as Design,
)
from sim.api import (
    Experiment as Experiment,
)
from sim.api import (
    ExperimentError as ExperimentError,
)
from sim.api import (
    ExperimentInterrupted as ExperimentInterrupted,
)
from sim.api import (
    Progress as Progress,
)
from sim.api import (
    Resolved as Resolved,
)
from sim.api import (
    Scenario as Scenario,
)
from sim.api import (
    ScenarioError as ScenarioError,
)
from sim.api import (
    StoreError as StoreError,
)
from sim.api import (
    Sweep as Sweep,
)
from sim.api import (
    compare as compare,
)
from sim.api import (
    load as load,
)
from sim.api import (
    names as names,
)
from sim.api import (
    open_results as open_results,
)
from sim.api import (
    open_sweep as open_sweep,
)
from sim.api import (
    resolve as resolve,
)
from sim.api import (
    run as run,
)
from sim.api import (
    sweep as sweep,
)
