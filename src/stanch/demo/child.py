"""``python -m stanch.demo.child serve``: ``stanch serve`` that ends in order with whoever started it, even when that was killed."""

import os
import runpy
import signal

from stanch.demo.shop.http import leave_with_parent

if __name__ == "__main__":
    leave_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    runpy.run_module("stanch", run_name="__main__")
