"""One seed drives a clock, people, monitors, a world that fails and processes that die; the promises are checked as it goes.

``town`` is the world outside, ``replica`` one process of stanch, ``people`` what people and monitors do, ``promises`` what
must hold. A seed that fails replays exactly: ``make simulate ARGS="--seed 17 --trace"``.
"""
