"""Files of contacts: read whatever they look like, checked without a trace, and taken in once."""

import csv
import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.contacts.csv_files import look_at, read_lines
from greenroom.hub.contacts.models import Contact, ContactAddress, Import
from greenroom.hub.contacts.selectors import list_contacts, list_mailable, list_values
from greenroom.hub.contacts.services import (
    add_field,
    add_purpose,
    check_import,
    importing,
    make_contact,
    open_import,
    purge_imports,
    record_consent,
    run_import,
)
from greenroom.hub.contacts.services.importing import take_in
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.exports.formats import _harmless

HEAD = "Email,First name,Company,Tags\n"
WHOLE = ["email", "first_name", "last_name", "organization", "job_title", "phone", "city", "country"]


def read(content: bytes, encoding: str = "") -> list[list[str]]:
    file = io.BytesIO(content)
    return [one.cells for one in read_lines(file, look_at(file, encoding=encoding))]


@pytest.fixture
def bring(ada):
    def bring(text: str, *, run: bool = True, **given) -> Import:
        source = open_import(file=io.BytesIO(text.encode()), name="people.csv", actor=ada)
        check_import(source=source, **{"mapping": source.mapping} | given)
        take_in.call(import_id=source.pk)
        if run:
            run_import(source=source)
            take_in.call(import_id=source.pk)
        return Import.objects.get(pk=source.pk)

    return bring


def tally(source: Import) -> tuple[int, int, int, int]:
    return source.made, source.changed, source.unchanged, source.set_aside


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encoding_is_found_out(encoding):
    assert [["zoe@example.com", "Zoë Müller"]] == read("email;name\r\nzoe@example.com;Zoë Müller\r\n".encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1250", "Łuczak"), ("cp1251", "Анна"), ("shift_jis", "名前"), ("gb18030", "名字"), ("mac-roman", "Zoë")],
)
def test_encoding_is_chosen_where_it_cannot_be_told(encoding, name):
    assert [["a@b.example", name]] == read(f"email,name\na@b.example,{name}\n".encode(encoding), encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separator_is_found_out(delimiter):
    text = f'email{delimiter}name\r\na@b.example{delimiter}"Two{delimiter} lines\r\nand ""quotes"""\r\n'
    assert [["a@b.example", f'Two{delimiter} lines\r\nand "quotes"']] == read(text.encode())


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" "])
def test_empty_file_is_refused(content):
    with pytest.raises(InvalidInputError) as caught:
        read(content)
    assert ["file"] == list(caught.value.errors)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\0\x06\0", "This is a workbook."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is a workbook."),
        (b"\x89PNG\r\n\x1a\n\0", "this one is no text"),
        (b"%PDF-1.7\n", "this one is no text"),
        (b"zoe@example.com;Zo\xeb\nada@example.com;Ada\n", "names the columns"),
        (b"Email;Name\n\n;\n", "at least one row"),
    ],
)
def test_file_that_is_no_list_with_a_head_is_refused_with_what_to_do(db, ada, content, said):
    with pytest.raises(InvalidInputError) as caught:
        open_import(file=io.BytesIO(content), name="people.xlsx", actor=ada)
    assert said in caught.value.errors["file"]
    assert not Import.objects.exists()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_line_that_tells_excel_the_separator_is_no_row(db, ada, mark):
    text = f"\ufeffsep={mark}\r\n\r\nEmail{mark}First name\r\nsep@example.com{mark}Sep\r\n"
    opened = open_import(file=io.BytesIO(text.encode()), name="people.csv", actor=ada)
    assert (["Email", "First name"], ["email", "first_name"], 1) == (opened.columns, opened.mapping, opened.rows_total)
    assert [["sep@example.com", "Sep"]] == read(text.encode())


def test_file_in_another_encoding_than_chosen_is_refused():
    with pytest.raises(InvalidInputError) as caught:
        read("email,name\na@b.example,Zoë\n".encode("cp1252"), "utf-8")
    assert ["encoding"] == list(caught.value.errors)


@given(st.binary(max_size=300))
def test_whatever_bytes_there_are_they_are_read_or_refused(content):
    try:
        rows = read(content)
    except InvalidInputError:
        return
    assert all(isinstance(cell, str) and "\0" not in cell for row in rows for cell in row)


