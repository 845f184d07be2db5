"""The exercises themselves: one module for each lesson and each assignment.

Each module has a tuple `EXERCISES`; `backprop_lab.coursework.exercise` finds them all.
"""
