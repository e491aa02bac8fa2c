"""Conditions: what they say of a value, of its absence, and of what can't be known (Kleene's three values)."""

from __future__ import annotations

from typing import Any

import pytest
from subjects import subject

from devopslint.policy.conditions import ConditionError, compile_condition
from devopslint.policy.evaluation import Evaluation
from devopslint.policy.subject import Subject
from devopslint.syntax.source import Source
from devopslint.syntax.yaml import read_yaml

THING = """\
name: web
image: nginx:1.29
empty: null
port: 80
ratio: "0.5"
on: true
word: "true"
list: [a, b, 3]
mixed: [a, $?]
steps:
  - {name: one, run: ls}
  - {name: two, uses: $?}
map: {x: 1, y: 2}
guess: $?
either: $red|blue
maybe: $red|?
nothing: []
policy: '{"Effect": "Allow", "Action": "*"}'
memory: 512Mi
floating: nginx:latest
version: v1.10.2
"""


def condition(text: str) -> Any:
    documents, problems = read_yaml(Source("condition.yaml", text))
    assert not problems
    return documents[0].root


def truth(thing: Subject, text: str, blame: bool) -> bool | None:
    return compile_condition(condition(text), blame)(Evaluation(thing), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a scalar is equality, a list is membership; numbers, booleans and their texts are the same
        ("name: web", True),
        ("name: api", False),
        ("port: '80'", True),
        ("word: true", True),
        ("on: 'true'", True),
        ("on: 1", False),
        ("name: [api, web]", True),
        ("name: {in: [api]}", False),
        ("name: {not_in: [api]}", True),
        ("absent: web", False),
        ("absent: {not_in: [web]}", True),
        ("guess: web", None),
        ("guess: {not_in: [web]}", None),
        # existence: null is absent, what is unknown may be null
        ("name: {exists: true}", True),
        ("empty: {exists: true}", False),
        ("absent: {exists: false}", True),
        ("guess: {exists: true}", None),
        ("guess.deeper: {exists: true}", None),
        ("name.deeper: {exists: true}", False),
        # patterns search
        ("image: {matches: '^nginx:'}", True),
        ("image: {matches: '9$'}", True),
        ("image: {not_matches: latest}", True),
        ("absent: {matches: x}", False),
        ("absent: {not_matches: x}", True),
        ("guess: {matches: x}", None),
        # numbers
        ("port: {min: 80, max: 80}", True),
        ("port: {min: 81}", False),
        ("ratio: {max: 0.5}", True),
        ("absent: {max: 5}", False),
        ("name: {min: 1}", False),
        ("guess: {min: 1}", None),
        # lists, mappings and strings contain
        ("list: {contains: b}", True),
        ("list: {contains: '3'}", True),
        ("list: {contains: z}", False),
        ("mixed: {contains: a}", True),
        ("image: {contains: 'nx:'}", True),
        ("map: {contains: x}", True),
        ("map: {contains: z}", False),
        ("absent: {contains: z}", False),
        # types
        ("list: {type: list}", True),
        ("on: {type: boolean}", True),
        ("on: {type: number}", False),
        ("port: {type: number}", True),
        ("map: {type: mapping}", True),
        ("name: {type: string}", True),
        # every item, some item
        ("list: {each: {not_in: [z]}}", True),
        ("list: {each: {type: string}}", False),
        ("list: {any_item: b}", True),
        ("list: {any_item: z}", False),
        ("mixed: {each: a}", None),
        ("mixed: {any_item: a}", True),
        ("mixed: {any_item: z}", None),
        ("nothing: {each: a}", True),
        ("nothing: {any_item: a}", False),
        ("absent: {each: a}", True),
        ("absent: {any_item: a}", False),
        ("guess: {each: a}", None),
        ("map: {each: {min: 1}}", True),
        ("steps: {each: {name: {exists: true}}}", True),
        ("steps: {each: {run: {exists: true}}}", False),
        ("steps: {any_item: {uses: {matches: x}}}", None),
        ("steps: {any_item: {name: two, run: {exists: false}}}", True),
        # `any`, `all` and `not` under an item are of conditions or of constraints, as what they hold is
        ("steps: {any_item: {any: [{name: nine}, {run: ls}]}}", True),
        ("steps: {any_item: {all: [{name: one}, {run: make}]}}", False),
        ("steps: {each: {not: {name: nine}}}", True),
        ("list: {any_item: {any: [a, {in: [z]}]}}", True),
        ("list: {each: {not: {in: [a]}}}", False),
        # measures
        ("list: {length: 3}", True),
        ("list: {length: {max: 2}}", False),
        ("name: {length: {min: 3}}", True),
        ("map: {keys: {each: {in: [x, y]}}}", True),
        ("map: {keys: {contains: z}}", False),
        ("guess: {length: 1}", None),
        ("empty: {length: {min: 1}}", False),
        ("absent: {length: {min: 1}}", False),
        ("empty: {keys: {contains: z}}", False),
        # defaults count for what is absent or null, not for what is unknown
        ("absent: {default: web, equals: web}", True),
        ("empty: {default: 1, max: 2}", True),
        ("guess: {default: web, equals: web}", None),
        ("name: {default: x, equals: web}", True),
        # negation and choice
        ("name: {not: api}", True),
        ("guess: {not: api}", None),
        ("name: {any: [api, {matches: w}]}", True),
        ("name: {all: [web, {matches: z}]}", False),
        ("guess: {any: [api, {exists: true}]}", None),
        ("map: {where: {x: 1}}", True),
        ("map: {where: {x: 2}}", False),
        ("absent: {where: {x: 1}}", False),
        ("guess: {where: {x: 1}}", None),
        # groups of conditions
        ("{name: web, port: 81}", False),
        ("{name: web, guess: 1}", None),
        ("{port: 81, guess: 1}", False),
        ("any: [{name: api}, {port: 80}]", True),
        ("any: [{name: api}, {guess: 1}]", None),
        ("any: [{guess: 1}, {name: web}]", True),
        ("all: [{name: web}, {guess: 1}]", None),
        ("not: {name: api}", True),
        ("not: {guess: 1}", None),
        ("not: {all: [{name: web}, {port: 80}]}", False),
        # functions come first, their operands go through them too
        ("image: {image_tag: '1.29'}", True),
        ("image: {image_tag: {not_in: ['', latest]}}", True),
        ("memory: {bytes: {max: 1Gi}}", True),
        ("memory: {bytes: {min: 1Gi}}", False),
        ("image: {image_tag: latest}", False),
        ("floating: {image_tag: latest}", True),
        ("floating: {image_tag: {not_in: ['', latest]}}", False),
        ("floating: {image_name: nginx}", True),
        ("name: {lower: WEB}", True),
        ("version: {semver: {min: v1.9}}", True),
        ("version: {semver: {max: '1.9'}}", False),
        ("policy: {json: {where: {Action: '*'}}}", True),
        ("policy: {json: {where: {Effect: Deny}}}", False),
        ("name: {json: {where: {Effect: Deny}}}", None),
        ("absent: {default: [a, b], each: {in: [a]}}", False),
        ("absent: {default: [a, b], any_item: b}", True),
        ("name: {bytes: {max: 1Gi}}", None),
        ("image: {semver: {min: '1.0'}}", None),
        # the subject itself
        (".: {exists: true}", True),
        (".: {contains: port}", True),
        # paths
        ("list[0]: a", True),
        ("steps[1].name: two", True),
        ("steps[7].name: {exists: false}", True),
        ('map["x"]: 1', True),
        # a name below a list goes into its first block
        ("steps.name: one", True),
    ],
)
def test_truth(text: str, expected: bool | None) -> None:
    for blame in (False, True):
        assert truth(subject(THING), text, blame) is expected, f"{text} under blame {blame}"


