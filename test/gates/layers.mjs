// The layer check: dependency-cruiser over src, failing also when it read fewer modules than src holds.
import { readdirSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../../.dependency-cruiser.mjs';

const onDisk = readdirSync('src', { recursive: true }).filter((name) => String(name).endsWith('.ts')).length;
const result = await cruise(
  ['src'],
  { ...config.options, validate: true, ruleSet: { forbidden: config.forbidden }, outputType: 'err' },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);
const summary = await cruise(['src'], { ...config.options, outputType: 'json' }, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const read = JSON.parse(summary.output).modules.filter((module) =>
  /^src\/.*\.ts$/.test(module.source),
).length;

process.stdout.write(String(result.output));
if (read < onDisk) {
  console.error(
    `layers: read ${read} modules, but src holds ${onDisk}: the check saw too little to be believed`,
  );
  process.exit(1);
}
console.log(`layers: ${read} modules read`);
process.exit(result.exitCode === 0 ? 0 : 1);
