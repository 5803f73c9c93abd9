"""
What is sent to programs and taken from them. Every key is a text.

Join links are our own (`/go/join/...`), never GoTo's.
"""
