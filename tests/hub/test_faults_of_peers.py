"""
Faults of the systems that Greenroom replaces, of their kind, and of those who wrote against GoTo before.

Each is a test here: the list names the one that fails when the fault comes back. Sources are public code and issues
of those projects.
"""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]

# The numbers of the survey of the plugin for Mautic, of its forks and its successors.
PLUGIN = {
    1: ("One person joins by another one's link, as links to join are counted by one address for all.", [
        "hub/mailing/test_rendering.py::test_links_are_counted_but_never_those_that_are_somebody_s_own",
        "hub/mailing/test_emails.py::test_everybody_gets_the_way_into_their_own_next_webinar",
        "hub/web/test_joining.py::test_join_leads_each_person_to_their_own_link_when_live",
    ]),
    2: ("A page without a sign-in fetches any address it is given.", [
        "hub/web/test_routes.py::test_no_open_page_fetches_an_address_it_is_given",
        "hub/automation/test_hook_addresses.py::test_what_is_not_public_is_refused_when_it_is_called",
    ]),
    3: ("The organizer's door is mailed to everybody, and one person's link stays in the template for the next.", [
        "hub/mailing/test_emails.py::test_host_link_goes_to_organizers_unless_somebody_wants_it_otherwise",
        "hub/mailing/test_emails.py::test_filling_in_for_one_person_leaves_the_e_mail_as_it_was_written",
    ]),
    4: ("Whether somebody registered or attended is true of everybody, or of nobody.", [
        "hub/segments/test_rules.py::test_rules_find_these_contacts",
        "hub/segments/test_rules.py::test_rules_name_single_events",
    ]),
    5: ("The link to join is the oldest of whatever event, or none of those who signed up by a form.", [
        "hub/mailing/test_emails.py::test_tag_that_names_the_event_leads_there",
        "hub/webforms/test_submitting.py::test_who_signs_up_here_is_mailed_their_own_link",
    ]),
    6: ("Who cancels has never been there: attendance goes with the sign-up.", [
        "hub/sync/test_watching.py::test_who_was_there_stays_so_when_their_sign_up_is_cancelled",
        "hub/contacts/test_people_from_goto.py::test_a_cancelled_sign_up_stays_in_the_timeline_and_counts_no_more",
    ]),
    7: ("Known attendees are looked up by name instead of key, so all are written again with each run.", [
        "hub/sync/test_watching.py::test_reading_the_same_again_changes_nothing",
    ]),
    8: ("An address with capitals is a second person.", [
        "hub/contacts/test_people_from_goto.py::test_nobody_is_made_twice_whatever_the_case_of_their_address",
    ]),
    9: ("Signing up by a form renames the event and overwrites its description.", [
        "hub/webforms/test_submitting.py::test_signing_up_leaves_the_event_as_it_was",
    ]),
    10: ("Attendance in its envelope is never found, and read of events to come only.", [
        "goto/test_attendance.py::test_one_call_is_enough_where_goto_allows_it",
        "hub/sync/test_watching.py::test_attendance_is_collected_with_joins_and_leaves",
        "hub/sync/test_reading_what_is_due.py::test_after_its_end_an_event_is_read_a_day_and_three_days_later",
        "hub/sync/test_reading_what_is_due.py::test_a_full_run_reads_every_event_also_past_ones_and_final_attendance",
    ]),
    11: ("Trainings, meetings and support sessions cannot be read or started.", [
        "hub/sync/test_pulling_events.py::test_a_training_is_stored",
        "hub/sync/test_products_without_sign_up.py::test_what_was_held_before_we_came_is_there_with_its_people",
        "hub/sync/test_products_without_sign_up.py::test_a_support_session_from_waiting_to_its_end",
        "hub/web/test_meetings.py::test_only_the_organizer_has_the_link_that_starts_a_meeting_without_a_sign_in",
    ]),
    12: ("Who signed up at GoTo is unknown until the event is over.", [
        "hub/sync/test_reading_what_is_due.py::test_a_new_event_is_read_at_once",
        "hub/mailing/test_emails.py::test_everybody_gets_the_way_into_their_own_next_webinar",
    ]),
    13: ("Each session of a training replaces the one before, and its people have no names.", [
        "hub/sync/test_watching.py::test_several_sessions_are_kept_apart",
        "hub/sync/test_bad_rows.py::test_odd_registrant_is_read",
        "hub/contacts/test_people_from_goto.py::test_people_who_signed_up_at_goto_are_contacts_with_their_names",
    ]),
    14: ("The list of joins and leaves is read as one thing, so times and lengths are lost.", [
        "hub/sync/test_watching.py::test_attendance_is_collected_with_joins_and_leaves",
        "hub/sync/test_watching.py::test_two_devices_at_once_count_once",
    ]),
    15: ("A renamed event is another one, and everybody is stored again under its new name.", [
        "hub/sync/test_pulling_events.py::test_a_renamed_event_is_a_fact_with_both_names",
        "hub/segments/test_rules.py::test_rules_name_an_event_whatever_it_is_called_by_now",
    ]),
    16: ("A sign-up that failed counts as done, or what the visitor sent is thrown away.", [
        "hub/actions/test_actions.py::test_what_goto_refuses_is_a_problem_and_not_a_success",
        "hub/campaigns/test_moving_on.py::test_a_refused_registration_takes_the_error_exit_and_is_no_success",
        "hub/webforms/test_submitting.py::test_goto_that_is_down_loses_nobody",
        "hub/webforms/test_submitting.py::test_refusal_of_goto_is_told_and_can_be_tried_again",
        "hub/events/test_registration.py::test_goto_being_down_keeps_the_request_until_it_is_delivered",
        "hub/events/test_registration.py::test_a_refusal_by_goto_is_told_and_has_the_form_read_again",
    ]),
    17: ("An organizer who asks for more than name and address cannot be registered with.", [
        "hub/events/test_registration.py::test_every_answer_reaches_goto_as_it_was_given",
        "hub/webforms/test_building.py::test_mandatory_field_of_goto_without_a_source_is_refused_with_its_name",
        "hub/web/test_registering.py::test_organizer_who_asks_for_more_meanwhile_is_answered_by_the_new_form",
    ]),
    18: ("Merging two contacts deletes what one of them had to do with events.", [
        "hub/contacts/test_merging.py::test_events_and_facts_of_both_addresses_are_one_history",
    ]),
    19: ("Dates to pick from have negative numbers, and the number is taken for the key.", [
        "hub/sync/test_bad_rows.py::test_odd_event_is_read",
        "hub/sync/test_pulling_events.py::test_occurrences_of_a_series_are_events_with_one_recurrence_key",
    ]),
    20: ("A long title or link does not fit, and ends the run.", [
        "hub/sync/test_pulling_registrants.py::test_what_is_longer_than_its_column_is_cut",
        "hub/sync/test_bad_rows.py::test_odd_event_is_read",
    ]),
    21: ("For each contact whom a campaign registers, all events are listed again.", [
        "hub/actions/test_actions.py::test_each_contact_who_is_registered_costs_one_call_and_lists_nothing",
    ]),
    22: ("A visitor who sends a form waits for GoTo.", [
        "hub/web/test_visiting.py::test_visitor_waits_for_no_call_to_goto",
        "hub/webforms/test_submitting.py::test_goto_that_is_down_loses_nobody",
    ]),
    23: ("Everything of ten years is read again with each run.", [
        "hub/sync/test_calls_and_formulas.py::test_webinars_polled_while_all_are_near_and_one_has_just_been_held",
        "hub/sync/test_calls_and_formulas.py::test_trainings_polled_while_all_are_near",
        "hub/sync/test_calls_and_formulas.py::test_meetings_polled",
    ]),
    24: ("A condition of a campaign asks the database once for each contact.", [
        "hub/campaigns/test_moving_on.py::test_a_batch_takes_a_constant_number_of_statements",
    ]),
    25: ("Every mail costs queries and drawn buttons for each person, whether a tag stands in it or not.", [
        "hub/mailing/test_emails.py::test_making_and_sending_cost_the_same_statements_for_few_and_many",
        "hub/mailing/test_emails.py::test_mail_without_tags_of_events_asks_for_none",
    ]),
    26: ("Editors fetch a row, with its link to join, for each registrant there is.", [
        "hub/web/test_segments.py::test_pages_ask_the_same_number_of_queries_whatever_there_is",
        "hub/web/test_routes.py::test_no_editor_reads_a_registrant",
    ]),
    27: ("A segment asks once for each event that it names, and ends when one of them is gone.", [
        "hub/segments/test_rules.py::test_rules_that_name_many_events_ask_once",
        "hub/web/test_segments.py::test_rules_about_a_deleted_event_go_on_and_say_so",
    ]),
    28: ("A contact's timeline costs two queries for each product and kind of thing that happened.", [
        "hub/web/test_contacts.py::test_pages_ask_the_same_number_of_queries_whatever_there_is",
    ]),
    29: ("The events offered in a form are those of when it was saved, and refused when one of them is chosen.", [
        "hub/web/test_visiting.py::test_list_of_events_is_always_current",
        "hub/webforms/test_submitting.py::test_event_that_was_cancelled_keeps_who_asked_and_they_can_be_registered_for_another",
    ]),
    30: ("There is one organizer, and connecting another replaces the first.", [
        "hub/connections/test_connecting.py::test_organizers_of_one_account_and_of_others_are_rows_of_their_own",
    ]),
    31: ("The plain text and the page in the browser lack the person's own link; styles are linked to.", [
        "hub/mailing/test_rendering.py::test_button_has_the_link_the_class_and_its_styles_written_into_it",
        "hub/mailing/test_emails.py::test_mail_is_read_in_the_browser_with_the_person_s_own_links_and_counts_nothing",
    ]),
    32: ("Nothing tests the way from signing up to having attended.", [
        "hub/test_the_path.py::test_learner_registers_joins_attends_and_completes",
    ]),
}  # fmt: skip

