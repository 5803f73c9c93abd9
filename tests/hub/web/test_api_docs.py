"""The page of the API."""

import re

from django.test import Client

from greenroom.hub.automation.registry import list_operations, list_triggers


def test_every_operation_and_trigger_is_described(db):
    page = Client().get("/api/docs").content.decode()
    described = set(re.findall(r'<details class="card" id="(\w+)"', page))
    assert {one.operation_id for one in (*list_operations(), *list_triggers())} == described
    for operation in list_operations():
        assert f"{operation.method} {operation.path}" in page


def test_it_is_made_for_this_hub_and_takes_nothing_from_elsewhere(db):
    page = Client().get("/api/docs").content.decode()
    assert "http://testserver/api/v1" in page
    assert set() == set(re.findall(r'(?:src|href)="(https?://[^"]+)"', page))
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|<style|style=", page)


def test_without_scripts_nothing_is_shown_that_does_not_work(db):
    page = Client().get("/api/docs").content.decode()
    assert all(" hidden" in form for form in re.findall(r"<form[^>]*>", page))


def test_it_asks_the_database_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get("/api/docs")


def test_addresses_that_lead_nowhere_are_told_in_json(db):
    for path in ("/api", "/api/", "/api/v2/me", "/api/docs/x"):
        answer = Client().get(path)
        assert (404, "application/problem+json") == (answer.status_code, answer["Content-Type"])
