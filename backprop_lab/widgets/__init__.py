"""What moves: in come a tape or a function, out comes a picture with sliders.

The browser's half is in `static/`, a file for each idea:

    page      that half as one style sheet and one module
    stills    what a saved notebook keeps of a widget
    sweep     the numbers of all positions of a slider at once
    witness   whether a function looks at a number, or only computes with it
    stepper   the picture with a slider for its steps
    plot      a plot that sliders move
    inputs    what the arguments of an explored function may be
    explorer  the picture with sliders for its inputs too
"""
