"""Families of words, by what they say of an incident's harm. Data: extend a family with words that mean the same.

``fail*`` is the word with any ending; a plain word also stands for its plural; ``_`` joins the words of a phrase. The texts
are compared in lower case, with "can't" as "can not" and hyphens as spaces.
"""

# --- what happens ---
DOWN = (
    "down dead dark offline unreachable unavailable outage blackout inaccessible unusable kaput ko dysfunctional broken brick* out_of_service out_of_order frozen froze "
    "freez* hung hang hanging stuck locked_out halt* standstill paraly* collaps* crippl* knocked_out no_response unresponsive stall* shut_down suspended blocked stopp* "
    "ceas* black_screen white_page white_screen blank_screen blank_page spin* forever dead_air impossible not_possible unable not_able flatlin* went_silent silent "
    "gone_quiet grind* ground_to crash_loop* cut_off no_signal no_service no_connection no_dial_tone out_cold kicked_the_bucket toast hosed bork* lost_contact "
    "lost_connection disappear* vanish* gone no_dice zero_traffic dropped_to_zero fell_to_zero not_available nowhere straight_to_voicemail straight_to_voice_mail "
    "busy_signal engaged_tone bricked deadlock* wedged unresponding unplayable unmountable unbootable offline_mode_only taken_offline went_dark out_of_action "
    "inoperative inoperable non_functional nonfunctional unserviceable grounded stranded locked_up seized incapacitated evacuated lockout no_dialtone vanished "
    "loss_of_service loss_of_signal loss_of_connectivity loss_of_power power_loss power_cut power_failure no_power no_internet no_network no_coverage no_answer "
    "no_reply no_access no_login no_heartbeat no_heating no_water no_picture no_sound no_image lockdown sealed crashloop* crashlooping boot_loop bootloop panic_loop "
    "infinite_loop redirect_loop endless infinite comatose defunct asleep dropped_off fell_over fallen_over keeled died dies dying killed_off lost_power tripped_out "
    "goes_dark went_offline went_down went_out knocked_offline jam jammed clog* wedge* locks_out hard_down brown_out brownout unstartable sank full_stop taken_down "
    "is_out are_out out_citywide no_view no_video no_audio no_connectivity no_response_from off_the_air off_air lost_feed no_feed wiped_out shuts_off shut_off "
    "switches_off turned_off_itself sold_out_wrongly cannot_be_reached not_reachable not_accessible not_usable not_functional not_operational not_online not_running "
    "not_up not_there_anymore ausgefallen en_panne caido lost_telemetry lost_visibility lost_signal lost_video lost_audio lost_sound lost_access lost_network "
    "lost_internet on_fire melted meltdown imploded exploded fubar tits_up chaos kaputt not_ready not_healthy unhealthy zero_orders zero_payments zero_logins "
    "zero_requests goes_to_voicemail no_contact"
)
ERRORS = (
    "fail* error* errored crash* exception* timeout time_out times_out timed_out timing_out time_outs 5xx 500 502 503 504 404 403 bounc* reject* declin* refus* denied "
    "denies abort* drop* disconnect* kick* cuts_off cut_off throw* threw interrupt* malfunction* glitch* reboot* restart* loop* empty blank missing does_nothing "
    "do_nothing ignor* expired misbehav* unsuccessful* faulty defect* panick* panics logged_out signed_out broke breaks breaking bust busted invalid garbled unreadable "
    "distort* one_way_audio closes_itself close_itself quits quit_unexpectedly oom out_of_memory segfault killed shuts_down shut_itself warning trip tripped trips "
    "halts cancels cancelled_by aborting stops_working half_loaded unplayable broke_off lost_contact flooded rejects unable_some not_found forbidden unauthorized_error "
    "bad_gateway gateway_error server_error internal_error mistakenly evict* redirect* greyed grey_out disabled rebooted spits spat chok* trips_over stumbl* goes_wrong "
    "went_wrong gives_up gave_up unexpected_error stack_trace stacktrace traceback nullpointer null_pointer 429 410 408 failure mishandl* incompat* desync* teleport* "
    "ejected throws_out kicked fault short_circuit overheats overheating overheat call_drops nan undefined null crash flood fell fall dip dips dipped plunge* plummet* "
    "nosediv* tank tanked halved leak_water device_not_found cannot_find could_not_be_found unknown_error unknown_host handshake certificate_warning ssl_error "
    "tls_error not_secure insecure_warning bad_request conflict unsupported incompatible undelivered undeliver* unsaved 4xx buffer* glitchy nonsense gibberish garbage "
    "riddles malform* misread misreads unparsable truncates sticks sticking jumping skipping skips stutters stops_at stopped_at ends_at gap gaps misses ignores_the "
    "half_empty partially_empty double_entry sold_out no_items cancelled canceled bounce bounced stranded crosses cross_talk crosstalk echo static_noise scrambled "
    "misprint* misfire* misfiring false_alarms false_positive false_positives spurious phantom_alerts unwanted_logout spam junk_folder logs_out logging_out signs_out "
    "kicks_out log_out_users randomly unexpectedly rolled_over quarantined"
)
SLOW = (
    "slow* sluggish* lag laggy lagging lags delay* late latency latencies crawling takes_ages take_ages taking_ages takes_long* take_long* taking_long* takes_forever "
    "degrad* intermittent* flak* sporadic* occasional* sometimes now_and_then choppy stutter* jitter* jittery buffering backlog* behind backed_up pile* piling queue* "
    "queuing waits waiting stale outdated out_of_date yesterday's old_version p95 p99 p90 response_time hiccup* throttl* rate_limit* reduced partial* poor patchy "
    "spotty on_and_off second_attempt second_try retry retries retrying again_works unstable flap* flapping wobbl* struggl* trouble problem issue difficult* impair* "
    "elevated unreliable misordered under_load overload* congest* busy postponed overdue not_up_to_date longer_than minutes_instead seconds_instead hours_instead "
    "longer load_time loading_time long_time minutes_old hours_old days_old last_update last_updated not_updat* not_refresh* not_sync* not_current not_moving "
    "slower_than unsatisfact* suboptimal bottleneck* saturat* squeeze* creeping creep drag* frame_drop* low_quality pixelated bad_quality quality_drop wait_time "
    "waiting_time hold_time long_hold long_queue long_lines bumpy partial_outage timeouts_now_and_then below_normal below_usual less_than_usual higher_than_usual "
    "higher_than_normal increased increase_in elevated_rate ping rubber_band* hold_up held_up snail* molasses tardy creaks creaking crawls slow_motion spinning_wheel "
    "loading_wheel hourglass deferred catching_up trickl* slower_still bandwidth pegged thrash* saturation contention lock_wait cold_cache under_pressure on_the_limit "
    "at_the_limit near_capacity creaky not_fresh hours_ago minutes_ago degradation deteriorat* inferior shaky worsen* sub_par subpar limp limps limping jerky "
    "blurry_video sticky worse worsened lower fewer less weaker poorer not_as_fast not_as_good below_target above_target over_slo slo_breach breaching_slo out_of_sync "
    "drifting late_by off_by_hours hours_off eta etas irrelevant relevancy relevance worse_since grows growing climbing n_a as_long 2x 3x 4x 5x 10x times_as_long "
    "times_slower twice_as_long p99.9 p50 prime_time rush_hour_delays creeps lags_behind not_keep_up not_keeping_up can_not_keep_up falling_behind fall_behind "
    "accumulating accumulat* growing_queue drained draining slower_response sec_instead min_instead late_arrival arrive_late arriving_late hours_behind minutes_behind "
    "days_behind old_data old_values yesterday's_data stale_data old_comments"
)
COSMETIC = (
    "typo misspel* misspelt spelling spelled wording icon colour color colou* colors font logo footer favicon misalign* alignment aligned padding layout overlap* pixel "
    "tooltip caption translation translated untranslated dark_mode theme grammar capitalis* capitaliz* styling stylesheet css placeholder symbol truncated copyright "
    "date_format banner whitespace margin hover animation emoji indentation ugly apostrophe headline punctuation broken_link dead_link link_in old_version cosmetic "
    "outdated_logo status_icon hyphenation scrollbar blurry squashed off_centre off_center welcome_mail greeting shade wallpaper mirrored_logo line_break wraps "
    "wrapping upside_down rounded corner pronoun salutation screenshot_in typography contrast spacing sidebar_width carousel_arrow date_column number_format us_format "
    "covers cover bubble cookie_banner cropped blurred stretched last_year's last_month's old_address old_logo mascot title_case lower_case upper_case uppercase "
    "lowercase phrasing question_marks umlaut accent special_character emblem shadow flickering_cursor cursor thumbnail_size readability line_height dashes quotation "
    "decimal_comma thousands_separator time_format clock_format email_signature newsletter_headline page_title title_says tab_title captions live_captions lip_sync "
    "label_on label_in wrong_label button_label field_label german french english spanish italian polish dutch swedish turkish language wrong_language first_letter "
    "shown_twice_on emoji_reaction favicon_missing start_page_banner test_banner broken_image missing_image image_missing missing_icon missing_logo broken_icon "
    "date_picker day_of_the_week first_day sort_arrow tick checkbox_style sidebar flicker* tool_bar toolbar"
)
WORKS = (
    "work works working worked ok okay fine normal normally unaffected unharmed get_through gets_through go_through goes_through can_still still_can still_buy "
    "still_complete still_succeed still_pay still_order fall_back falls_back fallback workaround work_around works_around get_by gets_by up_and_running otherwise "
    "manually paper as_usual not_affected not_impacted succeed succeeds succeeded alternative instead_use keep_working healthy running_fine serve_rates serve_cached "
    "possible no_effect no_impact catch_up catches_up none_lost bypass available keep_running keeps_running keep_on keeps_on still_work still_works still_run "
    "still_runs still_open still_ship local_mode offline_mode by_hand key_pad runs_itself continue_to continues_to unaffected_by by_phone instead_they carry_on "
    "carries_on restored served_from_cache meanwhile failed_over keep_selling keypad reload_helps reloading_helps refresh_helps restart_helps retrying_helps "
    "do_it_later take_notes by_mail by_cash from_cache on_paper pen_and_paper second_channel rerouted other_networks other_endpoints remains_available remain_available "
    "self_heal* retried_automatically single_edits installed_apps password_login keeps_working kept_working still_alive survive survives tolerat* limps_along "
    "covers_for take_over takes_over took_over picks_up_the_load absorbed compensat* cope copes coping after_reload after_a_reload third_attempt few_attempts "
    "several_attempts runs_autonomously run_autonomously autonomous autonomously phones_still for_free let_people let_them is_open are_open stays_open stay_open "
    "rescheduled no_user_impact no_users_affected use_their_defaults uses_defaults their_defaults default_values people_can users_can customers_can staff_can "
    "drivers_can can_type can_use can_pay_by type_it_in by_entering promoted promoted_replica has_all_data is_up are_up"
)
OVER = (
    "recovered resolved_itself back_to_normal is_back are_back back_up again_since working_again works_again work_again fixed cleared briefly momentar* blip "
    "could_log_in_again back_online over_now came_back restored mitigated resolved been_resolved has_ended have_ended ended_at returned_to_normal again_normal "
    "stable_again subsided operational green_again ok_again fine_again up_again online_again available_again normal_again drained_now is_drained all_good_now "
    "after_rollback after_the_rollback"
)

