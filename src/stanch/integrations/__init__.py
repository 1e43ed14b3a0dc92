"""One file per system stanch talks to. None knows another, or a feature: only `stanch.ports` and `stanch.kernel`."""
