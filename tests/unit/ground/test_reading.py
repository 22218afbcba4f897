from pathlib import Path

import pytest

from infra.ground.reading import TemplateError, read_template

SHORT = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Name: !Sub "${Stage}-mail"
      Key: !GetAtt Key.Arn
      Policy: {Version: 2012-10-17, Of: !Ref Stage, Where: !If [IsFirst, a, !Ref B]}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_short_forms_are_read_as_long_ones(tmp_path: Path) -> None:
    assert read_template(written(tmp_path, SHORT))["Resources"]["Queue"]["Properties"] == {
        "Name": {"Fn::Sub": "${Stage}-mail"},
        "Key": {"Fn::GetAtt": ["Key", "Arn"]},
        "Policy": {
            "Version": "2012-10-17",
            "Of": {"Ref": "Stage"},
            "Where": {"Fn::If": ["IsFirst", "a", {"Ref": "B"}]},
        },
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Resources: {A: {}, A: {}}", "the key A stands twice"),
        ("Resources: [", "one.yaml is not YAML"),
        ("Outputs: {}", "one.yaml is no template: it has no Resources."),
    ],
)
def test_what_is_no_template_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TemplateError, match=sentence):
        read_template(written(tmp_path, text))