# What was reported of it elsewhere.
MAUTIC = {
    "Only the first page of webinars and attendees is read.": [
        "hub/sync/test_pulling_events.py::test_many_pages_of_events_are_read",
        "goto/test_paging.py::test_hal_pages_are_read_to_the_last",
    ],
    "An account that may not read all attendance at once gets none.": [
        "goto/test_attendance.py::test_the_sessions_are_read_one_by_one_where_it_does_not",
    ],
    "Reading one event by its key stores it under another name, or ends in an error.": [
        "hub/sync/test_runs.py::test_what_the_list_told_is_kept_by_a_run_of_one",
        "hub/cli/test_sync.py::test_one_event_is_read",
    ],
    "What changed about a registrant is never written.": [
        "hub/sync/test_pulling_registrants.py::test_a_changed_name_changes_the_row_and_is_no_fact",
        "hub/sync/test_pulling_registrants.py::test_a_decision_is_a_fact",
    ],
    "One bad event, or one bad row, ends the run for all.": [
        "hub/sync/test_runs.py::test_a_failing_event_steps_aside",
        "hub/sync/test_bad_rows.py::test_unreadable_registrant_is_set_aside_and_stops_nobody",
        "hub/intake/test_applying.py::test_row_that_cannot_be_read_is_set_aside_and_stops_nobody_who_is_asked_about",
    ],
    "Everything is read again with each run, and a page of the site reads it once more.": [
        "hub/sync/test_calls_and_formulas.py::test_webinars_polled_while_all_are_near_and_one_has_just_been_held",
        "hub/sync/test_pulling_events.py::test_a_second_pull_changes_nothing_and_costs_two_statements_an_event_at_most",
        "hub/web/test_routes.py::test_looking_asks_goto_nothing",
    ],
    "The day's calls run out unnoticed; 429 is an error like any other.": [
        "hub/sync/test_budget.py::test_a_run_stops_where_the_budget_ends_and_keeps_what_it_has_read",
        "hub/sync/test_runs.py::test_too_many_calls_stop_the_run_at_once",
        "processes/test_pace.py::test_no_second_holds_more_than_ten_calls_of_four_processes",
    ],
    "Every 403 has the token renewed, and several processes renew it at once.": [
        "hub/connections/test_tokens.py::test_a_403_of_another_kind_renews_nothing",
        "hub/connections/test_tokens.py::test_eight_threads_with_one_expired_token_renew_it_once",
        "goto/test_stores.py::test_eight_processes_with_a_refused_token_refresh_it_once",
    ],
    "The token is dead after an hour, or lost with an answer that has no new refresh token.": [
        "hub/connections/test_tokens.py::test_an_expired_token_is_renewed_once",
        "hub/connections/test_tokens.py::test_the_refresh_token_is_kept_when_no_new_one_comes",
    ],
    "Who is registered already is refused.": [
        "hub/events/test_registration.py::test_somebody_goto_has_already_is_taken_over",
        "goto/test_operations.py::test_a_known_address_is_a_value_for_trainings",
    ],
    "Two runs at once write everything twice.": [
        "hub/sync/test_runs.py::test_one_run_is_open_for_each_connection_product_and_key",
    ],
    "GoTo's webhooks are not used, or are made and never deliver.": [
        "hub/intake/test_keeping.py::test_webhook_that_is_listed_and_cannot_be_activated_yet_is_activated_later",
        "hub/intake/test_orders.py::test_night_repairs_what_is_lost_whatever_it_told",
    ],
}

