/** Code for receivers: whether a delivery is genuine. The tests run both. */

export interface Sample {
  readonly scheme: string;
  readonly about: string;
  readonly codes: readonly { readonly language: string; readonly code: string }[];
}

const NODE = `import { createHmac, timingSafeEqual } from "node:crypto";

// body: the request's body as it arrived, before any parsing
export function isGenuine(headers, body, secret) {
  const seconds = headers["webhook-timestamp"] ?? "";
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) < 5 * 60)) return false;
  const signed = \`\${headers["webhook-id"]}.\${seconds}.\${body}\`;
  const expected = createHmac("sha256", keyOf(secret)).update(signed).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((signature) => {
    const given = Buffer.from(signature.slice("v1,".length), "base64");
    return signature.startsWith("v1,") && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

// Secrets are base64 of the key; other texts are the key themselves.
function keyOf(secret) {
  const text = secret.replace(/^whsec_/, "");
  const key = Buffer.from(text, "base64");
  return key.length >= 24 && key.toString("base64") === text ? key : Buffer.from(text);
}`;

const PYTHON = `import base64
import hashlib
import hmac
import time


def is_genuine(headers, body: bytes, secret: str) -> bool:
    """body: the request's body as it arrived, before any parsing"""
    seconds = headers.get("webhook-timestamp", "")
    if not seconds.isdigit() or abs(time.time() - int(seconds)) > 5 * 60:
        return False
    signed = f"{headers.get('webhook-id', '')}.{seconds}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256))
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(each.encode(), expected) for each in given)


def key_of(secret: str) -> bytes:
    """Secrets are base64 of the key; other texts are the key themselves."""
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()
    return key if len(key) >= 24 else text.encode()`;

const TWENTY_NODE = `import { createHmac, timingSafeEqual } from "node:crypto";

// body: the request's body as it arrived, before any parsing
export function isGenuine(headers, body, secret) {
  const timestamp = headers["x-twenty-webhook-timestamp"] ?? "";
  if (!(Math.abs(Date.now() - Number(timestamp)) < 5 * 60_000)) return false;
  const expected = createHmac("sha256", secret).update(\`\${timestamp}:\${body}\`).digest();
  const given = Buffer.from(headers["x-twenty-webhook-signature"] ?? "", "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}`;

const TWENTY_PYTHON = `import hashlib
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
  {
    scheme: "Standard Webhooks",
    about:
      "The headers webhook-id, webhook-timestamp and webhook-signature. The libraries of standardwebhooks.com check " +
      "them, too. The id stays the same when a delivery is repeated: a receiver that has seen it is done.",
    codes: [
      { language: "Node", code: NODE },
      { language: "Python", code: PYTHON },
    ],
  },
  {
    scheme: "Twenty",
    about:
      "The headers X-Twenty-Webhook-Timestamp and X-Twenty-Webhook-Signature, for receivers that were made for Twenty.",
    codes: [
      { language: "Node", code: TWENTY_NODE },
      { language: "Python", code: TWENTY_PYTHON },
    ],
  },
];
