"""Deployed functions as Lambda runs them: what they see, what they may do, and how their faults are told."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.aws.functions import RUNTIME
from tests.unit.local.aws.running import RunningAws, await_that, zipped

SEES = """
    import os, sys
    def handler(event, context):
        return {
            "event": event, "environ": dict(os.environ), "path": sys.path, "modules": sorted(sys.modules),
            "name": context.function_name, "arn": context.invoked_function_arn, "version": context.function_version,
            "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb, "pid": os.getpid(),
        }
"""
NOT_OURS = "TIS_TEST_OF_LEAKING"


def test_function_sees_what_lambda_tells_and_nothing_of_ours(aws: RunningAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOT_OURS, "secret")
    arn = aws.deploy("sees", SEES, Environment={"Variables": {"OWN": "1"}})
    seen, error = aws.invoke("sees", {"a": [1, None, "ü"]})
    assert error is None
    assert seen["event"] == {"a": [1, None, "ü"]}
    assert (seen["name"], seen["arn"], seen["version"], seen["memory"]) == ("sees", arn, "$LATEST", "128")
    assert 0 < seen["left"] <= 10_000
    assert seen["environ"]["OWN"] == "1"
    assert seen["environ"]["_HANDLER"] == "app.handler"
    assert seen["environ"]["AWS_ENDPOINT_URL"] == aws.endpoint
    assert NOT_OURS not in seen["environ"]
    assert "PYTEST_CURRENT_TEST" not in seen["environ"]


def test_only_the_zip_and_the_runtimes_packages_can_be_imported(aws: RunningAws) -> None:
    code = """
        import importlib, sys
        def can(name):
            try:
                importlib.import_module(name)
            except ImportError:
                return False
            return True
        def handler(names, context):
            return {name: can(name) for name in names}
    """
    aws.deploy("imports", code, MemorySize=256)
    seen, _ = aws.invoke("imports", ["boto3", "awslambdaric", "app", "infra", "shared", "chalice", "moto", "pytest"])
    assert {name for name, found in seen.items() if found} == {"boto3", "awslambdaric", "app"}


def test_function_finds_the_local_aws_by_itself(aws: RunningAws) -> None:
    code = """
        import boto3
        def handler(event, context):
            return boto3.client("sts").get_caller_identity()["Account"]
    """
    aws.deploy("asks", code, MemorySize=256)
    assert aws.invoke("asks") == ("123456789012", None)


WRITES = """
    import os
    def attempt(path):
        try:
            with open(path, "a") as file:
                file.write("x")
        except OSError as error:
            return type(error).__name__
        return "written"
    def handler(event, context):
        task = os.environ["LAMBDA_TASK_ROOT"]
        paths = [task + "/new", task + "/app.py", "/tmp/new"]
        return [attempt(path) for path in paths] + [sorted(os.listdir("/tmp"))]
"""


def test_only_tmp_can_be_written_to_and_each_environment_has_its_own(aws: RunningAws) -> None:
    aws.deploy("writes", WRITES)
    (new, own, tmp, held), _ = aws.invoke("writes")
    assert tmp == "written"
    assert "new" in held
    assert not Path("/tmp/new").exists()  # noqa: S108
    assert (new, own) in {("OSError", "OSError"), ("PermissionError", "PermissionError")}


def test_what_a_function_raises_is_told_to_the_one_who_invoked_it(aws: RunningAws) -> None:
    aws.deploy("raises", "def handler(event, context): raise LookupError('not here')")
    told, kind = aws.invoke("raises")
    assert (told["errorType"], told["errorMessage"], kind) == ("LookupError", "not here", "Unhandled")
    assert "stackTrace" in told


def test_function_that_cannot_be_imported_says_so_at_every_call(aws: RunningAws) -> None:
    aws.deploy("broken", "import nothing_of_that_name")
    for _ in range(2):
        told, kind = aws.invoke("broken")
        assert (told["errorType"], kind) == ("Runtime.ImportModuleError", "Unhandled")
        assert "nothing_of_that_name" in told["errorMessage"]


def test_function_that_ends_its_process_costs_one_call(aws: RunningAws) -> None:
    aws.deploy("ends", "import os\ndef handler(event, context): return os._exit(3) if event else os.getpid()")
    assert aws.invoke("ends", 1)[0]["errorType"] == "Runtime.ExitError"
    assert aws.invoke("ends", 0)[1] is None


def test_function_that_ends_while_it_is_imported_does_not_hang(aws: RunningAws) -> None:
    aws.deploy("ends-early", "import os\nos._exit(3)")
    assert aws.invoke("ends-early")[0]["errorType"] == "Runtime.ExitError"


def test_function_is_killed_when_its_own_time_is_up(aws: RunningAws) -> None:
    code = "import time, os\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()"
    aws.deploy("slow", code, Timeout=1)
    before, _ = aws.invoke("slow", 0)
    told, kind = aws.invoke("slow", 30)
    assert (told["errorType"], kind) == ("Sandbox.Timedout", "Unhandled")
    assert "Task timed out after 1.00 seconds" in told["errorMessage"]
    after, _ = aws.invoke("slow", 0)
    assert after != before
    assert not Path(f"/proc/{before}").exists()


EATS = """
    import time
    def handler(megabytes, context):
        held = bytearray(megabytes << 20)
        for place in range(0, len(held), 4096):
            held[place] = 1
        time.sleep(0.3)
        return len(held)
