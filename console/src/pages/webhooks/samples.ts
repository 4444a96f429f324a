/** Code for receivers: whether a delivery is genuine. The tests run both. */

export interface Sample {
  readonly language: string;
  readonly code: string;
}

const NODE = `import { createHmac, timingSafeEqual } from "node:crypto";

// body: the request's body as it arrived, before any parsing
export function isGenuine(headers, body, secret) {
  const timestamp = headers["x-twenty-webhook-timestamp"] ?? "";
  if (!(Math.abs(Date.now() - Number(timestamp)) < 5 * 60_000)) return false;
  const expected = createHmac("sha256", secret).update(\`\${timestamp}:\${body}\`).digest();
  const given = Buffer.from(headers["x-twenty-webhook-signature"] ?? "", "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}`;

const PYTHON = `import hashlib
import hmac
import time


def is_genuine(headers, body: bytes, secret: str) -> bool:
    """body: the request's body as it arrived, before any parsing"""
    timestamp = headers.get("X-Twenty-Webhook-Timestamp", "")
    if not timestamp.isdigit() or abs(time.time() * 1000 - int(timestamp)) > 5 * 60_000:
        return False
    message = timestamp.encode() + b":" + body
    expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    given = headers.get("X-Twenty-Webhook-Signature", "")
    return hmac.compare_digest(given.encode(), expected.encode())`;

export const SAMPLES: readonly Sample[] = [
  { language: "Node", code: NODE },
  { language: "Python", code: PYTHON },
];
