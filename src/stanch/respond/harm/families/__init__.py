"""Families of words, by what they say of an incident's harm. Data: extend a family with words that mean the same.

``fail*`` is the word with any ending; a plain word also stands for its plural; ``_`` joins the words of a phrase. The texts
are compared in lower case, with "can't" as "can not" and hyphens as spaces.
"""

from stanch.respond.harm.families import amounts, data, grammar, parts, protection, security, what

FAMILIES: dict[str, str] = {
    name: words
    for place in (what, amounts, parts, data, security, protection, grammar)
    for name, words in vars(place).items()
    if name.isupper()
}
