"""Protection that is gone, and limits: families of words. Data."""

PROTECT = (
    "backup renew* back_up snapshot replica replication standby stand_by secondary spare fail_over failover redundan* quorum ups generator monitoring alerting "
    "alertmanager alert_manager paging pager audit mirror mirroring archiving raid watchdog disaster_recovery dr_site second_line second_link second_site second_node "
    "second_copy second_datacentre second_internet slave follower point_in_time pitr log_shipping prometheus logging observability firewall waf antivirus edr "
    "restore_test restore_drill dump last_good offsite off_site rpo heartbeat_monitor pagerduty opsgenie intrusion_detection cctv patching retention "
    "deletion_requests purge_job cleanup_job housekeeping vacuum autovacuum compaction rotation autoscaling autoscaler auto_scaling circuit_breaker rate_limiting "
    "rate_limiter throttling deletion_protection branch_protection mfa_enforcement health_probe healthcheck monitors synthetic_checks canary_checks switched_over "
    "cert_manager"
)
MEMBER = (
    "node worker broker controller member zone disk link provider host instance server pod shard circuit uplink line feed supply psu copy copies path replica az "
    "datacentre datacenter data_centre data_center switch router fibre fiber region carrier firewall resolver nameserver tunnel chiller fan rack power_supplies "
    "battery compressor pump cooler etcd zookeeper blade san nas access_point antenna mast relay repeater satellite leg phase breaker load_balancer lb proxy proxies"
)
LIMITED = (
    "cert certificate tls licen* domain quota disk volume storage capacity memory space inode sequence ids connection_pool tablespace filesystem lease contract "
    "subscription heap partition swap ip_addresses ip_pool token connections credit prepaid fuel ups_battery phone_numbers serial_numbers redis root_ca apns sms "
    "budget allowance data_plan warranty heat temperature humidity water_level pressure thread_pool ephemeral_ports"
)
NEARS = (
    "expire expiring expiry run_out runs_out running_out fill* full grow* almost nearly close_to approach* tomorrow tonight within days weeks hours_left will_be "
    "climbing rising left_before renew* suspend* lapse* on_friday on_monday on_sunday on_saturday on_tuesday on_wednesday on_thursday next_week this_week deplet* "
    "exhaust* running_low runs_low low_on nearing soon evict* will_begin until_midnight about_to going_up rise rose bounced used_up to_go until_customers est "
    "estimated projected degrees celsius reach_its_maximum reach_maximum reach_limit maximum_in"
)
GONE = (
    "gone lost lose dead failed failing fail missing destroyed old unusable useless corrupt* empty invalid unreadable incomplete disabled disable stopp* off broken "
    "down blind silent paused behind not_run not_ran not_running not_complete* not_start* not_work* not_restore* not_finish* not_taken not_been out_of_sync fenced "
    "degraded removed unplugged error* crash* lag* unavailable unreachable offline expired not_available not_replicat* aborted never_ran never_completed dropped "
    "stuck hang* skipped full deleted exhausted muted without not_fir* detach* not_be_restored not_deliver* not_sent not_reach* not_arriv* jam jammed oom* rebooted "
    "dies died ejected refus* denied rejects bounced overdue not_current spare_unit not_ready not_healthy unhealthy evicted rescheduled killed serving by_mistake "
    "disconnect* gap hole not_receiv* not_in_sync not_sync* timeout time_out timed_out times_out"
)
VULNERABLE = (
    "vulnerab* cve blind single_point_of_failure no_redundancy no_backup without_backup without_redundancy without_standby no_replica no_standby no_spare no_failover "
    "we_would_not nobody_would_be not_be_paged not_be_woken at_risk unpatched no_second patch_missing not_patched no_fallback no_dr without_monitoring without_alerts "
    "unmonitored unreplicated single_homed end_of_life under_replicated underreplicated under_provisioned not_replicated unencrypted_backup out_of_support "
    "unsupported_version can_not_scale not_scale account_limit no_new_instances not_get_new_instances no_capacity_left no_headroom without_headroom no_region_left"
)
