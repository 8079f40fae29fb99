"""Starts moto's server with the gaps closed that would let a test pass for the wrong reason.

What S3 does and moto (5.1 and 5.2) does not:
- the bucket's default retention applies to completed multipart uploads, not to PutObject alone;
- a checksum that is sent is verified, kept, and answered: on PutObject, UploadPart, CompleteMultipartUpload
  and HeadObject;
- of two writers with `If-None-Match: *` exactly one wins;
- GetObjectRetention tells a version's lock (moto answers with the object);
- RestoreObject thaws the version that is named, a second request meanwhile is refused, and the thaw is over only after
  the object was looked at some times (moto: the newest version, at once);
- a listing of versions with a key marker alone begins at the next key, whether the marker's own is there or not.
And one thing that S3 does in no time: a listing of versions, for which moto copies every byte of the bucket.
The gaps are closed by hooks; where moto has not what they need, the emulator refuses to start.

Usage: python emulator.py PORT
"""

import base64
import binascii
import functools
import hashlib
import inspect
import io
import sys
import threading
from urllib.parse import parse_qs, urlparse
from xml.dom import minidom

import moto
import xmltodict
from moto.core.utils import unix_time_millis
from moto.moto_api import state_manager
from moto.s3.models import FakeBucket, FakeKey, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import ARCHIVE_STORAGE_CLASSES
from moto.server import main
from werkzeug.datastructures import Headers

from cloudformation_gaps import close_cloudformation_gaps
from kms_gaps import close_kms_gaps
from task_gaps import close_task_gaps

DIGESTS = {
    "crc32": lambda body: binascii.crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}
UNVERIFIABLE = ("crc32c", "crc64nvme")
LOOKS_UNTIL_THAWED = 3
one_write_at_a_time = threading.RLock()


def close_gaps():
    needs(FakeBucket, "has_default_lock")
    needs(FakeBucket, "default_retention")
    needs(FakeKey, "etag")
    needs(FakeKey, "dispose")
    needs(FakeKey, "restore", ["days"])
    FakeKey.__deepcopy__ = copy_without_bytes
    state_manager.set_transition("s3::keyrestore", {"progression": "manual", "times": LOOKS_UNTIL_THAWED})
    hook(S3Backend, "put_object", ["bucket_name", "multipart", "lock_mode", "lock_until"], put_with_default_retention)
    hook(S3Backend, "list_object_versions", ["bucket_name", "key_marker", "version_id_marker"], list_after_marker)
    hook(S3Response, "_key_response", ["request", "full_url"], answer_with_checksums)


def needs(owner, name, parameters=()):
    found = getattr(owner, name, None)
    if found is None or (parameters and not set(parameters) <= set(inspect.signature(found).parameters)):
        sys.exit(
            f"moto {moto.__version__} has no {owner.__name__}.{name}({', '.join(parameters)}), which this emulator "
            "builds on. Use moto 5.2.1 (run: node bin/setup), or adapt test/support/emulator.py."
        )
    return found


def hook(owner, name, parameters, replacement):
    """The replacement is called as replacement(self, original, ...)."""
    setattr(owner, name, functools.partialmethod(replacement, needs(owner, name, parameters)))


def put_with_default_retention(backend, original, bucket_name, *args, **kwargs):
    bucket = backend.get_bucket(bucket_name)
    if kwargs.get("multipart") and not kwargs.get("lock_mode") and bucket.has_default_lock:
        kwargs.update(lock_mode=bucket.default_lock_mode, lock_until=bucket.default_retention())
    return original(backend, bucket_name, *args, **kwargs)


def list_after_marker(backend, original, bucket_name, **kwargs):
    marker = kwargs.get("key_marker")
    if marker is not None and not kwargs.get("version_id_marker"):
        versions = [version for _, of_key in backend.get_bucket(bucket_name).keys.iterlists() for version in of_key]
        # In the order in which moto lists them: of one key the newest first.
        versions.sort(key=lambda version: (version.name, -unix_time_millis(version.last_modified)))
        last = next((version for version in reversed(versions) if version.name <= marker), None)
        kwargs.update(key_marker=last and last.name, version_id_marker=last and last.version_id)
    return original(backend, bucket_name, **kwargs)


