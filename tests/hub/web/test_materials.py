"""Links, files and recordings in lessons: put in, changed, opened, and by whom."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.factories.courses import make_enrollment, make_file, make_item, make_recording

from greenroom.hub.courses.models import Completion, CourseCompletion, SectionItem
from greenroom.hub.courses.results import view_standing
from greenroom.hub.events.models import Event


def texts(answer) -> str:
    return answer.content.decode()


def lesson_of(section) -> str:
    return f"/lessons/{section.lesson_id}/"


def add(client, section, kind: str, **values: object):
    return client.post(reverse(f"add_{kind}", args=[section.pk]), values)


def add_file(client, section, name: str = "Ladders.pdf", content: bytes = b"%PDF", **values: object):
    return add(client, section, "file", file=SimpleUploadedFile(name, content), **values)


def test_link_is_added_and_opens_elsewhere(section, eda, as_eda, as_lena):
    answer = add(as_eda, section, "link", title="Law", url="https://example.com/law?a=1&b=2", text="Paragraph 4.")
    item = SectionItem.objects.get()
    assert f"{lesson_of(section)}?edit=1#item-{item.pk}" == answer["Location"]
    assert ("link", False, eda.pk) == (item.kind, item.is_required, item.added_by_id)
    page = texts(as_lena.get(lesson_of(section)))
    for text in (
        f'href="/items/{item.pk}/link/" target="_blank" rel="noopener noreferrer">Law',
        "Opens example.com in a new tab",
        "Paragraph 4.",
    ):
        assert text in page
    assert "https://example.com/law?a=1&b=2" == as_lena.get(f"/items/{item.pk}/link/")["Location"]


def test_link_without_a_title_is_called_by_its_host(section, as_eda, as_lena):
    add(as_eda, section, "link", url="example.com/law")
    assert "https://example.com/law" == SectionItem.objects.get().url
    assert ">example.com</a>" in texts(as_lena.get(lesson_of(section)))


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://example.com/", "data:text/html,x", "no address"])
def test_what_is_no_page_cannot_be_linked(section, as_eda, url):
    answer = add(as_eda, section, "link", title="Law", url=url)
    assert (422, {"url"}) == (answer.status_code, set(answer.context["form"].errors))
    assert not SectionItem.objects.exists()


def test_file_is_added_and_saved_under_its_own_name(settings, section, as_eda, as_lena):
    add_file(as_eda, section, "Übung & Plan.pdf", b"%PDF-1.7", title="Exercise")
    item = SectionItem.objects.get()
    assert ("Übung & Plan.pdf", 8) == (item.file_name, item.file_size)
    assert "Exercise" in texts(as_lena.get(lesson_of(section)))
    answer = as_lena.get(reverse("lesson_file", args=[item.pk]))
    assert b"%PDF-1.7" == b"".join(answer.streaming_content)
    assert "attachment; filename*=utf-8''%C3%9Cbung%20%26%20Plan.pdf" == answer["Content-Disposition"]


def test_page_in_a_file_is_never_run_in_our_name(section, as_eda, as_lena):
    add_file(as_eda, section, "evil.html", b"<script>alert(1)</script>")
    answer = as_lena.get(reverse("lesson_file", args=[SectionItem.objects.get().pk]))
    headers = ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")
    assert [
        "application/octet-stream", "nosniff", "sandbox; default-src 'none'", "private, no-store",
    ] == [answer[name] for name in headers]  # fmt: skip
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"<script>alert(1)</script>" == b"".join(answer.streaming_content)


def test_name_of_a_file_never_becomes_a_path(settings, section, as_eda):
    add_file(as_eda, section, "../../secret_key")
    item = SectionItem.objects.get()
    assert "secret_key" == item.file_name
    assert (settings.DATA_DIR / "files" / item.file.name).is_file()
    assert item.file.name.isalnum()


def test_file_that_is_too_large_is_refused_with_the_limit(settings, section, as_eda):
    settings.FILE_LIMIT = 1_000_000
    assert "At most 1 MB." in texts(as_eda.get(reverse("add_file", args=[section.pk])))
    answer = add_file(as_eda, section, content=bytes(1_000_001))
    assert ["This file is too large. It may have at most 1 MB."] == answer.context["form"].errors["file"]
    assert (422, False) == (answer.status_code, SectionItem.objects.exists())
    assert 302 == add_file(as_eda, section, content=bytes(1_000_000)).status_code


@pytest.mark.parametrize("content", [None, b""])
def test_file_must_be_there(section, as_eda, content):
    given = {} if content is None else {"file": SimpleUploadedFile("Plan.pdf", content)}
    answer = add(as_eda, section, "file", title="Plan", **given)
    assert (422, {"file"}) == (answer.status_code, set(answer.context["form"].errors))


def test_file_that_is_gone_from_the_disk_is_told(section, as_lena):
    item = make_file(section)
    item.file.storage.delete(item.file.name)
    answer = as_lena.get(reverse("lesson_file", args=[item.pk]))
    assert 404 == answer.status_code
    assert "This file is no longer there." in texts(answer)


def test_recording_is_chosen_by_its_event_and_leads_to_goto(world, section, event, as_eda, as_lena):
    times = {"started_at": event.starts_at.isoformat(), "ended_at": event.ends_at.isoformat()}
    key = world.control("POST", f"webinars/{event.event_key}/recordings", **times)["key"]
    recording = event.recordings.create(recording_key=key, name="Take 2")
    choose = reverse("add_recording", args=[section.pk])
    assert "Take 2" in texts(as_eda.get(choose, {"q": "ladder"}))
    assert "No recordings" in texts(as_eda.get(choose, {"q": "ropes"}))
    for _ in range(2):
        as_eda.post(choose, {"recording": recording.pk})
    item = SectionItem.objects.get()
    assert ("recording", None) == (item.kind, item.event_id)
    assert "Recording of “Ladder safety”" in texts(as_lena.get(lesson_of(section)))
    assert not item.is_required
    assert as_lena.get(reverse("watch_recording", args=[item.pk]))["Location"].startswith("http://goto.test/")


def test_recording_is_required_from_the_beginning_if_one_says_so(section, event, as_eda):
    recording = event.recordings.create(recording_key="1", name="Take 2")
    as_eda.post(reverse("add_recording", args=[section.pk]), {"recording": recording.pk, "is_required": "on"})
    assert SectionItem.objects.get().is_required


@pytest.mark.parametrize("chosen", ["", "0", "999999", "one"])
def test_no_recording_chosen_is_said(section, event, as_eda, chosen):
    answer = as_eda.post(reverse("add_recording", args=[section.pk]), {"recording": chosen})
    assert 422 == answer.status_code
    assert "Choose a recording first." in texts(answer)


def test_recording_of_an_account_that_is_not_open_to_the_course_is_not_offered(section, event, connection, as_eda):
    recording = event.recordings.create(recording_key="1", name="Take 2")
    type(connection).objects.update(is_open_to_all=False)
    choose = reverse("add_recording", args=[section.pk])
    assert "Take 2" not in texts(as_eda.get(choose))
    assert 422 == as_eda.post(choose, {"recording": recording.pk}).status_code
    assert not SectionItem.objects.exists()


def test_recording_is_not_the_event_itself(section, event, as_lena, lena):
    make_recording(section, event)
    assert [] == list(as_lena.get("/").context["next_items"])
    assert 404 == as_lena.get(reverse("register", args=[SectionItem.objects.get().pk])).status_code


def test_material_is_renamed_and_changed(section, as_eda, as_lena):
    add(as_eda, section, "link", title="Law", url="https://example.com/")
    item = SectionItem.objects.get()
    change = reverse("change_material", args=[item.pk])
    assert "https://example.com/" == as_eda.get(change).context["form"].initial["url"]
    answer = as_eda.post(change, {"title": "The law", "url": "https://example.org/", "text": "New."})
    assert f"{lesson_of(section)}?edit=1#item-{item.pk}" == answer["Location"]
    assert "The law" in texts(as_lena.get(lesson_of(section)))
    assert "https://example.org/" == as_lena.get(reverse("open_link", args=[item.pk]))["Location"]


def test_file_stays_until_another_one_is_given(section, as_eda):
    item = make_file(section)
    before, change = item.file.name, reverse("change_material", args=[item.pk])
    as_eda.post(change, {"title": "Plan"})
    item.refresh_from_db()
    assert ("Plan", before, "Ladders.pdf") == (item.title, item.file.name, item.file_name)
    as_eda.post(change, {"title": "Plan", "file": SimpleUploadedFile("Stairs.pdf", b"12345")})
    item.refresh_from_db()
    assert ("Stairs.pdf", 5, True) == (item.file_name, item.file_size, item.file.name != before)


def test_text_cannot_be_emptied(section, as_eda):
    item = SectionItem.objects.create(section=section, kind="text", text="Look up.", position=1)
    answer = as_eda.post(reverse("change_material", args=[item.pk]), {"title": "Empty", "text": "  "})
    item.refresh_from_db()
    assert (422, "Look up.") == (answer.status_code, item.text)


def test_live_item_is_renamed_without_renaming_the_event(item, as_eda, as_lena):
    url = reverse("item_settings", args=[item.pk])
    as_eda.post(url, {"title": "Ladders, part one", "is_required": "on"})
    assert "Ladders, part one" in texts(as_lena.get(lesson_of(item.section)))
    assert "Ladder safety" == Event.objects.get().title


def test_each_kind_opens_only_its_own_pages(section, event, as_eda):
    live, file, recorded = make_item(section, event), make_file(section), make_recording(section, event)
    wrong = {"change_material": live, "lesson_file": recorded, "watch_recording": file, "open_link": file}
    for name, item in wrong.items():
        assert 404 == as_eda.get(reverse(name, args=[item.pk])).status_code, name


def test_removed_material_is_gone(section, as_eda, as_lena):
    item = make_file(section)
    as_eda.post(reverse("remove_item", args=[item.pk]))
    assert "Ladders.pdf" not in texts(as_lena.get(lesson_of(section)))
    assert 404 == as_lena.get(reverse("lesson_file", args=[item.pk])).status_code


# Required


def as_required(client, item: SectionItem, **values: object) -> None:
    assert 302 == client.post(reverse("change_material", args=[item.pk]), {"is_required": "on"} | values).status_code


def standing_of(lena, course) -> tuple[str, str]:
    standing = view_standing(course=course, user=lena)
    return standing.text, " ".join(cell.status for cell in standing.required)


@pytest.fixture
def as_obi(course, obi, browser):
    make_enrollment(course, obi, "observer")
    return browser(obi)


@pytest.fixture
def required(world, section, event, as_eda):
    """A link, a file and a recording that are required, and where each is opened."""
    times = {"started_at": event.starts_at.isoformat(), "ended_at": event.ends_at.isoformat()}
    key = world.control("POST", f"webinars/{event.event_key}/recordings", **times)["key"]
    add(as_eda, section, "link", url="https://example.com/", is_required="on")
    add_file(as_eda, section, is_required="on")
    recorded = make_recording(section, event, key)
    as_required(as_eda, recorded)
    names = {"link": "open_link", "file": "lesson_file", "recording": "watch_recording"}
    return {one.kind: reverse(names[one.kind], args=[one.pk]) for one in SectionItem.objects.all()}


@pytest.mark.parametrize("kind", ["link", "file", "recording"])
def test_what_is_required_is_done_when_it_was_opened(course, section, lena, required, as_lena, as_obi, kind):
    lesson = lesson_of(section)
    assert ("0 of 3 required items done", "open open open") == standing_of(lena, course)
    assert 3 == texts(as_lena.get(lesson)).count("Required: done when you have opened it")
    as_obi.get(required[kind])
    assert not Completion.objects.exists()
    as_lena.get(required[kind])
    assert "1 of 3 required items done" == standing_of(lena, course)[0]
    page = texts(as_lena.get(lesson))
    assert (2, 1) == (page.count("Required: done when you have opened it"), page.count("Completed"))


def test_text_is_done_when_it_was_marked_as_read(course, section, lena, as_eda, as_lena):
    add(as_eda, section, "text", text="Look up.", is_required="on")
    item = SectionItem.objects.get()
    assert "Mark as read" in texts(as_lena.get(lesson_of(section)))
    assert ("0 of 1 required items done", "open") == standing_of(lena, course)
    as_lena.post(reverse("confirm_done", args=[item.pk]))
    assert ("1 of 1 required items done", "completed") == standing_of(lena, course)


def test_what_was_opened_before_it_was_required_counts_from_then_on(course, section, lena, as_eda, as_lena):
    item = make_file(section, is_required=False)
    as_lena.get(reverse("lesson_file", args=[item.pk]))
    assert not Completion.objects.exists()
    as_required(as_eda, item)
    assert ("1 of 1 required items done", "completed") == standing_of(lena, course)


def test_course_is_completed_when_the_last_material_is_no_longer_required(course, section, lena, as_eda, as_lena):
    item, other = make_file(section), make_file(section)
    as_lena.get(reverse("lesson_file", args=[item.pk]))
    assert not CourseCompletion.objects.exists()
    as_eda.post(reverse("change_material", args=[other.pk]), {"title": "Extra"})
    assert CourseCompletion.objects.filter(user=lena).exists()


def test_only_a_text_is_marked_as_read(section, as_lena):
    item = make_file(section)
    assert 409 == as_lena.post(reverse("confirm_done", args=[item.pk])).status_code
    assert not Completion.objects.exists()