@pytest.mark.parametrize(
    ("text", "required", "forbidden"),
    [
        # what can have several values is at fault when one of them is, whichever way it is asked
        ("either: red", False, True),
        ("either: {in: [red, blue]}", True, True),
        ("either: {not_in: [red]}", False, True),
        ("either: green", False, False),
        ("maybe: red", None, True),
        ("maybe: green", False, None),
        ("maybe: {in: [red, blue]}", None, True),
    ],
)
def test_several_values(text: str, required: bool | None, forbidden: bool | None) -> None:
    assert truth(subject(THING), text, False) is required
    assert truth(subject(THING), text, True) is forbidden


def blames(text: str, blame: bool, **more: Any) -> list[tuple[tuple[str | int, ...], Any, Any]]:
    evaluation = Evaluation(subject(THING, **more))
    compile_condition(condition(text), blame)(evaluation, ())
    return [(one.path, str(one.value), one.item) for one in evaluation.blames]


@pytest.mark.parametrize(
    ("text", "blame", "expected"),
    [
        ("name: api", False, [(("name",), "web", None)]),
        ("name: web", False, []),
        ("name: web", True, [(("name",), "web", None)]),
        ("{name: web, port: 81}", False, [(("port",), "80", None)]),
        ("not: {name: web}", False, [(("name",), "web", None)]),
        ("any: [{name: api}, {port: 81}]", False, [(("name",), "web", None), (("port",), "80", None)]),
        ("any: [{name: api}, {port: 80}]", False, []),
        # each item is a fault of its own
        ("list: {each: {not_in: [a, b]}}", False, [(("list", 0), "a", ("list", 0)), (("list", 1), "b", ("list", 1))]),
        ("list: {any_item: {in: [a, b]}}", True, [(("list", 0), "a", ("list", 0)), (("list", 1), "b", ("list", 1))]),
        ("steps: {each: {run: ls}}", False, [(("steps", 1, "run"), "MISSING", ("steps", 1))]),
        # values of a mapping are items, plain ones too
        ("map: {each: {z: {exists: true}}}", False,
         [(("map", "x", "z"), "MISSING", ("map", "x")), (("map", "y", "z"), "MISSING", ("map", "y"))]),
        # what is made of a value is blamed on the value, a key on itself
        ("map: {keys: {each: {in: [x]}}}", False, [(("map", "y"), "y", ("map", "y"))]),
        ("policy: {json: {where: {Action: '*'}}}", True, [(("policy",), "*", None)]),
        # the second of the values is the culprit
        ("either: red", False, [(("either",), "blue", None)]),
    ],
)  # fmt: skip
def test_what_is_at_fault(text: str, blame: bool, expected: list[Any]) -> None:
    assert blames(text, blame) == expected


