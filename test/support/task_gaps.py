"""What CloudFormation makes of tasks, and moto's CloudFormation leaves out without a word.

- task definitions: roles, size, platform, local disk;
- secrets, schedules, groups of schedules, alarms, and subscriptions of queues: moto makes none of them. Addresses would wait
  for a confirmation that nobody gives, and functions would run in Docker: they are not subscribed.

And what ECS does with a task: it runs until its program ends, which Fargate's agent tells by SubmitTaskStateChange; a
container has no exit code before; a task that is told to stop ends later. In moto it ends by being looked at, with 0.
"""

import json
import uuid

from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat, cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api import state_manager
from moto.scheduler.models import scheduler_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends

from cloudformation_gaps import is_true

# Of a subnet in which nothing can be started.
NO_CAPACITY = "subnet-full"


def close_task_gaps():
    TaskDefinition.create_from_cloudformation_json = classmethod(create_task_definition)
    teach("AWS::SecretsManager::Secret", make_secret)
    teach("AWS::Scheduler::ScheduleGroup", make_schedule_group)
    teach("AWS::Scheduler::Schedule", make_schedule)
    teach("AWS::CloudWatch::Alarm", make_alarm)
    teach("AWS::SNS::Subscription", make_subscription)
    run_tasks_until_they_end()


def create_task_definition(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    given = remap_nested_keys(cloudformation_json["Properties"], pascal_to_camelcase)
    disk = given.get("ephemeralStorage")
    return ecs_backends[account_id][region_name].register_task_definition(
        family=given["family"],
        container_definitions=given["containerDefinitions"],
        volumes=given.get("volumes"),
        requires_compatibilities=given.get("requiresCompatibilities"),
        cpu=given.get("cpu"),
        memory=given.get("memory"),
        task_role_arn=given.get("taskRoleArn"),
        execution_role_arn=given.get("executionRoleArn"),
        runtime_platform=given.get("runtimePlatform"),
        ephemeral_storage=disk and {"sizeInGiB": int(disk["sizeInGiB"])},
    )


def run_tasks_until_they_end():
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**9})
    start = EC2ContainerServiceBackend.run_task

    def run_task(backend, *args):
        tasks = start(backend, *args)
        for task in tasks:
            task.attachments.append(attachment(**args[7]["awsvpcConfiguration"]))
            for container in task.containers:
                container.exitCode = None
        return tasks

    def stop_task(backend, cluster_str, task_str, reason):
        [task] = backend.describe_tasks(cluster_str, [task_str])
        task.desired_status, task.stop_code, task.stopped_reason = "STOPPED", "UserInitiated", reason
        return task

    answer = EC2ContainerServiceResponse.run_task

    def answer_run_task(response):
        if NO_CAPACITY in str(response._get_param("networkConfiguration")):
            return ActionResult({"tasks": [], "failures": [{"reason": "RESOURCE:FARGATE", "detail": "no capacity"}]})
        return answer(response)

    EC2ContainerServiceResponse.run_task = answer_run_task
    EC2ContainerServiceBackend.run_task = run_task
    EC2ContainerServiceBackend.stop_task = stop_task
    EC2ContainerServiceResponse.submit_task_state_change = submit_task_state_change


