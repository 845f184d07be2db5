"""What the lesson notebooks share: in come a question and numbers, out comes a drawing.

    axes          where every drawing starts: its labels and its colours
    curves        a curve with its secants; the sigmoid with its slope
    depth         the size of the gradients, layer by layer
    directions    forwards or backwards through a graph, and what each costs
    expansion     an array graph as one with a node for each number
    factors       the chain rule's factors along a path, numbered
    landscape     a loss over two of its variables, seen from above
    layers        where a layered network starts
    not_finite    the first step with infinity or NaN
    nudges        the error of a difference over the size of its nudge
    points        examples to learn from: XOR, two moons, two spirals
    regions       what a network predicts, all over the plane
    training      the same step over and over, watched, and stopped without loss
    losses        how the loss falls, a curve for each training
    film          a plot drawn again and again, quickly enough to follow a slider
    descent       the way down the landscape, beside the loss
    watching      a training live while it runs, and afterwards to and fro
    wrong_orders  where wrong backward passes leave the right one

A notebook is text, a few lines and a look; what takes more lines is here.
"""
