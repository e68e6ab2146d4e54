"""Uses a deployed stack of the feature `lambda`, and prints what came of it as JSON.

    python lambda_caller.py STACK EVENT

runs in an environment that has boto3, against AWS_ENDPOINT_URL: puts an object, waits until its
digest is written, and calls the function with the event in the file EVENT, where `uploads` stands
for the bucket of the stack.
"""

import json
import sys
import time
from pathlib import Path

KEY, CONTENT = "reports/café 1+1.txt", b"content"


def main(stack: str, event: str) -> None:
    """Print the digest that was written, and the answer to the event."""
    import boto3

    s3, function, stacks = (boto3.client(name) for name in ("s3", "lambda", "cloudformation"))
    [found] = stacks.describe_stacks(StackName=stack)["Stacks"]
    output = {entry["OutputKey"]: entry["OutputValue"] for entry in found["Outputs"]}
    s3.put_object(Bucket=output["Uploads"], Key=KEY, Body=CONTENT)
    digest, until = "", time.monotonic() + 60
    while not digest and time.monotonic() < until:
        for entry in s3.list_objects_v2(Bucket=output["Digests"]).get("Contents", []):
            written = s3.get_object(Bucket=output["Digests"], Key=entry["Key"])
            digest = written["Body"].read().decode()
        time.sleep(0.1)
    payload = Path(event).read_text(encoding="utf-8").replace("uploads", output["Uploads"])
    answer = function.invoke(FunctionName=output["Function"], Payload=payload)
    said = json.loads(answer["Payload"].read())
    error = answer.get("FunctionError", "")
    print(json.dumps({"digest": digest, "answer": said, "error": error}))


if __name__ == "__main__":
    main(*sys.argv[1:])
