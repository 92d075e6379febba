"""Has the running demonstration's OpenAPI document validated, and the server fuzzed by it, with tools that others wrote.

Usage: peer_api.py BINARY SCHEMATHESIS SECONDS
"""

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
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

# Of the time that there is, what a second pass over a listing that is there may take.
SHARE_OF_KNOWN = 0.3
# The longest that the demonstration takes to have a listing.
PATIENCE = 90


def main(binary: str, schemathesis: str, seconds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [binary, "demo", "--listen", "127.0.0.1:0", "--speed", "1", "--data", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            found = (re.search(r"http://(\S+)/metrics", line) for line in server.stderr)
            place = next((match[1] for match in found if match), None)
            if place is None:
                print("the demonstration did not start", file=sys.stderr)
                return 1
            # What it says next is taken from it, so that it never waits for a reader.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            with urllib.request.urlopen(f"http://{place}/openapi.json") as answer:
                document = json.load(answer)
            validate(document)
            print(f"The document is valid; it has {len(document['paths'])} addresses.", flush=True)
            listing = first_listing(place)
            if listing is None:
                print(f"the demonstration had no listing within {PATIENCE} s", file=sys.stderr)
                return 1
            # Once with whatever comes to its mind, and once more with a listing that is there.
            known = Path(folder) / "known.toml"
            known.write_text(
                f'[parameters]\n"path.item" = "{listing["item"]}"\n"query.market" = "{listing["market"]}"\n'
            )
            of_known = int(seconds * SHARE_OF_KNOWN)
            strange = fuzz([schemathesis], place, seconds - of_known)
            command = [schemathesis, "--config-file", str(known)]
            return strange or fuzz(command, place, of_known, "--include-tag", "listings")
        finally:
            server.terminate()
            server.wait(timeout=60)


def first_listing(place: str) -> dict | None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://{place}/api/v1/export", timeout=10) as answer:
                if line := answer.readline():
                    return json.loads(line)
        except (urllib.error.URLError, TimeoutError):
            pass
        time.sleep(0.5)
    return None


def fuzz(command: list[str], place: str, seconds: int, *more: str) -> int:
    """Fuzzes for so long at most; what was tried until then counts. Says nothing where nothing is wrong."""
    command = [*command, "run", f"http://{place}/openapi.json", "--url", f"http://{place}"]
    command += ["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--seed", "7"]
    command += ["--max-time", str(seconds), *more]
    # An export never ends as far as a fuzzer is concerned: it is two years of two thousand listings.
    command += ["--exclude-operation-id", "export", "--generation-database", "none", "--no-color"]
    done = subprocess.run(
        command, timeout=seconds + 30, check=False, capture_output=True, text=True, cwd=tempfile.gettempdir()
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return done.returncode
    cases = re.search(r"\d+ generated.*", done.stdout)
    print(cases[0] if cases else "Nothing is wrong.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
