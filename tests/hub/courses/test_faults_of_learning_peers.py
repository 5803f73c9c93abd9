"""
Faults of the systems that bring live events into courses, by number, each with the tests that fail when it comes back.

NextThought's are the fourteen of its own source; the others are those of the plugins for Moodle (GoToWebinar, Zoom,
BigBlueButton) and of what is sold. Faults that have no test elsewhere are tested here.
"""

import pytest
from django.urls import reverse
from tests.factories.sessions import sign_up
from tests.hub.test_faults_of_peers import is_there

from greenroom.hub.connections.models import Connection
from greenroom.hub.courses.models import Completion, ItemClick, SectionItem
from greenroom.hub.courses.services import evaluate_event, note_click
from greenroom.hub.events.models import Event

HERE = "hub/courses/test_faults_of_learning_peers.py"

NEXTTHOUGHT = {
    1: {
        "There is one account for the whole site.": [
            "hub/connections/test_connecting.py::test_organizers_of_one_account_and_of_others_are_rows_of_their_own",
            "hub/web/test_adding_content.py::test_link_of_a_second_account_is_found_there",
        ],
        "Connecting another account orphans what stands in the courses.": [
            "hub/connections/test_connecting.py::test_connecting_again_revives_the_row_and_keeps_its_events",
            "hub/connections/test_opening.py::test_what_stands_in_a_course_stays_there",
        ],
    },
    2: {
        "Stepping back works at GoTo and never here, and a dead Join stays.": [
            "hub/web/test_registering.py::test_registration_is_cancelled_and_made_again",
            "hub/events/test_registration.py::test_somebody_gone_at_goto_already_is_off",
            "hub/courses/test_item_state.py::test_person_being_taken_off_cannot_join",
        ],
        "Stepping back can be found only with Shift held down.": [
            "journeys/test_without.py::test_learner_needs_no_javascript",
        ],
    },
    3: {
        "The first of several answers, whose key is 0, cannot be given.": [
            "hub/events/test_registration.py::test_every_answer_reaches_goto_as_it_was_given",
            "journeys/test_without.py::test_learner_needs_no_javascript",
        ],
    },
    4: {
        "Whatever GoTo refuses is called missing information.": [
            "hub/events/test_registration.py::test_a_refusal_by_goto_is_told_and_has_the_form_read_again",
            "hub/events/test_registration.py::test_a_full_webinar_is_told",
            "hub/events/test_registration.py::test_an_event_goto_has_no_longer_is_told",
        ],
        "GoTo being down, or access that was lost, is called missing information.": [
            "hub/web/test_registering.py::test_registration_survives_an_outage",
            "hub/events/test_registration.py::test_requests_wait_while_the_account_has_to_be_connected_again",
        ],
    },
    5: {
        "Attendance stays as it was read first; overruns and late data are lost.": [
            "hub/sync/test_watching.py::test_attendance_that_comes_late_is_found",
            "hub/sync/test_watching.py::test_attendance_that_is_corrected_corrects_the_rows",
            "hub/courses/test_completion.py::test_late_data_raises_and_lowers",
        ],
        "Somebody without joins and leaves ends the reading.": [
            "hub/sync/test_bad_rows.py::test_odd_attendee_is_read",
        ],
    },
    6: {
        "A second of attendance completes.": [
            "hub/courses/test_completion_rule.py::test_rule_is_satisfied_exactly_at_its_line",
            "hub/courses/test_completion_rule.py::test_no_rule_means_eighty_percent",
        ],
        "Nobody can ask for several dates.": [
            "hub/courses/test_completion_rule.py::test_each_condition_asks_for_its_own",
            "hub/courses/test_completion.py::test_dates_to_come_count",
        ],
        "Who is not told of yet is absent.": [
            "hub/courses/test_completion.py::test_absent_only_when_final",
        ],
    },
    7: {
        "Instructors do not see who registered and who came.": [
            "hub/web/test_results.py::test_roster_shows_result_share_and_presence",
            "hub/web/test_results.py::test_matrix_shows_everybody_beside_everything",
        ],
        "There is no table to take away.": [
            "hub/web/test_results.py::test_results_are_exported_row_by_row",
        ],
        "Nobody can be marked by hand.": [
            "hub/web/test_results.py::test_people_are_marked_together_and_see_why",
            "hub/web/test_results.py::test_list_is_shown_before_it_is_carried_out",
        ],
    },
    8: {
        "A page in the last hour asks every second.": [
            "hub/courses/test_item_state.py::test_page_asks_again_when_the_clock_or_goto_can_have_changed_something_and_not_before",
            "hub/web/test_joining.py::test_card_renews_itself_only_while_something_can_change",
        ],
    },
    9: {
        "Join follows the clock, whether the organizer has launched or not.": [
            "hub/courses/test_item_state.py::test_clock_alone_never_opens_a_webinar",
            "hub/web/test_joining.py::test_join_leads_each_person_to_their_own_link_when_live",
        ],
        "The zone is never shown.": [
            "hub/web/test_courses.py::test_times_are_shown_in_the_zone_of_who_looks",
        ],
        "The clock of the browser is believed.": [
            "journeys/test_clocks.py::test_countdown_follows_the_hub_and_not_the_clock_of_the_browser",
        ],
    },
    10: {
        "A pasted link is found only when it is the very same text.": [
            "hub/events/test_links.py::test_the_event_is_found",
            "hub/web/test_adding_content.py::test_any_form_of_the_link_finds_the_event",
        ],
        "Past events and recordings cannot be added.": [
            "hub/web/test_adding_content.py::test_event_that_is_over_can_be_added_also_when_its_account_is_gone",
            "hub/web/test_materials.py::test_recording_is_chosen_by_its_event_and_leads_to_goto",
        ],
    },
    11: {
        "Nobody notices that an event was cancelled or moved at GoTo, and nobody is told.": [
            "hub/sync/test_pulling_events.py::test_a_moved_event_is_a_fact_with_both_times",
            "hub/web/test_notices.py::test_those_it_concerns_are_told_that_an_event_was_moved_in_their_zones",
            "hub/courses/test_item_state.py::test_each_circumstance_has_its_state",
        ],
    },
    12: {
        "The client's secret stands in the source.": [
            "hub/connections/test_connecting.py::test_a_hub_without_client_says_so",
        ],
        "The way back from the consent page leads anywhere.": [
            "hub/web/test_accounts.py::test_the_way_back_leads_to_no_other_place",
        ],
        "An answer of the consent page can be used twice, or in another browser.": [
            "hub/web/test_accounts.py::test_answer_counts_once",
            "hub/web/test_accounts.py::test_answer_counts_only_in_the_browser_that_asked",
        ],
        "The browser may say what the event is.": [
            f"{HERE}::test_what_a_browser_says_of_an_event_counts_for_nothing",
        ],
        "Who edits a course can disconnect the site's account.": [
            "hub/web/test_routes.py::test_each_person_gets_where_they_may_and_nowhere_else",
        ],
    },
    13: {
        "Texts change by themselves all the time, and there is no way to stop them.": [
            "hub/web/test_templatetags.py::test_countdown_carries_the_servers_clock",
        ],
        "Buttons are none, and some acts need a mouse.": [
            "journeys/test_without.py::test_learner_needs_no_mouse",
            "journeys/test_without.py::test_editor_needs_no_mouse",
            "journeys/test_every_page.py::test_page_suits_everybody",
        ],
    },
    14: {
        "Only the first page of a list is read, and too many calls are an error.": [
            "goto/test_paging.py::test_hal_pages_are_read_to_the_last",
            "hub/events/test_registration.py::test_too_many_calls_are_repeated_when_goto_says",
        ],
        "There is nothing for trainings and meetings.": [
            "hub/courses/test_item_state.py::test_training_is_open_around_its_plan",
            "hub/web/test_meetings.py::test_attendance_under_the_own_address_completes_the_item",
        ],
        "Nothing can be automated.": [
            "hub/courses/test_told_completion.py::test_a_course_is_completed_with_its_last_required_item",
            "hub/api/test_triggers.py::test_a_flow_is_led_from_poll_to_poll",
        ],
    },
}

