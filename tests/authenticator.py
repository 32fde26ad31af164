"""An authenticator without hardware: a passkey that answers what a browser would hand to it."""

import hashlib
import json
import secrets
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData

PRESENT, VERIFIED = 1, 4


class Authenticator:
    """One passkey of one person, for one host."""

    def __init__(self, person: UUID, host: str = "testserver") -> None:
        self.person, self.host, self.count = person, host, 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self._key.public_key())
        self.credential = AttestedCredentialData.create(bytes(16), secrets.token_bytes(32), public)

    def answer(
        self, asked: dict[str, Any], *, verified: bool = True, origin: str = "", person: UUID | None = None
    ) -> str:
        """To `asked` (options of publicKey), as the page posts it; `origin` and `person` as a thief would have them."""
        self.count += 1
        said = {"type": "webauthn.get", "challenge": asked["challenge"], "origin": origin or f"http://{self.host}"}
        client = json.dumps(said).encode()
        flags = PRESENT | (VERIFIED if verified else 0)
        data = hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        number = websafe_encode(self.credential.credential_id)
        response = {"clientDataJSON": client, "authenticatorData": data, "signature": signature,
                    "userHandle": (person or self.person).bytes}  # fmt: skip
        return json.dumps(
            {"id": number, "rawId": number, "type": "public-key", "clientExtensionResults": {},
             "response": {name: websafe_encode(value) for name, value in response.items()}}
        )  # fmt: skip
