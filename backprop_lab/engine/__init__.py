"""The lesson itself: in comes an expression, out come its graph and both its passes.

Read in this order, it takes an hour:

    arrays       read-only float64 arrays, the only kind of value
    primitives   what a row of the table is
    table        THE TABLE: every operation beside its derivatives
    names        what the learner calls a value
    written      how a node is written: on a line, in a message
    habits       names from elsewhere, and the line that does it here
    refusals     what a node cannot do, and what to write instead
    shapes       which shapes fit together
    node         one value, and how it came about
    graph        the nodes an output depends on, in order
    functions    the words learners write: exp, sigmoid, total, …
    steps        the records of a forward and of a backward step
    sentences    a step in words and formulas
    walking      how a backward pass walks a graph
    mistakes     the mistakes that passes make, in one table
    tape         the two passes, step by step
    rounding     how far rounding moves a loss and its gradients
    differences  slopes from values alone, and how far they may be off
    check        every gradient beside a central difference
"""
