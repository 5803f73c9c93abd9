"""What holds for every product, and what those without sign-up answer."""

import ast
from pathlib import Path

import pytest

import greenroom.hub
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.events.products.base import Ability, RegistrantData, SessionData, TeamMemberData
from greenroom.hub.events.registration_form import Answers

HUB = Path(greenroom.hub.__file__).parent
WITHOUT_SIGN_UP = [one for one in PRODUCTS.values() if Ability.REGISTER not in one.abilities]
SOMEBODY = RegistrantData("1", "lena@example.com", "Lena", "Fischer", "APPROVED", None, "")
MEMBER = TeamMemberData("panelist", "1", "Lena", "lena@example.com")


def test_there_are_four_products_in_the_words_of_people():
    words = {code: (one.words.one, one.words.many) for code, one in PRODUCTS.items()}
    assert words == {
        "webinar": ("Webinar", "Webinars"),
        "training": ("Training", "Trainings"),
        "meeting": ("Meeting", "Meetings"),
        "assist": ("Support session", "Support sessions"),
    }
    assert ["meeting", "assist"] == [one.code for one in WITHOUT_SIGN_UP]
    assert max(len(code) for code in PRODUCTS) <= Event._meta.get_field("product").max_length


@pytest.mark.parametrize("product", WITHOUT_SIGN_UP, ids=lambda one: one.code)
def test_without_sign_up_nothing_about_it_asks_goto(product, world, goto, calls):
    key = (goto, world.olga_key, "1")
    session = SessionData("1", "1", world.now, world.now)
    assert () == product.get_registration_form(*key).fields
    assert [] == [*product.list_registrants(*key).rows(), *product.list_team(*key), *product.list_recordings(*key)]
    answers = product.list_answers(*key, session)
    assert () == (*answers.polls, *answers.questions, *answers.surveys)
    product.cancel_registration(*key, "1")
    product.remove_team_member(*key, MEMBER)
    refused = (
        lambda: product.get_registrant(*key, "1"),
        lambda: product.register(*key, Answers(fields={"email": "lena@example.com"})),
        lambda: product.resend_confirmation(*key, SOMEBODY),
        lambda: product.add_team_member(*key, MEMBER),
        lambda: product.get_recording_url(*key, "1"),
    )
    for act in refused:
        with pytest.raises(StateConflictError, match=f"GoTo has no such thing for a {product.words.one.lower()}."):
            act()
    assert [] == calls()


# Nothing outside the products asks which one it is.


def comparisons_with_codes(tree: ast.AST) -> list[int]:
    """Return the lines on which something is compared with a product's code."""
    asking = (ast.Compare, ast.Match, ast.Subscript)
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, asking)
        and any(isinstance(one, ast.Constant) and one.value in PRODUCTS for one in _asked(node))
    ]


def _asked(node: ast.AST) -> list[ast.AST]:
    """Return what a value is compared with, or looked up by; the patterns of a match on a product only."""
    if isinstance(node, ast.Compare):
        return [one for side in (node.left, *node.comparators) for one in ast.walk(side)]
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.Match) and isinstance(node.subject, ast.Attribute) and node.subject.attr == "product":
        return [one for case in node.cases for one in ast.walk(case.pattern)]
    return []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("if event.product == 'webinar': pass", [1]),
        ("if event.product in {'training', 'meeting'}: pass", [1]),
        ("match event.product:\n    case 'assist': pass", [1]),
        ("PRODUCTS['webinar'].register", [1]),
        ("match path:\n    case ['join', 'training', key]: pass", []),
        ("Event.objects.filter(product='training')", []),
        ("if Ability.REGISTER in product.abilities: pass", []),
    ],
)
def test_asking_for_a_product_is_seen(code, lines):
    assert lines == comparisons_with_codes(ast.parse(code))


def test_no_module_outside_the_products_asks_which_product_it_is():
    modules = [path for path in HUB.rglob("*.py") if HUB / "events" / "products" not in path.parents]
    assert len(modules) > 100
    found = {str(path.relative_to(HUB)): comparisons_with_codes(ast.parse(path.read_text())) for path in modules}
    assert {} == {path: lines for path, lines in found.items() if lines}


def test_no_page_asks_which_product_it_is():
    pages = list(HUB.rglob("*.html"))
    assert len(pages) > 40
    asking = [
        f"{path.name}: {code}"
        for path in pages
        for code in PRODUCTS
        for quoted in (f'== "{code}"', f'!= "{code}"', f'in "{code}')
        if quoted in path.read_text()
    ]
    assert [] == asking
