// Reads lines {secret, headers, body} and says of each, with the specification's own library, whether it would be taken.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    const payload = new Webhook(secret).verify(body, headers);
    console.log(JSON.stringify({ verified: true, type: payload.type }));
  } catch (error) {
    console.log(JSON.stringify({ verified: false, error: `${error}` }));
  }
}
