// Takes the Lua of the commands that Kinora uses out of the npm package bullmq, and refuses any other than those of commands.json:
// the layout of their arguments is private to BullMQ and changes in minor releases, so that a new version must be read before it is used.
// node extract-scripts.mjs <package folder> <commands.json> <output folder>
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [packageFolder, tableFile, outputFolder] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(import.meta.url);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const table = readJson(tableFile);
const { version } = readJson(join(packageFolder, 'package.json'));
const differences = version === table.bullmq ? [] : [`bullmq is ${version}, the table was made for ${table.bullmq}`];

rmSync(outputFolder, { recursive: true, force: true });
mkdirSync(outputFolder, { recursive: true });
for (const { name, keys, sha1 } of table.commands) {
  try {
    const script = require(join(packageFolder, 'dist', 'cjs', 'scripts', `${name}-${keys}.js`))[name];
    const actual = createHash('sha1').update(script.content).digest('hex');
    if (script.keys !== keys || actual !== sha1) {
      differences.push(`${name}: keys ${script.keys}, sha1 ${actual} instead of keys ${keys}, sha1 ${sha1}`);
    }

    writeFileSync(join(outputFolder, `${name}.lua`), script.content);
  } catch (error) {
    differences.push(`${name} with ${keys} keys: ${error.code ?? error.message}`);
  }
}

if (differences.length > 0) {
  console.error(`error : The commands of BullMQ differ from ${tableFile}: ${differences.join('; ')}`);
  process.exit(1);
}

cpSync(join(packageFolder, 'LICENSE'), join(outputFolder, 'LICENSE.bullmq.txt'));
cpSync(tableFile, join(outputFolder, 'commands.json'));
writeFileSync(join(outputFolder, 'done'), version);
