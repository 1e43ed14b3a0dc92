"""The words by which a post promises its next update, in the languages of the status page: English, German, French, Spanish, Japanese.

Each table is one alternative after another, so that a language is added by adding to them.
"""

import re

_TELL_EN = r"(?:updat(?:e|es|ing)|posts?|posting|writ(?:e|ing)|report(?:ing)?|shar(?:e|ing)|news|information|info|tell you|inform(?:ing)?|message|bulletin|hear (?:more |back |again )?from us|confirm|let you know|say more|speak|check(?:ing)? (?:back|in)|follow(?:ing)? up|(?:be|come) back (?:here |to you )?with|get back|word from us)"
_AHEAD_EN = r"(?:will|shall|'ll|going to|expect|plan to|aim to|can expect|next|another|further|more|again|every|hourly|until then)"

# What makes a sentence one about telling more.
MARKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_AHEAD_EN}\b[^.!?\n]{{0,60}}?\b{_TELL_EN}\b",
        rf"(?<!last )(?<!latest )(?<!previous )\b{_TELL_EN}\b[^.!?\n]{{0,30}}?\b(?:again|every|hourly|soon|follows|to follow|due|expected|tomorrow|next)\b",
        r"(?:^|[,;:(\u2013\u2014-]\s*)(?:and |or )?(?:again|more|next) (?:at|by|in|within|before|no later than)\b",
        r"\b(?:next|another|a further) (?:word|words|status|note|notice|communication|bulletin|announcement|check-?in|checkpoint)\b",
        r"\b(?:check|look)(?: back)?(?: in)? here(?: again)?\b|\bwe(?:'ll| will| shall| are going to) (?:be|get) (?:back )?in touch\b|\bback with (?:more|news|an update)\b",
        r"\b(?:further|more) (?:details|facts) (?:at|by|in|within|before|around|follow)\b|\b(?:more|details) to (?:come|follow)\b",
        r"\b(?:hourly|half-hourly) (?:update|post|report)s?\b",
        r"\b(?:updates?|posts?|reports?|news)\s+(?:every|hourly|follows?)\b",
        r"\b(?:post|write|update|report|inform|tell|share|speak|back)\b[^.!?\n]{0,20}? again (?:at|by|in|within|before|around)\b",
        # German, French, Spanish, Japanese
        r"\b(?:nächste[rsn]?|weitere[rsn]?|neue)\s+(?:\w+\s+)?(?:update|meldung|aktualisierung|information|nachricht|stand|infos?)",
        r"\b(?:melden (?:wir )?uns|informieren (?:wir )?(?:sie|euch|erneut|wieder)|berichten (?:wir )?(?:wieder|erneut)?|schreiben (?:wir )?(?:wieder|erneut)|aktualisieren (?:wir )?diese|wieder von uns)",
        r"\b(?:prochaine?s? (?:mise à jour|information|point|nouvelle|message|communication)|nous (?:vous )?(?:informerons|tiendrons|reviendrons|publierons|donnerons|ferons un)|(?:nouvelle|autre) (?:mise à jour|information))",
        r"\b(?:próxim[ao]s? (?:actualización|información|noticia|aviso|comunicado)|(?:volveremos a|les? )?(?:informaremos|actualizaremos|publicaremos|escribiremos)|volveremos a (?:informar|publicar|escribir|actualizar)|nueva actualización)",
        r"次回|次の(?:更新|お知らせ|報告|ご案内)|(?:お知らせ|更新|ご報告|ご案内)(?:し|いた)",
    )
)

_ZONE = r"(?P<zone>(?:UTC|GMT)\s*[+-]\s*\d{1,2}(?::?\d{2})?|%s)"
# Minutes ahead of UTC, or the zone whose clock it is. Where an abbreviation has two meanings, the one that more people mean.
ZONES: dict[str, int | str] = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "EEST": 180,
    "MSK": 180, "TRT": 180, "GST": 240, "PKT": 300, "IST": 330, "NPT": 345, "ICT": 420, "WIB": 420, "SGT": 480, "HKT": 480, "MYT": 480, "PHT": 480,
    "AWST": 480, "JST": 540, "KST": 540, "ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "WAT": 60, "CAT": 120,
    "SAST": 120, "EAT": 180, "BRT": -180, "ART": -180, "NST": -210, "AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600, "ET": "America/New_York",
    "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
}  # fmt: skip

