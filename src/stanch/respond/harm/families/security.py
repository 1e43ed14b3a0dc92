"""Attacks, what stands open, and what others see: families of words. Data."""

ATTACK = (
    "breach* compromis* stolen theft exfiltrat* unauthori* intruder intrusion malware ransom* backdoor malicious* attacker hijack* phish* hack hacked hacker* hacking "
    "spyware trojan rootkit cryptominer miner skim skimm* scam* fraudster fraudulent* impersonat* taken_over takeover privilege_escalation injected exploited "
    "exploiting brute_forc* leak leaked leaking expos* web_shell webshell defac* keylogger extort* blackmail* dark_web tampered tampering logged_in_as signed_in_as "
    "zero_day spying virus encrypted_by locked_files dump_of fake_page fake_site fake_login lookalike phony spoof* social_engineering entered_their_password "
    "entered_his_password entered_her_password gave_away_password bot_attack intercepted sniff* man_in_the_middle session_fixation exploit under_attack attacked "
    "cyber* cracked supply_chain fraud laundering card_testing carding fake_orders fake_accounts stuffing sabotage break_in broke_in broken_into eavesdrop* insider "
    "in_our_name admin_role admin_rights admin_access admin_privileges root_access super_user superuser elevated_rights elevated_privileges got_admin gained_admin "
    "command_and_control port_scan scanning_our bypassed_mfa bypass_mfa mfa_bypass without_mfa mfa_off lost_laptop typosquat* crypto_locker cryptolocker cryptojack* "
    "still_has_access still_have_access left_the_company wrong_cc in_cc wrong_attachment unsecured sql_inject* xss csrf ssrf rce path_traversal cross_tenant "
    "tenant_isolation isolation_broken forged forgery bogus impostor imposter fake_invoice fake_support got_into gets_into broke_into guessed_the_password i_am_admin "
    "became_admin become_admin harvested scraped bcc_missing to_field cc_field bruteforc* password_spray* lateral_movement became_public become_public made_public "
    "went_public asks_for_their opened_the_attachment opened_an_attachment clicked_the_link clicked_a_link clicked_on_the_link clicked_on_a_link wiretap* poisoned "
    "hostile lost_usb laptop_with"
)
ODD = (
    "unknown unrecogni* suspicious strange rogue unexpected foreign odd weird unexplained unapproved not_know not_ours not_recognise not_recognize nobody_knows "
    "abroad tor russia china unfamiliar someone somebody"
)
ENTRY = (
    "admin administrator account login logon log_in session process device access ssh root key ip address user binary script cron connection payment_page s3 host "
    "traffic country vpn registry token credential bastion"
)
OPEN = (
    "world_readable publicly public_internet open_to_the open_to_everyone open_to_anyone open_to_all accessible_without without_password without_a_password "
    "without_login without_authentication without_auth without_logging without_signing without_authorisation without_authorization public_bucket public_s3 indexed_by "
    "anyone_can anybody_can unprotected readable_by_all readable_by_everyone readable_by_anyone visible_to_everyone visible_to_all visible_to_anyone visible_to_other "
    "visible_to_the google_results search_engine guessable no_password no_authentication lets_anybody lets_anyone lets_everyone let_anybody with_a_blocked "
    "without_badge be_guessed predictable be_read_by to_the_internet on_the_internet exposed_port open_port default_password shared_password bypass_login "
    "bypasses_login skip_login skips_login any_password accepts_any_password unauthenticated stand_open stands_open standing_open unlocked unlocks_itself "
    "unlock_itself doors_open door_open public_link open_bucket anonymous anonymously lets_in reachable_from_the blank_password accepts_every accept_any any_user_can "
    "any_visitor any_employee any_tenant change_another edit_another delete_another act_as anyone_who any_caller any_person for_any_pin any_pin any_code any_badge "
    "opens_the_door_for any_authenticated any_registered any_outsider by_anyone by_anybody without_asking_for accept_every public_read public_access"
)
SECRETS = (
    "secret token credential password passphrase card_number card_detail card_data cvv pin key health_record health_data passport social_security ssn seed_phrase otp "
    "tls_private service_account kubeconfig pass connection_string login_data credentials_of cookies session_cookie recovery_code backup_codes"
)
SHOWN = (
    "plain_text plaintext clear_text cleartext unencrypted unmasked unhashed in_the_clear public repo repository github gitlab log pastebin paste forum bucket url "
    "report slack posted pushed committed visible printed print shows shown displayed readable error_page browser source_map html appeared table image bundle "
    "javascript apk binary npm_package artifact commit history_of gist discord slide conference logged chat screenshot recording webinar trello notion google "
    "stack_overflow hands_out handed_out hand_out by_email"
)
GUARD = (
    "mfa 2fa two_factor second_factor password_check login_check auth authentication authorisation authorization permission_check access_control access_check "
    "encryption signature_check captcha csrf_check token_check age_check identity_check kyc fraud_check fraud_rules approval four_eyes pin_check badge_check "
    "ticket_check paywall validation"
)
BYPASS = (
    "skip* bypass* circumvent* disabled off not_enforced not_checked not_required not_asked not_verified not_validated not_applied ignored avoided evaded missing "
    "accepts_anything worked_around"
)
PERSONAL = (
    "passport card personal_information user_table customer_list contact_list address invoice statement payslip contract salary salaries delivery_note photo picture "
    "message email mailbox inbox document file scanned_id cv resume tax_return diagnosis diagnoses record video recording health chat transcript details data "
    "location profile order dashboard account wishlist basket cart ticket appointment results voicemail camera feed history boarding_pass prescription essay grade "
    "name number letter parcel_label conversation call report purchase workspace project calendar gdpr date_of_birth birthday claims medical attachments selfies "
    "fingerprints biometric private_messages drafts voice trip route rides kid school album playlists notes passwords screen desktop saved_cards payment_methods "
    "phone fitness training x_ray scans uploaded row line entry entries cell sheet export transaction recipients payroll applicant bookings reservations "
    "medication_plan orders_of"
)
TO_OTHERS = (
    "stranger third_party third_parties competitor the_public wrong_person wrong_people wrong_customer wrong_user wrong_recipient wrong_address wrong_tenant "
    "advertis* unknown_server external_server external_domain to_all_employees all_employees other_employees outside_server someone_else somebody_else "
    "another_customer another_user another_tenant another_account another_person another_patient another_family another_school other_customer other_user other_tenant "
    "other_account other_compan* other_people other_person other_patient other_famil* other_client other_member other_driver other_player other_org* other_merchant "
    "other_guest other_student other_school different_customer different_user different_tenant different_account each_other each_other's one_another "
    "different_company different_patient other_household others' neighbour's neighbor's other_teams ex_employees former_employees mailing_list whole_company "
    "all_customers other_passengers other_parents other_pupils other_sellers other_buyers other_traders other_subscribers other_riders other_residents other_citizens "
    "unrelated_people unrelated_customers different_people different_person distribution_list all_subscribers wrong_list wrong_group wrong_channel wrong_chat "
    "public_channel public_hub docker_hub npm internet newspaper another_user's another_member another_driver another_guest another_student previous_customer "
    "previous_user previous_patient previous_guest previous_tenant previous_owner last_customer next_customer neighbouring_customer another_compan* another_firm "
    "another_business another_club another_clinic another_organi* not_mine not_my not_their public_website whole_department everyone_in_the_company whole_staff "
    "whole_school a_journalist journalists press other_party other_side wrong_campaign wrong_department wrong_office wrong_branch wrong_household wrong_family "
    "wrong_school wrong_inbox wrong_mailbox the_whole_company recipient_before customer_before user_before person_before guest_before patient_before foreign"
)
HANDED = (
    "see seeing saw shown show showing receive* get getting got sent send mailed deliver* view* open access* read land landed display* return* download* visible "
    "copies copied copy upload* forward* shared share passed handed went goes logged_in signed_in served serves find found belong* contain* list given exported "
    "appear* carry carries carrying bear has have hold names attached printed includes included hear heard hearing listen overhear speak join pick_up collects joined "
    "opened_to"
)
