"""Prints what CloudFormation makes of template.yaml: AWS::Serverless resources expanded, as JSON, without an account."""

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
            # The transform takes code from S3 only, where `sam deploy` would have put it.
            resource["Properties"]["CodeUri"] = "s3://bucket/" + Path(resource["Properties"]["CodeUri"]).name
    return Translator({}, Parser()).translate(template, parameter_values={})


if __name__ == "__main__":
    json.dump(expand(Path(sys.argv[1])), sys.stdout, indent=2)
