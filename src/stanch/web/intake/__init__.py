"""The intake: what monitoring sends is on disk before it is answered (P1, P8).

``hooks`` is the hot path, ``routes`` the formats that want an answer of their own; both write to one ``journal``.
"""
