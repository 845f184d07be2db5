"""What every text is made of: in come numbers, rows and rules, out come lines of text.

Each is a few pure functions:

    numbers   how a number and an array are written for people
    columns   rows of cells as aligned lines
    formulas  a rule in Python as a formula in mathematics
"""
