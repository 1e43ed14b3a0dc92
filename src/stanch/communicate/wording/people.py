"""Words for persons, teams and suppliers (R33, R44), and what tells a person from a part of the system with such a name. Pure."""

import re

from stanch.communicate.wording.first_names import FIRST_NAMES
from stanch.communicate.wording.jargon import TERMS
from stanch.communicate.wording.vocabulary import Vocabulary


def phrases_of(words: str) -> list[str]:
    """Patterns separated by spaces; ``_`` stands for a space within one."""
    return [word.replace("_", " ") for word in words.split()]


def any_of(words: str) -> str:
    """A pattern for one of the phrases."""
    return f"(?:{'|'.join(phrases_of(words))})"


ROLE = any_of(
    "engineers? developers? devs? operators? admins? administrators? on-call(?:_engineer)?s? responders? (?:incident_)?commanders? scribe "
    "colleagues? coworkers? co-workers? employees? managers? contractors? subcontractors? consultants? technicians? electricians? interns? apprentices? juniors? seniors? authors? reviewers? approvers? testers? analysts? "
    "architects? leads? owners? staff person people individuals? programmers? coders? dbas? sres? sysadmins? trainees? newcomers? (?:new_)?(?:hires?|joiners?|starters?) "
    "team_members? members?_of_(?:the|our)_team deployers? users? whoever someone somebody nobody no_one no-one anyone anybody everyone "
    "everybody they he she we i you who director cto cio ceo boss supervisor committer committers maintainers? guys? gals? lads? rookies? newbies? novices? installers? drivers? builders? plumbers? "
    "nurses? doctors? physicians? surgeons? pharmacists? clerks? cashiers? tellers? accountants? auditors? dispatchers? conductors? signallers? pilots? captains? stewards? mechanics? fitters? welders? "
    "traders? (?:support|sales|gate|call|booking|travel)_agents? (?:baggage|luggage|cargo|freight)_handlers? (?:air_)?traffic_controllers? (?:temp|agency|shift|night|warehouse|line|seasonal|dock|site|relief|field)_workers? porters? paramedics? midwi(?:fe|ves) bookkeepers? baristas? waiters? superintendents? salesm[ae]n salespeople sales_reps? machinists? stagehands? editors? journalists? reporters? teachers? lecturers? professors? students? secretar(?:y|ies) assistants? receptionists? planners? foremen foreman workers?_on_site cleaners? guards? janitors? couriers? pickers? "
    "designers? specialists? experts? officers? chiefs? inspectors? volunteers? freelancers? temps? game_masters? moderators? translators? watchmen watchman shift_leads? chef farmers? linem[ae]n"
)
# Parts of a system have these names as well.
_THINGS_TOO = re.compile(
    "^" + any_of("operators? drivers? supervisors? builders? installers? owners? users? dispatchers? editors? planners? pickers? conductors? inspectors? leads?") + "$", re.I
)  # fmt: skip
_OF_A_THING = re.compile(r"\s*(?:\(v\d|v\d|process\b|daemon\b|pod\b|binary\b|loop\b|library\b|module\b|thread\b|service\b|plug-?in\b)|[^.;!?]{0,25}\bits\b", re.I)  # fmt: skip
# Those of these that a post to customers may say of ourselves, or of its readers.
OURSELVES = re.compile(
    any_of(
        "^(?:we|i|you|they|who|users?|he|she|people|everyone|everybody|anyone|anybody|nobody|no_one|no-one|owners?|person|our_team)$"
    ),
    re.I,
)
NAME = r"(?-i:(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
_TITLE = re.compile(r"(?:Mr|Mrs|Ms|Dr|Prof)\b")
_TEAM_NOUN = any_of(
    "teams? departments? groups? squads? tribes? ops operations dev devs qa security infra infrastructure support sales marketing management leadership "
    "vendors? makers? manufacturers? providers? suppliers? partners? folks carrier company shift hoster bank hosting_company helpdesk help_desk netops devops secops office agency desk crew consultants contractors laborator(?:y|ies) city council authorit(?:y|ies) airline airport railway insurer registrar registry courier integrators? consultanc(?:y|ies) landlord"
)
# Functions of a company that stand for those who work there when they are the subject of a sentence.
FUNCTION = any_of(
    "networking development product security front-?end back-?end legal finance marketing sales qa infra ops support engineering management compliance procurement purchasing hr "
    "facilities platform upstream it-support accounting billing design editorial logistics leadership dispatch"
)
_OF_A_TEAM = r"(?:(?!(?:that|which|who|because|since|and|but|when|while|if|as|the|an?|in|on|at|of|by|to|for|from|with|after|before)\b)[\w-]+ )"
TEAM = rf"(?:{_OF_A_TEAM}{{0,2}}?{_TEAM_NOUN}|{_OF_A_TEAM}{{1,2}}(?:people|crew|guys|lot)|(?:data|network|back-?end|front-?end|platform|database|security|storage|mobile|release|infra\w*|cloud|systems?|application|game|level|ui|ux|product|hardware|firmware|web|build|embedded) (?:engineers|developers|devs|admins|administrators|architects|designers|scientists|analysts|planners)|(?-i:(?:[A-Z][a-z]+ ){{1,2}}(?:Engineering|Operations|Ops|Networking|Security|Infrastructure|Platform|Design|Support|Services|Analytics|Product))|(?<!an )(?<!the )(?<!our )(?-i:SRE)(?! (?:who|on))|(?-i:Team [A-Z]\w+)|(?-i:IT|HR|QA|NOC|SOC|DBAs|SREs))"

