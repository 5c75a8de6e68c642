import type { Artifact } from '../port/workflows.ts';
import type { Connection } from './connection.ts';
import { MalformedAnswer, booleanAt, integerAt, listAt, textAt } from './decode.ts';
import { readZip } from './read-zip.ts';

/** More than any report needs, packed or not. */
const mostBytes = 2 * 1024 * 1024;

/** The one text file of a run's artifact. Where there are several artifacts of that name the newest counts. */
export async function readArtifact(connection: Connection, run: number, name: string): Promise<Artifact> {
  const found = await connection.ask(
    {
      what: `list the artifacts of the workflow run ${run}`,
      route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
      parameters: { run_id: run, name, per_page: 100 },
    },
    (answer) => listAt(answer, 'artifacts').map(decodeArtifact),
  );
  const [newest] = found.filter((artifact) => artifact.name === name).sort((a, b) => b.id - a.id);
  if (newest === undefined) return { kind: 'none' };
  if (newest.expired) return { kind: 'unusable', problem: `the artifact ${name} has expired` };
  if (newest.bytes > mostBytes) return tooLarge(name);
  const answer = await connection.tryAsk(
    {
      what: `read the artifact ${name} of the workflow run ${run}`,
      route: 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
      parameters: { artifact_id: newest.id, archive_format: 'zip' },
    },
    [404, 410],
    decodeBytes,
  );
  if (answer.kind === 'refused') return { kind: 'unusable', problem: `the artifact ${name} is gone` };
  return unpack(name, answer.value);
}

function unpack(name: string, bytes: Uint8Array): Artifact {
  if (bytes.length > mostBytes) return tooLarge(name);
  const zip = readZip(bytes, mostBytes);
  switch (zip.kind) {
    case 'damaged':
      return { kind: 'unusable', problem: `the artifact ${name} cannot be unpacked: ${zip.problem}` };
    case 'too-large':
      return tooLarge(name);
    case 'files': {
      const [file, other] = zip.files;
      if (file === undefined || other !== undefined) {
        const problem = `the artifact ${name} holds ${zip.files.length} files: exactly one is needed`;
        return { kind: 'unusable', problem };
      }
      return { kind: 'found', text: Buffer.from(file.bytes).toString('utf8') };
    }
  }
}

function tooLarge(name: string): Artifact {
  return { kind: 'unusable', problem: `the artifact ${name} is larger than ${mostBytes} bytes` };
}

function decodeArtifact(artifact: unknown): {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly expired: boolean;
} {
  return {
    id: integerAt(artifact, 'id'),
    name: textAt(artifact, 'name'),
    bytes: integerAt(artifact, 'size_in_bytes'),
    expired: booleanAt(artifact, 'expired'),
  };
}

function decodeBytes(answer: unknown): Uint8Array {
  if (answer instanceof ArrayBuffer) return new Uint8Array(answer);
  throw new MalformedAnswer('expected the bytes of an archive');
}
