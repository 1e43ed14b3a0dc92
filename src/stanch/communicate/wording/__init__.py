"""The language engine (R33, R44): rules that look at a text and say what to write instead. Pure; it suggests, it never decides.

``public`` holds the rules for posts to customers, ``blameless`` those for postmortems; ``vocabulary`` is what the catalog
knows: internal names, people, product names.
"""
