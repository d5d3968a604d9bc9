// A client of the upload tests: tus-js-client. node upload.mjs <JSON of its options>; says what happens as JSON lines.
import { createReadStream, statSync } from 'node:fs';
import { Upload } from 'tus-js-client';

const options = JSON.parse(process.argv[2]);
const say = (line) => console.log(JSON.stringify(line));
const cuts = [...(options.cuts ?? [])];
let cutting = false;

const upload = new Upload(createReadStream(options.path), {
  endpoint: options.endpoint,
  uploadUrl: options.uploadUrl,
  uploadSize: statSync(options.path).size,
  chunkSize: options.chunkSize ?? Infinity,
  retryDelays: [0, 100, 300],
  headers: { Authorization: `Bearer ${options.token}` },
  metadata: options.metadata,
  onUploadUrlAvailable: () => say({ event: 'url', url: upload.url }),
  onProgress: async (sent) => {
    // Progress is told while the cut is under way: a second one would start the same upload twice at once.
    if (!cutting && cuts.length > 0 && sent >= cuts[0]) {
      cutting = true;
      cuts.shift();
      say({ event: 'cut', sent });
      await upload.abort();
      cutting = false;
      upload.start();
    }
  },
  onChunkComplete: (size, accepted) => say({ event: 'accepted', accepted }),
  onError: (error) => {
    say({ event: 'failed', message: error.message });
    process.exit(0);
  },
  onSuccess: ({ lastResponse }) => say({
    event: 'done',
    videoId: lastResponse.getHeader('Kinora-Video-Id'),
    analyzeJobId: lastResponse.getHeader('Kinora-Analyze-Job-Id'),
  }),
});
upload.start();
