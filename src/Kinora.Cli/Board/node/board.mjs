// Bull Board over Kinora's queues, on loopback. Its settings come on the input, since everybody can read a command line:
// {"port", "queues", "prefix", "redis": {"host", "port", "username", "password", "tls"}}. Says "ready URL".
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { Queue } from 'bullmq';
import express from 'express';
import { text } from 'node:stream/consumers';

const { port, queues, prefix, redis } = JSON.parse(await text(process.stdin));
const connection = { ...redis, tls: redis.tls ? {} : undefined, maxRetriesPerRequest: null };
let lastError = '';
const open = (name) => new Queue(name, { connection, prefix }).on('error', (error) => {
  if (error.message !== lastError) {
    console.error(lastError = error.message);
  }
});

const serverAdapter = new ExpressAdapter();

// To look at: what a message says stands in PostgreSQL, and to send one again or to remove it there changes no job.
createBullBoard({ queues: queues.map((name) => new BullMQAdapter(open(name), { readOnlyMode: true })), serverAdapter });

const app = express();
app.disable('x-powered-by');
app.use((request, response, next) => {
  // A page elsewhere that gives this machine a name of its own is not answered (DNS rebinding).
  const { hostname } = new URL(`http://${request.headers.host}`);
  if (hostname === '127.0.0.1' || hostname === 'localhost') {
    next();
  } else {
    response.sendStatus(421);
  }
});
app.use('/', serverAdapter.getRouter());
const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }

  console.log(`ready http://127.0.0.1:${server.address().port}`);
});
