"""services/profile/bodies.py: what is asked of reference, what is not, and what becomes of its answers."""

import json
import socket
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from services.profile.bodies import KEPT_CODES, KNOWN_SECONDS, MOST_SINGLY, UNKNOWN_SECONDS, Bodies
from shared.calling.client import Dropped, TimedOut, Unreached, Upstream
from shared.calling.wire import Answer
from shared.config import ConfigError
from shared.errors import BadRequest, Refused, Unavailable

PAGE = b"<html>maintenance</html>"


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Reference(Upstream):
    """A reference service that knows some codes, and remembers what it was asked."""

    def __init__(self, *codes: str) -> None:
        super().__init__("http://gateway.test:8080/reference")
        self.codes, self.asked = codes, list[str]()
        self.headers: Mapping[str, list[str]] = {}
        self.answers: Callable[[str], Answer | None] = lambda _: None

    def send(self, method: str, target: str, headers: Mapping[str, list[str]], *_: object, **__: object) -> Answer:
        """What is told for this target, else the truth."""
        assert method == "GET"
        self.asked.append(target)
        self.headers = headers
        return self.answers(target) or self.truth(target)

    def truth(self, target: str) -> Answer:
        """The answer to a question about one code or about several."""
        path, _, query = target.partition("?")
        if not query:
            code = unquote(path.removeprefix("/api/dbcs/code/")).upper()
            return answer(200, {"dbc": code}) if code in self.codes else answer(404)
        wanted = json.loads(parse_qs(query)["columnFilters"][0])["dbc"]
        return answer(200, [{"dbc": code} for code in self.codes if code in {one.strip().upper() for one in wanted}])


def answer(status: int, body: object = None) -> Answer:
    """An answer with a JSON body, or with none."""
    return Answer(status, {}, b"" if body is None else json.dumps(body).encode())


def refusing_lists(target: str) -> Answer | None:
    """A server that does not know how to list."""
    return answer(400) if "?" in target else None


def asking(reference: Upstream, clock: Clock | None = None) -> Bodies:
    """What asks this reference."""
    bodies = Bodies(clock or Clock())
    bodies.reference = reference
    return bodies


def check(bodies: Bodies, *codes: str | None) -> None:
    bodies.check(codes, "the.token", {"x-correlation-id": "7", "traceparent": "00-1"})


def refusal(bodies: Bodies, *codes: str | None) -> str:
    """The sentence with which codes are refused."""
    with pytest.raises(Refused) as refused:
        check(bodies, *codes)
    return str(refused.value)


@pytest.mark.parametrize("codes", [(), ("None",), ("none", "NONE")])
def test_without_a_code_nothing_is_asked_or_even_configured(
    codes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIS_REFERENCE_URL", raising=False)
    check(Bodies(), *codes)
    with pytest.raises(ConfigError, match="TIS_REFERENCE_URL is not set"):
        check(Bodies(), "1-A")


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_REFERENCE_URL", "http://gateway.test:8080/reference")
    assert Bodies().reference.authority == "gateway.test:8080"


def test_one_code_is_asked_by_its_path() -> None:
    reference = Reference("1-A B")
    check(asking(reference), "1-a b")
    assert reference.asked == ["/api/dbcs/code/1-a%20b"]


def test_several_codes_are_asked_at_once() -> None:
    reference = Reference("1-A", "1-B", "1-Ö")
    check(asking(reference), "1-A", "None", "1-b", "1-ö", "1-A")
    (target,) = reference.asked
    query = parse_qs(urlsplit(target).query)
    assert json.loads(query["columnFilters"][0]) == {"dbc": ["1-A", "1-b", "1-ö"]}
    assert query["size"] == ["2000"]


def test_the_token_and_the_trace_go_along() -> None:
    reference = Reference("1-A")
    check(asking(reference), "1-A")
    assert reference.headers == {
        "host": ["gateway.test:8080"],
        "authorization": ["Bearer the.token"],
        "x-correlation-id": ["7"],
        "traceparent": ["00-1"],
    }


@pytest.mark.parametrize("codes", [("1-X",), ("1-A", "1-X"), ("1-A", "none", "1-X", "1-Y", "a/b"), ("1-X", "1-A")])
def test_the_first_unknown_code_is_refused(codes: tuple[str, ...]) -> None:
    assert refusal(asking(Reference("1-A")), *codes) == "Invalid Designated Body Code: 1-X"


def test_a_null_is_the_callers_mistake() -> None:
    with pytest.raises(BadRequest, match="designatedBodyCodes holds a null"):
        check(asking(Reference()), "1-A", None)


@pytest.mark.parametrize("code", ["", ".", "..", "a/b", "a\\b", "a;b", "50%", "a\nb", "a\x00", "x" * 256])
def test_what_no_path_can_carry_is_refused_unasked(code: str) -> None:
    reference = Reference("1-A")
    assert refusal(asking(reference), code) == f"Invalid Designated Body Code: {code}"
    assert reference.asked == []


def test_case_and_blanks_at_the_end_are_overlooked_as_the_old_database_does() -> None:
    check(asking(Reference("1-A", "1-B")), "1-a  ", "1-b")
    assert refusal(asking(Reference("1-A", "1-B")), " 1-a", "1-b") == "Invalid Designated Body Code:  1-a"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 429])
def test_any_refusal_of_one_code_refuses_it(status: int) -> None:
    reference = Reference("1-A")
    reference.answers = lambda _: answer(status)
    assert refusal(asking(reference), "1-A") == "Invalid Designated Body Code: 1-A"