MOODLE = {
    "Looking at a page registers whoever looks, before they have signed in, with answers made up.": [
        "hub/web/test_routes.py::test_who_has_not_signed_in_is_asked_to",
        "hub/web/test_routes.py::test_looking_changes_nothing",
        "hub/web/test_routes.py::test_looking_asks_goto_nothing",
        "hub/web/test_registering.py::test_what_is_missing_is_told_beside_its_field_and_nothing_is_sent",
    ],
    "The first teacher who looks becomes co-organizer, the second an attendee.": [
        "hub/web/test_routes.py::test_looking_asks_goto_nothing",
        "hub/courses/test_completion.py::test_who_teaches_gets_none",
    ],
    "Local times are sent with a Z.": [
        "hub/web/test_making_events.py::test_times_are_those_of_the_zone_that_was_chosen",
    ],
    "The share is that of the plan, though the event was shorter.": [
        "hub/courses/test_completion.py::test_share_is_of_the_real_length_not_of_the_plan",
    ],
    "Only one of the rules is ever looked at.": [
        "hub/courses/test_completion_rule.py::test_ways_and_parts_combine",
    ],
    "A statement without its condition completes an event in every course.": [
        "hub/courses/test_completion.py::test_same_event_counts_in_each_course_by_its_own_rule",
    ],
    "Everything is read again with each run.": [
        "hub/sync/test_watching.py::test_looking_while_nothing_happens_is_one_call",
    ],
    "The part for trainings calls webinars.": [
        "hub/events/test_registration.py::test_a_person_is_signed_up_for_a_training",
    ],
    "The consent page is asked without a state.": [
        "hub/connections/test_connecting.py::test_a_missing_state_is_refused",
    ],
}

