// A client of the upload tests: tus-js-client. node upload.mjs <JSON of its options>; says what happens as JSON lines.
import { createReadStream, statSync } from 'node:fs';
import { Upload } from 'tus-js-client';

const options = JSON.parse(process.argv[2]);
const say = (line) => console.log(JSON.stringify(line));
const cuts = [...(options.cuts ?? [])];
let current = make(options.uploadUrl);

// A new one after each cut, as after a page's reload: one that was aborted between two chunks goes on beside itself when it is started again.
function make(uploadUrl) {
  const upload = new Upload(createReadStream(options.path), {
    endpoint: options.endpoint,
    uploadUrl,
    uploadSize: statSync(options.path).size,
    chunkSize: options.chunkSize ?? Infinity,
    retryDelays: [0, 100, 300],
    headers: { Authorization: `Bearer ${options.token}` },
    metadata: options.metadata,
    onUploadUrlAvailable: () => say({ event: 'url', url: upload.url }),
    onProgress: async (sent) => {
      if (upload === current && cuts.length > 0 && sent >= cuts[0]) {
        cuts.shift();
        say({ event: 'cut', sent });
        current = make(upload.url);
        await upload.abort();
        current.start();
      }
    },
    onChunkComplete: (size, accepted) => say({ event: 'accepted', accepted }),
    onError: (error) => {
      if (upload === current) {
        say({ event: 'failed', message: error.message });
        process.exit(0);
      }
    },
    onSuccess: ({ lastResponse }) => say({
      event: 'done',
      videoId: lastResponse.getHeader('Kinora-Video-Id'),
      analyzeJobId: lastResponse.getHeader('Kinora-Analyze-Job-Id'),
    }),
  });
  return upload;
}

current.start();
