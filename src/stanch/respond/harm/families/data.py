"""Data that is lost, wrong or done twice: families of words. Data."""

VALUES = (
    "amount balance price bill invoice total charge tax dose result stock inventory address booking order payment vote record ledger account statement reading meter "
    "salary salaries wage payslip fee interest premium refund payout transaction transfer trade posting recipient patient grade mark quantity quantities chart lab "
    "diagnosis prescription ballot seat ticket reservation credit iban beneficiary wallet payroll deposit portfolio claim blood allergy allergies parcel point "
    "gift_card voucher coupon discount tariff pension benefit rent cost weight timesheet hours_worked score vat iva exchange_rates deduction allowance timestamps "
    "measurement glucose voltage dosage expiry currency bank recommendation pay_slip money debit checksum dispensing"
)
DATA = (
    "data record row table database document file photo picture message mail email comment commit order payment invoice entry entries transaction booking account "
    "write event measurement reading draft progress save profile contact history ledger posting balance object backup_of index ticket note upload attachment "
    "recording subscription permission inventory savings item appointment result server post wallet repository repositories branch claim vote submission character "
    "bookmark project task sale transcript journal settings preferences observation sample cart basket role right point grade configuration schedule roster quote "
    "answer mailbox reservation response minutes_of essay homework exam form case paper"
)
LOST = (
    "lost los* corrupt* overwrit* overwrote delet* wip* eras* purg* vanish* disappear* gone destroy* formatted truncated dropped_tables missing damaged scrambled "
    "unrecoverable irrecoverabl* rolled_back_to emptied clobber* never_arriv* never_reach* never_show* never_saved not_saved not_persisted not_stored not_recorded "
    "not_written not_make_it discarded not_synced not_booked not_credited dropped_messages dropped_events revert* reset_to_zero zeroed mangled garbled rolled_back "
    "removed reinstalled not_arriv* not_retained went_missing dropped_rows dumped never_stored never_booked never_credited unsaved not_there emptying disappears "
    "set_to_zero no_trace wrong_snapshot wrong_backup old_backup unassigned not_kept not_captured not_committed not_preserved set_back nowhere not_find "
    "only_on_the_old_disk was_reset were_reset replaced_by replaced_with replaced_live thrown_away nuked trashed swallow* stripped nulled"
)
WRONG = (
    "wrong wrongly incorrect* inaccurate mismatch* mixed_up mix_up swapped switched_around off false erroneous miscalculat* too_high too_low too_much too_little "
    "inconsistent not_add_up not_match out_of_balance not_balance short negative misrout* misdirect* mislabel* mis_assigned misassigned diverg* unintended inflated "
    "doubled without_an_order without_order phantom ghost unaccounted never_ordered not_ordered not_requested understated overstated outdated_price zero nil "
    "free_of_charge for_free mispriced mis_priced unpriced priced_at not_applied applied_twice inverted flipped rounding shifted misattribut* not_credited unpaid "
    "under_reported over_reported below_zero garbage nonsense implausible impossible_values absurd not_plausible inexplicable missing_from with_0 as_0 to_0 of_0 "
    "zero_value gaps skipped_numbers missing_numbers cancelled_without without_asking without_consent unasked uninvited unrequested without no_dosage "
    "without_counterpart unmatched discrepanc* not_reconcil* sign_error off_by_one mis_posted misposted mis_stated misstated overpriced underpriced old_rate "
    "old_price old_fee old_tariff yesterday's_rate last_year's_rate outdated_rate previous_rate former differ not_agree not_correspond another_month another_year "
    "another_day no_longer_exist miscount* misplac* mistaken under_another of_another 0.00 is_0 are_0 at_0 show_0 shows_0 nobody_placed nobody_asked_for contradict* "
    "ten_times times_too too_few"
)
REPEATED = (
    "twice double doubled second_time two_times three_times several_times multiple_times many_times more_than_once again_and_again repeatedly over_and_over duplicat* "
    "triplicate thrice two_copies"
)
REPEATABLE = (
    "charg* pay paid payment bill billed billing debit* collect* taken refund* ship shipped shipping send sent order ordered trade execut* process* credit* deliver* "
    "count counted book booked print printed invoice invoiced mail email sms payout transfer deposit got issued receive* reading withdraw* premium fee vote dispens* "
    "message notification deduct* subtract* sold seat grant award dispatched dispatch reserv* paying sending printing booking issuing"
)
DATA_HARM = (
    "data_loss loss_of_data data_integrity data_corruption split_brain two_primaries double_charg* double_bill* double_book* double_pay* double_spend* overcharg* "
    "undercharg* overbill* oversold oversell* overbook* overpaid underpaid double_entr* lost_writes corrupted_data wrong_patient wrong_person wrong_recipient "
    "wrong_account bit_rot unintended_trades unintended_orders not_be_restored not_be_recovered wrong_namespace wrong_region wrong_dose wrong_drug wrong_medication "
    "wrong_medicine wrong_blood billed_for_cancelled data_residency sells_items_that money_missing missing_money missing_funds funds_missing unreconciled "
    "negative_balance negative_stock stored_in_the_us took_writes accepted_writes accept_writes two_leaders two_masters two_primary both_primary reconciled_by_hand "
    "split_brained both_believed both_believe checksum_mismatch enter_again entered_again typed_again keyed_again written_again write_again re_enter* reenter* "
    "retype* re_key* redo re_do conflicting_writes"
)