ZOOM = {
    "Having pressed Join or registered completes.": [
        f"{HERE}::test_registering_and_pressing_join_complete_nothing",
    ],
    "People are matched by names that are alike, and the wrong one gets the credit.": [
        "hub/sync/test_matching.py::test_a_name_counts_for_nothing_but_is_suggested",
    ],
    "Who joined by the link in the mail gets no credit.": [
        "hub/events/test_linking.py::test_what_somebody_attended_before_counts_from_then_on",
        "hub/courses/test_completion.py::test_learner_added_after_they_attended_gets_what_they_attended",
    ],
    "Recurring events have no results.": [
        "hub/courses/test_completion.py::test_two_sessions_add_up",
        "hub/web/test_meetings.py::test_each_time_a_meeting_without_dates_is_held_stands_alone",
    ],
    "After one failed call the event is gone, and stays so.": [
        "hub/sync/test_pulling_events.py::test_a_cancelled_event_is_missing_at_the_first_look_and_cancelled_at_the_second",
        "hub/sync/test_pulling_events.py::test_an_event_that_is_listed_again_is_back",
    ],
    "Calendars keep dates that were taken out.": [
        "hub/courses/test_calendars.py::test_date_that_is_taken_out_is_cancelled_and_the_others_stay",
    ],
    "A calendar is told once, and of no change.": [
        "hub/courses/test_calendars.py::test_date_that_moves_keeps_its_uid_and_counts_the_change",
        "hub/web/test_notices.py::test_calendars_of_those_who_are_registered_move_and_are_cleared",
    ],
    "Join closes at the planned end though the event goes on.": [
        "hub/courses/test_item_state.py::test_live_webinar_counts_to_its_planned_end_and_stays_open_after",
    ],
    "Attendance comes six hours late.": [
        "hub/sync/test_watching.py::test_the_looks_come_further_and_further_apart",
    ],
    "An item whose account is gone cannot be removed.": [
        f"{HERE}::test_item_is_removed_though_its_account_is_gone",
    ],
    "A mark by hand is overwritten by the next reading.": [
        "hub/courses/test_marks.py::test_each_rule_follows_late_data_until_a_mark_and_again_after_it",
    ],
}

