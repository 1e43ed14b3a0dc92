"""What went wrong in the year: each story happens to a service, more than once to some, as it does."""

import msgspec


class Story(msgspec.Struct, frozen=True):
    """``users``: percent who noticed; ``minutes``: until it was over; ``release``: the cause was one; ``public``: what customers read."""

    service: str
    alert: str
    summary: str
    severity: str
    users: int
    minutes: int
    impact: str
    hypothesis: str
    mitigation: str
    public: str
    factors: str
    lesson: str
    items: tuple[tuple[str, str], ...]
    release: bool = False


STORIES = (
    Story(
        "checkout",
        "CheckoutErrorRateHigh",
        "Checkout: 31 % of requests fail",
        "SEV-1",
        31,
        42,
        "About one in three customers could not pay; they saw 'try again later'.",
        "The release talks to the old payment endpoint",
        "rollback",
        "Some customers cannot pay. We know what to do about it and are doing it.",
        "- The canary ran without payments by card #change\n"
        "- The old endpoint answered 503 without an alert #detection\n"
        "- The rollback needed a manual approval #access",
        "A canary that does not pay proves nothing.",
        (
            ("Let the canary pay with a test card", "A release that cannot pay stops in the canary"),
            ("Alert on 503 of the old payment endpoint", "The alert fires in the next game day"),
            ("Let the rollback run without an approval", "A rollback starts within a minute"),
        ),
    ),
    Story(
        "search",
        "SearchLatencyHigh",
        "Search: p95 is 4.2 s",
        "SEV-3",
        12,
        35,
        "Searching took four seconds for one in eight customers.",
        "A new index does not fit into memory",
        "restart",
        "Searching is slow for some customers. Results are complete.",
        "- The index grew by a third in a month #capacity\n- Nobody watched the memory of the search nodes #detection",
        "Growth is watched before it hurts.",
        (("Alert on memory of the search nodes at 80 %", "The alert fires in a test"),),
    ),
    Story(
        "accounts",
        "java.net.SocketTimeoutException",
        "java.net.SocketTimeoutException: Read timed out\n\tat com.example.Db.read(Db.java:88)",
        "SEV-2",
        18,
        51,
        "One in five customers could not sign in.",
        "The connection pool of Accounts is exhausted",
        "restart",
        "Some customers cannot sign in. Customers who are signed in already are not affected.",
        "- A slow query held every connection #dependency\n- The pool had no limit on waiting #retry",
        "A pool without a limit turns one slow query into an outage.",
        (
            ("Limit how long a query may take", "A query over 2 s is ended"),
            ("Show the pool on the dashboard", "The on-call person finds it within a minute"),
        ),
    ),
    Story(
        "postgres",
        "NodeFilesystemSpaceFillingUp",
        "Filesystem of db-2 is predicted to run out of space within the next 4 hours.",
        "SEV-3",
        0,
        30,
        "Nobody noticed; writes would have stopped in the afternoon.",
        "Old write-ahead logs are kept for a replica that is gone",
        "restart",
        "",
        "- A replica was removed without its replication slot #access",
        "What is removed takes its slot along.",
        (("Drop the slot when a replica is removed", "The runbook has the step"),),
    ),
    Story(
        "web",
        "EdgeErrors",
        "Website answers 502 in zone-b",
        "SEV-2",
        24,
        28,
        "Every fourth page did not load.",
        "Zone-b cannot reach the catalog",
        "drain-zone-b",
        "Some pages do not load. We are moving traffic to another data centre.",
        "- A firewall rule was applied to one zone only #change\n- Health checks looked at the proxies, not at the pages #detection",
        "A health check must ask what customers ask.",
        (
            ("Let health checks load a product page", "A zone that cannot reach the catalog is drained by itself"),
            ("Apply firewall rules to both zones or none", "The change fails when zones differ"),
        ),
    ),
    Story(
        "payments-api",
        "PaymentsErrorBudgetBurn",
        "Payments: error budget burns 14 times too fast",
        "SEV-2",
        9,
        64,
        "One in eleven payments had to be repeated.",
        "The queue delivers payments late",
        "restart",
        "Some payments take longer than usual. No payment is lost.",
        "- One consumer was stuck and nobody was told #detection\n- Retries doubled the load #retry",
        "Retries without a limit make a small problem a large one.",
        (
            ("Limit retries of payments to three", "A test with a stuck consumer stays under twice the load"),
            ("Alert when a consumer reads nothing for a minute", "The alert fires in the game day"),
        ),
    ),
    Story(
        "checkout",
        "CheckoutLatencyHigh",
        "Checkout: p95 is 3.1 s since the release",
        "SEV-3",
        15,
        22,
        "Paying took three seconds longer.",
        "The new basket asks the catalog for every line",
        "switch-off-new",
        "Paying is slower than usual.",
        "- The feature was tried with baskets of one line #test",
        "Try features with the baskets that customers have.",
        (("Load test with baskets of 40 lines", "p95 stays under 0.8 s"),),
        release=True,
    ),
    Story(
        "edge",
        "CertificateExpiresSoon",
        "The certificate of the edge proxies expires in 6 hours",
        "SEV-3",
        0,
        18,
        "Nobody noticed.",
        "The renewal ran out of its rate limit",
        "restart",
        "",
        "- The renewal is tried once a day #access",
        "A renewal that fails must be somebody's work the same day.",
        (("Open a ticket when a renewal fails", "A failed renewal is seen within a day"),),
    ),
    Story(
        "queue",
        "QueueDepthHigh",
        "Message queue: 410,000 messages wait",
        "SEV-3",
        4,
        55,
        "Order mails came an hour late.",
        "A poison message is read again and again",
        "restart",
        "",
        "- Messages that fail are put back at the front #retry",
        "A message that fails often belongs aside.",
        (("Put messages aside after five attempts", "A poison message delays nobody"),),
    ),
    Story(
        "catalog",
        "CatalogErrors",
        "Catalog answers 500 to one in ten requests",
        "SEV-2",
        10,
        39,
        "Prices were missing on one in ten pages.",
        "A migration locked the price table",
        "rollback",
        "Prices are missing on some pages.",
        "- The migration was tried on an empty table #test",
        "Migrations are tried on tables of the real size.",
        (("Try migrations on a copy of production", "A lock over 5 s fails the build"),),
        release=True,
    ),
)
# Which story, how many days ago, and at which minute of the day.
YEAR = tuple(
    (
        number * 7 % len(STORIES) if number % 4 else number // 4 % len(STORIES),
        362 - number * 9.3 + (number % 3) * 1.7,
        (number * 397) % 1440,
    )
    for number in range(39)
)
