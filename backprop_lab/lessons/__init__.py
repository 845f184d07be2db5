"""What the lesson notebooks share: drawings, data sets, experiments; a module each.

    axes          where every drawing starts: its labels and its colours
    curves        a curve with its secants; the sigmoid with its slope
    directions    forwards or backwards through a graph, and what each costs
    factors       the chain rule's factors along a path, numbered
    landscape     a loss over two of its variables, seen from above
    wrong_orders  the classic wrong backward passes, to be broken and watched

A notebook is text, a few lines and a look; what takes more lines is here.
"""