BIG_BLUE_BUTTON = {
    "Minutes attended are taken for how often.": [
        "hub/courses/test_completion_rule.py::test_each_condition_asks_for_its_own",
        "hub/courses/test_completion.py::test_minutes_count_over_all_dates",
    ],
    "Attendance is lost when the provider forgets it.": [
        "hub/connections/test_disconnecting.py::test_the_history_stays",
        "hub/courses/test_completion.py::test_what_was_completed_is_kept_when_somebody_leaves_the_course",
    ],
    "Joins and leaves cannot be taken away as a table.": [
        "hub/web/test_results.py::test_results_are_exported_row_by_row",
    ],
    "Minutes on two devices, or of coming back, count twice.": [
        "hub/sync/test_watching.py::test_two_devices_at_once_count_once",
        "hub/events/test_presence.py::test_leaving_and_coming_back_at_once_changes_nothing",
    ],
}

SOLD = {
    "Another address is another person, for good.": [
        "hub/events/test_linking.py::test_somebody_with_another_address_is_given_those_under_it_too",
        "hub/sync/test_matching.py::test_what_a_person_said_outlives_corrections",
    ],
    "Events of one course are shown in others.": [
        "hub/web/test_events.py::test_event_names_only_the_courses_its_viewer_may_see",
        "hub/web/test_feeds.py::test_calendar_of_a_course_shows_that_course",
    ],
    "Instructors cannot start the event from the course.": [
        "hub/web/test_events.py::test_starting_leads_to_goto_or_says_why_not",
    ],
    "Nobody learns that the target is out of reach.": [
        "hub/web/test_results.py::test_learner_is_warned_when_the_course_is_out_of_reach",
        "hub/courses/test_course_completion.py::test_missed_for_good_is_said_once_attendance_is_final",
    ],
    "Who watches the recording has missed it all the same.": [
        "hub/courses/test_course_completion.py::test_recording_opened_in_time_is_as_good",
    ],
    "Who is excused still lacks it.": [
        "hub/courses/test_course_completion.py::test_who_is_excused_need_not_do_it",
    ],
    "Who leaves stays registered, and who comes late is not.": [
        "hub/web/test_roster_registration.py::test_who_comes_later_is_registered_and_who_leaves_is_taken_off",
    ],
    "Past events can still be registered for.": [
        "hub/web/test_registering.py::test_closed_event_takes_no_answers",
    ],
}


def test_no_number_is_left_out():
    assert list(range(1, 15)) == list(NEXTTHOUGHT)


def test_each_fault_has_its_tests():
    tables = [*NEXTTHOUGHT.values(), MOODLE, ZOOM, BIG_BLUE_BUTTON, SOLD]
    named = {(fault, test) for table in tables for fault, tests in table.items() for test in tests}
    assert set() == {(fault, test) for fault, test in named if not is_there(test)}
    assert all(tests for table in tables for tests in table.values())


def test_what_a_browser_says_of_an_event_counts_for_nothing(section, event, eda, browser):
    """NextThought took the whole event from the browser, with the address to which Register and Join led."""
    url, known = reverse("add_event", args=[section.pk]), Event.objects.values()
    made_up = {"title": "Mine", "event_key": "77", "join_url": "https://evil.example/", "registration_url": "/evil/"}
    before = known.get()
    browser(eda).post(url, made_up)
    assert not section.items.exists()
    browser(eda).post(url, made_up | {"event": str(event.pk)})
    assert event.pk == section.items.get().event_id
    assert before == known.get()


def test_registering_and_pressing_join_complete_nothing(world, item, lena):
    sign_up(item.event, lena)
    note_click(item=item, user=lena, kind=ItemClick.Kind.JOINED)
    world.advance(hours=1, minutes=30)
    evaluate_event(event_id=item.event_id)
    assert not Completion.objects.filter(item=item, user=lena).exists()


@pytest.mark.parametrize("state", [Connection.State.DISCONNECTED, Connection.State.RECONNECT_NEEDED])
def test_item_is_removed_though_its_account_is_gone(world, item, connection, eda, browser, state):
    Connection.objects.filter(pk=connection.pk).update(state=state)
    world.count_calls()
    assert 302 == browser(eda).post(reverse("remove_item", args=[item.pk])).status_code
    assert SectionItem.objects.get(pk=item.pk).removed_at is not None
    assert not world.list_calls()
