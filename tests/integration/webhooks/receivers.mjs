// Receivers of webhooks, written after what their makers document. One line of JSON in, one line out:
// {"headers", "body", "secrets"} -> for each secret whether Twenty's receiver and the library of Standard Webhooks verify.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

/** As Twenty's page has it: over the body that was parsed and written again, not over the bytes that came. */
function twenty(headers, payload, secret) {
  const timestamp = headers["x-twenty-webhook-timestamp"];
  const signature = headers["x-twenty-webhook-signature"];
  const expected = createHmac("sha256", secret).update(`${timestamp}:${JSON.stringify(payload)}`).digest("hex");
  return timingSafeEqual(Buffer.from(expected, "hex"), Buffer.from(signature, "hex"));
}

function standard(headers, body, secret) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { headers, body, secrets } = JSON.parse(line);
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const answers = secrets.map((secret) => [twenty(named, JSON.parse(body), secret), standard(named, body, secret)]);
  console.log(JSON.stringify(answers));
}
