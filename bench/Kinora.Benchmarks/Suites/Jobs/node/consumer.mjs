// Node's own BullMQ as a consumer of no-op jobs, beside KinoraConsumer.cs, with the same conversation: a line of JSON asks for a number of
// jobs of a queue, lines of JSON tell what became of them. Times are CLOCK_MONOTONIC's nanoseconds, which .NET's Stopwatch reads too.
import { createInterface } from 'node:readline';
import { Worker } from 'bullmq';
import IORedis from 'ioredis';

const connection = new IORedis({ host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null });
const say = (line) => console.log(JSON.stringify(line));
const now = () => Number(process.hrtime.bigint());

async function consume({ queue, count, concurrency, tellsEach }) {
  let firstNs;
  let left = count;
  let end;
  const ended = new Promise((resolve) => { end = resolve; });
  const worker = new Worker(queue, async (job) => {
    job.startedNs = now();
    firstNs ??= job.startedNs;
  }, { connection, concurrency });
  worker.on('error', (error) => console.error(error.message));
  worker.on('completed', (job) => {
    if (tellsEach) {
      say({ event: 'job', startedNs: job.startedNs });
    }
    if (--left === 0) {
      end(now());
    }
  });
  await worker.waitUntilReady();
  say({ event: 'ready' });
  const lastNs = await ended;
  await worker.close();
  say({ event: 'done', firstNs, lastNs });
}

for await (const line of createInterface({ input: process.stdin })) {
  await consume(JSON.parse(line));
}
await connection.quit();
