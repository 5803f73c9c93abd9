"""
What other programs do with this hub: operations they call, triggers they wait for, hooks we call.

`registry` holds every operation and trigger once; the JSON API, its documents, the packages of the platforms and the
MCP tools are made from it.
"""