_ROLE_ONLY = re.compile(rf"^{ROLE}$", re.I)
_CAPITALS = """
The This That These Those It Its Their Our When While After Before Because Since If As And But So Then There Here What Why How Which Where Both Each
All Most Some Many Several Nothing Something Everything Another Other Only Even Still Also Again Later Once Someone Nobody Monday Tuesday Wednesday
Thursday Friday Saturday Sunday January February March April May June July August September October November December Christmas Easter Traffic
Monitoring Alertmanager Prometheus Kubernetes Redis Kafka Postgres Grafana Linux Health Canary Failover Automation Staging Production Rollback
Terraform Ansible Jenkins Envoy Consul Vault Nginx Haproxy Replication Dns Istio Argo Helm Docker Datadog Sentry Github Gitlab Cloudflare Fastly
Akamai Amazon Google Azure Oracle Windows Android Safari Chrome Firefox Slack Zookeeper Cassandra Elasticsearch Kibana Logstash Spark Hadoop Airflow
Celery Django Rails Java Python Ruby Rust Chef Puppet Salt Splunk Vagrant Packer Nomad Traefik Caddy Apache Tomcat Memcached Rabbitmq Mysql Mongo
Sqlite Clickhouse Snowflake Stripe Twilio Okta Auth Login Checkout Search Billing Storage Network Version Release Config Europe Asia Africa America
London Paris Berlin Root Primary Secondary Cause Trigger Result Lesson Answer Question Support Security Management Engineering
None Neither Either Every Any Few More Less Much Such Same First Second Third Last Next Now Today Yesterday Tomorrow Tonight Not Never Always Often
Although Though Whereas Whether Unless Until Despite During Within Without With From For By In On At Of About Above Below Between Under Over However
Therefore Thus Hence Meanwhile Afterwards Finally Eventually Suddenly Initially Instead Otherwise Nevertheless Moreover Luckily Sadly Worse Yet
Three Four Five Six Seven Eight Nine Ten Twelve Twenty Half Part Parts Data Backup Cache Queue Job Jobs Server Client Node Cluster Service Default
"""
_NOT_NAMES = frozenset(_CAPITALS.split())


def is_thing(who: str, sentence: str, start: int, end: int, predicate: str) -> bool:
    """Whether a role, such as driver or operator, is a part of a system here: it is spoken of in the present, has an ``its`` or a version.

    ``start``: where the role begins; ``end``: where its predicate ends.
    """
    if not _THINGS_TOO.match(who) or predicate.lower().startswith("neglect"):
        return False
    if re.search(r"(?:ores|ooks|ils|ects)\b", predicate):
        return True  # "the driver ignores codes": how it works
    after = start + len(who)
    return bool(_OF_A_THING.match(sentence, after) or _OF_A_THING.match(sentence, end))


def is_person(who: str, vocabulary: Vocabulary, *, sure: bool = False) -> bool:
    """Whether this is a role, a known person or a first name; with ``sure`` no other capitalised word will do."""
    if _ROLE_ONLY.match(who) or _TITLE.match(who) or who in vocabulary.people:
        return True
    words = who.split()
    if words[0] in _NOT_NAMES and len(words) > 1:
        return is_person(" ".join(words[1:]), vocabulary, sure=sure)  # "Because Bob"
    if words[0] in FIRST_NAMES or words[0] in vocabulary.people:
        return who.lower() not in vocabulary.internal
    if sure or not who[:1].isupper() or words[-1].endswith("s"):
        return False
    return (
        not (set(words) & _NOT_NAMES)
        and who.lower() not in vocabulary.internal
        and not any((w.lower(),) in TERMS for w in words)
    )