NEXTTHOUGHT = {
    "Connecting another account orphans what is in the courses.": [
        "hub/connections/test_opening.py::test_what_stands_in_a_course_stays_there",
        "hub/connections/test_connecting.py::test_connecting_again_revives_the_row_and_keeps_its_events",
    ],
    "Disconnecting ends nothing at GoTo.": [
        "hub/connections/test_disconnecting.py::test_disconnecting_forgets_the_tokens_here_and_ends_them_at_goto",
    ],
    "Taking somebody off works at GoTo and not here, as only 200 counts as success.": [
        "hub/events/test_registration.py::test_a_person_is_taken_off_at_goto_and_here",
        "hub/events/test_registration.py::test_somebody_gone_at_goto_already_is_off",
    ],
    "The answer with the key 0 cannot be given.": [
        "goto/test_operations.py::test_a_registration_is_sent_with_answers_and_key_zero",
    ],
    "Whatever goes wrong is called missing information.": [
        "hub/events/test_registration.py::test_a_full_webinar_is_told",
        "hub/events/test_registration.py::test_an_event_goto_has_no_longer_is_told",
        "hub/web/test_registering.py::test_registration_survives_an_outage",
    ],
    "Attendance stays as it was read first.": [
        "hub/sync/test_watching.py::test_attendance_that_comes_late_is_found",
        "hub/sync/test_watching.py::test_attendance_that_is_corrected_corrects_the_rows",
    ],
    "Somebody without joins and leaves ends the reading.": [
        "hub/sync/test_bad_rows.py::test_odd_attendee_is_read",
    ],
    "One second counts as attended, and who is not told of yet as absent.": [
        "hub/courses/test_completion_rule.py::test_rule_is_satisfied_exactly_at_its_line",
        "hub/courses/test_completion.py::test_absent_only_when_final",
    ],
    "Join follows the clock, whether the organizer has launched or not.": [
        "hub/courses/test_item_state.py::test_clock_alone_never_opens_a_webinar",
    ],
    "A page in the last hour asks every second.": [
        "hub/courses/test_item_state.py::test_page_asks_again_when_the_clock_or_goto_can_have_changed_something_and_not_before",
    ],
    "A pasted link is found only when it is the very same text, and only of events to come.": [
        "hub/events/test_links.py::test_the_event_is_found",
        "hub/web/test_adding_content.py::test_any_form_of_the_link_finds_the_event",
        "hub/web/test_adding_content.py::test_past_and_cancelled_events_are_marked",
    ],
    "Nobody notices that an event was moved or cancelled at GoTo.": [
        "hub/sync/test_pulling_events.py::test_a_moved_event_is_a_fact_with_both_times",
        "hub/sync/test_pulling_events.py::test_a_cancelled_event_is_missing_at_the_first_look_and_cancelled_at_the_second",
    ],
    "The state of the consent page is not used up, and the way back leads anywhere.": [
        "hub/web/test_accounts.py::test_answer_counts_once",
        "hub/web/test_accounts.py::test_the_way_back_leads_to_no_other_place",
    ],
    "Who approves each registrant is not asked: somebody who waits may join.": [
        "hub/web/test_joining.py::test_who_is_not_approved_stays_outside",
    ],
    "There is no list of who registered and who came.": [
        "hub/web/test_events.py::test_who_teaches_sees_who_registered_and_who_came",
    ],
}

