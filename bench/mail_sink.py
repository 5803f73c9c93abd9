"""A mail server that takes everything and keeps nothing: `python -m bench.mail_sink SOCKET`."""

import asyncio
import socket
import sys


async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one client until it goes."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 Go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"221 Bye\r\n" if verb == b"QUIT" else b"250 Taken\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def main(number: int) -> None:
    """Serve on a socket that somebody else opened."""
    server = await asyncio.start_server(take, sock=socket.socket(fileno=number))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
