"""
What other platforms need to know of this hub, made from the registry: documents, packages, tools.

Nothing here describes an operation or a trigger again; a new one appears everywhere by itself.
"""
