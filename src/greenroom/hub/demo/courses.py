"""What the demo's courses hold."""

from datetime import timedelta
from typing import NamedTuple


class Item(NamedTuple):
    """A live event by its title at GoTo, or a text, and what points are given for."""

    event: str = ""
    product: str = "webinar"
    title: str = ""
    text: str = ""
    points_for: str = ""


class PlannedLesson(NamedTuple):
    """A lesson and its sections."""

    title: str
    summary: str
    sections: tuple[tuple[str, tuple[Item, ...]], ...]


class PlannedCourse(NamedTuple):
    """A course and its lessons; into an open one nobody is taken by hand. Learners see it now, or so much later."""

    slug: str
    title: str
    summary: str
    lessons: tuple[PlannedLesson, ...]
    is_open: bool = False
    published_in: timedelta | None = None


COURSES = (
    PlannedCourse(
        "workplace-safety",
        "Workplace safety",
        "Heights, emergencies and hazardous materials: what everyone on site needs to know, with people to ask.",
        (
            PlannedLesson(
                "Working at height",
                "Ladders, ropes and rails.",
                (
                    (
                        "Before you climb",
                        (
                            Item(
                                text="Most falls happen from less than three metres. Before each climb, look at three "
                                "things: the ground, the ladder, and the weather.\n\nThe two sessions below go through "
                                "them with real cases. Bring your own questions."
                            ),
                            Item("Ladder safety basics", points_for="percent"),
                        ),
                    ),
                    ("Ropes, rails and rescue", (Item("Working safely at height", points_for="percent"),)),
                ),
            ),
            PlannedLesson(
                "Emergencies",
                "When something has happened.",
                (
                    ("Fire", (Item("Fire drills that work", points_for="percent"),)),
                    (
                        "First aid",
                        (Item("First aid refresher", points_for="done"), Item("Lifting without hurting your back")),
                    ),
                ),
            ),
            PlannedLesson(
                "Vehicles and materials",
                "Trainings with certificates.",
                (
                    ("Forklifts", (Item("Forklift theory", "training", points_for="done"),)),
                    ("Chemicals", (Item("Safe chemical handling", "training"),)),
                ),
            ),
        ),
    ),
    PlannedCourse(
        "leading-a-small-team",
        "Leading a small team",
        "For people who have just taken over a team: talking, planning, and reading the numbers.",
        (
            PlannedLesson(
                "People first",
                "Welcoming, coaching, instructing.",
                (
                    (
                        "The first weeks",
                        (
                            Item(
                                text="A new colleague decides within ten days whether they feel at home. Plan these "
                                "days before they come."
                            ),
                            Item("Welcoming a new colleague", points_for="percent"),
                            Item("Coaching new team leads"),
                        ),
                    ),
                    (
                        "Saying it clearly",
                        (Item("Writing clear instructions"), Item("Customer calls that end well")),
                    ),
                ),
            ),
            PlannedLesson(
                "Numbers without fear",
                "Budgets and balance sheets.",
                (
                    ("Looking back", (Item("Budgeting for small teams"),)),
                    ("Looking ahead", (Item("Reading a balance sheet"), Item("Spreadsheet clinic"))),
                ),
            ),
            PlannedLesson(
                "Bringing people together",
                "Events of your own.",
                (
                    ("Customers", (Item("Planning a customer day"),)),
                    (
                        "Colleagues",
                        (
                            Item("Quarterly questions hour"),
                            Item("What is new this winter"),
                            Item("Train the trainer", "training", points_for="dates"),
                            Item("Trainers' stand-up", "meeting"),
                            Item("Weekly team hour", "meeting"),
                        ),
                    ),
                ),
            ),
        ),
    ),
    PlannedCourse(
        "getting-started",
        "Getting started",
        "Half an hour for everybody who is new: how live sessions work here. Open to all.",
        (
            PlannedLesson(
                "Your first live session",
                "What happens before, during and after.",
                (
                    (
                        "Before",
                        (
                            Item(
                                text="Register early: your place is kept, and the date moves in your calendar when it "
                                "is moved. Join opens when the organizer starts."
                            ),
                        ),
                    ),
                    ("After", (Item(text="Attendance arrives from GoTo by itself. You need not do anything."),)),
                ),
            ),
        ),
        is_open=True,
    ),
    PlannedCourse(
        "assessing-risks",
        "Assessing risks",
        "From the walk round the site to the measures that last.",
        (
            PlannedLesson(
                "Looking closely",
                "With cases of your own.",
                (
                    (
                        "The workshop",
                        (
                            Item(text="Bring two photographs of your own site: something safe, and something not."),
                            Item("Risk assessment workshop", "training", points_for="done"),
                        ),
                    ),
                ),
            ),
        ),
        published_in=timedelta(days=7),
    ),
)
