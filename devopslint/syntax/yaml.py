"""YAML text to positioned trees: read as plain YAML where it is that, else by libyaml."""

from __future__ import annotations

from devopslint.syntax.template import FILL, has_template, mask_templates
from devopslint.syntax.tree import Document
from devopslint.syntax.yaml_plain import read_plain
from devopslint.syntax.yaml_scalar import scalar_fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from devopslint.syntax.source import Source
    from devopslint.syntax.tree import SyntaxProblem

__all__ = ["FILL", "mask_templates", "read_yaml", "scalar_fragment"]


def read_yaml(source: Source, templated: bool | None = None) -> tuple[list[Document], list[SyntaxProblem]]:
    """Return the documents of a YAML file, and what in it could not be read.

    With `templated`, expressions of Helm, Go templates or Jinja are masked first: a scalar that holds one is UNKNOWN,
    and every container is open. By default a text is templated when it can't be read as it stands, and can with the
    expressions masked. A document that can't be read does not hide the others; one that belongs to a
    chart or playbook and may well be YAML once it has been rendered is left out without a word. Nothing is raised.
    """
    text = source.text
    roots = None if templated else read_plain(text)
    if roots is not None:
        documents = [Document(source, root, index) for index, root in enumerate(roots)]
        for document in documents:
            document.may_hold_duplicates = False
        return documents, []

    from devopslint.syntax.yaml_composer import TemplateError, compose

    if not templated:
        try:
            documents, problems = compose(source, text, templated=False)
        except TemplateError:
            templated = True
        else:
            if problems and templated is None and has_template(text):
                masked = compose(source, mask_templates(text), templated=True)
                if len(masked[1]) < len(problems) or not masked[1]:
                    documents, problems = masked
    if templated:
        documents, problems = compose(source, mask_templates(text), templated=True)
    return documents, problems
