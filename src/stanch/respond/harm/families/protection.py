"""Protection that is gone, and limits: families of words. Data."""

PROTECT = (
    "backup renewal renew* back_up back_ups snapshot replica replication standby stand_by secondary spare fail_over failover redundan* quorum ups generator "
    "monitoring alerting alertmanager alert_manager paging pager audit_log audit mirror mirroring archiving wal_archiving raid watchdog disaster_recovery dr_site "
    "second_line second_link second_site second_node second_copy second_datacentre second_data_center second_data_centre second_internet backup_line hot_spare "
    "cold_spare slave follower point_in_time pitr log_shipping geo_redundancy prometheus logging observability firewall waf antivirus edr on_call_phone restore_test "
    "restore_drill dump last_good offsite off_site warm_standby cold_standby hot_standby rpo replication_slot replication_lag heartbeat_monitor pager_duty pagerduty "
    "opsgenie intrusion_detection cctv key_rotation patching battery_backup spare_unit redundant_power redundant_link retention_job retention deletion_requests "
    "purge_job cleanup_job housekeeping vacuum autovacuum compaction rotation log_rotation audit_table audit_trail autoscaling autoscaler auto_scaling "
    "circuit_breaker rate_limiting rate_limiter throttling deletion_protection branch_protection mfa_enforcement health_probe health_probes healthcheck monitors "
    "dashboards_of_oncall synthetic_checks canary_checks switched_over cert_manager"
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
    "used_up days_to_go to_go per_month_left until_customers est estimated projected degrees celsius "
    "reach_its_maximum reach_maximum reach_its_limit reach_limit maximum_in"
)
GONE = (
    "gone lost lose dead failed fails failing fail missing destroyed old unusable useless corrupt* empty invalid unreadable incomplete disabled disable stopp* off "
    "broken down blind silent paused behind not_run not_ran not_running not_complete* not_start* not_work* not_restore* not_finish* not_taken not_been out_of_sync "
    "fenced degraded removed switched_off unplugged error* crash* lag* unavailable unreachable offline expired not_available not_replicat* aborted never_ran "
    "never_completed dropped stuck hang* skipped full deleted detached exhausted muted without not_fir* detach* not_be_restored not_deliver* not_sent not_reach* "
    "not_arriv* jam jammed days_old weeks_old months_old oom* rebooted dies died ejected refus* denied rejects bounced overdue not_current spare_unit refuses "
    "no_longer_boots not_ready not_healthy unhealthy evicted rescheduled killed serving by_mistake disconnect* gap gaps hole holes not_receiv* not_in_sync not_sync* "
    "timeout time_out timed_out times_out"
)
VULNERABLE = (
    "vulnerab* cve flying_blind blind single_point_of_failure no_redundancy no_backup without_backup without_a_backup without_redundancy without_a_replica "
    "without_standby no_replica no_standby no_spare no_failover we_would_not nobody_would_be not_be_paged not_be_woken at_risk unpatched no_backups no_second "
    "no_spare_left patch_missing not_patched no_fallback no_dr without_monitoring without_alerts unmonitored unreplicated single_homed end_of_life under_replicated "
    "underreplicated under_provisioned not_replicated unencrypted_backup out_of_support unsupported_version can_not_scale not_scale account_limit no_more_instances "
    "no_new_instances not_get_new_instances no_capacity_left can_not_add_capacity no_headroom without_headroom no_region_left left_to_switch nothing_left_to_switch "
    "no_site_left risk_of_failing"
)
