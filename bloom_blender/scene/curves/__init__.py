"""F-Curves, their colours and groups, and markers in the timeline.

Writes and thins curves, and keeps those that a person made.
Does not know where the curves come from.
"""
