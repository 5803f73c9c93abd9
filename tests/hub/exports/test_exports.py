"""What people take away: complete, theirs to have, harmless to open."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.factories.courses import make_enrollment
from tests.factories.users import make_user

from greenroom.hub.core import checkpoints
from greenroom.hub.courses.models import SectionItem
from greenroom.hub.courses.services import set_policy
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.exports import services
from greenroom.hub.exports.formats import as_typed, render
from greenroom.hub.exports.models import Export, ExportPart
from greenroom.hub.exports.tables import get_table, list_tables

HOUR = timedelta(hours=1)
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "'=1",
    "''",
    "plain",
    "",
    "O'Neil",
]


@pytest.fixture
def sign_up(event: Event) -> Callable[..., None]:
    """Put rows into the mirror, as many as asked for."""

    def write_rows(count: int = 1, **fields: str) -> None:
        start = event.registrants.count()
        Registrant.objects.bulk_create(
            Registrant(
                event=event,
                registrant_key=str(number),
                email=f"person{number}@example.com",
                status="APPROVED",
                join_url="https://global.gotowebinar.com/join/1/secret",
                **fields,
            )
            for number in range(start, start + count)
        )

    return write_rows


def ask(ada, event, table="registrants", format="csv") -> Export:
    return services.request_export(user=ada, table=table, params={"event": event.pk}, format=Export.Format(format))


def content(export: Export) -> bytes:
    return b"".join(render(export))


def csv_rows(export: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(export).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", FORMULAS)
def test_no_text_becomes_a_formula_and_none_is_changed_for_good(name, ada, event, sign_up):
    sign_up(first_name=name)
    cell = csv_rows(ask(ada, event))[1][2]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    assert name == as_typed(cell)


def test_excel_gets_text_where_there_was_text(ada, event, sign_up):
    sign_up(first_name="=1+1")
    book = zipfile.ZipFile(io.BytesIO(content(ask(ada, event, format="xlsx"))))
    sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"=1+1" in sheet
    assert b"<f>" not in sheet


def test_json_keeps_what_was_typed(ada, event, sign_up):
    sign_up(first_name="=1+1 \u2028 ä")
    assert "=1+1 \u2028 ä" == json.loads(content(ask(ada, event, format="json")))[0]["First name"]


@pytest.mark.parametrize("format", Export.Format.values)
def test_an_empty_table_is_a_file_too(format, ada, event):
    assert content(ask(ada, event, format=format))


@pytest.mark.parametrize("format", Export.Format.values)
def test_join_links_are_never_exported(format, ada, event, sign_up):
    sign_up()
    data = content(ask(ada, event, format=format))
    if format == "xlsx":
        book = zipfile.ZipFile(io.BytesIO(data))
        data = b"".join(book.read(name) for name in book.namelist())
    assert b"secret" not in data


def test_a_long_table_is_written_in_the_background(ada, event, sign_up, run_jobs):
    sign_up(2001)
    export = ask(ada, event)
    assert Export.State.WRITING == export.state
    run_jobs()
    export.refresh_from_db()
    assert (Export.State.READY, 2001) == (export.state, export.rows_written)
    keys = [row[0] for row in csv_rows(export)[1:]]
    assert [str(number) for number in range(2001)] == keys


def test_an_interrupted_export_goes_on_behind_what_is_there(ada, event, sign_up, monkeypatch, run_jobs):
    sign_up(3500)
    export = ask(ada, event)

    def stop_at_second(name: str) -> None:
        if name == "exports.part_written" and ExportPart.objects.count() == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(services, "reached", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        services.write(export)
    monkeypatch.setattr(services, "reached", checkpoints.reached)
    export.refresh_from_db()
    assert (1000, 1) == (export.rows_written, export.parts.count())

    run_jobs()
    export.refresh_from_db()
    keys = [row[0] for row in csv_rows(export)[1:]]
    assert [str(number) for number in range(3500)] == keys


def test_rows_at_rest_are_encrypted(ada, event, sign_up):
    sign_up()
    ask(ada, event)
    stored = ExportPart.objects.values_list("rows", flat=True).get()
    assert "person0@example.com" not in str.__str__(stored)


def test_exports_are_thrown_away_after_a_week(world, ada, event, sign_up):
    sign_up()
    ask(ada, event)
    world.advance(days=6)
    assert 0 == services.purge_exports()
    world.advance(days=1, seconds=1)
    assert 1 == services.purge_exports()
    assert 0 == ExportPart.objects.count()


def test_the_page_gives_a_short_table_at_once(browser, ada, event, sign_up):
    sign_up()
    answer = browser(ada).post("/exports/new/registrants/", {"event": event.pk, "format": "csv"})
    assert 'attachment; filename="registrants-' in answer["Content-Disposition"]
    assert b"person0@example.com" in answer.getvalue()


def test_the_page_of_a_long_table_leads_to_its_file(browser, ada, event, sign_up, run_jobs):
    sign_up(2001)
    page = browser(ada).post("/exports/new/registrants/", {"event": event.pk, "format": "csv"}, follow=True)
    assert "Being written" in page.content.decode()
    waiting = Export.objects.get()
    assert 409 == browser(ada).get(f"/exports/{waiting.pk}/file/").status_code
    run_jobs()
    assert "Download" in browser(ada).get(f"/exports/{waiting.pk}/").content.decode()
    assert b"person2000@example.com" in browser(ada).get(f"/exports/{waiting.pk}/file/").getvalue()


@pytest.mark.parametrize("table", ["registrants", "attendance", "events"])
def test_an_outsider_gets_nothing(table, browser, otto, event):
    answer = browser(otto).post(f"/exports/new/{table}/", {"event": event.pk, "format": "csv"})
    assert 404 == answer.status_code
    assert not Export.objects.exists()


def test_nobody_gets_anothers_export(browser, ada, otto, event, sign_up):
    sign_up()
    export = ask(ada, event)
    other_admin = make_user("Otilie", is_site_admin=True)
    for user in (otto, other_admin):
        for path in (f"/exports/{export.pk}/", f"/exports/{export.pk}/file/"):
            assert 404 == browser(user).get(path).status_code


def test_who_lost_their_rights_no_longer_gets_what_they_had_asked_for(browser, ada, event, sign_up):
    sign_up()
    export = ask(ada, event)
    ada.is_site_admin = False
    ada.save()
    assert 404 == browser(ada).get(f"/exports/{export.pk}/file/").status_code


def exported(client, table: str, page: str) -> list[dict[str, str]]:
    """Press CSV on a page, and return the rows."""
    form = re.search(rf'action="/exports/new/{table}/".*?</form>', client.get(page).content.decode(), re.DOTALL)
    given = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    answer = client.post(f"/exports/new/{table}/", {**given, "format": "csv"})
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_file_has_what_its_page_shows(browser, ada, event, sign_up, world, pull):
    sign_up(3)
    pull(world.schedule_webinar("Ropes"))
    for table, page, column, expected in (
        ("events", "/events/", "Title", ["Ladder safety", "Ropes"]),
        ("events", "/events/?q=ropes", "Title", ["Ropes"]),
        ("events", "/events/?when=past", "Title", []),
        ("events", "/events/?state=cancelled", "Title", []),
        ("events", f"/events/?account={event.connection_id}&product=training", "Title", []),
        ("registrants", f"/events/{event.pk}/?tab=people&q=person1", "E-mail", ["person1@example.com"]),
    ):
        assert expected == [row[column] for row in exported(browser(ada), table, page)], page


def test_results_have_what_their_pages_show(browser, world, course, item, lena, ivan):
    ben = make_user("Ben")
    make_enrollment(course, ben)
    item.completions.create(user=ben, status="absent", evaluated_at=item.added_at)
    text = {"kind": "text", "text": "Read.", "is_required": True, "position": 20}
    SectionItem.objects.create(section=item.section, title="The law", **text)
    set_policy(course=course, percent=100, complete_by=world.now - HOUR, gives_certificate=False, credits="")
    results, roster = f"/courses/{course.slug}/results/", f"/items/{item.pk}/roster/"
    for page, expected in (
        (results, [("Lena", "Ladder safety"), ("Lena", "The law"), ("Ben", "Ladder safety"), ("Ben", "The law")]),
        (f"{results}?q=ben", [("Ben", "Ladder safety"), ("Ben", "The law")]),
        (f"{results}?q=ben&reach=out", [("Ben", "Ladder safety"), ("Ben", "The law")]),
        (roster, [("Lena", "Ladder safety"), ("Ben", "Ladder safety")]),
        (f"{roster}?result=absent", [("Ben", "Ladder safety")]),
        (f"{roster}?result=open", [("Lena", "Ladder safety")]),
        (f"{roster}?q=nobody", []),
    ):
        rows = exported(browser(ivan), "results", page)
        assert expected == [(row["First name"], row["Item"]) for row in rows], page


def test_editor_takes_away_no_more_events_than_they_see(browser, course, event, eda):
    assert ["Ladder safety"] == [row["Title"] for row in exported(browser(eda), "events", "/events/")]
    type(event.connection).objects.update(is_open_to_all=False)
    assert [] == exported(browser(eda), "events", "/events/")


def test_unknown_tables_and_formats_are_refused(browser, ada, event):
    assert 404 == browser(ada).post("/exports/new/nothing/", {"event": event.pk, "format": "csv"}).status_code
    assert 404 == browser(ada).post("/exports/new/registrants/", {"event": event.pk, "format": "exe"}).status_code
    assert 404 == browser(ada).post("/exports/new/registrants/", {"format": "csv"}).status_code


@pytest.mark.parametrize("table", ["events", "registrants", "attendance"])
def test_every_table_has_a_cell_for_each_column(table, ada, event, sign_up):
    assert table in list_tables()
    sign_up()
    export = ask(ada, event, table=table)
    widths = {len(row) for row in csv_rows(export)}
    assert {len(get_table(table).columns(export.params))} == widths
