"""The whole sandbox: state, time, faults, switches, counters, clients, people, tokens."""

from datetime import timedelta

import msgspec

from greenroom.sandbox import rooms, scenarios
from greenroom.sandbox.assist import store as assist_store
from greenroom.sandbox.control.body import Body, ControlError, only, read_instant, user_of
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Client, Event, User
from greenroom.sandbox.faults import Fault
from greenroom.sandbox.faults import check as check_fault
from greenroom.sandbox.groups import add_group, groups_of
from greenroom.sandbox.oauth import store as oauth_store
from greenroom.sandbox.seed import SEEDS, add_account, add_user
from greenroom.sandbox.seeit import store as seeit_store
from greenroom.sandbox.switches import SWITCHES
from greenroom.sandbox.times import write_instant_ms


def wipe(core: Core) -> None:
    """Forget everything but the default client; the clock stays as it is."""
    core.state.clear()
    core.faults.clear()
    core.counters.clear()
    oauth_store.ensure_default_client(core)
    core.remember_clock()


def reset(core: Core, body: Body) -> Body:
    only(body)
    wipe(core)
    return get_state(core, {})


def seed(core: Core, body: Body) -> Body:
    only(body, "name")
    fill = SEEDS.get(body.get("name", "demo"))
    if fill is None:
        raise ControlError(404, f"There is no such seed. There are: {', '.join(SEEDS)}.")
    fill(core)
    return get_state(core, {})


def get_state(core: Core, body: Body) -> Body:
    """Counts, and the keys one needs to go on."""
    state = core.state
    return {
        "accounts": [
            {
                "key": account.key,
                "name": account.name,
                "organizers": [
                    {"key": u.key, "email": u.email, "name": u.name, "is_admin": u.is_admin, "time_zone": u.time_zone}
                    for u in state.users
                    if u.account_key == account.key
                ],
            }
            for account in state.accounts
        ],
        "webinars": [summary(core, webinar) for webinar in state.webinars],
        "trainings": [summary(core, training) for training in state.trainings],
        "meetings": [summary(core, meeting) for meeting in state.meetings],
        "assist_sessions": [
            {"key": s.key, "kind": s.kind, "status": s.status, "user_key": s.user_key, "support_key": s.support_key}
            for s in state.assist_sessions
        ],
        "seeit_sessions": [{"uuid": s.uuid, "status": seeit_store.status(s)} for s in state.seeit_sessions],
        "counts": {
            "registrants": sum(state.count_registrants(w.key) for w in state.webinars)
            + sum(state.count_registrants(t.key) for t in state.trainings),
            "sessions": len(state.sessions),
            "webhooks": len(state.webhooks),
            "subscriptions": len(state.subscriptions),
            "deliveries": len(state.deliveries),
            "mails": len(state.mails),
        },
    }


def summary(core: Core, event: Event) -> Body:
    return {
        "key": event.key,
        "title": event.title,
        "organizer_key": event.organizer_key,
        "starts_at": write_instant_ms(event.times[0].starts_at),
        "ends_at": write_instant_ms(rooms.last_end(event)),
        "is_live": event.live_session_key is not None,
        "registrants": core.state.count_registrants(event.key),
        "sessions": [session.key for session in core.state.sessions_of(event.key)],
    }


def get_clock(core: Core, body: Body) -> Body:
    told: Body = {"now": write_instant_ms(core.clock.now()), "is_frozen": core.clock.is_frozen}
    return told if core.clock.speed == 1 else told | {"speed": core.clock.speed}


