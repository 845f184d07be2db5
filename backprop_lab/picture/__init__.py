"""What there is to see, and where: in comes a tape, out comes a drawing of each step.

From what is shown to where it stands:

    groups     which nodes share one card
    picture    the records: cards, arrows and texts, and what each shows when
    composing  from a tape to a picture
    measures   how large a text is
    cards      what stands where on a card, and how much room it takes
    layout     where Graphviz puts them
    svg        how they are drawn
    drawing    the still picture
"""
