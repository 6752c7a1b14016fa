"""What tests of several sources share."""

import signal
import sys
from collections.abc import Callable

import pytest


@pytest.fixture(params=[KeyboardInterrupt, SystemExit(143)], ids=["Ctrl-C", "SIGTERM"])
def assert_a_signal_stops(request: pytest.FixtureRequest) -> Callable[[Callable[[], object], float], None]:
    """Return a check that a call without end is left by the error that a signal's handler raises after some seconds."""
    if sys.platform == "win32":
        pytest.skip("Windows has no timers")
    error = request.param

    def stop(number: int, frame: object) -> None:
        raise error

    def check(call: Callable[[], object], seconds: float) -> None:
        before = signal.signal(signal.SIGALRM, stop)
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            with pytest.raises(error if isinstance(error, type) else SystemExit) as caught:
                call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert not isinstance(error, SystemExit) or caught.value is error

    return check
