import { Lexer, Parser } from '@actions/expressions';
import { expect, test } from 'vitest';

import { availabilityOf } from '../../src/expression/availability.ts';
import { parseReference } from '../../src/expression/parse-reference.ts';

const availability = availabilityOf('jobs.if');

test.each([
  'github',
  'needs.a.outputs.b',
  'Needs.Build-2._x.result',
  'needs.true.null.NaN.Infinity',
  `needs${'.a'.repeat(19)}`,
])('%s is read as the parser reads it', (source) => {
  const parser = new Parser(new Lexer(source).lex().tokens, [...availability.contexts], []);
  expect(parseReference(source, availability)).toEqual(parser.parse());
});

test.each([
  '',
  'true',
  'null',
  'Infinity',
  'matrix.x',
  'needs.a ',
  'needs .a',
  'needs.',
  'needs..a',
  'needs.1a',
  'needs.*.result',
  "needs['a']",
  'needs.a == needs.b',
  '!needs.a',
  'success()',
  `needs${'.a'.repeat(20)}`,
])('%s is left to the parser', (source) => {
  expect(parseReference(source, availability)).toBeNull();
});
