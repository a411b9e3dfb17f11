// A subscriber with Node: prints every fact of its streams as a line of JSON.
//
//   npm ci
//   NATS_URL=nats://127.0.0.1:4222 NAME=acme PASSWORD=… node subscriber.mjs EVENTS_INGEST EVENTS_GOALS
//
// LIMIT=10 ends it after ten facts.
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const { NATS_URL, NAME, PASSWORD, LIMIT = Infinity } = process.env;
const seen = new Set();

const connection = await connect({
  servers: NATS_URL,
  user: NAME,
  pass: PASSWORD,
  inboxPrefix: `_INBOX.${NAME}`,
  maxReconnectAttempts: -1,
});
const js = jetstream(connection, { domain: "trackagoat" });
const open = [];

// Pull, do the work, acknowledge. What is not acknowledged within 30 seconds comes again.
async function follow(stream) {
  const messages = await (await js.consumers.get(stream, NAME)).consume();
  open.push(messages);
  for await (const message of messages) {
    const id = message.headers.get("ce-id");
    // In earnest: remember it where the work is stored.
    if (!seen.has(id) && seen.size < LIMIT) {
      console.log(JSON.stringify({ type: message.headers.get("ce-type"), data: message.json() }));
      seen.add(id);
    }
    await message.ackAck();
    if (seen.size >= LIMIT) open.forEach((one) => one.stop());
  }
}

await Promise.all(process.argv.slice(2).map(follow));
await connection.drain();