@given(st.text(max_size=30))
def test_cells_of_our_own_exports_are_read_as_they_were(cell):
    cell = " ".join(cell.replace("\0", "").split())
    text = io.StringIO()
    csv.writer(text).writerows([["email", "name"], ["a@b.example", _harmless(cell)]])
    assert [["a@b.example", cell]] == read(text.getvalue().encode("utf-8", "ignore")) or "\ud800" <= max(
        cell, default=""
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "mac-roman"])
def test_lines_end_as_old_macintosh_programs_end_them(encoding):
    text = 'email;name\ra@b.example;Zoë\r\rc@d.example;"Two\rlines"\r'
    read_so = read(text.encode(encoding), "" if encoding != "mac-roman" else encoding)
    assert [["a@b.example", "Zoë"], ["c@d.example", "Two\rlines"]] == read_so


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("utf-8", "\r"), ("utf-16", "\r\n")])
def test_memory_does_not_grow_with_rows(db, ada, encoding, end):
    peaks = {}
    for rows in (1_000, 20_000):
        text = f"email\tname{end}" + "".join(f"p{number}@example.com\tZoë{end}" for number in range(rows))
        file = io.BytesIO(text.encode(encoding))
        tracemalloc.start()
        assert rows == open_import(file=file, name="people.csv", actor=ada).rows_total
        peaks[rows] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[20_000] < peaks[1_000] + 500_000


def test_memory_does_not_grow_with_a_quote_that_is_never_closed():
    file = io.BytesIO(b'email,name\na@b.example,"' + b"x" * 20_000_000)
    tracemalloc.start()
    problems = [one.problem for one in read_lines(file, look_at(file))]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(problems[:-1])
    assert peak < 12_000_000


def test_people_are_made_changed_and_labelled(bring, db):
    known = make_contact(source="hand", email="lena@example.com", first_name="Lena")
    size = add_field(label="Shoe size", kind="number")
    source = bring(
        "Email,First name,Company,Tags,Shoe size\n"
        "LENA@example.com,Magda,Northwind,VIP,38\n"
        'zoe@example.com,Zoë,=1+1,"VIP, Gold",\n',
        tags=["Fair"],
    )
    assert (1, 1, 0, 0) == tally(source)
    known.refresh_from_db()
    assert ("Lena", "Northwind") == (known.first_name, known.organization)
    assert [(size, "38")] == [(one.field, one.text) for one in list_values(contact=known)]
    zoe = Contact.objects.get(email="zoe@example.com")
    assert ("=1+1", "import") == (zoe.organization, zoe.source)
    assert ([zoe], [zoe, known]) == (list(list_contacts(tag="gold")), list(list_contacts(tag="fair")))
    assert [zoe] == list(list_contacts(text="zoe"))


def test_what_is_known_is_changed_only_where_asked_for(bring, db):
    contact = make_contact(source="hand", email="lena@example.com", first_name="Lena", city="Bonn")
    for overwrites, expected in ((False, "Lena"), (True, "Magda")):
        bring("Email,First name,City\nlena@example.com,Magda,\n", overwrites=overwrites)
        contact.refresh_from_db()
        assert (expected, "Bonn") == (contact.first_name, contact.city)


def test_checking_leaves_no_trace_and_tells_the_truth(bring, db):
    make_contact(source="hand", email="lena@example.com")
    text = HEAD + "lena@example.com,Lena,,\nzoe@example.com,Zoë,,VIP\nnobody,,,\nzoe@example.com,Zoë,,\n"
    checked = bring(text, run=False)
    assert (1, 1, 1, 1) == tally(checked)
    assert (1, 1) == (Contact.objects.count(), ContactAddress.objects.count())
    run_import(source=checked)
    take_in.call(import_id=checked.pk)
    assert tally(checked) == tally(Import.objects.get())
    assert 2 == Contact.objects.count()


def test_bad_rows_are_set_aside_with_the_reason(bring, db):
    add_field(label="Shoe size", kind="number")
    source = bring(
        "Email,First name,Shoe size,Phone\n"
        "nobody,Otto,,\n"
        ",Otto,,\n"
        "otto@example.com,Otto,big,\n"
        f"otto@example.com,{'x' * 201},,\n"
        "otto@example.com,Otto,,,,more\n"
        "fine@example.com,Fine\n"
    )
    assert [
        (2, "Give a whole address, like ada@example.com."),
        (3, "There is no e-mail address."),
        (4, "Shoe size: Give a number, like 12 or 3.5."),
        (5, "Give 200 characters at most."),
        (6, "It has more cells than the first line has columns."),
    ] == [(one.line, one.reason) for one in source.bad_rows.all()]
    assert "Otto" in json.loads(source.bad_rows.first().cells)
    assert ["fine@example.com"] == [one.email for one in Contact.objects.all()]