MOODLE_AND_ZOOM = {
    "Looking at a page registers whoever looks.": [
        "hub/web/test_routes.py::test_looking_changes_nothing",
    ],
    "Local times are sent as UTC, and without leading zeros.": [
        "goto/test_decoding.py::test_written_times_are_utc_with_z_and_read_back",
    ],
    "The part for trainings calls the API of webinars.": [
        "contract/test_every_operation.py",
    ],
    "The answer to another browser's sign-in is taken.": [
        "hub/connections/test_connecting.py::test_an_answer_to_what_another_browser_began_is_refused",
    ],
    "People are matched by their names, and the wrong one gets the credit.": [
        "hub/sync/test_matching.py::test_a_name_counts_for_nothing_but_is_suggested",
    ],
    "Having registered counts as having attended.": [
        "hub/courses/test_completion.py::test_event_that_has_not_taken_place_says_nothing",
    ],
    "One answer of 404 and the event is gone for ever.": [
        "hub/sync/test_pulling_events.py::test_a_cancelled_event_is_missing_at_the_first_look_and_cancelled_at_the_second",
        "hub/sync/test_pulling_events.py::test_an_event_that_is_listed_again_is_back",
    ],
    "Who joined by the link in GoTo's mail gets no credit.": [
        "hub/sync/test_watching.py::test_a_training_s_minutes_are_matched_by_address",
        "hub/events/test_linking.py::test_what_somebody_attended_before_counts_from_then_on",
    ],
    "Recurring events have no attendance.": [
        "hub/sync/test_products_without_sign_up.py::test_a_recurring_meeting_runs_ends_and_stays_to_come",
        "hub/courses/test_completion.py::test_two_sessions_add_up",
    ],
    "Join closes at the planned end though the event goes on.": [
        "hub/courses/test_item_state.py::test_live_webinar_counts_to_its_planned_end_and_stays_open_after",
    ],
    "Dates that were taken out stay in calendars, and those that moved are not told of.": [
        "hub/courses/test_calendars.py::test_date_that_is_taken_out_is_cancelled_and_the_others_stay",
        "hub/courses/test_calendars.py::test_date_that_moves_keeps_its_uid_and_counts_the_change",
    ],
    "Minutes that overlap, on two devices or by coming back, count twice.": [
        "hub/events/test_presence.py::test_nobody_is_there_longer_than_the_session",
    ],
    "A person's mark is overwritten by the next reading.": [
        "hub/sync/test_matching.py::test_what_a_person_said_outlives_corrections",
    ],
    "An answer that suddenly lacks most people empties the list.": [
        "hub/sync/test_pulling_registrants.py::test_an_empty_list_is_obeyed_when_it_is_given_twice",
        "hub/sync/test_held_answers.py::test_attendance_that_lost_many_is_held_until_it_is_given_twice",
    ],
}

