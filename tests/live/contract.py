# SPDX-License-Identifier: Apache-2.0
"""Holds answers of the API against its own description."""
import json
import os
import re

import jsonschema

HERE = os.path.dirname(os.path.abspath(__file__))
DESCRIPTION = os.path.join(HERE, "..", "..", "web", "openapi.json")


class Contract:
    def __init__(self):
        with open(DESCRIPTION, encoding="utf-8") as file:
            self.doc = json.load(file)
        self.checked = set()
        self.validators = {}
        self.paths = [(re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), path)
                      for path in sorted(self.doc["paths"], key=lambda path: "{" in path)]

    def operation(self, method, path):
        path = path.split("?")[0]
        template = next((name for shape, name in self.paths if shape.fullmatch(path)), None)
        method = "get" if method == "HEAD" else method.lower()
        return template, template and self.doc["paths"][template].get(method)

    def resolve(self, part):
        while "$ref" in part:
            found = self.doc
            for word in part["$ref"][2:].split("/"):
                found = found[word]
            part = found
        return part

    def wrong(self, method, path, answer):
        """What is wrong with an answer; [] nothing."""
        template, operation = self.operation(method, path)
        responses = operation["responses"] if operation else {}
        response = responses.get(str(answer.status), responses.get("%dXX" % (answer.status // 100)))
        if not response:
            problem = {"$ref": "#/components/responses/Problem"}
            response = problem if answer.status >= 400 else None
        if not response:
            return ["%s %s: %d is not described" % (method, path, answer.status)]
        self.checked.add((template, method, answer.status))
        content = self.resolve(response).get("content")
        kind = (answer.headers["Content-Type"] or "").split(";")[0]
        if not content or method == "HEAD" or answer.status == 304:
            return ["%s %s: a body" % (method, path)] if answer.body else []
        if kind not in content:
            return ["%s %s: %s is not described" % (method, path, kind)]
        if not kind.endswith("json"):
            return []
        return ["%s %s: /%s: %s" % (method, path, "/".join(map(str, error.absolute_path)),
                                    error.message[:200])
                for error in self.validator(content[kind]["schema"]).iter_errors(
                    json.loads(answer.body))]

    def validator(self, schema):
        key = json.dumps(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(
                dict(schema, components=self.doc["components"]),
                format_checker=jsonschema.FormatChecker())
        return self.validators[key]
