import { Lexer, parse, Parser } from 'yaml';

/** A report is a mapping of mappings of texts, so these are far away from any that is meant well. */
const LIMIT_LEXEMES = 20_000;
const LIMIT_OPEN_TOKENS = 60;

/** How much of what the YAML parser says about a block is passed on. */
const LIMIT_COMPLAINT_CHARACTERS = 200;

/** The YAML of a report read, or what is wrong with it in words. */
export type ReadReportYaml =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Reads one YAML document of untrusted text: scalars stay as they are written, but for null and booleans; no aliases; bounded in
 * depth and in the number of its parts, so that no text costs more than its length. Never throws.
 */
export function readReportYaml(text: string): ReadReportYaml {
  const excess = findExcess(text);
  if (excess !== null) return { kind: 'problem', problem: excess };
  try {
    const value: unknown = parse(text, {
      schema: 'failsafe',
      customTags: ['null', 'bool'],
      maxAliasCount: 0,
      logLevel: 'error',
    });
    return { kind: 'value', value };
  } catch (error) {
    return { kind: 'problem', problem: complaintOf(error) };
  }
}

/** Looks for too much of anything before a tree is made of it: the parser recurses, and keeps much for each part. */
function findExcess(text: string): string | null {
  const parser = new Parser();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > LIMIT_LEXEMES) return 'it has too many parts; put long texts in quotes or behind `|`';
    // What it yields is of no use here; that it takes the lexeme is.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > LIMIT_OPEN_TOKENS) return 'it nests too deep';
  }
  return null;
}

function complaintOf(error: unknown): string {
  if (error instanceof ReferenceError) return 'aliases (`*name`) are not allowed';
  const [line = ''] = (error as Error).message.split('\n');
  return line.slice(0, LIMIT_COMPLAINT_CHARACTERS).replace(/:$/, '');
}
