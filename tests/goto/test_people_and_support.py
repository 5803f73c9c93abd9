"""SCIM, the Admin API and both GoToAssists."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from tests.goto.fakes import NOW, FakeGoTo, answer, later

from greenroom.goto import (
    AuthenticationError,
    ConflictError,
    GoTo,
    PermissionDeniedError,
    ResourceNotFoundError,
    RetryPolicy,
    ServerError,
    admin,
    assist,
    scim,
    seeit,
)

ONCE = RetryPolicy(attempts=1)


@pytest.mark.parametrize("name", ["resources", "Resources"])
def test_users_of_an_organization_are_a_page_that_tells_the_total(connect, name: str) -> None:
    user = {"id": 7, "userName": "ada@example.com", "name": {"givenName": "Ada"}, "meta": {"created": ""}}
    fake = FakeGoTo(answer(200, {name: [user], "totalResults": 3}))

    users = connect(fake).send(scim.get_users(filter='userName eq "ada@example.com"'))

    assert [(u.id, u.name.given_name, u.meta.created) for u in users] == [("7", "Ada", None)]
    assert users.total == 3
    assert unquote(fake.requests[0].url.query.decode()) == 'filter=userName eq "ada@example.com"'
    assert "ada@" not in repr(users)


def test_group_members_are_sent_as_scim_names_them(connect) -> None:
    fake = FakeGoTo(answer(201, {"id": "g", "displayName": "Sales", "members": [{"type": "USER", "value": 7}]}))
    member = scim.Member(type=scim.MemberType.USER, member_key="7")

    group = connect(fake).send(scim.create_group(scim.GroupDefinition(display_name="Sales", members=(member,))))

    assert fake.bodies() == [{"displayName": "Sales", "members": [{"type": "user", "value": "7"}]}]
    assert group.members == (member,)


def test_a_change_sends_only_what_it_changes_and_is_not_repeated(connect) -> None:
    fake = FakeGoTo(answer(502))

    with pytest.raises(ServerError):
        connect(fake).send(scim.update_me(scim.UserDefinition(locale="de_DE")))
    assert fake.bodies() == [{"locale": "de_DE"}]
    assert fake.requests[0].method == "PATCH"


@pytest.mark.parametrize(
    ("expected", "status"),
    [(AuthenticationError, 401), (PermissionDeniedError, 403), (ConflictError, 409), (ServerError, 504)],
)
@pytest.mark.parametrize("body", [b"", {"Errors": [{"description": "x", "code": "1"}]}, {"detail": "x"}])
def test_scim_errors_are_told_by_status(connect, expected: type[Exception], status: int, body: object) -> None:
    with pytest.raises(expected):
        connect(FakeGoTo(answer(status, body)), retry=ONCE).send(scim.get_me())


def test_passwords_are_not_shown() -> None:
    assert "s3cret" not in repr(scim.UserDefinition(password="s3cret"))


@pytest.mark.parametrize("schemes", [{"name": "OAuth"}, [{"name": "OAuth"}]])
def test_authentication_schemes_are_one_or_several(connect, schemes: object) -> None:
    body = {"authenticationSchemes": schemes, "patch": {"supported": True}, "xmlDataFormat": {"supported": False}}

    told = connect(FakeGoTo(answer(200, body))).send(scim.get_service_provider_configs())

    one = told.authentication_schemes
    assert (one[0] if isinstance(one, tuple) else one).name == "OAuth"
    assert (told.patch.supported, told.xml_data_format.supported, told.bulk) == (True, False, None)


def test_account_users_are_iterated_by_offset_to_the_empty_part(connect) -> None:
    def react(request):
        offset = int(request.url.params["offset"])
        keys = [k for k in range(60) if offset <= k < offset + int(request.url.params["pageSize"])]
        return answer(200, {"results": [{"key": k} for k in keys]}) if keys else answer(404)

    fake = FakeGoTo(react)

    users = connect(fake).iterate(admin.get_users("9", filter="x"))

    assert [user.key for user in users] == [str(k) for k in range(60)]
    assert [r.url.params["offset"] for r in fake.requests] == ["0", "25", "50", "60"]
    assert {r.url.params["filter"] for r in fake.requests} == {"x"}


def test_a_total_ends_the_iteration_and_an_offset_begins_it(connect) -> None:
    fake = FakeGoTo(answer(200, {"results": [{"key": 4}, {"key": 5}], "total": 6}))

    groups = connect(fake).iterate(admin.get_groups("9", offset=4))

    assert [group.key for group in groups] == ["4", "5"]
    assert [r.url.params["offset"] for r in fake.requests] == ["4"]


def test_a_server_that_ignores_the_offset_is_left(connect) -> None:
    fake = FakeGoTo(answer(200, {"results": [{"key": 1}]}))

    assert len(connect(fake).iterate(admin.get_users("9"))) == 1
    assert len(fake.requests) == 2


@pytest.mark.parametrize("body", [[{"key": 7, "email": "a@example.com"}], {"key": 7}])
def test_users_are_made_in_the_list_form(connect, body: object) -> None:
    fake = FakeGoTo(answer(201, body))
    ada = admin.UserReq(email="a@example.com", first_name="Ada", last_name="A", license_keys=("5",))

    [made] = connect(fake).send(admin.create_users("9", admin.UsersReqCreate(users=(ada,), suppress_email=True)))

    assert made.key == "7"
    user = {"email": "a@example.com", "firstName": "Ada", "lastName": "A", "licenseKeys": ["5"]}
    assert fake.bodies() == [{"users": [user], "suppressEmail": True}]


def test_licenses_and_changes_of_users(connect) -> None:
    fake = FakeGoTo(answer(200, {"results": [{"key": 5, "products": ["G2W"]}]}), answer(200, b"anything"))
    client = connect(fake)

    assert client.send(admin.get_licenses("9")) == [admin.License(key="5", products=("G2W",))]
    assert client.send(admin.update_user("9", "7", admin.UserReq(license_keys=()))) is None
    assert (fake.requests[1].method, fake.bodies()[1]) == ("PUT", {"licenseKeys": []})


@pytest.mark.parametrize("wrap", [lambda items: {"sessions": items}, lambda items: items])
def test_support_sessions_are_listed(connect, wrap) -> None:
    told = {"sessionId": 5, "status": "waiting", "startedAt": "2026-09-01T12:00:30Z", "more": 1}
    fake = FakeGoTo(answer(200, wrap([told])))

    [session] = connect(fake).send(assist.get_sessions(NOW, later(60)))

    assert (session.session_id, session.status, session.ended_at) == ("5", "waiting", None)
    assert session.started_at == later(30)
    assert dict(fake.requests[0].url.params) == {
        "sessionType": "screen_sharing",
        "fromTime": "2026-09-01T12:00:00Z",
        "toTime": "2026-09-01T12:01:00Z",
    }


def test_a_support_session_is_started_with_a_link_that_is_not_shown(connect) -> None:
    fake = FakeGoTo(answer(200, {"startScreenSharing": {"launchUrl": "https://x.example/l", "sessionToken": "t0k"}}))
    request = assist.StartScreenSharingSessionRequest(customer_name="Lena", customer_email="lena@example.com")

    started = connect(fake).send(assist.start_session(request))

    assert started.start_screen_sharing.launch_url == "https://x.example/l"
    assert not any(secret in repr((started, request)) for secret in ("x.example", "t0k", "lena@"))
    assert fake.bodies() == [
        {"customerName": "Lena", "customerEmail": "lena@example.com", "sessionType": "screen_sharing"}
    ]


def test_a_session_in_the_browser_is_an_address(connect) -> None:
    fake = FakeGoTo(answer(302, Location="https://launch.example/?token=t"))

    redirect = connect(fake).send(assist.start_session_in_browser())

    assert redirect.location == "https://launch.example/?token=t"
    assert fake.requests[0].url.path == "/G2A/rest/v1/session"


def test_companies_are_asked_for_by_fifty(connect) -> None:
    fake = FakeGoTo(answer(200, {"companies": [{"companyId": 1, "companyName": "A"}], "total": 1}))

    assert [c.company_name for c in connect(fake).iterate(assist.get_companies(q="A"))] == ["A"]
    assert dict(fake.requests[0].url.params) == {"q": "A", "offset": "0", "limit": "50"}


def test_machines_are_a_map_or_a_list(connect) -> None:
    machine = {"machineUuid": "u", "machineName": "Front desk"}
    by_key = connect(FakeGoTo(answer(200, {"totalNumMachines": 1, "machines": {"k": machine}})))
    listed = connect(FakeGoTo(answer(200, {"totalNumMachines": 1, "machines": [machine]})))

    assert by_key.send(assist.get_machines("1")).machines["k"].machine_name == "Front desk"
    assert listed.send(assist.get_machines("1")).machines[0].machine_uuid == "u"


def test_recordings_are_named_with_commas_and_at_most_five_hundred(connect) -> None:
    fake = FakeGoTo(answer(204))

    assert connect(fake).send(assist.transcode_recordings(["1", "2"])) is None
    assert fake.requests[0].url.path == "/G2A/rest/v1/archive/recordings/transcode/1,2"
    for wrong in ([], ["1"] * 501, "12"):
        with pytest.raises(ValueError, match="500"):
            assist.mark_recordings_archived(wrong)
    with pytest.raises(ValueError, match="account_key"):
        assist.get_recordings()


@pytest.mark.parametrize(("expected", "body"), [([{"a": 2**62}], [{"a": 2**62}]), (None, b"")])
def test_answers_of_unknown_shape_are_plain(connect, expected: object, body: object) -> None:
    assert connect(FakeGoTo(answer(200, body))).send(assist.get_tickets("t")) == expected


def test_seeit_writes_and_reads_milliseconds(connect) -> None:
    session = {
        "uuid": "u", "sessionStatus": "FINISHED", "sessionCreateTime": 1788264000123, "sessionEndTime": None,
        "sessionDataDownloadUrl": "https://x.example/z", "technicianEmail": "t@example.com",
    }  # fmt: skip
    page = {"size": 1, "number": 0, "totalElements": 1, "totalPages": 1}
    fake = FakeGoTo(answer(200, {"content": [session], "links": [], "page": page}))

    [read] = connect(fake).send(seeit.sessions_get(start_time=NOW, sort="sessionStatus,desc"))

    assert (read.session_create_time - NOW).total_seconds() == 0.123
    assert read.session_status is seeit.SessionStatus.FINISHED
    assert not any(secret in repr(read) for secret in ("x.example", "t@"))
    assert dict(fake.requests[0].url.params) == {"startTime": "1788264000000", "sort": "sessionStatus,desc"}


def test_seeit_pages_are_iterated(connect) -> None:
    def react(request):
        number = int(request.url.params["page"])
        info = {"size": 2, "number": number, "totalElements": 3, "totalPages": 2}
        return answer(200, {"content": [{"uuid": str(number)}], "page": info})

    fake = FakeGoTo(react)

    assert [s.uuid for s in connect(fake).iterate(seeit.sessions_get(), page_size=2)] == ["0", "1"]
    assert [r.url.params["size"] for r in fake.requests] == ["2", "2"]


def test_seeit_has_a_host_of_its_own() -> None:
    fake = FakeGoTo(answer(409), answer(404))
    with GoTo("t", base_url=seeit.BASE_URL, transport=fake.transport, retry=ONCE) as goto:
        with pytest.raises(ConflictError):
            goto.send(seeit.sessions_uuid_get("u-1"))
        with pytest.raises(ResourceNotFoundError):
            goto.send(seeit.sessions_uuid_get("u-1"))

    assert str(fake.requests[0].url) == "https://api.citrixonline.com/seeit/v1/sessions/u-1"
