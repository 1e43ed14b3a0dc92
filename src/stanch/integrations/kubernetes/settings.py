"""How a cluster is reached, and how long it is waited for."""

from typing import Annotated

import msgspec


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    kubeconfig: Annotated[
        str, msgspec.Meta(description="Path of the kubeconfig; without it and 'server', the pod's own service account.")
    ] = ""
    context: Annotated[str, msgspec.Meta(description="The context of the kubeconfig; by default the current one.")] = ""
    server: Annotated[str, msgspec.Meta(description="Address of the API server, instead of a kubeconfig.")] = ""
    token_env: Annotated[
        str, msgspec.Meta(description="The environment variable that holds the bearer token for 'server'.")
    ] = ""
    token_file: Annotated[str, msgspec.Meta(description="The file that holds the bearer token; it is read again.")] = ""
    ca_file: Annotated[str, msgspec.Meta(description="The certificates that 'server' is checked against.")] = ""
    namespaces: Annotated[
        list[str], msgspec.Meta(description="Those that may be touched; empty: all that the credentials allow.")
    ] = []
    diagnostics: Annotated[
        dict[str, list[str]], msgspec.Meta(description="Name -> argument list of what 'exec' may run.")
    ] = {}
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for each request.")] = 10.0
    rollout: Annotated[float, msgspec.Meta(description="Seconds to wait for a rollout.")] = 120.0
    drain: Annotated[float, msgspec.Meta(description="Seconds to wait for a drain.")] = 300.0
    every: Annotated[float, msgspec.Meta(description="Seconds between looks at what is waited for.")] = 1.0
    eviction_retry: Annotated[
        float, msgspec.Meta(description="Seconds until an eviction that was refused is asked for again.")
    ] = 5.0
    watch: Annotated[float, msgspec.Meta(description="Seconds of each look at what is released.")] = 5.0
