// The other side of the queue tests: Node's own BullMQ. node driver.mjs <command> <JSON of its arguments>; says what happens as JSON lines.
import { Queue, QueueEvents, Worker } from 'bullmq';

const [command, json] = process.argv.slice(2);
const options = JSON.parse(json);
const { queue: name, prefix = 'bull' } = options;
const connection = { host: '127.0.0.1', port: options.port, maxRetriesPerRequest: null };
const say = (line) => console.log(JSON.stringify(line));
const quiet = (emitter) => emitter.on('error', (error) => console.error(error.message));

const commands = {
  async add() {
    const queue = quiet(new Queue(name, { connection, prefix }));
    for (const { id, data, opts } of options.jobs) {
      const job = await queue.add(options.jobName ?? 'job', data, { jobId: id, ...opts });
      say({ event: 'added', id: job.id });
    }
    await queue.close();
  },

  async read() {
    const queue = quiet(new Queue(name, { connection, prefix }));
    const job = await queue.getJob(options.id);
    say({ event: 'job', state: job && await job.getState(), job: job && job.toJSON(), counts: await queue.getJobCounts(), workers: await queue.getWorkers() });
    await queue.close();
  },

  async work() {
    const worker = quiet(new Worker(name, async (job) => {
      say({ event: 'processing', id: job.id, name: job.name, data: job.data, opts: job.opts, timestamp: job.timestamp });
      await job.updateProgress(50);
      if (job.data.hang) {
        await new Promise(() => setInterval(() => {}, 1000));
      }
      if (job.data.fail) {
        throw new Error(job.data.fail);
      }
      return { ok: true };
    }, { connection, prefix, lockDuration: options.lockMs ?? 30000, stalledInterval: options.stalledMs ?? 30000, maxStalledCount: 5 }));
    worker.on('stalled', (id) => say({ event: 'stalled', id }));
    await worker.waitUntilReady();
    say({ event: 'ready' });
  },

  async listen() {
    const events = quiet(new QueueEvents(name, { connection, prefix }));
    for (const event of ['added', 'waiting', 'active', 'progress', 'completed', 'failed', 'duplicated', 'removed', 'stalled', 'drained']) {
      events.on(event, (details) => say({ event, id: details.jobId, details }));
    }
    await events.waitUntilReady();
    say({ event: 'ready' });
  },

  async board() {
    const { createBullBoard } = await import('@bull-board/api');
    const { BullMQAdapter } = await import('@bull-board/api/bullMQAdapter');
    const { ExpressAdapter } = await import('@bull-board/express');
    const { default: express } = await import('express');
    const serverAdapter = new ExpressAdapter();
    const queues = [new BullMQAdapter(quiet(new Queue(name, { connection, prefix })))];
    createBullBoard({ queues, serverAdapter });
    const server = express().use('/', serverAdapter.getRouter()).listen(0, '127.0.0.1', () => say({ event: 'ready', port: server.address().port }));
  },
};

await commands[command]();
