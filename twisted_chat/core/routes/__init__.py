"""The backslash routes, their guards, and what their arguments mean.

Nothing else of the core imports from here.
"""