# --- how many ---
EVERYBODY = (
    "all everyone everybody nobody no_one none entire entirely everything whole completely totally fully globally global worldwide site_wide sitewide company_wide "
    "anywhere everywhere nowhere across_the_board neither anymore any_more at_all every each any_user any_customer all_over nationwide country_wide network_wide "
    "fleet_wide total_outage complete_outage full_outage wholesale without_exception 100% each_and nothing_works nothing_loads all_instruments anybody any_ward "
    "any_store any_shop any_region any_browser any_device any_platform every_one ever_since_all everyone_in the_whole full_loss total_loss complete_loss total "
    "loss_of_service every_single org_wide cluster_wide clusterwide fleetwide planet wholly citywide city_wide thousands nothing_has all_plates all_trucks on_fire "
    "everything_is"
)
MOST = "half most majority two_thirds three_quarters nine_of_ten nearly_all almost_all almost_every nearly_every"
SOME = (
    "many some several lot lots part partly parts subset third quarter fifth tenth region certain various plenty number_of multiple share numerous every_second "
    "every_third every_fourth every_fifth every_tenth every_other android ios iphone ipad safari firefox chrome windows mac linux version eu us uk apac emea latam "
    "carrier isp zone selected group of_our cohort segment premium enterprise free_tier free_plan plan proxy browser building plant floor depot ward tier subset_of "
    "beta_users tablets tablet model firmware batch cluster_b european american asian africa europe asia america australia germany france spain italy japan india "
    "brazil canada north south east west coast state country city district small_number brand small_percentage wing headset substation hub team certain_models older "
    "newer two_factor attendees vodafone o2 t_mobile telekom verizon network_provider those_who who_have users_with customers_with accounts_with mobile desktop outlook "
    "hotspot hall aisle pod warehouse campus class"
)
FEW = (
    "handful isolated rare rarely edge_case only_one one_of_our a_few_reports individual_cases single_report one_off our_largest our_biggest largest_customer "
    "biggest_customer single_customer single_tenant vip tenant_acme me lol one_machine one_laptop my_laptop my_phone my_screen for_me"
)
PEOPLE = (
    "customer user client player merchant visitor passenger patient caller people person persons subscriber driver student staff shop store member guest seller buyer "
    "tenant partner courier rider viewer listener employee colleague doctor nurse pharmacist reader shopper cardholder traveller traveler trader household teacher "
    "operator picker developer company companies organisation organization account pupil parent resident citizen supplier vendor reseller broker_firm participant donor "
    "technician engineer agent clinic hospital school site_visitor restaurant host landlord policyholder family families attendee fan spectator manager carer caregiver "
    "tourist commuter motorist pilot crew chef waiter cook cashier dispatcher freelancer contractor homeowner owner creator streamer publisher advertiser author editor "
    "journalist candidate applicant voter taxpayer officer soldier firefighter paramedic surgeon consultant dentist vet farmer shipper haulier broker investor lender "
    "borrower claimant beneficiary child children adult"
)

