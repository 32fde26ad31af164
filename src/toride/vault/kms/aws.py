"""Root keys in AWS KMS: one key there for each root version, found by its alias.

AWS deletes no key at once: for DAYS after `destroy` the key opens nothing, but the account's administrators could
cancel the deletion. An alias that names the day shows which.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from toride.base import clock
from toride.base.errors import ConfigurationError, Unavailable
from toride.vault.aead import Part, Unopenable, pack

SECONDS = 5
ATTEMPTS = 2
DAYS = 7  # the shortest that AWS allows (ScheduleKeyDeletion)
DAY = "%Y%m%d"
WRONG = frozenset({"InvalidCiphertextException", "IncorrectKeyException", "NotFoundException"})
PENDING = "pending deletion"  # in the words of a KMSInvalidStateException


def connect(place: str) -> "Aws":
    """The provider for `aws:region/prefix`, such as aws:ap-northeast-1/toride; ConfigurationError for anything else."""
    region, _, prefix = place.partition("/")
    if not region or not prefix or not prefix.replace("-", "").replace("_", "").isalnum() or not place.isascii():
        raise ConfigurationError(
            "TORIDE_KMS: after aws: comes a region and a prefix of aliases, such as region/toride."
        )
    return Aws(region, prefix)


class Aws:
    """Keys of one account and region whose aliases begin with the prefix; credentials as AWS finds them."""

    def __init__(self, region: str, prefix: str) -> None:
        self.region = region
        self.live, self.over = f"alias/{prefix}/live/", f"alias/{prefix}/ending/"

    def create(self) -> str:
        tags = [{"TagKey": "toride", "TagValue": self.live.split("/")[1]}]
        made = self._ask("create_key", Description="Toride root version", KeyUsage="ENCRYPT_DECRYPT", Tags=tags)
        version = str(made["KeyMetadata"]["KeyId"])
        self._ask("create_alias", AliasName=self.live + version, TargetKeyId=version)
        return version

    def wrap(self, version: str, plaintext: bytes, *context: Part) -> bytes:
        told = self._ask("encrypt", KeyId=version, Plaintext=plaintext, EncryptionContext=_context(version, *context))
        return bytes(told["CiphertextBlob"])

    def unwrap(self, version: str, blob: bytes, *context: Part) -> bytes:
        if not blob:
            raise Unopenable
        told = self._ask("decrypt", KeyId=version, CiphertextBlob=blob, EncryptionContext=_context(version, *context))
        return bytes(told["Plaintext"])

    def destroy(self, version: str) -> None:
        if version not in self.versions():
            return
        day = (clock.now().astimezone(UTC) + timedelta(days=DAYS)).strftime(DAY)
        if version not in self.ending():
            self._ask("create_alias", AliasName=f"{self.over}{day}/{version}", TargetKeyId=version)
        with suppress(Unopenable):  # scheduled, or gone, before
            self._ask("schedule_key_deletion", KeyId=version, PendingWindowInDays=DAYS)
        with suppress(Unopenable):
            self._ask("delete_alias", AliasName=self.live + version)

    def versions(self) -> frozenset[str]:
        return frozenset(rest for rest in self._named(self.live))

    def ending(self) -> Mapping[str, datetime]:
        days = (rest.split("/") for rest in self._named(self.over))
        return {version: datetime.strptime(day, DAY).replace(tzinfo=UTC) for day, version in days}

    def _named(self, prefix: str) -> Iterator[str]:
        """The rest of each alias that begins so."""
        more: dict[str, Any] = {}
        while True:
            told = self._ask("list_aliases", Limit=100, **more)
            names = (str(one["AliasName"]) for one in told["Aliases"])
            yield from (name.removeprefix(prefix) for name in names if name.startswith(prefix))
            if not told.get("Truncated"):
                return
            more = {"Marker": told["NextMarker"]}

    @cached_property
    def _client(self) -> Any:
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise ConfigurationError("TORIDE_KMS is AWS: install boto3 (docs/keys.md).") from None
        retries = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
        bounds = Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries=retries)
        return boto3.session.Session().client("kms", region_name=self.region, config=bounds)

    def _ask(self, operation: str, **given: Any) -> Any:
        """Raises Unopenable for a key or ciphertext that is not there or not right, Unavailable for all else."""
        client = self._client
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(client, operation)(**given)
        except ClientError as error:
            told = error.response.get("Error", {})
            code, words = str(told.get("Code")), str(told.get("Message", "")).lower()
        except (BotoCoreError, OSError) as error:
            raise Unavailable(f"the KMS cannot be asked: {type(error).__name__}") from None
        if code in WRONG or (code == "KMSInvalidStateException" and PENDING in words):
            raise Unopenable
        raise Unavailable(f"the KMS refuses: {code}")


def _context(version: str, *context: Part) -> dict[str, str]:
    return {"toride": b64encode(pack("root", version, *context)).decode()}
