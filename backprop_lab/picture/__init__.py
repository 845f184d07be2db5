"""What there is to see, and where: in comes a tape, out comes a drawing of each step.

From what is shown to where it stands:

    groups    which nodes share one card
    picture   cards, arrows and texts, and what each shows at which step
    measures  how large a text is, and so a card
    layout    where Graphviz puts them
    svg       how they are drawn
    drawing   the still picture
"""