# --- of what ---
CORE = (
    "pay pays paid paying payment checkout check_out checkouts purchas* buy buying order ordering log_in logins login logon log_on sign_in signin sign_on authenticat* "
    "auth book booking booked reserv* call calls calling dispatch* trade trading deposit withdraw* transfer* stream streaming playback play playing matchmaking scan "
    "scanning scanner ship shipping app site website api prescri* admission* boarding check_in till pos terminal register card payout ride charging dial* connect "
    "message sso sms codes otp hotline phone* telephone* voice gameplay game lobby session database primary cluster service platform shop store gateway kiosk gate "
    "barrier turnstile lock door meter sensor pump elevator portal reader bedside conversion sale sales donation signup sign_up registration dial routing navigation "
    "sorter conveyor crane robot turbine boiler heating lift escalator signalling ticketing fleet vehicle charger charging_station locker vending atm teller exchange "
    "matching_engine order_book settlement clearing remittance lending claims lab pharmacy prescribing triage lesson exam exams classroom lms submission broadcast cms "
    "dns resolver edge load_balancer ingress vault secrets iam identity idp control_plane scheduler queue storage_service object_store file_server mail_server mailbox "
    "inbox meeting webinar conference messaging compute hypervisor vm vms network internet wifi vpn backend frontend home_page homepage storefront cart basket "
    "inventory stock catalogue catalog search quote map gps telemetry login_page passcode tap_to_pay bus vaccination appointment nurses tablet ingest loan score "
    "scoring kitchen plates yard statement_run grant item"
)
SIDE = (
    "avatar profile_pic* profile_picture export* import report leaderboard recommend* carousel autocomplete suggestion wiki doc docs documentation planner sort sorting "
    "filter* statistic* analytics newsletter survey achievement wishlist favourite favorite reaction thumbnail preview archive archived older_than print_preview "
    "help_page faq blog marketing landing_page release_notes push notification push_notification pdf calendar share_button gift loyalty coupon review rating comment "
    "chatbot chat_bot widget bookmark tag changelog release_note tutorial forum community beta experiment* labs search_history theme nickname referral voucher csv "
    "excel download_page tracking_page weather exchange_rate spell_check gif sticker wallpaper poll usage_graph graph chart button upgrade_button help_centre "
    "help_center search_result tag_cloud sharing invite invitation confetti onboarding profile settings_page preferences subtitles captions language_switch "
    "print_button likes follower_count view_count counter statistics insight trend calendar_sync rss feed_widget store_locator opening_hours gift_card playlist "
    "cover_art lyrics trailer spectator replay cosmetic_items skins chat_emote purchase_history order_history payment_history watch_history help_article article "
    "illustration knowledge_base video_tutorial tips user_guide manual coffee coffee_machine guest_wifi parking gym canteen careers_page careers blog_post press_page "
    "investor_page podcast live_captions caption relevancy bulk_edit keyboard_shortcut shortcut dark_theme drag undo_button print_layout hover_text loyalty_tier "
    "sticker_pack emoji reactions feature_request request_form feedback contact_form chatbot_answers start_page bulk_label bulk read_pool old_comments ab_test ad ads "
    "advert tagline splash_screen reminder_tone ringtone attachment image picture photo_upload file_upload upload_of_photos larger_than old_invoice old_orders "
    "archive_search consent_banner cookie_consent"
)
INTERNAL = (
    "internal internally intranet wiki staff_only back_office backoffice ci build builds jenkins gitlab pipeline timesheet office nobody_outside holiday_planner "
    "vacation expense onboarding_tool etl nightly_job batch_job data_warehouse bi_tool our_developers our_engineers canteen meeting_room employee_portal hr_tool "
    "admin_tool admin_list internal_tool ticketing jira confluence code_review sandbox_tool no_customers not_customer_facing vpn_for_staff engineering_org "
    "whole_engineering git_push code_host artifact_store package_mirror test_runner bi data_team finance_team warehouse_load reporting_database data_lake airflow dbt "
    "cron_report hr payslip_portal badge_reader phonebook directory_search goods_in meeting_rooms github_actions actions_jobs ci_jobs all_repos internal_dashboard "
    "admin_panel admin_console admin_page our_people our_staff in_house payroll_tool planning_tool sharepoint timesheets hq coffee guest_wifi ops_dashboard "
    "internal_metrics office_network office_printer parking_app desk_booking lunch dev_laptop dev_laptops laptops office_vpn whole_office ticket_tool in_the_tool "
    "support_tool developer_portal_internal staff reception wallboard receptionist"
)
PRACTICE = (
    "staging test_system test_environment test_env sandbox preprod pre_prod uat dev_cluster dev_environment development_environment qa_environment demo_account "
    "demo_system test_cluster drill game_day rehearsal test_tenant test_account test_customer test_shop testing_environment integration_environment load_test tabletop "
    "dry_run trial_run training_environment dummy"
)
SAFETY = (
    "ambulance emergency patient dose medication infusion fire smoke_alarm alarm_centre 911 112 999 surgery ventilator brake air_traffic defibrillator evacuation "
    "life_support icu insulin pacemaker rescue gas_leak overheating drug bedside oxygen vital_signs nurse_call fall_alarm sprinkler intensive_care ecg dialysis siren "
    "coast_guard autopilot level_crossing interlock emergency_stop toxic radiation chlorine carbon_monoxide steering airbag allergy nurse nurses crane limit_switch "
    "vaccination vaccine forklift elevator_brake gas_detector smoke_detector fire_alarm sos panic_button monitor_alarm patient_monitor ward surgery_room operating_room "
    "theatre airspace runway signal_box derail nuclear pressure_valve"
)