def copy_without_bytes(key, memo):
    with key.lock:
        key.etag  # made of the bytes, and kept
    twin = object.__new__(FakeKey)
    # Whoever disposes of the copy must not close the buffer of the original.
    twin.__dict__.update(key.__dict__, multipart=None, disposed=True, _value_buffer=io.BytesIO())
    return twin


def answer_with_checksums(s3, original, request, full_url):
    """Every request for a key passes here."""
    answer = functools.partial(original, s3, request, full_url)
    query = parse_qs(urlparse(full_url).query, keep_blank_values=True)
    if request.method in ("GET", "HEAD"):
        return read(s3, answer, query)
    with one_write_at_a_time:
        if request.method == "PUT" and "x-amz-copy-source" not in s3.headers:
            return put(s3, answer)
        if request.method == "POST" and "uploads" in query:
            return begin_upload(s3, answer)
        if request.method == "POST" and "uploadId" in query:
            return complete_upload(s3, answer, query["uploadId"][0])
        if request.method == "POST" and "restore" in query:
            return thaw(s3, query.get("versionId", [None])[0])
        return answer()


def put(s3, answer):
    """PutObject, UploadPart and the small documents (tags, retention, ...)."""
    body = s3.body or b""
    for algorithm in UNVERIFIABLE:
        if stated_checksum(s3, algorithm):
            return error(501, "NotImplemented", f"The emulator cannot verify {algorithm}; send crc32 or sha256.")
    for algorithm in DIGESTS:
        stated = stated_checksum(s3, algorithm)
        if stated is None:
            continue
        if stated != checksum(algorithm, body):
            return bad_digest(algorithm, stated, checksum(algorithm, body))
        # moto keeps and answers what these headers say; clients may send the value alone, or in the trailer.
        s3.headers = Headers(list(s3.headers.items()))
        s3.headers["x-amz-sdk-checksum-algorithm"] = algorithm.upper()
        s3.headers[f"x-amz-checksum-{algorithm}"] = stated
        # moto 5.1 takes nothing else in a locked bucket.
        s3.headers.setdefault("Content-Md5", base64.b64encode(hashlib.md5(body).digest()).decode())
    return answer()


def stated_checksum(s3, algorithm):
    name = f"x-amz-checksum-{algorithm}"
    if s3.headers.get("x-amz-trailer", "").lower() == name:
        return s3.raw_body.rpartition(f"{name}:".encode())[2].split(b"\r\n")[0].strip().decode()
    return s3.headers.get(name)


def begin_upload(s3, answer):
    status, headers, text = answer()
    kind = s3.headers.get("x-amz-checksum-type")
    if status == 200 and kind:  # moto 5.1 forgets it
        newest = list(s3.backend.get_bucket(s3.bucket_name).multiparts.values())[-1]
        newest.metadata["x-amz-checksum-type"] = kind
    return status, headers, text


def complete_upload(s3, answer, upload_id):
    upload = s3.backend.get_bucket(s3.bucket_name).multiparts.get(upload_id)
    algorithm = (upload.metadata.get("x-amz-checksum-algorithm") or "").lower() if upload else ""
    if algorithm not in DIGESTS:
        return answer()
    full = upload.metadata.get("x-amz-checksum-type") == "FULL_OBJECT"
    named = [part for part in parts_named(s3.body) if part["PartNumber"] in upload.parts]
    bodies = [upload.parts[part["PartNumber"]].value for part in named]
    for part, body in zip(named, bodies):
        if part[algorithm] not in (None, checksum(algorithm, body)):
            return error(400, "InvalidPart", f"Part {part['PartNumber']} has another {algorithm} than stated.")
    value = checksum(algorithm, b"".join(bodies if full else map(DIGESTS[algorithm], bodies)))
    shown = value if full else f"{value}-{len(bodies)}"
    stated = stated_checksum(s3, algorithm)
    if stated not in (None, shown):
        return bad_digest(algorithm, stated, shown)
    status, headers, text = answer()
    if status == 200:
        kind = "FULL_OBJECT" if full else "COMPOSITE"
        key = s3.backend.get_object(s3.bucket_name, s3.parse_key_name())
        key.checksum_algorithm, key.checksum_value = algorithm.upper(), value
        key.checksum_type, key.checksum_parts = kind, len(bodies)
        tag = f"Checksum{algorithm.upper()}"
        document, _, root = as_text(text).rpartition("</")
        text = f"{document}<{tag}>{shown}</{tag}><ChecksumType>{kind}</ChecksumType></{root}"
        headers["content-length"] = str(len(text.encode()))
    return status, headers, text