def test_consent_of_a_file_has_evidence_and_brings_nobody_back(bring, db, ada):
    news = add_purpose(name="News", wording="Write to me.")
    gone = make_contact(source="hand", email="gone@example.com")
    record_consent(contacts=[gone.pk], purpose=news, state="withdrawn", source="mail")
    with pytest.raises(InvalidInputError) as caught:
        bring("email\nzoe@example.com\n", purpose=news)
    assert ["evidence"] == list(caught.value.errors)
    bring("email\nzoe@example.com\ngone@example.com\n", purpose=news, evidence="Ticked at our stand.")
    assert ["zoe@example.com"] == [one.email for one in list_mailable(purpose=news)]
    bring("email\nnew@example.com\n")
    assert 1 == list_mailable(purpose=news).count()


@pytest.mark.parametrize("mapping", [["first_name", "", "", ""], ["email", "email", "", ""]])
def test_mapping_needs_addresses_and_names_each_place_once(bring, db, mapping):
    with pytest.raises(InvalidInputError) as caught:
        bring(HEAD + "a@b.example,,,\n", mapping=mapping)
    assert ["mapping"] == list(caught.value.errors)


def test_work_that_was_interrupted_goes_on_where_it_ended(bring, db, monkeypatch):
    text = "email\n" + "".join(f"p{number}@example.com\n" for number in range(1200))
    checked = bring(text, run=False)
    run_import(source=checked)

    def die(name: str) -> None:
        if Import.objects.get().cursor == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(importing, "reached", die)
        with pytest.raises(KeyboardInterrupt):
            take_in.call(import_id=checked.pk)
    assert (500, "running") == (Contact.objects.count(), Import.objects.get().state)
    take_in.call(import_id=checked.pk)
    done = Import.objects.get()
    assert ((1200, 0, 0, 0), "done", 1200) == (tally(done), done.state, Contact.objects.count())
    with pytest.raises(StateConflictError):
        run_import(source=done)


def test_statements_do_not_grow_with_rows(bring, db, django_assert_max_num_queries):
    text = "email,first_name,tags\n" + "".join(f"p{number}@example.com,P,VIP\n" for number in range(500))
    checked = bring(text, run=False)
    run_import(source=checked)
    with django_assert_max_num_queries(60):
        take_in.call(import_id=checked.pk)
    assert 500 == Contact.objects.count()


def test_files_are_thrown_away_after_a_month_and_contacts_stay(world, bring, db):
    bring("email\nzoe@example.com\n")
    assert 0 == purge_imports()
    world.advance(days=31)
    assert (1, 0, 1) == (purge_imports(), Import.objects.count(), Contact.objects.count())


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("E-Mail-Adresse;Vorname;Nachname;Firma;Position;Telefon;Ort;Land", WHOLE),
        ("Adresse e-mail;Prénom;Nom;Société;Fonction;Téléphone;Ville;Pays", WHOLE),
        ("Correo electrónico;Nombre;Apellidos;Empresa;Cargo;Teléfono;Ciudad;País", WHOLE),
        ("Indirizzo e-mail;Nome;Cognome;Azienda;Ruolo;Telefono;Città;Paese", WHOLE),
        ("E-mailadres;Voornaam;Achternaam;Bedrijf;Functie;Telefoonnummer;Plaats;Land", WHOLE),
        ("Endereço de e-mail;Nome;Sobrenome;Empresa;Cargo;Telefone;Cidade;País", WHOLE),
        ("Email;First Name;Last Name;Company name;Job Title;Phone Number;City;Country/Region", WHOLE),
        ("email;firstname;lastname;company;position;mobile;city;country", WHOLE),
        (
            "Email Address;First Name;Last Name;Phone Number;MEMBER_RATING;TIMEZONE;CC;TAGS",
            ["email", "first_name", "last_name", "phone", "", "time_zone", "country", "tags"],
        ),
        ("E-Mail;Email;Name;Surname;Tag;Tags", ["email", "", "last_name", "", "tags", "tags"]),
    ],
)
def test_names_of_columns_tell_where_they_go(db, ada, head, expected):
    source = open_import(file=io.BytesIO(f"{head}\na@b.example\n".encode()), name="people.csv", actor=ada)
    assert expected == source.mapping


def test_tags_as_mailchimp_exports_them_are_read(bring, db):
    bring('Email Address,TAGS\nzoe@example.com,"""VIP"",""Trade fair"""\n')
    contact = Contact.objects.get()
    assert ["Trade fair", "VIP"] == sorted(one.tag.name for one in contact.tagged.all())