# --- data ---
VALUES = (
    "amount balance price bill invoice total charge tax dose result stock inventory address booking order payment vote record ledger account statement reading meter "
    "salary salaries wage payslip fee interest premium refund payout transaction transfer trade posting recipient patient grade mark score_sheet quantity quantities "
    "chart lab diagnosis prescription report_figures ballot seat ticket reservation credit credits points_balance iban beneficiary wallet payroll deposit portfolio "
    "claim blood allergy allergies parcel loyalty_points point points gift_card voucher coupon discount tariff pension benefit rent salary_slip cart_total cost weight "
    "stock_level timesheet hours_worked seat_number queue_number score vat iva interest_rate exchange_rates deduction allowance quota_of_customers timestamps "
    "measurement odometer glucose temperature_log voltage levels dosage dosages quantity_of expiry_date expiry destination_address sender_address beneficiary_name "
    "currency"
)
DATA = (
    "data record row table database document file photo picture message mail email comment commit order payment invoice entry entries transaction booking account write "
    "writes event measurement reading draft progress save savegame profile contact history ledger posting balance object backup_of index ticket note upload "
    "attachment recording calendar_entries subscription permission log_entries inventory savings item items appointment result score server machine post wallet "
    "repository repositories branch case claim vote submission form character essay homework answer_sheet exam exams work works_saved playlist bookmark project board "
    "task report_saved list_entries sale transcript journal tab settings preferences observation sample cart basket role right permissions loyalty_points point points "
    "wishes form_entries grade posts reading_history configuration schedule roster quote contract ticket_history sessions_table production_table"
)
LOST = (
    "lost los* lose corrupt* overwrit* overwrote deleted delet* wiped wip* erased eras* purg* vanish* disappear* gone destroyed destroy* formatted truncated "
    "dropped_tables missing damaged scrambled unrecoverable irrecoverabl* rolled_back_to emptied clobber* never_arriv* never_reach* never_show* never_saved not_saved "
    "not_persisted not_stored not_recorded not_written not_make_it discarded not_synced not_booked not_credited swallow* evaporat* dropped_messages dropped_events "
    "revert* reset_to_zero zeroed mangled garbled rolled_back removed reinstalled not_arriv* not_retained went_missing trashed nuked blown_away dropped_rows dumped "
    "shredded burnt never_stored never_booked never_credited unsaved not_there emptying disappears set_to_zero no_trace went_astray wrong_snapshot wrong_backup "
    "old_backup restored_from_an_old unassigned deallocated cancelled_for"
)
WRONG = (
    "wrong wrongly incorrect* inaccurate mismatch* mismatched mixed_up mix_up swapped switched_around off false erroneous miscalculat* too_high too_low too_much "
    "too_little inconsistent not_add_up not_match out_of_balance not_balance short negative misrout* misdirect* mislabel* mis_assigned misassigned diverg* unintended "
    "inflated doubled without_an_order without_order phantom ghost unaccounted nobody_ordered never_ordered not_ordered not_requested understated overstated "
    "outdated_price miscounted zero nil free_of_charge for_free mispriced mis_priced unpriced priced_at not_applied applied_twice inverted flipped rounding "
    "rounded_wrong shifted misattribut* wrongly_assigned assigned_to_the_wrong linked_to_the_wrong merged_wrongly not_credited unpaid under_reported over_reported "
    "below_zero garbage nonsense implausible impossible_values absurd not_plausible inexplicable missing_from with_0 as_0 to_0 of_0 zero_value implausible_values gaps "
    "skipped_numbers missing_numbers wrong_sign cancelled_without without_them_asking without_asking without_consent unasked uninvited unrequested without no_dosage"
)
REPEATED = (
    "twice double doubled second_time two_times three_times several_times multiple_times many_times more_than_once again_and_again repeatedly over_and_over duplicat* "
    "duplicate triplicate thrice two_copies double_sold twice_sold double_issued double_sent"
)
REPEATABLE = (
    "charg* pay pays paid payment bill bills billed billing debit* collect* taken refund* ship shipped shipping send sends sent order ordered orders trade trades "
    "execut* process* credit* deliver* count counted counts book booked bookings print printed invoice invoiced mail mails email emails e_mails sms payout payouts "
    "transfer transfers deposit deposits got issued receive* reading readings withdraw* premium fee vote votes dispens* message messages notification deduct* subtract* "
    "sold seat seats grant grants award awards dispatched dispatch reserv* refunds credits"
)
DATA_HARM = (
    "data_loss loss_of_data data_integrity data_corruption split_brain two_primaries double_charg* double_bill* double_book* double_pay* double_spend* overcharg* "
    "undercharg* overbill* oversold oversell* overbook* overpaid underpaid double_entr* lost_writes corrupted_data wrong_patient wrong_person wrong_recipient "
    "wrong_account mixed_up_patients bit_rot unintended_trades unintended_orders cannot_be_restored not_be_restored not_be_recovered wrong_namespace wrong_region "
    "wrong_dose wrong_drug wrong_medication wrong_medicine wrong_blood billed_for_cancelled charged_for_cancelled charged_for_nothing data_residency sells_items_that "
    "do_not_have_in_stock stored_in_the_wrong money_missing missing_money missing_funds funds_missing unreconciled negative_balance negative_stock stored_in_the_us "
    "not_in_stock"
)

