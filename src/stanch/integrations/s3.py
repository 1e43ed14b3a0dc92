"""Keeps the status page in S3-compatible storage (P7; formats/20): synchronous puts in a few threads, each with its content type."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from typing import Annotated, Any

import msgspec

from stanch.ports import Failed, PublishedFile, Publisher
from stanch.ports.integration import Integration
from stanch.ports.web_service import secret_of

# Puts at once; seconds for a request, and for one with its repetitions.
AT_ONCE, TIMEOUT, PATIENCE = 8, "10s", timedelta(seconds=20)


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Each field says what it is for."""

    bucket: Annotated[str, msgspec.Meta(description="The bucket.")]
    endpoint: Annotated[str, msgspec.Meta(description="The address of the storage; empty: AWS.")] = ""
    region: Annotated[str, msgspec.Meta(description="The region.")] = "us-east-1"
    prefix: Annotated[str, msgspec.Meta(description="A folder in the bucket; empty: its root.")] = ""
    access_key_env: Annotated[
        str, msgspec.Meta(description="The environment variable with the id of the access key.")
    ] = "AWS_ACCESS_KEY_ID"
    secret_key_env: Annotated[
        str, msgspec.Meta(description="The environment variable with the secret of the access key.")
    ] = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the name of a variable
    public_read: Annotated[
        bool,
        msgspec.Meta(description="Whether each object is made public; most storages want a bucket policy instead."),
    ] = False


class S3:
    """One bucket. The store is made when it is used: its library is an extra of this product."""

    name: str = "s3"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def publish(self, files: list[PublishedFile], gone: list[str]) -> None:
        """Files of one kind at once, one kind after another; then what is gone. Raises ``Failed``."""
        obstore, store = self._store()

        def put(file: PublishedFile) -> None:
            attributes = {"Content-Type": file.media_type, "Cache-Control": file.cache_control}
            obstore.put(store, file.path, file.body, attributes=attributes, use_multipart=False)

        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for _, kind in groupby(
                    files, key=lambda file: (file.cache_control, file.path.endswith(".html"), "index." in file.path)
                ):
                    list(pool.map(put, kind))
            if gone:
                obstore.delete(store, gone)
        except (obstore.exceptions.BaseError, OSError) as error:
            raise Failed(_words(error, self.settings), again=True) from error

    def _store(self) -> tuple[Any, Any]:
        try:
            import obstore
            from obstore.store import S3Store
        except ImportError:
            raise Failed(
                "the library for S3 is not installed; install stanch with its extra 's3'", again=False
            ) from None
        settings = self.settings
        options: Any = {"timeout": TIMEOUT, "connect_timeout": "3s"}
        if settings.endpoint.startswith("http://"):
            options["allow_http"] = True
        if settings.public_read:
            options["default_headers"] = {"x-amz-acl": "public-read"}
        places: Any = {name: value for name in ("endpoint", "prefix") if (value := getattr(settings, name))}
        store = S3Store(
            settings.bucket,
            region=settings.region,
            access_key_id=secret_of(settings.access_key_env, "s3 access_key_env"),
            secret_access_key=secret_of(settings.secret_key_env, "s3 secret_key_env"),
            virtual_hosted_style_request=False,
            client_options=options,
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
            **places,
        )
        return obstore, store


def _words(error: Exception, settings: Settings) -> str:
    """A short message: the library's own text contains addresses with keys."""
    kind = type(error).__name__
    where = f"bucket {settings.bucket}" + (f" at {settings.endpoint}" if settings.endpoint else "")
    said = {
        "FileNotFoundError": "there is no such bucket",
        "PermissionDeniedError": "the access key may not write there",
        "UnauthenticatedError": "the access key is not known there",
    }
    return f"{where}: {said.get(kind, 'the storage did not answer as it should')}"


def build(settings: Settings) -> Publisher:
    """For the scanner in main."""
    return S3(settings)


INTEGRATION = Integration("S3-compatible storage", "publishers", Settings, build)
