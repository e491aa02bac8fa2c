"""Write anew what the models of the AWS services say into the table of what arguments of AWS resources take.

Source: the service models of botocore (github.com/boto/botocore, Apache-2.0). Give a clone:

    python scripts/aws_values.py <clone>

In the table, `"launch_type": "ecs.LaunchType"` says that an argument takes the values of the enumeration `LaunchType` of
the model `ecs`. This draws those into `enums`; the rest of the table is kept by hand. It fails where a form that is kept
by hand takes a value for wrong that a model has.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "devopslint" / "artifacts" / "terraform" / "data" / "aws_values.json"
ENUM = re.compile(r"[a-z0-9-]+\.[A-Z]\w+")
FORMS = {
    "instance type": "ec2.InstanceType",
    "search type": "opensearch.OpenSearchPartitionInstanceType",
    "node image": "eks.AMITypes",
    "notebook type": "sagemaker.InstanceType",
    "runtime": "lambda.Runtime",
}
"""Named fact with a form → the enumeration whose values all have it."""


@cache
def model(clone: Path, service: str) -> dict[str, Any]:
    """Return shape → what it is, of the newest version of a service."""
    newest = max((clone / "botocore" / "data" / service).glob("*/service-2.json"))
    return dict(json.loads(newest.read_text("utf-8"))["shapes"])


def values_of(clone: Path, name: str) -> list[str]:
    """Return the values of an enumeration, which is named `service.Shape`."""
    service, _, shape = name.partition(".")
    return list(model(clone, service)[shape]["enum"])


def main() -> None:
    """Write the table."""
    clone = Path(sys.argv[1])
    text = TARGET.read_text("utf-8")
    table = json.loads(text)
    named = {fact for row in table["values"].values() for fact in row.values() if isinstance(fact, str)}
    enums = {name: values_of(clone, name) for name in sorted(named) if ENUM.fullmatch(name)}
    for fact, enum in FORMS.items():
        wrong = [value for value in values_of(clone, enum) if not re.fullmatch(table["facts"][fact]["form"], value)]
        if wrong:
            sys.exit(f"the form of `{fact}` does not take {wrong}")
    body = ",\n".join(f"    {json.dumps(name)}: {json.dumps(values)}" for name, values in enums.items())
    kept = text[: text.index('  "enums": {')]
    TARGET.write_text(f'{kept}  "enums": {{\n{body}\n  }}\n}}\n', "utf-8")


if __name__ == "__main__":
    main()
