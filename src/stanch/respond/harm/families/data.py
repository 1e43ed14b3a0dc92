"""Data that is lost, wrong or done twice: families of words. Data."""

VALUES = (
    "amount balance price bill invoice total charge tax dose result stock inventory address booking order payment vote record ledger account statement reading meter "
    "salary salaries wage payslip fee interest premium refund payout transaction transfer trade posting recipient patient grade mark quantity quantities chart lab "
    "diagnosis prescription ballot seat ticket reservation credit credits iban beneficiary wallet payroll deposit portfolio claim blood allergy allergies parcel "
    "loyalty_points point points gift_card voucher coupon discount tariff pension benefit rent cost weight stock_level timesheet hours_worked score vat iva "
    "interest_rate exchange_rates deduction allowance timestamps measurement glucose voltage dosage dosages quantity_of expiry_date expiry destination_address "
    "sender_address beneficiary_name currency bank bank_details recommendation pay_slip payslips salary_figures money debit debits direct_debit checksum checksums "
    "dispensing"
)
DATA = (
    "data record row table database document file photo picture message mail email comment commit order payment invoice entry entries transaction booking account "
    "write writes event measurement reading draft progress save profile contact history ledger posting balance object backup_of index ticket note upload attachment "
    "recording subscription permission log_entries inventory savings item items appointment result server post wallet repository repositories branch claim vote "
    "submission character bookmark project task list_entries sale transcript journal settings preferences observation sample cart basket role right permissions "
    "loyalty_points point points grade posts configuration schedule roster quote ticket_history sessions_table production_table answers answer price mailbox "
    "reservation response survey_answers minutes_of samples essay homework exam form case patient_file paper papers"
)
LOST = (
    "lost los* lose corrupt* overwrit* overwrote deleted delet* wiped wip* erased eras* purg* vanish* disappear* gone destroyed destroy* formatted truncated "
    "dropped_tables missing damaged scrambled unrecoverable irrecoverabl* rolled_back_to emptied clobber* never_arriv* never_reach* never_show* never_saved not_saved "
    "not_persisted not_stored not_recorded not_written not_make_it discarded not_synced not_booked not_credited dropped_messages dropped_events revert* reset_to_zero "
    "zeroed mangled garbled rolled_back removed reinstalled not_arriv* not_retained went_missing dropped_rows dumped never_stored never_booked never_credited unsaved "
    "not_there emptying disappears set_to_zero no_trace wrong_snapshot wrong_backup old_backup restored_from_an_old unassigned not_kept not_captured not_committed "
    "not_preserved set_back nowhere not_find not_found_anywhere cut_to_zero overwritten only_on_the_old_disk was_reset were_reset replaced_by replaced_with "
    "replaced_live not_exist_anymore thrown_away nuked trashed swallow* stripped nulled"
)
WRONG = (
    "wrong wrongly incorrect* inaccurate mismatch* mismatched mixed_up mix_up swapped switched_around off false erroneous miscalculat* too_high too_low too_much "
    "too_little inconsistent not_add_up not_match out_of_balance not_balance short negative misrout* misdirect* mislabel* mis_assigned misassigned diverg* unintended "
    "inflated doubled without_an_order without_order phantom ghost unaccounted never_ordered not_ordered not_requested understated overstated outdated_price "
    "miscounted zero nil free_of_charge for_free mispriced mis_priced unpriced priced_at not_applied applied_twice inverted flipped rounding rounded_wrong shifted "
    "misattribut* wrongly_assigned assigned_to_the_wrong linked_to_the_wrong merged_wrongly not_credited unpaid under_reported over_reported below_zero garbage "
    "nonsense implausible impossible_values absurd not_plausible inexplicable missing_from with_0 as_0 to_0 of_0 zero_value implausible_values gaps skipped_numbers "
    "missing_numbers wrong_sign cancelled_without without_asking without_consent unasked uninvited unrequested without no_dosage without_counterpart unmatched "
    "discrepanc* not_reconcil* sign_error rounding_error off_by_one mis_posted misposted mis_stated misstated overpriced underpriced old_rate old_rates old_price "
    "old_prices old_fee old_tariff yesterday's_rate last_year's_rate outdated_rate outdated_rates previous_rate former differ differs not_agree not_correspond "
    "another_month another_year another_day wrong_month wrong_year contradictory no_longer_exist miscount* misplac* mistaken not_reconcile under_another "
    "under_the_wrong of_another 0.00 is_0 are_0 at_0 show_0 shows_0 nobody_placed nobody_asked_for contradict* ten_times times_too too_few"
)
REPEATED = (
    "twice double doubled second_time two_times three_times several_times multiple_times many_times more_than_once again_and_again repeatedly over_and_over duplicat* "
    "duplicate triplicate thrice two_copies double_sold twice_sold double_issued double_sent"
)
REPEATABLE = (
    "charg* pay pays paid payment bill bills billed billing debit* collect* taken refund* ship shipped shipping send sends sent order ordered orders trade trades "
    "execut* process* credit* deliver* count counted counts book booked bookings print printed invoice invoiced mail mails email emails e_mails sms payout payouts "
    "transfer transfers deposit deposits got issued receive* reading readings withdraw* premium fee vote votes dispens* message messages notification deduct* subtract* "
    "sold seat seats grant grants award awards dispatched dispatch reserv* refunds credits "
    "paying paying_out charging sending shipping printing booking issuing"
)
DATA_HARM = (
    "data_loss loss_of_data data_integrity data_corruption split_brain two_primaries double_charg* double_bill* double_book* double_pay* double_spend* overcharg* "
    "undercharg* overbill* oversold oversell* overbook* overpaid underpaid double_entr* lost_writes corrupted_data wrong_patient wrong_person wrong_recipient "
    "wrong_account mixed_up_patients bit_rot unintended_trades unintended_orders cannot_be_restored not_be_restored not_be_recovered wrong_namespace wrong_region "
    "wrong_dose wrong_drug wrong_medication wrong_medicine wrong_blood billed_for_cancelled charged_for_cancelled charged_for_nothing data_residency sells_items_that "
    "do_not_have_in_stock stored_in_the_wrong money_missing missing_money missing_funds funds_missing unreconciled negative_balance negative_stock stored_in_the_us "
    "not_in_stock took_writes accepted_writes accept_writes two_leaders two_masters two_primary both_primary reconciled_by_hand reconcile_by_hand split_brained "
    "both_believed both_believe not_match_the_checksum checksum_mismatch checksums_not_match enter_again entered_again typed_again keyed_again written_again "
    "write_again re_enter* reenter* retype* re_key* redo re_do recreate_by_hand recreated_by_hand conflicting_writes"
)
