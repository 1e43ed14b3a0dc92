"""Denials, and what a verb needs to say that something works: families of words. Data."""

DENIAL = "no not never nothing none without neither nor nobody no_one zero ruled_out"
EXCLUDED = (
    "ruled_out rules_out excluded unlikely false_alarm turned_out_wrong did_not_happen disproved was_the_sensor nothing_was_broken nothing_was_wrong nothing_is_wrong "
    "was_a_test a_misunderstanding"
)
TALK = (
    "say tell explain know remember find reproduce confirm understand see_why be_blamed be_ruled rule_out exclude guess reach_him yet_say see_a_reason see_the_reason "
    "determine be_sure agree attribute pinpoint identify told informed warned alerted woken paged"
)
VERBS = (
    "work* respond* answer* load* open* start* boot* connect* accept* process* pop pops receiv* get gets got react* play* ring* charg* move moving come comes coming go "
    "goes going went run runs ran launch* pair* turn switch* log_in sign_in function* scan* take takes give gives let lets dispens* pay* order* book* serv* stream* "
    "unlock* lock latch* heat* cool* dispatch* recogni* resolv* settl* reach* complet* sell* buy boarding board boards take_off land lands drive drives"
)
WEAK_VERBS = (
    "arriv* show* display* deliver* send* sent render* sync* report* updat* refresh* save saves saved register* return* print* pick* finish* pass* publish* import* "
    "export* upload* download* see sees hear hears clear* appear* enter* exist* find finds trust* match* stay stays remember* keep keeps accept_some attach* contain* "
    "include* notify* trigger* fire fires apply applies"
)
ODD_STATE = (
    "wrong wrongly incorrect* odd oddly weird* strange* jumps jumping unexpected* mixed missing instead_of without complain* garbled distort* noisy confus* mismatch* "
    "inconsistent duplicate* old anomal* off unusual* suspicious bad badly drift* deviat* ignore* unwanted surprising misses miss lacks lacking lack inaccurate empty "
    "amiss awry crooked unclear unhappy unsure angry upset only_one_side one_side on_one_side returns_no shows_no show_no has_no doubled shifted misplaced untidy "
    "beeping rattle accidentally inadvertent* by_mistake by_accident mistakenly erroneously unintentionally unasked rude offensive obscene insulting embarrassing "
    "gives_no gives_zero returns_zero shows_zero finds_nothing finds_no returns_nothing brings_no yields_no zero_hits zero_results no_hits should_have as_closed "
    "as_open as_offline as_online as_empty as_unavailable as_expired as_missing as_failed as_paid as_unpaid as_delivered switched_over works_only only_works "
    "only_work nowhere"
)
TRAFFIC = (
    "order payment request login log_in sign_in checkout message call train flight traffic data sale booking signup sign_up session event reading sms email mail code "
    "delivery deliveries job transaction transfer trade video picture sound audio image parcel bet spin game match scan card customer user player merchant visitor "
    "person passenger patient driver shop store page response answer signal telemetry heartbeat deposit withdrawal prescription label ticket print ride trip door "
    "charger charge content search_result result new_user device"
)
