import { formatCents } from './money.js';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/** What the customer may do now, in a word or two. */
export function badgeOf(repair) {
  const owedCents = repair.price.totalCents - repair.paidCents;
  if (owedCents <= 0 && repair.done) return 'pick up';
  if (repair.done) return 'please pay';
  return 'in the workshop';
}

/** The ticket of a repair as HTML. */
export function renderTicket(repair) {
  const lines = repair.items.map((item) => `<li>${item.quantity} × ${escapeHtml(item.name)}</li>`);
  return [
    `<article class="ticket">`,
    `<h1>${escapeHtml(repair.bike)} <span class="badge">${badgeOf(repair)}</span></h1>`,
    `<ul>${lines.join('')}</ul>`,
    `<p>${formatCents(repair.price.totalCents)}, promised for ${repair.promisedFor}</p>`,
    `</article>`,
  ].join('\n');
}
