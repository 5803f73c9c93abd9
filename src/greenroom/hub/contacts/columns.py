"""Where the columns of a file of contacts go, by the names that people and other programs give them."""

from collections.abc import Mapping, Sequence

from greenroom.hub.contacts.words import words_of

# English, German, French, Spanish, Italian, Dutch and Portuguese, and the exports of HubSpot, Mailchimp and Mautic;
# without accents, the words apart.
_NAMES = {
    "email": "email, e mail, mail, email address, e mail address, email adresse, e mail adresse, mailadresse, "
    "adresse email, adresse e mail, adresse mail, adresse de messagerie, courriel, correo, correo electronico, "
    "direccion de correo electronico, posta elettronica, indirizzo email, indirizzo e mail, emailadres, e mailadres, "
    "e mail adres, endereco de email, endereco de e mail",
    "first_name": "first name, firstname, given name, fname, vorname, prenom, nombre, nombre de pila, nome, voornaam, "
    "primeiro nome, nome proprio",
    "last_name": "last name, lastname, name, surname, family name, lname, nachname, familienname, nom, nom de famille, "
    "apellido, apellidos, cognome, achternaam, familienaam, naam, sobrenome, apelido, ultimo nome",
    "organization": "organization, organisation, company, company name, primary company, associated company, firma, "
    "firmenname, unternehmen, entreprise, societe, raison sociale, empresa, compania, organizacion, azienda, societa, "
    "organizzazione, bedrijf, bedrijfsnaam, organisatie, organizacao",
    "job_title": "job title, jobtitle, title, position, job, berufsbezeichnung, stellenbezeichnung, stelle, "
    "poste, fonction, intitule du poste, cargo, puesto, qualifica, posizione, ruolo, functie, functietitel, funcao",
    "phone": "phone, phone number, telephone, tel, mobile, mobile phone number, telefon, telefonnummer, handy, "
    "telefono, numero de telephone, numero de telefono, numero di telefono, telefoon, telefoonnummer, telefone, "
    "celular, telemovel",
    "city": "city, town, ort, stadt, wohnort, ville, ciudad, localidad, citta, comune, stad, plaats, woonplaats, "
    "cidade, localidade",
    "country": "country, country region, cc, land, pays, pais, paese, nazione",
    "time_zone": "time zone, timezone, preferred timezone, zeitzone, fuseau horaire, zona horaria, huso horario, "
    "fuso orario, tijdzone, fuso horario",
    "tags": "tags, tag, schlagworte, etiquettes, etiquetas, etichette, labels, marcadores",
}
_TARGETS = {name: target for target, names in _NAMES.items() for name in names.split(", ")}


def guess_targets(columns: Sequence[str], customs: Mapping[str, str]) -> list[str]:
    """
    Say of each column where it goes; empty where its name tells nothing, or an earlier one goes there.

    Args:
        customs: the targets of custom fields, by label in small letters.
    """
    targets: list[str] = []
    for column in columns:
        target = customs.get(column.strip().lower()) or _TARGETS.get(" ".join(words_of(column)), "")
        targets.append(target if target == "tags" or target not in targets else "")
    return targets
