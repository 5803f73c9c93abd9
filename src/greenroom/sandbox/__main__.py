"""`python -m greenroom.sandbox` serves the sandbox."""

from greenroom.sandbox.server import serve

if __name__ == "__main__":
    serve()
