"""Has the running demonstration's OpenAPI document validated, and the server fuzzed by it, with tools that others wrote.

Usage: peer_api.py BINARY SCHEMATHESIS SECONDS
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate

CHECKS = ",".join(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "unsupported_method",
    ]
)


def main(binary: str, schemathesis: str, seconds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [binary, "demo", "--listen", "127.0.0.1:0", "--speed", "1", "--data", folder],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            # What it says next comes seldom enough to fit the pipe.
            found = (re.search(r"http://(\S+)/metrics", line) for line in server.stderr)
            place = next((match[1] for match in found if match), None)
            if place is None:
                print("the demonstration did not start", file=sys.stderr)
                return 1
            with urllib.request.urlopen(f"http://{place}/openapi.json") as answer:
                document = json.load(answer)
            validate(document)
            print(f"The document is valid; it has {len(document['paths'])} addresses.", flush=True)
            # Once with whatever comes to its mind, and once more with a listing that is there.
            known = Path(folder) / "known.toml"
            with urllib.request.urlopen(f"http://{place}/api/v1/export") as answer:
                listing = json.loads(answer.readline())
            known.write_text(
                f'[parameters]\n"path.item" = "{listing["item"]}"\n"query.market" = "{listing["market"]}"\n'
            )
            strange = fuzz([schemathesis], place, seconds)
            return strange or fuzz([schemathesis, "--config-file", str(known)], place, seconds, "--include-tag", "listings")
        finally:
            server.terminate()
            server.wait(timeout=60)


def fuzz(command: list[str], place: str, seconds: int, *more: str) -> int:
    command = [*command, "run", f"http://{place}/openapi.json", "--url", f"http://{place}"]
    command += ["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--seed", "7"]
    command += more
    # An export never ends as far as a fuzzer is concerned: it is two years of two thousand listings.
    command += ["--exclude-operation-id", "export", "--generation-database", "none", "--no-color"]
    return subprocess.run(command, timeout=seconds, check=False, cwd=tempfile.gettempdir()).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
