"""The people of the demo whom one can sign in as."""

from typing import NamedTuple

PASSWORD = "greenroom-demo"  # noqa: S105  printed at every start


class Person(NamedTuple):
    """Somebody to sign in as."""

    email: str
    first_name: str
    last_name: str
    time_zone: str
    role: str
    does: str


CAST = (
    Person("ada@greenroom.example", "Ada", "Amsel", "Europe/Berlin", "admin", "administers the site"),
    Person("ivan@greenroom.example", "Ivan", "Petrov", "Europe/Berlin", "instructor", "teaches the courses"),
    Person("eda@greenroom.example", "Eda", "Yilmaz", "Europe/Istanbul", "editor", "edits the lessons"),
    Person("mara@greenroom.example", "Mara", "Lindt", "Europe/Berlin", "marketer", "invites people and keeps in touch"),
    Person("asa@greenroom.example", "Asa", "Lindqvist", "Europe/Stockholm", "assistant", "assists in three courses"),
    Person("obi@greenroom.example", "Obi", "Adeyemi", "Europe/London", "observer", "follows how three people learn"),
    Person("lena@example.com", "Lena", "Fischer", "Europe/Berlin", "learner", "learns"),
)
