"""The words by which people are found, and tags told apart."""

import re
import unicodedata

# Longer ones are cut, here and in what is searched for.
LONGEST = 64
MOST = 40

_BETWEEN = re.compile(r"[\W_]+")


def words_of(*texts: str) -> list[str]:
    """Return the words of some texts without case and accents, each once; of an address also the parts around @."""
    plain = " ".join(_without_accents(text) for text in texts)
    return list(dict.fromkeys(word[:LONGEST] for word in _BETWEEN.split(plain) if word))[:MOST]


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in apart if not unicodedata.combining(mark))


def tag_key(name: str) -> str:
    """Return that by which a tag is told from others."""
    return " ".join(name.split()).lower()
