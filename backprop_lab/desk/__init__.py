"""Where people come in: in comes a command line, out come notebooks, a report or marks.

Both print text and end with an exit code:

    doctor  what is in use on this machine, and what to do about it
    cli     the command `backprop-lab`
"""
