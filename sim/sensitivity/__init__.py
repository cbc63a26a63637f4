"""What the outcome depends on, and how do you know: factors, designs, indices with chance taken out.

Nothing here runs a simulation: a design goes out, an array of outcomes (points × replicates) comes back.
"""
