"""What CloudFormation sets on a bucket and a key, and moto's CloudFormation leaves out without a word.

- buckets: versioning, Object Lock with its default retention, lifecycle, public access block, bucket key;
- keys: spec, usage and multi-Region (moto makes a symmetric key of every one);
- stacks: termination protection;
- public keys: our custom resource is answered here, from the key in moto's KMS, because moto would run its program in
  Docker (test/lambda/public-key.test.ts runs it);
- bucket policies: kept and answered, but not applied, because moto would not look at their conditions.
"""

import hashlib
import inspect
import json

from cryptography.hazmat.primitives import serialization
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.common_models import CloudFormationModel
from moto.iam.access_control import PermissionResult
from moto.kms.models import Key, kms_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition


def close_cloudformation_gaps():
    make_bucket = inspect.getattr_static(FakeBucket, "create_from_cloudformation_json").__func__

    def make_configured_bucket(cls, resource_name, cloudformation_json, *args, **kwargs):
        bucket = make_bucket(cls, resource_name, cloudformation_json, *args, **kwargs)
        configure_bucket(bucket, cloudformation_json.get("Properties", {}))
        return bucket

    FakeBucket.create_from_cloudformation_json = classmethod(make_configured_bucket)
    Key.create_from_cloudformation_json = classmethod(create_key)
    CustomModel.create_from_cloudformation_json = classmethod(answer_public_key)
    CloudFormationResponse.update_termination_protection = update_termination_protection
    apply_policy = FakeBucket.get_permission
    FakeBucket.get_permission = lambda bucket, action, resource: (
        PermissionResult.NEUTRAL if isinstance(bucket.policy, KeptPolicy) else apply_policy(bucket, action, resource)
    )


class KeptPolicy(bytes):
    """As CloudFormation deployed it; one that is put later is an ordinary one."""


class BucketPolicy(CloudFormationModel):
    # moto reads the service's name from here.
    __module__ = FakeBucket.__module__

    def __init__(self, bucket_name):
        self.physical_resource_id = bucket_name

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::S3::BucketPolicy"

    @classmethod
    def has_cfn_attr(cls, attr):
        return False

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        backend = s3_backends[account_id][get_partition(region_name)]
        document = json.dumps(properties["PolicyDocument"]).encode()
        backend.put_bucket_policy(properties["Bucket"], KeptPolicy(document))
        return cls(properties["Bucket"])

    def is_created(self):
        return True


def answer_public_key(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    if kwargs["ResourceType"] != "Custom::PublicKey":
        raise NotImplementedError(f"The emulator runs no program for {kwargs['ResourceType']}.")
    key_arn = cloudformation_json["Properties"]["KeyArn"]
    _, der = kms_backends[account_id][region_name].get_public_key(key_arn)
    key = serialization.load_der_public_key(der)
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    resource = cls(region_name, "", kwargs["LogicalId"], key_arn)
    resource.set_data({"Pem": pem.decode(), "Sha256": hashlib.sha256(der).hexdigest()})
    return resource


def configure_bucket(bucket, properties):
    backend = s3_backends[bucket.account_id][get_partition(bucket.region_name)]
    for rule in properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", []):
        bucket.encryption["Rule"]["BucketKeyEnabled"] = str(is_true(rule.get("BucketKeyEnabled"))).lower()
    if "VersioningConfiguration" in properties:
        backend.put_bucket_versioning(bucket.name, properties["VersioningConfiguration"]["Status"])
    if is_true(properties.get("ObjectLockEnabled")):
        bucket.object_lock_enabled = True
        default = properties.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
        bucket.default_lock_mode = default.get("Mode")
        bucket.default_lock_days = int(default.get("Days", 0))
    if "LifecycleConfiguration" in properties:
        rules = [lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        backend.put_bucket_lifecycle_configuration(bucket.name, rules)
    if "PublicAccessBlockConfiguration" in properties:
        block = {name: str(is_true(value)).lower() for name, value in properties["PublicAccessBlockConfiguration"].items()}
        backend.put_public_access_block(bucket.name, block)


def lifecycle_rule(rule):
    """CloudFormation's form of a rule in the form of S3's API."""
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters", [])]
    prefix = rule.get("Prefix", "")
    result = {"ID": rule["Id"], "Status": rule["Status"]}
    result["Filter"] = {"And": {"Prefix": prefix, "Tag": tags}} if tags else {"Prefix": prefix}
    if "ExpirationInDays" in rule:
        result["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if is_true(rule.get("ExpiredObjectDeleteMarker")):
        result["Expiration"] = {"ExpiredObjectDeleteMarker": "true"}
    if "Transitions" in rule:
        result["Transition"] = [
            {"Days": move["TransitionInDays"], "StorageClass": move["StorageClass"]} for move in rule["Transitions"]
        ]
    for name in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if name in rule:
            result[name] = rule[name]
    return result


def create_key(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    properties = cloudformation_json["Properties"]
    key = kms_backends[account_id][region_name].create_key(
        policy=json.dumps(properties["KeyPolicy"]),
        key_usage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
        key_spec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
        description=properties.get("Description"),
        tags=properties.get("Tags", []),
        multi_region=is_true(properties.get("MultiRegion")),
    )
    key.key_rotation_status = is_true(properties.get("EnableKeyRotation"))
    return key


def update_termination_protection(self):
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    name = "UpdateTerminationProtection"
    return f"<{name}Response><{name}Result><StackId>{stack.stack_id}</StackId></{name}Result></{name}Response>"


def is_true(value):
    return value is True or str(value).lower() == "true"