@pytest.mark.parametrize("status", [400, 401, 404])
def test_where_lists_are_refused_each_code_is_asked(status: int) -> None:
    reference = Reference("1-A", "1-B")
    reference.answers = lambda target: answer(status) if "?" in target else None
    check(asking(reference), "1-A", "1-B")
    assert reference.asked[1:] == ["/api/dbcs/code/1-A", "/api/dbcs/code/1-B"]
    assert refusal(asking(reference), "1-B", "1-X", "1-Y") == "Invalid Designated Body Code: 1-X"
    assert reference.asked[-1] == "/api/dbcs/code/1-X"


@pytest.mark.parametrize("codes", [("1-A",), ("1-A", "1-B")])
@pytest.mark.parametrize(
    "told",
    [
        answer(500),
        answer(503),
        answer(302),
        Answer(200, {}, PAGE),
        Answer(200, {}, b"\xff"),
        Answer(200, {}, b"[" * 100_000),
        answer(200, "text"),
        answer(200, 1),
    ],
)
def test_what_is_no_answer_leaves_it_open(codes: tuple[str, ...], told: Answer) -> None:
    reference = Reference("1-A", "1-B")
    reference.answers = lambda _: told
    with pytest.raises(Unavailable, match="Try again"):
        check(asking(reference), *codes)
    reference.answers = lambda _: None
    check(asking(reference), *codes)


@pytest.mark.parametrize("told", [{}, {"dbc": "1-A"}, ["1-A", "1-B"], [None], None])
def test_what_is_no_list_of_rows_leaves_it_open(told: object) -> None:
    reference = Reference("1-A", "1-B")
    reference.answers = lambda _: answer(200, told)
    with pytest.raises(Unavailable):
        check(asking(reference), "1-A", "1-B")


@pytest.mark.parametrize("failure", [Unreached("x"), TimedOut("x"), Dropped("x")])
@pytest.mark.parametrize("codes", [("1-A",), ("1-A", "1-B")])
def test_no_answer_leaves_it_open(failure: Exception, codes: tuple[str, ...]) -> None:
    def fail(_: str) -> Answer:
        raise failure

    reference = Reference("1-A", "1-B")
    reference.answers = fail
    with pytest.raises(Unavailable, match="cannot be checked now"):
        check(asking(reference), *codes)


def test_answers_are_kept_known_ones_longer() -> None:
    reference, clock = Reference("1-A", "1-B"), Clock()
    bodies = asking(reference, clock)
    check(bodies, "1-A", "1-B")
    refusal(bodies, "1-X")
    asked = len(reference.asked)
    check(bodies, "1-b", "1-A ")
    refusal(bodies, "1-A", "1-x")
    assert len(reference.asked) == asked
    clock.now += UNKNOWN_SECONDS
    refusal(bodies, "1-A", "1-X")
    assert len(reference.asked) == asked + 1
    clock.now += KNOWN_SECONDS - UNKNOWN_SECONDS
    check(bodies, "1-A")
    assert len(reference.asked) == asked + 2


def test_a_code_that_has_come_is_known_after_a_few_seconds() -> None:
    reference, clock = Reference(), Clock()
    bodies = asking(reference, clock)
    refusal(bodies, "1-A")
    reference.codes = ("1-A",)
    refusal(bodies, "1-A")
    clock.now += UNKNOWN_SECONDS
    check(bodies, "1-A")


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_of_the_caller_is_not_kept(status: int) -> None:
    reference = Reference("1-A")
    bodies = asking(reference)
    reference.answers = lambda _: answer(status)
    refusal(bodies, "1-A")
    reference.answers = lambda _: None
    check(bodies, "1-A")


def test_only_so_many_answers_are_kept() -> None:
    codes = [f"1-{number}" for number in range(KEPT_CODES + 1)]
    reference = Reference(*codes)
    bodies = asking(reference)
    check(bodies, *codes)
    asked = len(reference.asked)
    check(bodies, codes[-1])
    assert len(reference.asked) == asked
    check(bodies, codes[0])
    assert len(reference.asked) == asked + 1


def test_a_long_list_is_asked_in_urls_of_bounded_length() -> None:
    codes = [f"1-{number}Ü" for number in range(1_000)] + ["Ü" * 255, "日" * 255]
    reference = Reference(*codes)
    check(asking(reference), *codes)
    assert max(map(len, reference.asked)) < 4_000 - len("/reference")
    assert len(reference.asked) < 40


def test_no_more_is_asked_than_the_first_unknown_code_needs() -> None:
    reference = Reference()
    refusal(asking(reference), *(f"1-{number}" for number in range(1_000)))
    assert len(reference.asked) == 1


def test_a_long_list_asked_singly_takes_several_calls() -> None:
    codes = [f"1-{number}" for number in range(MOST_SINGLY + 10)]
    reference = Reference(*codes)
    reference.answers = refusing_lists
    bodies = asking(reference)
    with pytest.raises(Unavailable, match="Try again"):
        check(bodies, *codes)
    assert sum("/code/" in target for target in reference.asked) == MOST_SINGLY
    check(bodies, *codes)


def test_a_silent_server_costs_no_more_than_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.profile.bodies.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Unavailable):
            check(asking(Upstream(f"http://127.0.0.1:{port}/reference")), "1-A", "1-B")


def test_questions_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.profile.bodies.ANSWER_SECONDS", 0.0)
    reference = Reference("1-A")
    with pytest.raises(Unavailable):
        check(asking(reference), "1-A")
    assert reference.asked == []


def test_a_server_that_is_not_there_leaves_it_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unavailable):
        check(asking(Upstream(f"http://127.0.0.1:{port}/reference")), "1-A")
