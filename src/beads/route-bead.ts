import type { RoutingTable } from '../workflow/routing-table.ts';

/** The label by which a bead says which role it looks like a matter of: `role:web-designer`. */
const ROLE_LABEL = 'role:';
/** What a label of a rule scores. */
const LABEL_SCORE = 20;
/** The title says more than the text. */
const TITLE_FACTOR = 2;
/** Of a longer text the beginning is looked at: what is pasted below says less. */
const LONGEST_TEXT = 20_000;

/** What routing looks at. */
export interface RoutedBead {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

/** The role a bead looks like a matter of. */
export interface Route {
  readonly role: string;
  /** Why, on one line: what was found, and by which rule. */
  readonly reason: string;
}

/** The label that hints triage at a role. */
export function roleLabel(role: string): string {
  return `${ROLE_LABEL}${role}`;
}

/**
 * Routes a bead: a hint for its triage, not a decision. A bead that says its role already, by a label `role:ROLE` or by `[ROLE]`
 * in its title, has it. Else the rule with the highest score wins, of equal ones the first.
 *
 * @param roles all roles there are
 * @returns null where no rule scores enough
 */
export function routeBead(table: RoutingTable, roles: readonly string[], bead: RoutedBead): Route | null {
  const labels = bead.labels.map((label) => label.toLowerCase());
  const title = normalise(bead.title);
  const said = roles.find((role) => labels.includes(roleLabel(role)) || title.includes(`[${role}]`));
  if (said !== undefined) return { role: said, reason: 'the bead says so' };
  const text = normalise(bead.body.slice(0, LONGEST_TEXT));
  let best: (Route & { readonly score: number }) | null = null;
  for (const rule of table.rules) {
    const carried = rule.labels.filter((label) => labels.includes(label.toLowerCase()));
    const found = rule.words.flatMap(({ text: word, score }) => {
      const place = hasWord(title, word) ? TITLE_FACTOR : hasWord(text, word) ? 1 : 0;
      return place === 0 ? [] : [{ word, score: score * place }];
    });
    const score = carried.length * LABEL_SCORE + found.reduce((sum, one) => sum + one.score, 0);
    if (score < table.minimumScore || score <= (best?.score ?? 0)) continue;
    const evidence = [
      ...carried.map((label) => `label ${label}`),
      ...found.map(({ word }) => JSON.stringify(word)),
    ];
    best = { role: rule.role, reason: `${rule.name}: ${evidence.join(', ')} (score ${score})`, score };
  }
  return best === null ? null : { role: best.role, reason: best.reason };
}

/** Lower case, single spaces, without addresses. */
function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/\bhttps?:\/\/\S+/g, ' ')
    .replace(/\s+/g, ' ');
}

/** Whether a word or phrase stands in a text as a whole: where it ends with a letter or digit, no other follows, and so before. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const before = text.slice(Math.max(0, at - 1), at);
    const after = text.slice(at + word.length, at + word.length + 1);
    if (!(isWordCharacter(before) && isWordCharacter(word.slice(0, 1)))) {
      if (!(isWordCharacter(after) && isWordCharacter(word.slice(-1)))) return true;
    }
  }
  return false;
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}
