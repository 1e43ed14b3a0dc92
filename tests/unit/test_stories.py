"""Each line of the issue on the room and the record, and the story test that holds it; a renamed test is noticed here."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROOM, PARTS = "scenarios/test_room_safety.py", "scenarios/test_postmortem_parts.py"
MOVES, SHEETS = "scenarios/test_first_moves.py", "browser/test_sheets.py"
# R12, R25, R42, R43 (the room); R44, R46 (the postmortem); R6, R7 (first moves).
STORIES: dict[str, list[tuple[str, str]]] = {
    "phase names do not move the incident; a sheet asks, an undo follows": [
        (ROOM, "test_a_phase_is_moved_by_a_sheet_and_moved_back_as_if_it_had_not_been"),
        (ROOM, "test_every_prompt_that_moves_the_incident_opens_a_sheet_first"),
        (ROOM, "test_a_move_that_has_stood_is_not_taken_back"),
        (SHEETS, "test_a_phase_is_moved_by_a_sheet_and_moved_back"),
    ],
    "I'll take it beside a sitting IC asks": [
        (ROOM, "test_a_role_is_not_taken_from_its_holder_unasked"),
        (SHEETS, "test_a_held_role_asks_whether_its_holder_was_asked"),
    ],
    "owners and role holders that nobody knows are refused": [(ROOM, "test_nobody_unknown_owns_anything")],
    "a closed incident shows no red Missing": [(ROOM, "test_a_closed_incident_is_missing_nothing")],
    "Done: final public post is not said before there is one": [
        (ROOM, "test_the_checklist_says_done_of_nothing_that_was_not_done")
    ],
    "a false alarm closes in one action and owes nothing": [
        (ROOM, "test_a_false_alarm_closes_in_one_action_and_owes_nothing"),
        (SHEETS, "test_a_false_alarm_is_closed_in_one_action_and_owes_nothing"),
    ],
    "data at risk always asks for a postmortem": [
        (ROOM, "test_data_at_risk_asks_for_a_postmortem_also_when_it_was_saved")
    ],
    "the record never says hardly affected unmeasured": [
        (ROOM, "test_how_few_were_hit_is_said_only_when_it_was_counted")
    ],
    "saving one part keeps what was typed in the others": [
        (PARTS, "test_saving_one_part_saves_what_was_typed_in_the_others_and_no_draft"),
        (PARTS, "test_adding_an_action_item_saves_what_was_typed_in_the_parts"),
        (PARTS, "test_changing_an_action_item_saves_what_was_typed_in_the_parts"),
    ],
    "factors and whys are lists": [
        (PARTS, "test_factors_and_whys_are_lists_on_the_api_and_older_text_is_read"),
        (PARTS, "test_the_same_factor_twice_is_one"),
    ],
    "a full stop does not open the gate": [(PARTS, "test_what_has_no_words_opens_no_gate")],
    "persons do not end a why-chain": [(PARTS, "test_a_person_ends_no_why_chain")],
    "the system allowed this mistake may": [
        (PARTS, "test_a_structure_may_end_it"),
        (PARTS, "test_a_complete_one_is_published"),
    ],
    "a pre-filled part that a person confirmed counts": [
        (PARTS, "test_a_draft_counts_once_a_person_confirms_it"),
        (PARTS, "test_a_draft_that_still_asks_is_not_confirmed"),
    ],
    "first moves of playbooks are steps: ticked, or passed with a word, each an entry, the next one offered": [
        (MOVES, "test_a_step_is_ticked_and_the_next_one_is_offered"),
        (MOVES, "test_odd_steps_are_refused_and_change_nothing"),
        (MOVES, "test_page_and_api"),
    ],
    "and those of runbooks": [(MOVES, "test_a_runbooks_list_is_steps_too")],
}


@pytest.mark.parametrize("line", STORIES)
def test_each_line_has_its_story(line: str) -> None:
    for file, name in STORIES[line]:
        assert re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE), f"{file} has no {name}"
