"""The strategist's desk: a page in the browser on which plans are built, compared and questioned.

A small web server (Starlette) that listens on this machine only, and a page written by hand that asks nothing of any
other.  `view` reads what the page sends; `answering` runs it, first a few runs and then the rest; `warm` begins every
run after the year of business as usual that no plan changes; `board`, `bands` and `network` say what came of it;
`folder` keeps each visitor's plans apart; `server` is the door.  Needs the extra `app`.
"""