def attachment(subnets, securityGroups, assignPublicIp):
    told = {"subnetId": subnets[0], "securityGroupIds": ",".join(securityGroups), "assignPublicIp": assignPublicIp}
    details = [{"name": name, "value": value} for name, value in told.items()]
    return {"id": str(uuid.uuid4()), "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}


def submit_task_state_change(response):
    [task] = response.ecs_backend.describe_tasks(response._get_param("cluster"), [response._get_param("task")])
    task.last_status = response._get_param("status")
    task.stopped_reason = task.stopped_reason or response._get_param("reason") or "Essential container in task exited"
    containers = response._get_param("containers") or []
    if not getattr(task, "stop_code", None):
        task.stop_code = "EssentialContainerExited" if containers else "TaskFailedToStart"
    for told in containers:
        for container in task.containers:
            if container.name == told["containerName"]:
                container.exitCode = told.get("exitCode")
                container.reason = told.get("reason")
    return ActionResult({"acknowledgment": "ok"})


def make_secret(name, properties, account_id, region_name):
    answer = secretsmanager_backends[account_id][region_name].create_secret(
        name=properties.get("Name", name),
        secret_string=properties.get("SecretString") or generated_secret(**properties["GenerateSecretString"]),
        secret_binary=None,
        description=properties.get("Description"),
        tags=properties.get("Tags", []),
        kms_key_id=properties.get("KmsKeyId"),
        client_request_token=str(uuid.uuid4()),
        replica_regions=[],
        force_overwrite=False,
    )
    return json.loads(answer)["ARN"], {}


def generated_secret(SecretStringTemplate=None, GenerateStringKey=None, **rules):
    password = uuid.uuid4().hex
    template = json.loads(SecretStringTemplate or "{}")
    return json.dumps({**template, GenerateStringKey: password}) if GenerateStringKey else password


def make_schedule_group(name, properties, account_id, region_name):
    group = scheduler_backends[account_id][region_name].create_schedule_group(properties.get("Name", name), tags=[])
    return group.name, {"Arn": group.arn}


def make_schedule(name, properties, account_id, region_name):
    schedule = scheduler_backends[account_id][region_name].create_schedule(
        description=properties.get("Description"),
        end_date=properties.get("EndDate"),
        flexible_time_window=properties["FlexibleTimeWindow"],
        group_name=properties.get("GroupName"),
        kms_key_arn=properties.get("KmsKeyArn"),
        name=properties.get("Name", name),
        schedule_expression=properties["ScheduleExpression"],
        schedule_expression_timezone=properties.get("ScheduleExpressionTimezone"),
        start_date=properties.get("StartDate"),
        state=properties.get("State"),
        target=properties["Target"],
        action_after_completion=None,
    )
    return schedule.name, {"Arn": schedule.arn}


def make_alarm(name, properties, account_id, region_name):
    alarm = cloudwatch_backends[account_id][region_name].put_metric_alarm(
        name=properties.get("AlarmName", name),
        namespace=properties.get("Namespace"),
        metric_name=properties.get("MetricName"),
        metric_data_queries=[metric_query(query) for query in properties.get("Metrics", [])] or None,
        comparison_operator=properties["ComparisonOperator"],
        evaluation_periods=int(properties["EvaluationPeriods"]),
        datapoints_to_alarm=int(properties.get("DatapointsToAlarm", properties["EvaluationPeriods"])),
        period=int(properties.get("Period", 0)) or None,
        threshold=float(properties["Threshold"]),
        statistic=properties.get("Statistic"),
        description=properties.get("AlarmDescription"),
        dimensions=properties.get("Dimensions", []),
        alarm_actions=properties.get("AlarmActions", []),
        ok_actions=properties.get("OKActions", []),
        actions_enabled=properties.get("ActionsEnabled", True),
        treat_missing_data=properties.get("TreatMissingData"),
    )
    return alarm.name, {"Arn": alarm.alarm_arn}


def make_subscription(name, properties, account_id, region_name):
    if properties["Protocol"] != "sqs":
        return name, {}
    backend = sns_backends[account_id][region_name]
    subscription = backend.subscribe(properties["TopicArn"], properties["Endpoint"], "sqs")
    subscription.attributes["RawMessageDelivery"] = is_true(properties.get("RawMessageDelivery"))
    return subscription.arn, {}


def metric_query(query):
    stat = query.get("MetricStat")
    return MetricDataQuery(
        query_id=query["Id"],
        label=query.get("Label"),
        period=query.get("Period"),
        return_data=query.get("ReturnData"),
        expression=query.get("Expression"),
        metric_stat=stat and MetricStat(metric(stat["Metric"]), stat["Period"], stat["Stat"], stat.get("Unit")),
    )


def metric(given):
    dimensions = [Dimension(each["Name"], each["Value"]) for each in given.get("Dimensions", [])]
    return Metric(given["MetricName"], given["Namespace"], dimensions)


def teach(resource_type, make):
    """@param make from name, properties, account and region to the physical id and the attributes"""

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        made = cls()
        made.physical_resource_id, made.attributes = make(
            resource_name, cloudformation_json["Properties"], account_id, region_name
        )
        return made

    # moto knows the direct subclasses, and reads the service's name from the module's.
    _, service, name = resource_type.split("::")
    type(
        f"CloudFormation{name}",
        (CloudFormationModel,),
        {
            "__module__": f"moto.{service.lower()}.models",
            "cloudformation_name_type": staticmethod(lambda: ""),
            "cloudformation_type": staticmethod(lambda: resource_type),
            "has_cfn_attr": classmethod(lambda cls, attribute: True),
            "create_from_cloudformation_json": classmethod(create),
            "get_cfn_attribute": lambda made, attribute: made.attributes[attribute],
            "is_created": lambda made: True,
        },
    )