CLOCK = re.compile(
    r"(?<![\d:.,%-])(?:(?P<hour_jp>\d{1,2})時(?!間)(?:(?P<minute_jp>\d{1,2})分)?|(?P<hour>\d{1,2})(?:\s?[:.hH]\s?(?P<minute>\d{2})(?!\s?%|\d))?(?:\s?(?P<half>(?-i:am|pm|AM|PM|Am|Pm|a\.m\.?|p\.m\.?))\b|\s?(?P<unit>o'clock|uhr|heures|horas|h)\b)?"
    r"|\b(?P<word>noon|midday|midnight|mittag|mitternacht|midi|minuit|mediodía|medianoche)\b)"
    rf"(?:\s?o'clock)?(?:\s*\(?{_ZONE % '|'.join(sorted(ZONES, key=len, reverse=True))}\b(?![a-z]))?",
    re.IGNORECASE,
)

NUMBERS: dict[str, float] = {
    "a": 1, "an": 1, "the": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "every": 1, "a couple of": 2,
    "one and a half": 1.5, "an hour and a half": 1.5, "the next": 1, "each": 1,
    "einer": 1, "eine": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "zehn": 10, "fünfzehn": 15, "zwanzig": 20, "dreißig": 30, "jede": 1,
    "une": 1, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "dix": 10, "quinze": 15, "vingt": 20, "trente": 30,
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "diez": 10, "veinte": 20, "treinta": 30,
}  # fmt: skip
_NUMBER = "|".join(sorted((re.escape(word) for word in NUMBERS if word != "the next"), key=len, reverse=True))
SPAN = re.compile(
    r"\b(?:in|within|every|each|after|about|in about|next|the next|over the next|d'ici|dans|toutes les|innerhalb von|innerhalb|alle|nach|en|dentro de|cada|"
    r"nächsten|prochaines|próximos|próximas|les)\s{1,5}(?:(?:the|about|around|roughly|approximately|another|no more than|at most|der|den|etwa|ca\.|environ|unos|unas|las|los|les)\s{1,5}){0,4}(?:(?:next|nächsten|prochaines|próximos|próximas)\s{1,5})?"
    r"(?:(?P<fixed>half an hour|half hour|a half hour|a quarter of an hour|quarter of an hour|(?:der |einer )?halben stunde|une demi-heure|media hora|hour\b(?! and))|"
    rf"(?P<n>\d{{1,5}}(?:[.,]\d{{1,5}})?|{_NUMBER})\s{{0,5}}-?(?P<unit>hours?|hrs?|hr|h|minutes?|mins?|min|minuten|stunden?|heures?|minutos?|horas?)\b)"
    r"|\b(?P<fixed2>half[- ]hourly|hourly|stündlich|every hour|every half hour|jede stunde|cada hora|toutes les heures|within the hour)\b"
    r"|(?<!\d)(?P<n3>\d{1,5})(?P<unit3>時間|分)(?:以内|後|ごと)",
    re.IGNORECASE,
)

_WEEKDAY = "mon|tues|wednes|thurs|fri|satur|sun"
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
PARTS_OF_DAY = tuple(
    (re.compile(pattern, re.IGNORECASE), part)
    for pattern, part in (
        (
            r"\btomorrow morning\b|\bmorgen (?:früh|vormittag)\b|\bdemain matin\b|\bmañana por la mañana\b",
            "tomorrow morning",
        ),
        (r"\btomorrow afternoon\b|\bmorgen nachmittag\b|\bdemain après-midi\b", "tomorrow afternoon"),
        (r"\btomorrow\b|\bmorgen\b(?! früh| vormittag| nachmittag)|\bdemain\b|明日", "tomorrow"),
        (r"\bthis morning\b|\bheute vormittag\b|\bce matin\b", "morning"),
        (r"\bthis afternoon\b|\bheute nachmittag\b|\bcet après-midi\b|\besta tarde\b", "afternoon"),
        (
            r"\b(?:this evening|tonight|later today|end of (?:the )?day|by close of business|today)\b|\bheute\b|\bce soir\b|\besta noche\b|本日中",
            "day",
        ),
        (rf"\b(?P<weekday>(?:{_WEEKDAY})day)\b", "weekday"),
    )
)
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip


def parts_of_day(part: str) -> int:
    """The hour, from midnight, at which a part of a day is over."""
    return 12 if part.endswith("morning") else 18 if part.endswith("afternoon") else 24
