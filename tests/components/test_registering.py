"""Components from files: what is read, kept and refused."""

from __future__ import annotations

import pytest

from mlops.blobs.trees import manifest_of
from mlops.components.actions import archive, deprecate
from mlops.components.models import ComponentVersion
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.components.registering import register_folder
from mlops.formats.refusal import Refusal
from tests.components.files import FUNCTION, YAML, write_command, write_function

pytestmark = pytest.mark.django_db


def test_a_command_component_is_read_with_its_code(contributor, project, tmp_path):
    version = register_folder(contributor, project, write_command(tmp_path / "a"))
    definition = definition_of(version)
    assert (str(version), version.title, version.tags) == ("cap_prices:1.2.0", "Cap prices", {"team": "pricing"})
    assert [file.path for file in manifest_of(version.tree_id).files] == ["cap.py"]
    assert [(port.name, port.type) for port in definition.component.outputs] == [("capped", "any"), ("report", "any")]
    assert "AzureML-sklearn-1.5" in version.warnings[0]


def test_the_same_again_is_the_same_version_and_another_is_refused(contributor, project, tmp_path):
    first = register_folder(contributor, project, write_command(tmp_path / "a"))
    assert register_folder(contributor, project, write_command(tmp_path / "b")) == first
    with pytest.raises(Refusal) as refused:
        register_folder(contributor, project, write_command(tmp_path / "c", code="print(1)"))
    assert (refused.value.code, refused.value.status) == ("version_taken", 409)


def test_without_a_version_the_next_number_is_given(contributor, project, tmp_path):
    first = register_folder(contributor, project, write_function(tmp_path / "a"))
    second = register_folder(contributor, project, write_function(tmp_path / "b", source=FUNCTION + "\n# more\n"))
    assert (first.version, second.version) == ("1", "2")
    assert ProjectLibrary(project).component("double").version == "2"
    assert ProjectLibrary(project).component("double", "1").version == "1"


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ("command: >-", "comand: >-", "field_unknown", "line 18"),
        ("${{inputs.limit}}", "${{inputs.limits}}", "expression_unknown", "limits"),
        ("type: number", "type: numbr", "type_unknown", "numbr"),
        ("name: cap_prices", "name: split_data", "name_taken", "built-in"),
        ("name: cap_prices", "name: 9 lives", "name_invalid", "9 lives"),
        ("code: ./src", "code: ./source", "code_missing", "source"),
        ("code: ./src", "code: ../../etc", "path_outside", "etc"),
        ("type: command", "type: spark", "component_kind", "spark"),
    ],
)
def test_faults_of_a_yaml_file_are_told_with_their_place(contributor, project, tmp_path, before, after, code, said):
    folder = write_command(tmp_path / "a", yaml=YAML.replace(before, after))
    with pytest.raises(Refusal) as refused:
        register_folder(contributor, project, folder)
    assert refused.value.code == code
    assert said in refused.value.message
    assert not ComponentVersion.objects.exists()


def test_a_function_is_read_and_never_imported(contributor, project, tmp_path):
    source = "raise SystemExit('imported')\n" + FUNCTION
    version = register_folder(contributor, project, write_function(tmp_path / "a", source=source))
    assert (version.kind, version.title, version.description) == ("function", "Double", "Multiplies the price.")


def test_a_reader_may_not_register(reader, project, tmp_path):
    with pytest.raises(Refusal) as refused:
        register_folder(reader, project, write_function(tmp_path / "a"))
    assert refused.value.code == "forbidden"


def test_an_archived_component_still_serves_what_uses_it(contributor, project, tmp_path):
    version = register_folder(contributor, project, write_function(tmp_path / "a"))
    archive(contributor, version.component)
    deprecate(contributor, version, message="Use triple.")
    assert "double" not in ProjectLibrary(project).names()
    assert ProjectLibrary(project).component("double", "1").title == "Double"