def set_clock(core: Core, body: Body) -> Body:
    """Set, advance, freeze, let run or run faster; what is due happens, webhooks wait for the next tick."""
    only(body, "now", "advance_seconds", "freeze", "speed")
    if "freeze" in body and not isinstance(body["freeze"], bool):
        raise ControlError(400, "freeze must be true or false.")
    seconds = body.get("advance_seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ControlError(400, "advance_seconds must be a number.")
    if body.get("now") == "real":
        core.clock.follow_source()
    elif "now" in body:
        core.clock.set(read_instant(body["now"], "now"))
    core.clock.advance(timedelta(seconds=seconds))
    if "speed" in body:
        _set_speed(core, body["speed"])
    if "freeze" in body:
        core.clock.freeze() if body["freeze"] else core.clock.run()
    core.remember_clock()
    scenarios.run_due(core)
    rooms.end_due_sessions(core)
    assist_store.abandon_old(core)
    return get_clock(core, {})


def _set_speed(core: Core, speed: object) -> None:
    if isinstance(speed, bool) or not isinstance(speed, int | float):
        raise ControlError(400, "speed must be a number.")
    try:
        core.clock.set_speed(speed)
    except ValueError as error:
        raise ControlError(400, str(error)) from None


def get_counters(core: Core, body: Body) -> Body:
    return core.counters.report()


def clear_counters(core: Core, body: Body) -> Body:
    core.counters.clear()
    return core.counters.report()


def get_switches(core: Core, body: Body) -> Body:
    values = core.switches.all()
    return {
        "switches": [
            {
                "name": switch.name,
                "value": values[switch.name],
                "default": switch.default,
                "choices": switch.choices,
                "status": switch.status,
                "source": switch.source,
            }
            for switch in SWITCHES
        ]
    }


def put_switches(core: Core, body: Body) -> Body:
    try:
        core.switches.change(body)
    except ValueError as error:
        raise ControlError(400, str(error)) from None
    core.state.save_meta()
    return core.switches.all()


def get_faults(core: Core, body: Body) -> Body:
    return {"faults": core.faults.all()}


def add_fault(core: Core, body: Body) -> Body:
    try:
        fault = msgspec.convert(body, Fault)
        check_fault(fault)
    except (msgspec.ValidationError, ValueError) as error:
        raise ControlError(400, str(error)) from None
    core.faults.add(fault)
    return get_faults(core, {})


def clear_faults(core: Core, body: Body) -> Body:
    core.faults.clear()
    return get_faults(core, {})


# OAuth clients, tokens, people


def get_clients(core: Core, body: Body) -> Body:
    return {"clients": list(core.state.clients)}


def put_client(core: Core, body: Body) -> Body:
    """Register a client, or replace one. Without a secret it is public and must use PKCE."""
    only(body, "client_id", "secret", "name", "redirect_uris", "scopes")
    uris = body.get("redirect_uris")
    if not body.get("client_id") or not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise ControlError(400, "client_id and redirect_uris are needed.")
    client = Client(
        client_id=str(body["client_id"]),
        secret=body.get("secret"),
        name=str(body.get("name") or body["client_id"]),
        redirect_uris=uris,
        scopes=list(body.get("scopes") or oauth_store.SCOPES),
    )
    core.state.clients.put(client.client_id, client)
    return get_clients(core, {})


def create_account(core: Core, body: Body) -> Body:
    only(body, "name")
    account = add_account(core, str(body.get("name") or "Account"))
    return {"key": account.key, "name": account.name}


def create_organizer(core: Core, body: Body) -> Body:
    only(body, "account_key", "email", "first_name", "last_name", "password", "time_zone", "is_admin", "group_key")
    account = core.state.accounts.get(str(body.get("account_key")))
    if account is None or not body.get("email"):
        raise ControlError(400, "account_key and email are needed.")
    if core.state.user_by_email(body["email"]) is not None:
        raise ControlError(409, "There is an organizer with this e-mail address.")
    user = add_user(
        core,
        account,
        str(body.get("first_name", "Olive")),
        str(body.get("last_name", "Organizer")),
        str(body["email"]),
        str(body.get("time_zone", "America/New_York")),
        is_admin=bool(body.get("is_admin", False)),
        password=str(body.get("password", "sandbox")),
    )
    if "group_key" in body:
        _set_group(core, user, str(body["group_key"]))
    return {"key": user.key, "email": user.email, "account_key": account.key}


def _set_group(core: Core, user: User, group_key: str) -> None:
    if group_key not in {group.key for group in groups_of(core, user.account_key)}:
        raise ControlError(404, "The account has no such group.")
    user.group_key = group_key
    core.state.users.put(user.key, user)


def get_groups(core: Core, body: Body) -> Body:
    """The groups of every account; each account has one of its own."""
    return {
        "groups": [
            {"key": g.key, "account_key": g.account_key, "name": g.name, "parent_key": g.parent_key}
            for account in core.state.accounts
            for g in groups_of(core, account.key)
        ]
    }


def create_group(core: Core, body: Body) -> Body:
    """A group of an account, below its own group or another one."""
    only(body, "account_key", "name", "parent_key")
    account = core.state.accounts.get(str(body.get("account_key")))
    if account is None or not body.get("name"):
        raise ControlError(400, "account_key and name are needed.")
    parent = body.get("parent_key")
    if parent is not None and parent not in {group.key for group in groups_of(core, account.key)}:
        raise ControlError(404, "The account has no such group.")
    group = add_group(core, account.key, str(body["name"]), parent)
    return {"key": group.key, "name": group.name, "parent_key": group.parent_key}


def issue_token(core: Core, body: Body) -> Body:
    only(body, "organizer_key", "organizer", "client_id", "scope")
    client_id = str(body.get("client_id", oauth_store.DEFAULT_CLIENT_ID))
    client = core.state.clients.get(client_id)
    if client is None:
        raise ControlError(404, "No such client.")
    scope = str(body.get("scope") or " ".join(client.scopes))
    return oauth_store.issue_token(core, client_id=client_id, user=user_of(core, body), scope=scope)


def revoke_tokens(core: Core, body: Body) -> Body:
    only(body, "organizer_key", "organizer", "all")
    user_key = None if body.get("all") is True else user_of(core, body).key
    return {"revoked": oauth_store.revoke_tokens_of(core, user_key)}


def get_deliveries(core: Core, body: Body) -> Body:
    return deliveries(core)


def send_again(core: Core, body: Body, key: str) -> Body:
    """Put a message back into the queue; it goes out with the next tick, with the event key it had."""
    only(body)
    delivery = core.state.deliveries.get(key)
    if delivery is None:
        raise ControlError(404, "There is no such message.")
    delivery.state, delivery.next_attempt_at = "queued", core.clock.now()
    core.state.deliveries.put(delivery.key, delivery)
    return get_deliveries(core, {})


def deliveries(core: Core) -> Body:
    return {
        "deliveries": [
            {
                "key": d.key,
                "event_name": d.event_name,
                "callback_url": d.callback_url,
                "state": d.state,
                "attempts": d.attempts,
                "last_result": d.last_result,
                "created_at": write_instant_ms(d.created_at),
                "next_attempt_at": write_instant_ms(d.next_attempt_at) if d.next_attempt_at else None,
                "body": msgspec.json.decode(d.body),
            }
            for d in core.state.deliveries
        ]
    }
