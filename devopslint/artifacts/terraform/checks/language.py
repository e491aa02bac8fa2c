"""What the Terraform language has: its blocks with their labels and arguments, its functions with their arguments.

Source: the documentation of the Terraform language (1.14) and of OpenTofu (1.10), November 2025.
"""

from __future__ import annotations

LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "action": 2,
    "variable": 1,
    "output": 1,
    "module": 1,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
}
"""Block types of a file, and how many labels they take."""

NESTED_LABELS = {
    "backend": (("terraform",), 1),
    "provider_meta": (("terraform",), 1),
    "provisioner": (("resource",), 1),
    "dynamic": (("resource", "data", "provider", "ephemeral"), 1),
}
"""The blocks with labels inside of others: what they stand in, and how many they take."""

_CONDITION = frozenset({"condition", "error_message"})
ARGUMENTS: dict[str, frozenset[str]] = {
    "variable": frozenset({"type", "description", "default", "sensitive", "nullable", "ephemeral", "deprecated", "const"}),
    "output": frozenset({"value", "description", "sensitive", "depends_on", "ephemeral", "deprecated", "type"}),
    "terraform": frozenset({"required_version", "experiments", "language"}),
    "moved": frozenset({"from", "to"}),
    "import": frozenset({"to", "id", "identity", "provider", "for_each"}),
    "removed": frozenset({"from"}),
    "check": frozenset(),
    "validation": _CONDITION,
    "precondition": _CONDITION,
    "postcondition": _CONDITION,
    "assert": _CONDITION,
    "lifecycle": frozenset(
        {"create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by", "destroy", "enabled"}
    ),
    "cloud": frozenset({"organization", "hostname", "token"}),
    "workspaces": frozenset({"name", "tags", "project", "prefix"}),
    "local-exec": frozenset(
        {"command", "working_dir", "interpreter", "environment", "when", "on_failure", "quiet"}
    ),
    "remote-exec": frozenset({"inline", "script", "scripts", "when", "on_failure"}),
    "file": frozenset({"source", "content", "destination", "when", "on_failure"}),
}  # fmt: skip
"""Block types of the language whose arguments it lays down itself, and those arguments."""

BLOCKS: dict[str, frozenset[str]] = {
    "variable": frozenset({"validation"}),
    "output": frozenset({"precondition"}),
    "terraform": frozenset({"backend", "cloud", "required_providers", "provider_meta", "encryption"}),
    "removed": frozenset({"lifecycle", "provisioner", "connection"}),
    "check": frozenset({"data", "assert"}),
    "lifecycle": frozenset({"precondition", "postcondition", "action_trigger"}),
    "cloud": frozenset({"workspaces"}),
    "local-exec": frozenset({"connection"}),
    "remote-exec": frozenset({"connection"}),
    "file": frozenset({"connection"}),
    "module": frozenset({"providers", "lifecycle"}),
}
"""The blocks that they may hold."""

REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "output": (("value",),),
    "module": (("source",),),
    "moved": (("from",), ("to",)),
    "import": (("to",), ("id", "identity")),
    "removed": (("from",),),
    "check": (("assert",),),
    "validation": (("condition",), ("error_message",)),
    "precondition": (("condition",), ("error_message",)),
    "postcondition": (("condition",), ("error_message",)),
    "assert": (("condition",), ("error_message",)),
    "local-exec": (("command",),),
    "remote-exec": (("inline", "script", "scripts"),),
    "file": (("destination",), ("source", "content")),
}
"""What they must hold: one of each group."""

PROVIDER_KEYS = frozenset({"source", "version", "configuration_aliases"})

RESERVED_VARIABLES = frozenset(
    {"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
)
"""Names that a variable may not have, since a `module` block gives them a meaning."""

BACKENDS = frozenset(
    {"local", "remote", "azurerm", "consul", "cos", "gcs", "http", "kubernetes", "oss", "pg", "s3", "oci"}
)
REMOVED_BACKENDS = frozenset({"artifactory", "etcd", "etcdv3", "manta", "swift", "atlas"})

_ANY = 255
_FUNCTIONS = """
abs:1:1 abspath:1:1 alltrue:1:1 anytrue:1:1 base64decode:1:1 base64encode:1:1 base64gzip:1:1 base64gunzip:1:1
base64sha256:1:1 base64sha512:1:1 basename:1:1 bcrypt:1:2 can:1:1 ceil:1:1 chomp:1:1 chunklist:2:2
cidrcontains:2:2 cidrhost:2:2 cidrnetmask:1:1 cidrsubnet:3:3 cidrsubnets:1:* coalesce:1:* coalescelist:1:*
compact:1:1 concat:1:* contains:2:2 convert:2:2 csvdecode:1:1 dirname:1:1 distinct:1:1 element:2:2
endswith:2:2 ephemeralasnull:1:1 file:1:1 filebase64:1:1 filebase64sha256:1:1 filebase64sha512:1:1
fileexists:1:1 filemd5:1:1 fileset:2:2 filesha1:1:1 filesha256:1:1 filesha512:1:1 flatten:1:1 floor:1:1
format:1:* formatdate:2:2 formatlist:1:* indent:2:2 index:2:2 issensitive:1:1 join:1:* jsondecode:1:1
jsonencode:1:1 keys:1:1 length:1:1 list:0:* log:2:2 lookup:2:3 lower:1:1 map:0:* matchkeys:3:3 max:1:* md5:1:1
merge:0:* min:1:* nonsensitive:1:1 one:1:1 parseint:2:2 pathexpand:1:1 plantimestamp:0:0 pow:2:2 range:1:3
regex:2:2 regexall:2:2 replace:3:3 reverse:1:1 rsadecrypt:2:2 sensitive:1:1 setintersection:1:* setproduct:1:*
setsubtract:2:2 setunion:1:* sha1:1:1 sha256:1:1 sha512:1:1 signum:1:1 slice:3:3 sort:1:1 split:2:2
startswith:2:2 strcontains:2:2 strrev:1:1 substr:3:3 sum:1:1 templatefile:2:2 templatestring:2:2
textdecodebase64:2:2 textencodebase64:2:2 timeadd:2:2 timecmp:2:2 timestamp:0:0 title:1:1 tobool:1:1
tolist:1:1 tomap:1:1 tonumber:1:1 toset:1:1 tostring:1:1 transpose:1:1 trim:2:2 trimprefix:2:2 trimspace:1:1
trimsuffix:2:2 try:1:* type:1:1 upper:1:1 urldecode:1:1 urlencode:1:1 uuid:0:0 uuidv5:2:2 values:1:1
yamldecode:1:1 yamlencode:1:1 zipmap:2:2 defaults:2:2
"""
FUNCTIONS: dict[str, tuple[int, int]] = {
    name: (int(least), _ANY if most == "*" else int(most))
    for name, least, most in (item.split(":") for item in _FUNCTIONS.split())
}
"""Functions, and the least and the most arguments that they take."""

LIST_FUNCTIONS = frozenset(
    {"concat", "split", "compact", "distinct", "flatten", "keys", "values", "sort", "range", "tolist", "slice", "list",
     "reverse", "chunklist", "formatlist", "matchkeys", "regexall", "cidrsubnets", "coalescelist"}
)  # fmt: skip
"""Functions that give a list, which `for_each` does not take."""