@pytest.mark.parametrize(
    ("text", "blame", "part", "expected"),
    [
        ("any: [{name: web}, {port: 1}, {on: true}]", True, "forbid", [("name",), ("on",)]),
        ("all: [{name: api}, {port: 80}, {on: false}]", False, "require", [("name",), ("on",)]),
        # what items are at fault stay apart, and what is at fault together stays together
        ("any: [{list: {any_item: {in: [a, b]}}}, {name: web, port: 80}]", True, "forbid",
         [("list", 0), ("list", 1), ("name",)]),
        # beside something else, and further down, a list is a part of one fault
        ("{name: web, any: [{port: 80}, {on: true}]}", True, "forbid", [None]),
        ("all: [{any: [{name: web}, {on: true}]}]", True, "forbid", [None]),
        ("any: [{all: [{name: api}, {on: false}]}, {port: 1}]", False, "require", [None]),
        # the other lists are whole faults
        ("all: [{name: web}, {on: true}]", True, "forbid", [None]),
        ("any: [{name: api}, {on: false}]", False, "require", [None]),
    ],
)  # fmt: skip
def test_which_parts_of_a_list_are_faults_of_their_own(text: str, blame: bool, part: str, expected: list[Any]) -> None:
    evaluation = Evaluation(subject(THING))
    assert compile_condition(condition(text), blame, None, (part,))(evaluation, ()) is blame
    items = list(dict.fromkeys(blame.item for blame in evaluation.blames))
    assert items == expected


def test_an_unknown_part_of_a_list_leaves_the_others_at_fault() -> None:
    def judged(text: str) -> tuple[bool | None, list[Any]]:
        evaluation = Evaluation(subject(THING))
        truth = compile_condition(condition(text), True, None, ("forbid",))(evaluation, ())
        return truth, [blame.path for blame in evaluation.blames]

    assert judged("any: [{guess: x}, {name: web}]") == (True, [("name",)])
    assert judged("any: [{guess: x}, {name: api}]") == (None, [])
    assert judged("any: [{port: 1}, {name: api}]") == (False, [])


def test_parents_by_name() -> None:
    parent = subject("securityContext: {runAsNonRoot: true}")
    thing = subject("name: web", parents={"pod": parent})
    assert truth(thing, "pod.securityContext.runAsNonRoot: true", False) is True
    assert truth(thing, "pod.name: web", False) is False


def test_related() -> None:
    closed = subject("block: true")
    unsure = subject("block: $?")
    for others, expected in (([closed], True), ([unsure], None), ([], False), ([unsure, closed], True)):
        thing = subject("name: logs", related=lambda _type, others=others: others)
        assert truth(thing, "related: {access_block: {block: true}}", False) is expected
    assert truth(subject("name: logs"), "related: {access_block: {block: true}}", False) is None


@pytest.mark.parametrize(
    ("text", "message", "path"),
    [
        ("name: {mathces: x}", "unknown operator `mathces`, did you mean `matches`?", ("name", "mathces")),
        ("name: {}", "a constraint is a value or a mapping of operators", ("name",)),
        ("name: {matches: '('}", "`matches`: ", ("name", "matches")),
        ("name: {min: x}", "`min` takes a number", ("name", "min")),
        ("name: {exists: 1}", "`exists` takes true or false", ("name", "exists")),
        ("name: {type: text}", "`type` is one of", ("name", "type")),
        ("name: {not_in: x}", "`not_in` takes a list", ("name", "not_in")),
        ("name: {option: x}", "the rule declares no option `x`", ("name",)),
        ("any: {name: x}", "`any` takes a list of conditions", ("any",)),
        ("any: [{name: {bytes: {max: 1Zi}}}]", "`max`: not a quantity: 1Zi", ("any", 0, "name", "bytes", "max")),
        ("name[0: x", "bracket not closed in path", ("name[0",)),
        ("name[x]: 1", "", ("name[x]",)),
    ],
)
def test_errors_point(text: str, message: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(condition(text), False)
    assert message in caught.value.message
    assert caught.value.path == path


def test_options_stand_for_values() -> None:
    compiled = compile_condition(condition("port: {max: {option: highest}}"), False, {"highest": 79})
    assert compiled(Evaluation(subject(THING)), ()) is False
