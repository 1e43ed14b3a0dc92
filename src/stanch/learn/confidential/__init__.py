"""Confidential contributions to a postmortem (R44): whoever took part can tell what they know, and nobody can tell who did.

As in aviation's reporting: kept outside the timeline, without an author, with the day only, in no order.
"""
