"""Prints the template as CloudFormation expands it: without AWS::Serverless resources, as JSON, without an account."""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def expand(template_path: Path) -> dict:
    template = yaml_parse(template_path.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # The transform accepts code only from S3, where `sam deploy` puts it.
            resource["Properties"]["CodeUri"] = "s3://bucket/" + Path(resource["Properties"]["CodeUri"]).name
    return Translator({}, Parser()).translate(template, parameter_values={})


if __name__ == "__main__":
    json.dump(expand(Path(sys.argv[1])), sys.stdout, indent=2)
