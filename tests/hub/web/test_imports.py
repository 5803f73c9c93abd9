"""The pages of files of contacts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from greenroom.hub.contacts.models import Contact, Import


@pytest.fixture
def upload(as_mara):
    def upload(content: bytes, **more):
        given = {"file": SimpleUploadedFile("people.csv", content)} | more
        return as_mara.post(reverse("contact_imports"), given, follow=True)

    return upload


def test_file_is_brought_checked_and_taken_in(as_mara, upload, run_jobs, db):
    page = upload("Mail;Vorname;Firma\nzoe@example.com;Zoë;=1+1\nnobody;;\n".encode("cp1252"))
    assert "Vorname" in page.content.decode()
    address = reverse("contact_import", args=[Import.objects.get().pk])
    as_mara.post(address, {"column_0": "email", "column_1": "first_name", "column_2": "organization", "tags": "Fair"})
    assert "Rows looked at" in as_mara.get(address).content.decode()
    run_jobs()
    html = as_mara.get(address).content.decode()
    assert "Nothing has been changed yet." in html
    assert "Give a whole address" in html
    assert not Contact.objects.exists()
    as_mara.post(reverse("run_contact_import", args=[Import.objects.get().pk]))
    run_jobs()
    assert [("Zoë", "=1+1")] == list(Contact.objects.values_list("first_name", "organization"))
    assert "Where the columns go" not in as_mara.get(address).content.decode()


def test_first_values_of_each_column_are_shown_as_text(upload, db):
    rows = ["zoe@example.com;<b>Zoë</b>;", "ben@example.com;Ben", "zoe@example.com;Zoë", "x@example.com;Late"]
    page = upload("\n".join(["Mail;Vorname;Firma", *rows]).encode("cp1252")).content.decode()
    assert "Such as: zoe@example.com, ben@example.com<" in page
    assert "Such as: &lt;b&gt;Zoë&lt;/b&gt;, Ben, Zoë<" in page
    assert "Empty in the first rows." in page


def test_what_will_not_do_is_told_beside_its_field(as_mara, upload, db):
    assert {"file"} == set(upload(b"\n").context["form"].errors)
    upload(b"email,name\nzoe@example.com,Zo\n")
    address = reverse("contact_import", args=[Import.objects.get().pk])
    answer = as_mara.post(address, {"column_0": "first_name", "column_1": "nonsense"})
    assert (422, {"column_1"}) == (answer.status_code, set(answer.context["form"].errors))
    answer = as_mara.post(address, {"column_0": "first_name"})
    assert "Say which column holds the e-mail addresses" in answer.content.decode()
    answer = as_mara.post(reverse("run_contact_import", args=[Import.objects.get().pk]), follow=True)
    assert "Reload the page." in answer.content.decode()
