// Verify a webhook: `node verify.mjs SECRET WEBHOOK_ID WEBHOOK_TIMESTAMP WEBHOOK_SIGNATURE < body`.
//
// Needs nothing but Node. Ends with 0 when the message is genuine and fresh, with 1 when not. Verify the bytes as they came,
// before parsing them, and drop a message whose id you have seen.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const TOLERANCE_SECONDS = 300;

export function verify(secret, id, timestamp, signatures, body, now = Date.now() / 1000) {
  if (!/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const wanted = Buffer.from(`v1,${digest}`);
  return signatures.split(" ").some((one) => {
    const sent = Buffer.from(one);
    return sent.length === wanted.length && timingSafeEqual(sent, wanted);
  });
}

const genuine = verify(...process.argv.slice(2, 6), readFileSync(0));
console.log(genuine ? "genuine" : "refused");
process.exit(genuine ? 0 : 1);