"""


@pytest.mark.parametrize(
    ("megabytes", "killed"), [(40, None), (180, "Runtime.ExitError"), (2_000, "MemoryError")]
)  # the last by the bound on its addresses, before it has touched them
def test_function_has_the_memory_that_it_asked_for(aws: RunningAws, megabytes: int, killed: str | None) -> None:
    aws.deploy("eats", EATS, MemorySize=128)
    told, _ = aws.invoke("eats", megabytes)
    assert (told["errorType"] if killed else told) == (killed or megabytes << 20)


def test_more_than_six_megabytes_go_neither_in_nor_out(aws: RunningAws) -> None:
    aws.deploy("large", "def handler(size, context): return 'x' * size", MemorySize=256)
    assert aws.invoke("large", 5_900_000)[1] is None
    told, kind = aws.invoke("large", 6_300_000)
    assert (told["errorType"], kind) == ("Function.ResponseSizeTooLarge", "Unhandled")
    assert aws.invoke("large", 10) == ("x" * 10, None)
    with pytest.raises(aws.client("lambda").exceptions.RequestTooLargeException):
        aws.invoke("large", "x" * 6_300_000)


def test_calls_at_once_have_an_environment_each(aws: RunningAws) -> None:
    code = "import os, time\ndef handler(event, context):\n    time.sleep(0.5)\n    return os.getpid()"
    aws.deploy("many", code)
    with ThreadPoolExecutor(4) as threads:
        pids = [pid for pid, _ in threads.map(lambda _: aws.invoke("many"), range(4))]
    assert len(set(pids)) > 1
    again, _ = aws.invoke("many")
    assert again in pids


def test_reserved_concurrency_bounds_the_environments(aws: RunningAws) -> None:
    aws.deploy("few", "import os, time\ndef handler(event, context):\n    time.sleep(0.2)\n    return os.getpid()")
    aws.client("lambda").put_function_concurrency(FunctionName="few", ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(3) as threads:
        pids = {pid for pid, _ in threads.map(lambda _: aws.invoke("few"), range(3))}
    assert len(pids) == 1


def test_new_code_is_taken_up_at_once_and_running_calls_end_on_the_old(aws: RunningAws) -> None:
    def code(number: int) -> str:
        return f"import time, pathlib\ndef handler(event, context):\n    {event_wait()}\n    return {number}"

    def event_wait() -> str:
        return "[time.sleep(0.02) for _ in range(200) if event and not pathlib.Path(event).exists()]"

    gate = aws.folder.path / "gate"  # in the stack's folder, which functions can see
    aws.deploy("changes", code(1))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(aws.invoke, "changes", str(gate))
        await_that(lambda: any(pool.busy for arn, pool in aws.functions.pools.items() if ":changes:" in arn))
        aws.deploy("changes", code(2))
        assert aws.invoke("changes") == (2, None)
        gate.touch()
        assert running.result() == (1, None)


def test_changed_settings_are_taken_up(aws: RunningAws) -> None:
    code = "import os\ndef handler(event, context): return os.environ.get('TOLD')"
    aws.deploy("settings", code)
    assert aws.invoke("settings") == (None, None)
    told = {"Variables": {"TOLD": "now"}}
    aws.client("lambda").update_function_configuration(FunctionName="settings", Environment=told)
    assert aws.invoke("settings") == ("now", None)


def test_alias_stays_on_its_version_until_it_is_moved(aws: RunningAws) -> None:
    code = "def handler(event, context): return {}, context.invoked_function_arn.rpartition(':')[2]"
    aws.deploy("aliased", code.format(1))
    client = aws.client("lambda")
    first = client.publish_version(FunctionName="aliased")["Version"]
    client.create_alias(FunctionName="aliased", Name="live", FunctionVersion=first)
    aws.deploy("aliased", code.format(2))
    assert aws.invoke("aliased", Qualifier="live")[0][0] == 1
    assert aws.invoke("aliased")[0][0] == 2
    second = client.publish_version(FunctionName="aliased")["Version"]
    client.update_alias(FunctionName="aliased", Name="live", FunctionVersion=second)
    assert aws.invoke("aliased", Qualifier="live")[0][0] == 2


def test_layer_lies_beside_the_code(aws: RunningAws) -> None:
    content = zipped("", **{"python/of_the_layer.py": "VALUE = 7"})
    layer = aws.client("lambda").publish_layer_version(LayerName="one", Content={"ZipFile": content})
    code = "import of_the_layer\ndef handler(event, context): return of_the_layer.VALUE"
    aws.deploy("layered", code, Layers=[layer["LayerVersionArn"]])
    assert aws.invoke("layered") == (7, None)


def test_deleted_function_is_gone_with_its_processes(aws: RunningAws) -> None:
    aws.deploy("deleted", "import os\ndef handler(event, context): return os.getpid()")
    pid, _ = aws.invoke("deleted")
    client = aws.client("lambda")
    client.delete_function(FunctionName="deleted")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        aws.invoke("deleted")
    await_that(lambda: not Path(f"/proc/{pid}").exists())


def test_function_for_another_python_says_what_to_do(aws: RunningAws) -> None:
    other = "python3.12" if RUNTIME != "python3.12" else "python3.13"
    aws.deploy("other", "def handler(event, context): return 1", Runtime=other)
    told, _ = aws.invoke("other")
    assert f"is for {other}" in told["errorMessage"]


def test_what_a_function_prints_is_in_its_log(aws: RunningAws) -> None:
    aws.deploy("prints", "def handler(event, context): print('a line of its own')")
    aws.invoke("prints")
    log = aws.folder.path / "logs" / "prints.log"
    await_that(lambda: "a line of its own" in log.read_text())


def test_invocation_that_nobody_waits_for_is_tried_three_times(aws: RunningAws) -> None:
    queue = aws.client("sqs").create_queue(QueueName="given-up")["QueueUrl"]
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    place = {"OnFailure": {"Destination": attributes["Attributes"]["QueueArn"]}}
    aws.deploy("fails", "def handler(event, context): print('tried'); raise ValueError('no')")
    aws.client("lambda").put_function_event_invoke_config(FunctionName="fails", DestinationConfig=place)
    assert aws.invoke("fails", {"a": 1}, InvocationType="Event") == (None, None)
    told = aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"][0]
    body = json.loads(told["Body"])
    assert body["requestPayload"] == {"a": 1}
    assert body["requestContext"]["approximateInvokeCount"] == 3
    lines = (aws.folder.path / "logs" / "fails.log").read_text().splitlines()
    assert lines.count("tried") == 3


def test_no_process_outlives_what_started_it(aws: RunningAws) -> None:
    aws.deploy("lives", "import os\ndef handler(event, context): return os.getppid()")
    assert aws.invoke("lives") == (os.getpid(), None)


def test_function_whose_configuration_has_changed_starts_anew(aws: RunningAws) -> None:
    """So that `tis restart`, which changes a description, has it read its settings again."""
    aws.deploy("pid", "import os\n\ndef handler(event, context):\n    return os.getpid()\n")
    first = aws.invoke("pid", {})
    assert aws.invoke("pid", {}) == first
    aws.client("lambda").update_function_configuration(FunctionName="pid", Description="another")
    assert aws.invoke("pid", {}) != first
