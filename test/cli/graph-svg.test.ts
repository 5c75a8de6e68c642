import { instance, type Viz } from '@viz-js/viz';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { graphSvg } from '../../src/cli/graph-svg.ts';
import { graphDot } from '../../src/engine/view/graph-dot.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { DONE, ESCALATED, FAILED } from '../engine/view/cases.ts';
import { chainOf, jobOf, literal, to, workflowOf } from '../engine/view/workflows.ts';
import { beginStory } from '../engine/story.ts';
import { BUILT_IN, textOf } from '../workflows/built-in.ts';

let viz: Viz;
beforeAll(async () => {
  viz = await instance();
});

/** What Graphviz made of a text: the nodes and edges, with what is written on them. */
interface Drawn {
  readonly objects?: readonly { readonly name: string; readonly _ldraw_?: readonly { text?: string }[] }[];
  readonly edges?: readonly unknown[];
}

/**
 * The elements of an SVG in order, each with the text in it. Throws unless it is well-formed XML without doctype, comments and
 * entities other than numbers and the five of XML.
 */
function readXml(
  xml: string,
): readonly { readonly name: string; readonly attributes: string; text: string }[] {
  const elements: { name: string; attributes: string; text: string }[] = [];
  const open: { name: string; attributes: string; text: string }[] = [];
  const token = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const [whole, closing, name = '', attributes = '', empty, text] = token.exec(xml) ?? [];
    if (whole === undefined) throw new Error(`not XML: ${xml.slice(at, at + 60)}`);
    const entities = (text ?? attributes).replaceAll(/&(?:#\d+|amp|lt|gt|quot|apos);/g, '');
    if (entities.includes('&')) throw new Error(`not an entity: ${entities}`);
    if (text !== undefined) {
      const last = open.at(-1);
      if (last !== undefined) last.text += text;
      else if (text.trim() !== '') throw new Error(`text outside: ${text}`);
    } else if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      const element = { name, attributes, text: '' };
      elements.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name ?? ''}> is not closed`);
  return elements;
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (named[name] ?? '') : String.fromCodePoint(Number(code)),
  );
}

/** What is written in the picture. */
function textsOf(svg: string): readonly string[] {
  return readXml(svg).flatMap(({ name, text }) => (name === 'text' ? [unescape(text)] : []));
}

function builtIn(key: string): Workflow {
  const { workflow } = compileWorkflow({ path: `workflows/${key}.yml`, text: textOf(key) });
  if (workflow === null) throw new Error(key);
  return workflow;
}

describe('a picture', () => {
  test.each(BUILT_IN)('of %s has all jobs, edges and words, and nothing from elsewhere', async (key) => {
    const workflow = builtIn(key);
    const svg = await graphSvg(workflow, null);
    const elements = readXml(svg);
    const groups = elements.filter(({ name }) => name === 'g').map(({ attributes }) => attributes);
    expect(groups.filter((one) => one.includes('class="node planned"'))).toHaveLength(workflow.jobs.size);
    expect(svg).not.toMatch(/href|url\(|<script|<image|<!|font-family="/);
    expect(elements[0]?.attributes).toMatch(/role="img" aria-label="[^"]+"/);
    expect(elements[1]).toMatchObject({ name: 'title', text: workflow.name });
    expect(elements[2]?.text).toMatch(new RegExp(`^${workflow.jobs.size} jobs\\. `));
    expect(elements[3]?.text).toContain('prefers-color-scheme: dark');
    expect(textsOf(svg)).toContain(workflow.name);
  });

  test('of a run tells by words and by colour how each job stands, and how often edges were taken', async () => {
    const svg = await graphSvg(DONE.workflow, DONE.state);
    const texts = textsOf(svg);
    expect(texts).toContain('Bug fix · run 42-1 · completed: success');
    expect(texts).toContain('✓ triage');
    expect(texts).toContain('task · qa-engineer · success');
    expect(texts.map((text) => text.trim())).toContain('on-failure 1/3');
    expect(svg).toContain('<title>verify &#8594; fix'.replace('&#8594;', '→'));
    expect(svg.match(/class="node success"/g)).toHaveLength(6);
    expect(svg.match(/class="edge rework"/g)).toHaveLength(3);
    expect(svg.match(/stroke-dasharray/g)?.length).toBeGreaterThanOrEqual(3);
  });

  test('of a failed and of an escalated run shows that', async () => {
    const failed = await graphSvg(FAILED.workflow, FAILED.state);
    expect(textsOf(failed)).toEqual(expect.arrayContaining(['✗ backend', '⊘ docs', '– join']));
    const escalated = await graphSvg(ESCALATED.workflow, ESCALATED.state);
    expect(escalated).toContain('class="node escalated"');
  });

  test('of many more jobs than anybody reads is refused with what to do instead', async () => {
    await expect(graphSvg(chainOf(201), null)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('legs of a matrix', () => {
  const yaml = (values: string): string => `jobs:
  build:
    runs-on: backend-engineer
    prompt: x
    strategy: { fail-fast: false, max-parallel: 2, matrix: { os: ${values} } }
`;

  test('that are known stand in the job, before the run and in it', async () => {
    const story = beginStory(yaml('[mac, linux, win]'));
    const { workflow } = story.context();
    expect(textsOf(await graphSvg(workflow, null))).toEqual(
      expect.arrayContaining(['build', 'build (mac)', 'build (linux)', 'build (win)']),
    );
    story.start();
    story.report('build.0');
    expect(textsOf(await graphSvg(workflow, story.state()))).toEqual(
      expect.arrayContaining(['✓ build (mac)', '● build (linux)', '● build (win)']),
    );
  });

  test('that are many are counted, those that somebody works on are shown', async () => {
    const story = beginStory(yaml(`[${Array.from({ length: 40 }, (_, index) => index).join(', ')}]`));
    const { workflow } = story.context();
    const planned = textsOf(await graphSvg(workflow, null));
    expect(planned).toContain('40 legs');
    expect(planned).toContain('build (10)');
    expect(planned).not.toContain('build (11)');
    story.start();
    story.report('build.0');
    const texts = textsOf(await graphSvg(workflow, story.state()));
    expect(texts).toContain('1 of 40 legs succeeded');
    expect(texts.filter((text) => text.startsWith('● build ('))).toEqual(['● build (1)', '● build (2)']);
  });

  test('that are known later are no more than a word', async () => {
    const story = beginStory(yaml("'${{ fromJSON(vars.systems) }}'"));
    expect(textsOf(await graphSvg(story.context().workflow, null))).toContain(
      'task · backend-engineer · matrix',
    );
  });
});

describe('hostile names', () => {
  const POISON =
    '"] ; n9 [label="owned"]; } digraph { x -> y </TABLE>><script>alert(1)</script> ]]> --> &lt;b&gt; &#60; \\N \\G \\l \\" ${{ secrets.X }} %s';

  function drawn(name: string): Workflow {
    const jobs = [
      jobOf('a', 'task', [], { name: literal(name), runsOn: literal(name) }),
      jobOf('b', 'approval', ['a'], { name: literal(name), runsOn: literal(name), onRejected: to('a') }),
    ];
    return workflowOf(jobs, { name, key: name });
  }

  test('are text in DOT and in the picture', async () => {
    const workflow = drawn(POISON);
    const svg = await graphSvg(workflow, null);
    expect(svg).not.toContain('<script');
    const shown = POISON.slice(0, 59);
    expect(textsOf(svg).filter((text) => text === `${shown}…`)).toHaveLength(3);
    expect(readXml(svg)[1]?.text).toContain('&#60;');
  });

  test.each([
    ['controls and marks', '\u0000\u001b[2J\u202e\ufffe\uffff\ud800 a\tb\nc'],
    ['nothing but blanks', '   '],
    ['wide letters', '日本語の名前🎉'.repeat(20)],
  ])('%s', async (_, name) => {
    expect(() => readXml('<svg>\u0000<')).toThrow();
    const svg = await graphSvg(drawn(name), null);
    readXml(svg);
    // eslint-disable-next-line no-control-regex -- XML does not have these
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e\ufffe\uffff]/u);
  });

  test('of any kind make no nodes, no edges and no other text', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.string({
        maxLength: 40,
        unit: fc.constantFrom(
          '"',
          '\\',
          '<',
          '>',
          '&',
          ';',
          '{',
          '}',
          '[',
          ']',
          '->',
          'N',
          'l',
          '\n',
          '&amp;',
          '&#34;',
        ),
      }),
    );
    fc.assert(
      fc.property(name, (text) => {
        const result = viz.render(graphDot(drawn(text), null), { format: 'json' });
        expect(result.errors.filter(({ level }) => level === 'error')).toEqual([]);
        const { objects = [], edges = [] } = JSON.parse(result.output ?? '{}') as Drawn;
        expect(objects.map((one) => one.name)).toEqual(['n0', 'n1']);
        expect(edges).toHaveLength(2);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(BUILT_IN)('Graphviz takes the DOT of %s as it is', (key) => {
  const { status, errors } = viz.render(graphDot(builtIn(key), null), { format: 'dot' });
  expect(errors.filter(({ level }) => level === 'error')).toEqual([]);
  expect(status).toBe('success');
});
