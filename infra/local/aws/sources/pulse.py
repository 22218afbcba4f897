"""The pulse of all event sources: a thread that looks at each of them again and again while the process lives."""

import sys
import threading
import time
import traceback
from datetime import UTC, datetime

from infra.local.aws.sources.brokers import Brokers
from infra.local.aws.sources.queues import Queues
from infra.local.aws.sources.retries import Retries, Run
from infra.local.aws.sources.schedules import Schedules

LOOK_SECONDS = 0.1


def start_sources(run: Run, retries: Retries) -> None:
    """Drive functions from queues, brokers and schedules from now on; a fault of one look is told, and the next follows."""
    queues, brokers, schedules = Queues(run), Brokers(run), Schedules(retries.take)

    def look() -> None:
        while True:
            try:
                queues.tick()
                brokers.tick()
                schedules.tick(datetime.now(UTC))
            except Exception:  # noqa: BLE001 - what is deleted meanwhile is not there any more
                traceback.print_exc(file=sys.stderr)
            time.sleep(LOOK_SECONDS)

    threading.Thread(target=look, name="sources", daemon=True).start()