def parts_named(body):
    """The parts of a CompleteMultipartUpload document: number, and checksum by algorithm where stated."""

    def text(part, tag):
        found = part.getElementsByTagName(tag)
        return found[0].firstChild.data if found else None

    return [
        {"PartNumber": int(text(part, "PartNumber"))} | {name: text(part, f"Checksum{name.upper()}") for name in DIGESTS}
        for part in minidom.parseString(body).getElementsByTagName("Part")
    ]


def read(s3, answer, query):
    """GetObject and HeadObject say which kind of checksum they answer; GetObjectRetention is not in moto at all."""
    if "retention" in query:
        return retention(s3, query.get("versionId", [None])[0])
    status, headers, body = answer()
    if status == 200 and s3.headers.get("x-amz-checksum-mode") == "ENABLED" and "uploadId" not in query:
        version = query.get("versionId", [None])[0]
        key = s3.backend.get_object(s3.bucket_name, s3.parse_key_name(), version_id=version)
        if key is not None and key.checksum_value and key.checksum_algorithm:
            kind = getattr(key, "checksum_type", None) or "FULL_OBJECT"
            suffix = f"-{key.checksum_parts}" if kind == "COMPOSITE" else ""
            headers[f"x-amz-checksum-{key.checksum_algorithm.lower()}"] = f"{key.checksum_value}{suffix}"
            headers["x-amz-checksum-type"] = kind
    return status, headers, body


def thaw(s3, version):
    key = s3.backend.get_object(s3.bucket_name, s3.parse_key_name(), version_id=version)
    if key is None:
        return error(404, "NoSuchVersion", "The specified version does not exist.")
    asked = xmltodict.parse(s3.body)["RestoreRequest"]
    tier = asked.get("GlacierJobParameters", {}).get("Tier", "Standard")
    if key.storage_class not in ARCHIVE_STORAGE_CLASSES or (key.storage_class, tier) == ("DEEP_ARCHIVE", "Expedited"):
        return error(403, "InvalidObjectState", "Restore is not allowed for the object's current storage class.")
    before = key.response_dict.get("x-amz-restore", "")
    if 'ongoing-request="true"' in before:
        return error(409, "RestoreAlreadyInProgress", "Object restore is already in progress.")
    key.restore(int(asked["Days"]))
    if not before:
        key._status, key._tick = "IN_PROGRESS", 0
    return (200 if before else 202), {}, ""


def retention(s3, version):
    key = s3.backend.get_object(s3.bucket_name, s3.parse_key_name(), version_id=version)
    if key is None:
        return error(404, "NoSuchVersion", "The specified version does not exist.")
    if not key.lock_mode:
        return error(404, "NoSuchObjectLockConfiguration", "The specified object does not have a lock.")
    lock = f"<Mode>{key.lock_mode}</Mode><RetainUntilDate>{key.lock_until}</RetainUntilDate>"
    return 200, {"content-type": "application/xml"}, f"<Retention>{lock}</Retention>"


def checksum(algorithm, body):
    return base64.b64encode(DIGESTS[algorithm](body)).decode()


def as_text(body):
    return body.decode() if isinstance(body, bytes) else body


def bad_digest(algorithm, stated, computed):
    return error(400, "BadDigest", f"The {algorithm} you specified ({stated}) did not match what was taken ({computed}).")


def error(status, code, message):
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, {"content-type": "application/xml"}, text


if __name__ == "__main__":
    close_gaps()
    close_kms_gaps()
    close_cloudformation_gaps()
    close_task_gaps()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
