"""Which part it is: families of words. Data."""

CORE = (
    "pay paid paying payment checkout check_out purchas* buy buying order ordering log_in login logon log_on sign_in signin sign_on authenticat* auth book booking "
    "booked reserv* call calling dispatch* trade trading deposit withdraw* transfer* stream streaming matchmaking scan scanning scanner ship shipping app site "
    "website api prescri* admission* boarding check_in till pos terminal register card payout ride charging dial* connect message sso sms codes otp hotline phone* "
    "telephone* gameplay game database primary cluster service platform shop store gateway kiosk gate barrier turnstile lock door meter pump elevator portal "
    "conversion sale donation signup sign_up registration routing navigation heating lift signalling ticketing vehicle charger vending atm teller matching_engine "
    "settlement clearing remittance pharmacy triage lms broadcast cms dns resolver load_balancer ingress vault secrets iam idp file_server mail_server messaging "
    "network internet vpn backend frontend home_page homepage storefront cart basket passcode bus appointment train flight plane aircraft stock_exchange playback "
    "voice lab lending claims crane escalator tram ferry vaccination conveyor scheduler identity"
)
SIDE = (
    "avatar profile_pic* export* report leaderboard recommend* carousel autocomplete suggestion wiki doc documentation planner sort sorting filter* statistic* "
    "analytics newsletter survey achievement wishlist favourite favorite reaction thumbnail preview archive archived older_than help_page faq blog marketing "
    "landing_page notification pdf calendar gift loyalty coupon review rating comment chatbot chat_bot widget bookmark tag changelog release_note tutorial forum "
    "community beta experiment* labs search_history theme nickname referral voucher csv excel download_page tracking_page weather exchange_rate poll graph button "
    "help_centre help_center search_result sharing invite invitation onboarding settings_page preferences subtitles language_switch likes follower_count view_count "
    "insight trend rss store_locator opening_hours playlist spectator replay purchase_history order_history payment_history watch_history article illustration "
    "knowledge_base tips user_guide guest_wifi careers press_page investor_page caption relevancy bulk_edit shortcut drag print_layout hover_text emoji "
    "feature_request request_form feedback contact_form start_page bulk_label old_comments ab_test ad advert photo_upload file_upload larger_than old_invoice "
    "old_orders consent_banner cookie_consent support_chat live_chat chat_support help_desk helpdesk nightly reconciliation batch_job push confirmation_mail "
    "confirmation_email confirmation_message confirmations reminder"
)
INTERNAL = (
    "internal internally intranet wiki staff_only backoffice ci build jenkins gitlab pipeline timesheet office nobody_outside vacation expense onboarding_tool etl "
    "nightly_job batch_job data_warehouse our_developers our_engineers meeting_room employee_portal admin_tool admin_list ticketing jira confluence code_review "
    "sandbox_tool no_customers vpn_for_staff git_push code_host artifact_store package_mirror test_runner bi data_team finance_team warehouse_load reporting_database "
    "data_lake airflow dbt cron_report hr payslip_portal badge_reader directory_search goods_in github_actions actions_jobs all_repos admin_panel admin_console "
    "admin_page our_people our_staff in_house payroll_tool planning_tool sharepoint hq ops_dashboard dev_laptop laptops ticket_tool in_the_tool support_tool "
    "wallboard grafana loki kibana reception in_support in_finance in_sales in_accounting in_marketing our_agents guest_wifi desk_booking"
)
PRACTICE = (
    "staging test_system test_environment test_env sandbox preprod pre_prod uat dev_cluster dev_environment development_environment qa_environment test_cluster drill "
    "game_day rehearsal test_tenant test_account test_customer test_shop testing_environment integration_environment load_test tabletop dry_run trial_run "
    "training_environment dummy demo showcase playground lab_environment exercise training_system training_cluster qa_system qa_cluster qa_server test_alert "
    "test_alarm test_page test_message this_is_a_test only_a_test please_ignore simulation simulated chaos_experiment lab_cluster nightly_tests test_database test_db "
    "test_server test_site"
)
SAFETY = (
    "ambulance emergency dose medication infusion fire smoke_alarm alarm_centre 911 112 999 surgery ventilator brake air_traffic defibrillator evacuation "
    "life_support icu insulin pacemaker rescue gas_leak overheating drug bedside oxygen vital_signs nurse_call fall_alarm sprinkler intensive_care ecg dialysis siren "
    "coast_guard autopilot level_crossing interlock emergency_stop toxic radiation chlorine carbon_monoxide steering airbag allergy crane limit_switch vaccination "
    "vaccine forklift gas_detector smoke_detector fire_alarm sos panic_button monitor_alarm patient_monitor ward operating_room theatre airspace runway signal_box "
    "derail nuclear pressure_valve stuck_in_the_lift trapped"
)
