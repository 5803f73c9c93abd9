"""One thing is done for many contacts: those ticked, or all whom a list finds."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from greenroom.hub.actions import together
from greenroom.hub.actions.together import Chosen, act_on_contacts, act_together
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.contacts.services import add_tags, make_contact
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.services import save_segment


@pytest.fixture
def people(db) -> list[Contact]:
    """Twenty at Northwind and one elsewhere."""
    some = [make_contact(source="hand", email=f"p{number}@northwind.example") for number in range(20)]
    return [*some, make_contact(source="hand", email="zoe@harbor.example")]


@pytest.fixture
def ask(browser, mara):
    """Choose contacts on a list as a form without a script does, say what to do, and return both pages in words."""

    def ask(kind: str, said: dict, **chosen) -> tuple[str, str]:
        client = browser(mara)
        path = f"{reverse('contacts_together', args=[kind])}?{urlencode(chosen, doseq=True)}"
        return client.get(path).content.decode(), client.post(path, said, follow=True).content.decode()

    return ask


def tagged(name: str) -> int:
    return list_contacts(tag=name).count()


def test_those_ticked_get_tags_after_a_look_and_nobody_ticked_is_nobody(people, ask, run_jobs):
    page, after = ask("add_tags", {"tags": "VIP"}, contact=[people[0].pk, people[1].pk], whom="ticked")
    assert ("2 contacts" in page, "done for 2 contacts" in after) == (True, True)
    page, after = ask("add_tags", {"tags": "VIP"}, whom="ticked", q="northwind")
    assert "Nobody was chosen" in page
    assert "Nobody was chosen" in after
    run_jobs()
    assert 2 == tagged("VIP")


def test_all_found_are_those_there_were(people, ask, run_jobs):
    page, _ = ask("add_tags", {"tags": "VIP, North"}, whom="all", q="northwind")
    assert "20 contacts" in page
    make_contact(source="hand", email="late@northwind.example")
    run_jobs()
    assert (20, 20) == (tagged("VIP"), tagged("North"))
    ask("remove_tags", {"tags": "vip"}, whom="all", tag="VIP")
    run_jobs()
    assert (0, 20) == (tagged("VIP"), tagged("North"))


def test_members_of_a_segment_go_into_another_by_hand(people, ask, ada, run_jobs):
    add_tags(contacts=[one.pk for one in people[:3]], names=["VIP"])
    source = save_segment(name="VIPs", rules={"tag": "VIP"}, actor=ada)
    target = save_segment(name="Invited", rules={"all": []}, actor=ada)
    run_jobs()
    page, _ = ask("add_to_segment", {"segment": target.pk}, whom="all", segment=source.pk)
    assert "3 contacts" in page
    run_jobs()
    assert [Member.Decision.IN] * 3 == [one.decided for one in target.members.filter(is_in=True)]


def test_what_is_missing_is_told_beside_its_field(people, ask):
    _, after = ask("add_tags", {"tags": ""}, contact=[people[0].pk], whom="ticked")
    assert ("is required" in after, "being done" in after) == (True, False)


def test_work_that_was_interrupted_is_done_again_without_harm(people, monkeypatch):
    monkeypatch.setattr(together, "_AT_ONCE", 7)
    rounds = iter(["first"])
    monkeypatch.setattr(together, "reached", lambda name: next(rounds))
    with pytest.raises(StopIteration):
        act_on_contacts.call(kind="add_tags", settings={"tags": "VIP"}, chosen={})
    assert 7 == tagged("VIP")
    monkeypatch.undo()
    act_on_contacts.call(kind="add_tags", settings={"tags": "VIP"}, chosen={})
    assert 21 == tagged("VIP")


def test_only_what_reaches_nobody_outside_is_done_so(people, ada):
    with pytest.raises(UnknownObjectError):
        act_together(chosen=Chosen(), kind="send_email", given={}, actor=ada)
    with pytest.raises(UnknownObjectError):
        Chosen(segment=Segment(pk=9).pk).find()
