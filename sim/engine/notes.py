"""The notebook of a run: events in the order in which they happen."""

from sim.engine.compiled import kernel
from sim.engine.layout import SW_EVENTS


@kernel
def note(w, step, seat, kind, source, layer):
    """Write down one event, if events are kept."""
    if w.switches[SW_EVENTS] == 0:
        return
    k = w.event_count[0]
    if k < w.events.shape[0]:
        w.events[k, 0] = step
        w.events[k, 1] = seat
        w.events[k, 2] = kind
        w.events[k, 3] = source
        w.events[k, 4] = layer
    w.event_count[0] = k + 1