# --- security ---
ATTACK = (
    "breach* compromis* stolen theft exfiltrat* unauthori* intruder intrusion malware ransom* backdoor malicious* attacker hijack* phish* hack hacked hacker* hacking "
    "spyware trojan rootkit cryptominer crypto_miner miner skim skims skimm* skimming scam* fraudster fraudulent* impersonat* account_takeover taken_over takeover "
    "privilege_escalation sql_injection injected exploited exploiting credential_stuffing brute_forc* leak leaks leaked leaking expos* web_shell webshell defac* "
    "keylogger botnet_on extort* blackmail* dark_web tampered tampering spoofed stolen_key logged_in_as signed_in_as zero_day spying virus encrypted_by locked_files "
    "dump_of doxx* fake_page fake_site fake_login lookalike phony spoof* social_engineering clicked_a_phishing entered_their_password entered_his_password "
    "entered_her_password gave_away_password bot_attack intercepted wiretap* sniff* man_in_the_middle session_fixation exploit exploits under_attack attacked cyber* "
    "cracked hostile poisoned supply_chain fraud frauds laundering card_testing carding fake_orders fake_accounts stuffing old_leak sabotage vandal* burglar* break_in "
    "broke_in broken_into eavesdrop* snoop* insider rogue_employee deepfake in_our_name in_our_company's admin_role admin_rights admin_access admin_privileges "
    "root_access super_user superuser elevated_rights elevated_privileges got_admin gained_admin traffic_to_tor to_tor command_and_control c2 beacon beaconing "
    "port_scan scanning_our bypassed_mfa bypass_mfa mfa_bypass without_mfa mfa_off stolen_laptop lost_laptop lost_usb laptop_with stolen_phone usb_stick_with "
    "typosquat* supply_chain_attack dns_hijack subdomain_takeover crypto_locker cryptolocker cryptojack* ex_employee_still still_has_access still_have_access "
    "left_the_company wrong_cc in_cc wrong_attachment unsecured sql_inject* xss csrf ssrf rce path_traversal cross_tenant tenant_isolation isolation_broken"
)
ODD = (
    "unknown unrecogni* suspicious strange rogue unexpected foreign odd weird unexplained unapproved not_know not_ours not_recognise not_recognize nobody_knows "
    "none_of_us abroad tor russia china unfamiliar someone somebody"
)
ENTRY = (
    "admin administrator account login logon log_in session process device access ssh root api_key key ip address user binary script cron connection payment_page s3 "
    "bucket_access host ip_address traffic country sessions vpn registry token credential bastion"
)
OPEN = (
    "world_readable publicly public_internet open_to_the open_to_everyone open_to_anyone open_to_all accessible_without without_password without_a_password "
    "without_login without_log_in without_authentication without_auth without_logging without_signing without_authorisation without_authorization public_bucket "
    "public_s3 indexed_by anyone_can anybody_can everyone_can_see everybody_can_see unprotected readable_by_all readable_by_everyone readable_by_anyone "
    "visible_to_everyone visible_to_all visible_to_anyone visible_to_other visible_to_the google_results search_engine guessable no_password no_authentication "
    "lets_anybody lets_anyone lets_everyone opens_for_anyone opens_for_everybody opens_for_everyone let_anybody with_a_blocked without_badge without_a_badge be_guessed "
    "predictable be_read_by be_opened_by be_seen_by_anyone to_the_internet on_the_internet exposed_port open_port default_password shared_password bypass_login "
    "bypasses_login skip_login skips_login any_password accepts_any_password unauthenticated stand_open stands_open standing_open unlocked unlocks_itself unlock_itself "
    "doors_open door_open public_link open_bucket anonymous anonymously lets_you_in lets_in publicly_listed reachable_from_the without_any_password blank_password "
    "accepts_every accept_any can_log_in_as log_in_as_anyone log_in_as_any any_user_can any_customer_can any_logged_in any_visitor any_employee any_tenant "
    "change_another edit_another delete_another act_as anyone_who any_caller any_person for_any_pin any_pin with_any_pin any_code any_badge any_card_opens "
    "opens_the_door_for without_the_right"
)
SECRETS = (
    "secret token credential password passphrase private_key access_key api_key api_keys encryption_key signing_key signing_keys card_number card_detail card_data cvv "
    "pin pins pin_code pin_codes key keys health_record health_data passport social_security ssn seed_phrase otp tls_private certificate_key service_account kubeconfig"
)
SHOWN = (
    "plain_text plaintext clear_text cleartext unencrypted unmasked unhashed in_the_clear public repo repository github gitlab logs log pastebin paste forum bucket url "
    "report slack posted pushed committed visible printed prints print shows shown displayed readable crash_report error_page browser source_map html appeared "
    "debug_table table image docker_image public_hub bundle javascript apk binary npm_package build_artifact artifact commit history_of"
)
GUARD = (
    "mfa 2fa two_factor second_factor password_check login_check auth authentication authorisation authorization permission_check access_control access_check "
    "encryption signature_check captcha csrf_check token_check age_check identity_check kyc fraud_check fraud_rules approval four_eyes pin_check badge_check "
    "ticket_check paywall validation"
)
BYPASS = (
    "skip* bypass* circumvent* disabled off not_enforced not_checked not_required not_asked not_verified not_validated not_applied ignored avoided evaded missing "
    "accepts_anything optional_by_mistake worked_around turned_off switched_off"
)
PERSONAL = (
    "phone_number account_number passport card personal_data personal_details personal_information customer_data user_data patient_data client_data user_table "
    "customer_list contact_list medical_record medical_records names address invoice statement payslip contract salary salaries delivery_note photo picture message "
    "email mailbox inbox document file scanned_id scanned_ids id_card cv resume tax_return bank_details diagnosis diagnoses record order_history video recording health "
    "chat_history chat transcript details data location home_address profile order dashboard account wishlist basket cart ticket appointment results lab_results "
    "voicemail camera feed medical_history history boarding_pass prescription essay grade name number letter letters parcel_label conversation recordings call "
    "search_history report purchases purchase workspace project calendar eu_data gdpr date_of_birth birthday bank_account claims medical letters_to attachments chats "
    "selfies fingerprints biometric credit_report grades report_card tickets private_messages drafts private_call calls voice trip trips trip_history travel_history "
    "route rides locations kid school photos album albums playlists notes passwords screen screens desktop saved_cards payment_methods phone inboxes prescriptions "
    "appointments fitness training x_ray scans passports uploaded row line entry entries cell sheet export transaction"
)
TO_OTHERS = (
    "strangers stranger third_party third_parties competitor the_public wrong_person wrong_people wrong_customer wrong_user wrong_recipient wrong_recipients "
    "wrong_address wrong_tenant advertis* foreign_server foreign_compan* foreign_customer unknown_server external_server external_domain to_all_employees all_employees "
    "other_employees outside_server someone_else somebody_else another_customer another_user another_tenant another_account another_company another_person "
    "another_patient another_family another_school other_customer other_user other_tenant other_account other_compan* other_people other_person other_patient "
    "other_famil* other_client other_member other_driver other_player other_org* other_merchant other_guest other_student other_school different_customer "
    "different_user different_tenant different_account each_other each_other's one_another different_company different_patient other_household foreign_account "
    "foreign_people others' neighbour's neighbor's other_teams ex_employees former_employees the_press wrong_mailing_list mailing_list whole_company all_customers "
    "other_passengers other_guests other_parents other_pupils other_students other_sellers other_buyers other_traders other_subscribers other_riders other_residents "
    "other_citizens unrelated_people unrelated_customers different_people different_person distribution_list all_subscribers everyone_in_the wrong_list wrong_group "
    "wrong_channel wrong_chat public_channel public_hub docker_hub npm internet newspaper another_user's another_member another_driver another_guest another_student "
    "previous_customer previous_user previous_patient previous_guest previous_tenant previous_owner last_customer next_customer neighbouring_customer another_compan* "
    "another_firm another_business another_club another_clinic another_organi* not_mine not_my not_ours_but not_theirs not_their"
)
HANDED = (
    "see sees seeing saw shown show shows showing receive* received get gets getting got sent send sends mailed deliver* delivered view* open opens access* read reads "
    "land landed display* return* download* visible copies copied copy upload* forward* shared share passed handed went goes logged_in signed_in served serves find "
    "finds found belong* contain* list lists given exported appear* carry carries carrying bear bears holds display has have hold names attached printed includes "
    "included hear hears heard hearing listen listens overhear speak join joins pick_up collects joined appear appears opened_to"
)