OTHER_CLIENTS = {
    "Keys are rounded, and the wrong registrant is deleted.": [
        "goto/test_decoding.py::test_keys_of_any_size_are_exact",
        "hub/sync/test_pulling_registrants.py::test_keys_of_any_size_and_kind_are_kept_to_the_last_digit",
    ],
    "An empty list has no envelope, and is an error.": [
        "goto/test_paging.py::test_missing_embedded_is_an_empty_list",
    ],
    "A list that was lost on the way is an empty one.": [
        "goto/test_paging.py::test_a_page_without_its_list_is_unexpected",
    ],
    "Renewing the token needs an organizer key that GoTo no longer sends.": [
        "goto/test_auth.py::test_the_refresh_token_is_kept_when_no_new_one_comes",
        "hub/connections/test_connecting.py::test_scim_tells_whose_account_it_is_where_the_admin_api_does_not",
    ],
    "After too many calls the same call is repeated without end.": [
        "goto/test_retry.py::test_the_last_error_is_given_when_attempts_are_used_up",
        "goto/test_retry.py::test_retry_after_above_the_cap_gives_the_error_at_once",
    ],
    "An event is made twice when an answer is lost.": [
        "goto/test_retry.py::test_a_creating_post_is_not_repeated_after_a_lost_connection",
        "hub/events/test_acts.py::test_an_answer_that_was_lost_makes_no_second_event",
    ],
    "Certificates are not verified, and calls wait for ever.": [
        "goto/test_drivers.py::test_certificates_are_verified_and_waits_have_ends",
    ],
    "The token is sent on to where the recording lies.": [
        "goto/test_downloads.py::test_redirects_are_followed_without_the_token",
    ],
    "Each registrant costs a call of their own.": [
        "hub/sync/test_calls_and_formulas.py::test_webinars_for_the_first_time_and_all_of_them_again",
    ],
    "A word that is not known ends the reading.": [
        "goto/test_decoding.py::test_unknown_words_are_kept_in_upper_case",
    ],
}

FAULTS = dict(PLUGIN.values()) | MAUTIC | NEXTTHOUGHT | MOODLE_AND_ZOOM | OTHER_CLIENTS


def is_there(test: str) -> bool:
    """Tell whether pytest finds a test of this name in a file, or any where none is named."""
    file, _, name = test.partition("::")
    found = list_tests(TESTS / file) if Path(file).match("test_*.py") else []
    return name in found if name else bool(found)


@cache
def list_tests(file: Path) -> list[str]:
    """Return the names of the tests in a file, as pytest finds them."""
    functions = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)]
    return [one.name for one in functions if one.name.startswith("test_")]


def test_each_fault_of_the_survey_is_numbered():
    assert list(range(1, 33)) == sorted(PLUGIN)


def test_each_fault_has_its_test():
    missing = {(fault, test) for fault, tests in FAULTS.items() for test in tests if not is_there(test)}
    assert (set(), []) == (missing, [fault for fault, tests in FAULTS.items() if not tests])
