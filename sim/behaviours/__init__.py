"""What leaders can do and what gets in their way, as data: levers, barriers, and where each comes from."""
