"""Reads command lines of the AWS CLI as JSON, [["ecs", "run-task", "--cluster", "x"], ...], and prints what is wrong with them.

Services, operations, options and required options are those of botocore, on which the AWS CLI is built.
"""

import json
import re
import sys

import botocore.session
from botocore import xform_name

# Of the CLI itself, for every operation.
OWN_OPTIONS = {"query", "output", "region", "profile"}
# Services that the CLI calls otherwise than botocore.
CLI_NAMES = {"s3api": "s3"}
# Options that the CLI calls otherwise, where its own option --endpoint-url stands near.
CLI_OPTIONS = {("sns", "subscribe"): {"notification-endpoint": "endpoint"}}
session = botocore.session.get_session()


def faults(line):
    service, operation, *rest = line
    service = CLI_NAMES.get(service, service)
    renamed = CLI_OPTIONS.get((service, operation), {})
    words = [re.sub("^--", "", word) for word in rest if word.startswith("--")]
    options = {renamed.get(word, word) for word in words}
    if service not in session.get_available_services():
        return [f"no service {service}"]
    if operation == "wait":
        return waiter_faults(service, rest[0])
    model = session.get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return [f"{service} has no operation {operation}"]
    shape = model.operation_model(names[operation]).input_shape
    known = {xform_name(name, "-") for name in shape.members} if shape else set()
    required = {xform_name(name, "-") for name in shape.required_members} if shape else set()
    positive = {re.sub("^no-", "", option) for option in options}
    unknown = {option for option in options if option not in known and re.sub("^no-", "", option) not in known}
    return [f"{operation} has no option --{option}" for option in unknown - OWN_OPTIONS] + [
        f"{operation} needs --{option}" for option in required - positive
    ]


def waiter_faults(service, waiter):
    known = {xform_name(name, "-") for name in session.get_waiter_model(service).waiter_names}
    return [] if waiter in known else [f"{service} has no waiter {waiter}"]


print(json.dumps([f"{' '.join(line[:2])}: {fault}" for line in json.load(sys.stdin) for fault in faults(line)]))
