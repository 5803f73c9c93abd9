"""The guides hold this hub's addresses, and what they lead to is there."""

import re

import pytest
from django.test import Client

from greenroom.hub.automation.registry import Visibility, list_operations, list_triggers
from greenroom.hub.web.automate import GUIDES


@pytest.fixture
def adas(browser, ada):
    return browser(ada)


def test_home_names_every_trigger_and_operation_people_see(adas):
    page = adas.get("/automate/").content.decode()
    assert all(f">{one.name}</code>" in page for one in list_triggers())
    for one in list_operations():
        assert (f">{one.operation_id}</code>" in page) == (one.visibility is not Visibility.INTERNAL)


@pytest.mark.parametrize("platform", GUIDES)
def test_a_guide_leads_nowhere_but_to_what_is_there(adas, platform):
    page = adas.get(f"/automate/guides/{platform}/").content.decode()
    links = set(re.findall(r'href="(/[^"#?]*)"', page))
    assert "/automate/keys/new/" in links
    for link in links:
        if not link.startswith("/static/"):
            assert 200 == adas.get(link).status_code, link


@pytest.mark.parametrize("platform", ["power-automate", "zapier", "n8n"])
def test_a_guide_offers_a_package(adas, platform):
    page = adas.get(f"/automate/guides/{platform}/").content.decode()
    (link,) = set(re.findall(r'href="(/api/v1/packages/[^"]*)"', page))
    assert "application/zip" == Client().get(link)["Content-Type"]


@pytest.mark.parametrize(
    ("platform", "address"),
    [
        ("power-automate", "http://testserver/api/v1/swagger.json"),
        ("power-automate", "https://global.consent.azure-apim.net/redirect"),
        ("power-automate", "http://testserver/oauth/authorize"),
        ("make", "http://testserver/oauth/token"),
        ("make", "http://testserver/api/v1/hooks"),
        ("mcp", "http://testserver/mcp"),
        ("n8n", "http://testserver"),
    ],
)
def test_a_guide_holds_the_addresses_to_paste(adas, platform, address):
    assert address in adas.get(f"/automate/guides/{platform}/").content.decode()


def test_people_are_told_that_the_internet_does_not_reach_this_hub(adas, settings):
    told = "do not reach this hub yet"
    assert told in adas.get("/automate/guides/zapier/").content.decode()
    settings.IS_HTTPS = True
    assert told not in adas.get("/automate/guides/zapier/").content.decode()


def test_there_is_no_guide_for_what_nobody_knows(adas):
    assert 404 == adas.get("/automate/guides/teletext/").status_code
