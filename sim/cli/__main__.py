"""`python -m sim.cli`: the command `ripple`, where no script of that name is installed."""

from sim.cli import main

if __name__ == "__main__":
    main()
