"""The passes as code: in comes a graph, out comes Python that a learner would write.

From a name to a function that runs:

    identifiers  a name for each node that Python accepts
    dialect      a row of the table as Python, for floats or for NumPy
    listing      both passes as lines
    inlining     the same lines with fewer names
    program      the lines, to read and to run
"""