# --- protection that is gone ---
PROTECT = (
    "backup renewal renew* back_up back_ups snapshot replica replication standby stand_by secondary spare fail_over failover redundan* quorum ups generator monitoring "
    "alerting alertmanager alert_manager paging pager audit_log audit mirror mirroring archiving wal_archiving raid watchdog disaster_recovery dr_site second_line "
    "second_link second_site second_node second_copy second_datacentre second_data_center second_data_centre second_internet second_power backup_line hot_spare "
    "cold_spare slave follower point_in_time pitr log_shipping geo_redundancy witness prometheus logging observability firewall waf antivirus edr on_call_phone "
    "restore_test restore_drill dump last_good offsite off_site warm_standby cold_standby hot_standby passive_node rpo replication_slot replication_lag "
    "dead_man's_switch heartbeat_monitor pager_duty pagerduty opsgenie intrusion_detection cctv key_rotation patching battery_backup spare_unit spare_part hot_swap "
    "redundant_power redundant_link retention_job retention deletion_requests purge_job cleanup_job housekeeping vacuum autovacuum compaction rotation log_rotation "
    "audit_table audit_trail autoscaling autoscaler auto_scaling circuit_breaker rate_limiting rate_limiter throttling deletion_protection branch_protection "
    "mfa_enforcement health_probe health_probes healthcheck monitors dashboards_of_oncall synthetic_checks canary_checks"
)
MEMBER = (
    "node worker broker controller member zone disk link provider host instance server pod shard circuit uplink line feed supply psu copy copies path replica "
    "availability_zone az datacentre datacenter data_centre data_center switch router fibre fiber region carrier firewall resolver nameserver tunnel chiller fan rack "
    "core_switch power_supply power_supplies battery compressor pump cooler etcd zookeeper blade san nas access_point antenna mast relay repeater satellite power_feed "
    "leg phase breaker load_balancer lb load_balancers proxy proxies pods pod_replicas"
)
LIMITED = (
    "cert certs certificate tls licen* domain quota disk volume storage capacity memory space inode sequence id_space ids connection_pool tablespace filesystem lease "
    "contract subscription heap partition swap free_space ip_addresses ip_pool token connections inbox_quota credit prepaid fuel ups_battery phone_numbers "
    "serial_numbers redis integer_ids root_ca apns domain_name sms budget allowance data_plan hardware_warranty warranty heat temperature humidity water_level pressure "
    "swap_space thread_pool ephemeral_ports"
)
NEARS = (
    "expire expires expiring expiry run_out runs_out running_out fill* full grow* almost nearly close_to approach* tomorrow tonight within days weeks hours_left "
    "will_be climbing rising left_before renew* renewal suspend* lapse* on_friday on_monday on_sunday on_saturday on_tuesday on_wednesday on_thursday next_week "
    "this_week deplet* exhaust* running_low runs_low low_on nearing soon evict* will_begin until_midnight hit_the_limit about_to going_up rises rise rose bounced "
    "used_up days_to_go to_go per_month_left until_customers est estimated projected degrees celsius"
)
GONE = (
    "gone lost lose dead failed fails failing fail missing destroyed old unusable useless corrupt* empty invalid unreadable incomplete disabled disable stopp* off "
    "broken down blind silent paused behind not_run not_ran not_running not_complete* not_start* not_work* not_restore* not_finish* not_taken not_been out_of_sync "
    "fenced degraded removed switched_off unplugged error* crash* lag* unavailable unreachable offline expired not_available not_replicat* aborted never_ran "
    "never_completed dropped stuck hang* skipped full deleted detached exhausted muted without not_fir* detach* not_be_restored not_deliver* not_sent not_reach* "
    "not_arriv* jam jammed days_old weeks_old months_old oom* rebooted dies died ejected refus* denied rejects bounced overdue not_current spare_unit refuses "
    "no_longer_boots not_ready not_healthy unhealthy evicted rescheduled killed serving by_mistake disconnect*"
)
VULNERABLE = (
    "vulnerab* cve flying_blind blind single_point_of_failure no_redundancy no_backup without_backup without_a_backup without_redundancy without_a_replica "
    "without_standby no_replica no_standby no_spare no_failover we_would_not nobody_would_be not_be_paged not_be_woken at_risk of_failing unpatched no_backups "
    "no_second no_spare_left patch_missing not_patched no_fallback no_dr without_monitoring without_alerts unmonitored unreplicated single_homed end_of_life "
    "under_replicated underreplicated under_provisioned not_replicated unencrypted_backup out_of_support unsupported_version"
)

# --- denials, and what a verb needs to say that something works ---
DENIAL = "no not never nothing none without neither nor nobody no_one zero ruled_out"
EXCLUDED = "ruled_out rules_out excluded unlikely false_alarm turned_out_wrong did_not_happen disproved"
TALK = (
    "say tell explain know remember find reproduce confirm understand see_why be_blamed be_ruled rule_out exclude guess reach_him yet_say see_a_reason see_the_reason "
    "determine be_sure agree attribute pinpoint identify"
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
    "beeping rattle accidentally inadvertent* by_mistake by_accident mistakenly erroneously unintentionally unasked rude offensive obscene insulting embarrassing"
)
TRAFFIC = (
    "order payment request login log_in sign_in checkout message call train flight traffic data sale booking signup sign_up session event reading sms email mail code "
    "delivery deliveries job transaction transfer trade video picture sound audio image parcel bet spin game match scan card customer user player merchant visitor "
    "person passenger patient driver shop store page response answer signal telemetry heartbeat deposit withdrawal prescription label ticket print ride trip door "
    "charger charge content search_result result new_user device"
)
