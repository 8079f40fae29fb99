"""What KMS does with a message and moto (5.1 and 5.2) does not.

KMS takes a message of type DIGEST for the hash itself; moto hashes it once more (and 5.1 its base64 text), so that
no signature would verify outside the emulator.
"""

import base64
import inspect
import sys

import moto
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey

HASHES = {"ECDSA_SHA_256": hashes.SHA256, "ECDSA_SHA_384": hashes.SHA384, "ECDSA_SHA_512": hashes.SHA512}


class Digest(bytes):
    """A message of type DIGEST on its way to the key."""


def close_kms_gaps():
    expected = ["self", "message", "signing_algorithm"]
    if not hasattr(KmsResponse, "sign") or list(inspect.signature(ECDSAPrivateKey.sign).parameters) != expected:
        sys.exit(f"moto {moto.__version__} signs in another way than test/support/kms_gaps.py knows. Use moto 5.2.1.")
    answer, sign = KmsResponse.sign, ECDSAPrivateKey.sign

    def sign_message(response):
        read = response._get_param

        def decoded(name, *args, **kwargs):
            value = read(name, *args, **kwargs)
            if name != "Message" or value is None:
                return value
            message = value if isinstance(value, bytes) else base64.b64decode(value)
            return Digest(message) if read("MessageType") == "DIGEST" else message

        response._get_param = decoded
        return answer(response)

    def sign_digest(key, message, signing_algorithm):
        if not isinstance(message, Digest):
            return sign(key, message, signing_algorithm)
        return key.private_key.sign(bytes(message), ec.ECDSA(Prehashed(HASHES[signing_algorithm]())))

    KmsResponse.sign = sign_message
    ECDSAPrivateKey.sign = sign_digest
