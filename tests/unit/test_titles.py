"""Titles of incidents that alerts open: words for people, whoever sent it. Names and texts as senders write them."""

import pytest

from stanch.detect.titles import LONGEST, title

REFUSED = (
    "HTTPConnection(host='10.0.0.7', port=8080): Max retries exceeded with url: /pay (Caused by NewConnectionError('"
    "<urllib3.connection.HTTPConnection object at 0x7f1c>: Failed to establish a new connection: [Errno 111] Connection refused'))"
)
# The alert's name, its summary, its service, and the title.
CASES = [
    ("KubePodCrashLooping", "Pod is crash looping.", "Checkout", "Pod is crash looping."),
    ("KubePodCrashLooping", "", "Checkout", "Checkout: kube pod crash looping"),
    (
        "KubeAPIErrorBudgetBurn",
        "The API server is burning too much error budget.",
        "",
        "The API server is burning too much error budget.",
    ),
    (
        "NodeFilesystemSpaceFillingUp",
        "Filesystem is predicted to run out of space within the next 24 hours.",
        "",
        "Filesystem is predicted to run out of space within the next 24 hours.",
    ),
    ("TargetDown", "One or more targets are unreachable.", "", "One or more targets are unreachable."),
    ("Watchdog", "", "", "Watchdog"),
    ("CPUThrottlingHigh", "", "", "CPU throttling high"),
    ("etcdMembersDown", 'etcd cluster "x": members are down (1).', "", 'etcd cluster "x": members are down (1).'),
    ("PrometheusRemoteWriteBehind", "Prometheus remote write is behind.", "", "Prometheus remote write is behind."),
    ("DatasourceError", "[FIRING:1] DatasourceError", "", "Datasource error"),
    ("High error rate", "[FIRING:1] High error rate Checkout (prod)", "Checkout", "High error rate Checkout (prod)"),
    ("DatasourceNoData", "", "", "Datasource no data"),
    (
        "x",
        "[Triggered] [P1] Checkout latency above 2 s on env:prod",
        "Checkout",
        "[P1] Checkout latency above 2 s on env:prod",
    ),
    ("High 5xx", "[Triggered] High 5xx on {env:prod}", "Shop", "High 5xx on {env:prod}"),
    (
        "TypeError: Cannot read properties of undefined (reading 'id')",
        "TypeError: Cannot read properties of undefined (reading 'id')",
        "Checkout",
        "Checkout: an error in the program (TypeError)",
    ),
    (
        "TypeError: Cannot read properties of undefined (reading 'id')",
        "TypeError: Cannot read properties of undefined (reading 'id')",
        "",
        "An alert: an error in the program (TypeError)",
    ),
    ("ConnectionError", REFUSED, "Checkout", "Checkout: a connection was refused"),
    ("Probe pay", f"Checkout: probe pay no connection: {REFUSED}", "Checkout", "Checkout refuses connections"),
    ("Probe pay", "Checkout: probe pay answered 503, expected 200", "Checkout", "Checkout answers 503"),
    (
        "Probe customers can pay",
        "Shop: probe customers can pay no answer within 5 s",
        "Shop",
        "Shop does not answer in time",
    ),
    (
        "Probe pay",
        "Shop: probe pay answered 200, without 'thanks' on the page",
        "Shop",
        "Shop answered 200, without 'thanks' on the page",
    ),
    (
        "Probe pay",
        "Shop: probe pay TLS: certificate verify failed: certificate has expired",
        "Shop",
        "Shop has an expired certificate",
    ),
    (
        "Checkout",
        "Monitor is DOWN: Checkout (https://shop.example/health) - Reason: HTTP 503 - Service Unavailable",
        "Checkout",
        "Monitor is DOWN: Checkout (https://shop.example/health) - Reason: HTTP 503 - Service Unavailable",
    ),
    ("Monitor", "https://shop.example/health", "Shop", "Shop: monitor"),
    (
        "Uptime",
        "HTTPError: 503 Server Error: Service Unavailable for url: https://shop/pay",
        "Shop",
        "Shop answers 503",
    ),
    (
        "sentry",
        "requests.exceptions.HTTPError: 500 Server Error for url: https://pay",
        "Checkout",
        "Checkout: got the answer 500",
    ),
    ("OOM", "java.lang.OutOfMemoryError: Java heap space\n\tat com.x.Y(Y.java:12)", "Orders", "Orders: out of memory"),
    (
        "a",
        "Traceback (most recent call last):\n  File \"x.py\", line 3, in f\nKeyError: 'id'",
        "Orders",
        "Orders: an error in the program (KeyError)",
    ),
    (
        "a",
        "Exception in thread main java.lang.NullPointerException: Cannot invoke",
        "Orders",
        "Orders: an error in the program (NullPointerException)",
    ),
    (
        "panic",
        "panic: runtime error: invalid memory address or nil pointer dereference\ngoroutine 1 [running]:",
        "Orders",
        "Orders: the program panicked",
    ),
    ("x", '{"error":"dial tcp 10.0.0.1:443: i/o timeout"}', "Search", "Search: something did not answer in time"),
    ("x", '{"alerts":[{"labels":{}}]}', "", "X"),
    ('rate(http_requests_total{code=~"5.."}[5m]) > 0.05', "", "Shop", "Shop: an alert without words"),
    ("HighErrors", "{{ $labels.instance }} is down", "", "High errors"),
    ("HighErrors", "Pod <no value> crash loops", "Shop", "Shop: high errors"),
    ("x", "Kunden können nicht bezahlen (Zahlung 503)", "Shop", "Kunden können nicht bezahlen (Zahlung 503)"),
    ("支払いエラー", "支払いができません", "Shop", "支払いができません"),
    ("支払いエラー", "", "", "支払いエラー"),
    (
        "java",
        "java.net.ConnectException: Verbindungsaufbau abgelehnt",
        "Shop",
        "Shop: an error in the program (ConnectException)",
    ),
    ("", "", "", "An alert without words"),
    ("", "", "Shop", "Shop: an alert without words"),
    (" \n", "\n\n  ", "", "An alert without words"),
    (
        "HighErrorRate",
        "NullPointerException rate is high on checkout",
        "Checkout",
        "NullPointerException rate is high on checkout",
    ),
    ("Error", "Error: card declined for 5 % of customers", "Shop", "Error: card declined for 5 % of customers"),
    ("x", "Error: connect ECONNREFUSED 10.0.0.1:5432", "Shop", "Shop: a connection was refused"),
    (
        "psql",
        "OperationalError: FATAL: sorry, too many clients already",
        "Database",
        "Database: no free connection is left",
    ),
    ("d", "psycopg.errors.DeadlockDetected: deadlock detected", "Database", "Database: a deadlock"),
    ("CheckoutErrorBudgetBurn", "", "Checkout", "Checkout: error budget burn"),
    (
        "ErrorBudgetBurn",
        "Checkout: payments burns its error budget too fast: 14.4 times in 1 h",
        "Checkout",
        "Checkout: payments burns its error budget too fast: 14.4 times in 1 h",
    ),
    ("node_cpu_high", "", "", "Node cpu high"),
    ("HTTP5xxHigh", "", "", "HTTP5xx high"),
    ("checkout/pay-5xx", "", "Checkout", "Checkout: pay 5xx"),
    ("Checkout", "", "Checkout", "Checkout: alert"),
    ("a", "upstream prematurely closed connection at nginx.go:33", "Edge", "Edge: A"),
    ("a", "5 of 100 payments fail", "shop", "5 of 100 payments fail"),
    ("a", "\u202eevil\x1b[31m red", "shop", "evil [31m red"),
    ("deadman", "no alive signal from backup since 02:00", "", "no alive signal from backup since 02:00"),
    ("x", "<html><body><h1>502 Bad Gateway</h1></body></html>", "Shop", "Shop: got the answer 502"),
    ("a", "Latency is above 2 s (p95)", "Shop", "Latency is above 2 s (p95)"),
    ("x", "GET https://shop/pay failed for 12 customers", "Shop", "GET https://shop/pay failed for 12 customers"),
    (
        "s",
        "Checkout.PaymentService: too slow for customers",
        "Checkout",
        "Checkout.PaymentService: too slow for customers",
    ),
    ("s", "Checkout: error rate = 5% (limit 1%)", "Checkout", "Checkout: error rate = 5% (limit 1%)"),
    ("BlackboxProbeFailed", "Probe failed for https://shop.example", "Shop", "Probe failed for https://shop.example"),
    (
        "x",
        "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "API",
        "API: no free connection is left",
    ),
    ("i", "exit status 137 (OOMKilled)", "Worker", "exit status 137 (OOMKilled)"),
    ("Disk", "/dev/sda1 at 93 % on db-2", "", "/dev/sda1 at 93 % on db-2"),
    ("s", "prod.Checkout: customers cannot pay", "Checkout", "prod.Checkout: customers cannot pay"),
]


@pytest.mark.parametrize(("name", "summary", "service", "said"), CASES, ids=range(len(CASES)))
def test_a_title_is_words_for_people(name: str, summary: str, service: str, said: str) -> None:
    assert title(name, summary, service) == said


def test_a_title_is_short_and_cut_at_a_word() -> None:
    long = title("n", "Customers cannot pay " * 40, "")
    assert len(long) <= LONGEST + 1 and long.endswith("…") and not long.endswith(" …")
    assert len(title("n", "x" * 5000, "")) <= LONGEST
    assert len(title("x" * 5000, "", "y" * 5000)) <= LONGEST


@pytest.mark.parametrize("text", ["a." * 50_000, "A" * 100_000, "a(" * 50_000, ": probe " * 20_000, "\n" * 100_000])
def test_a_hostile_text_takes_no_time(text: str) -> None:
    assert len(title(text, text, "shop")) <= LONGEST
