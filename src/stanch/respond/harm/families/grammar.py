"""Denials, and what a verb needs to say that something works: families of words. Data."""

DENIAL = "no not never nothing none without neither nor nobody no_one zero ruled_out"
EXCLUDED = (
    "ruled_out rules_out excluded unlikely false_alarm turned_out_wrong did_not_happen disproved nothing_was_broken nothing_was_wrong nothing_is_wrong was_a_test "
    "a_misunderstanding"
)
TALK = (
    "say tell explain know remember find reproduce confirm understand see_why be_blamed be_ruled rule_out exclude guess reach_him determine be_sure agree attribute "
    "pinpoint identify told informed warned alerted woken paged"
)
VERBS = (
    "work* respond* answer* load* open* start* boot* connect* accept* process* pop receiv* get got react* play* ring* charg* move moving come coming go going went "
    "run ran launch* pair* turn switch* log_in sign_in function* scan* take give let dispens* pay* order* book* serv* stream* unlock* lock latch* heat* cool* "
    "dispatch* recogni* resolv* settl* reach* complet* sell* buy boarding board land drive"
)
WEAK_VERBS = (
    "arriv* show* display* deliver* send* sent render* sync* report* updat* refresh* save saved register* return* print* pick* finish* pass* publish* import* export* "
    "upload* download* see hear clear* appear* enter* exist* find trust* match* stay remember* keep accept_some attach* contain* include* notify* trigger* fire apply "
    "applies"
)
ODD_STATE = (
    "wrong wrongly incorrect* odd oddly weird* strange* jumps jumping unexpected* mixed missing instead_of without complain* garbled distort* noisy confus* mismatch* "
    "inconsistent duplicate* old anomal* off unusual* suspicious bad badly drift* deviat* ignore* unwanted surprising miss lacking lack inaccurate empty amiss awry "
    "crooked unclear unhappy unsure angry upset one_side on_one_side returns_no shows_no show_no has_no doubled shifted misplaced untidy beeping rattle accidentally "
    "inadvertent* by_mistake by_accident mistakenly erroneously unintentionally unasked rude offensive obscene insulting embarrassing gives_no gives_zero "
    "returns_zero shows_zero finds_nothing finds_no returns_nothing brings_no yields_no zero_hits zero_results no_hits should_have as_closed as_open as_offline "
    "as_online as_unavailable as_expired as_failed as_paid as_unpaid as_delivered switched_over works_only only_work nowhere"
)
TRAFFIC = (
    "order payment request login log_in sign_in checkout message call train flight traffic data sale booking signup sign_up session event reading sms email mail code "
    "delivery deliveries job transaction transfer trade video picture sound audio image parcel bet spin game match scan card customer user player merchant visitor "
    "person passenger patient driver shop store page response answer signal telemetry heartbeat deposit withdrawal prescription label ticket print ride trip door "
    "charger charge content result device"
)
