import { itemAt } from './item-at.ts';

/**
 * The strongly connected components of a graph (Tarjan's algorithm, without recursion): each before those that lead to it. A
 * component of more than one node, or of one that leads to itself, is a cycle.
 *
 * @param next for each node the nodes it leads to.
 * @see https://doi.org/10.1137/0201010
 */
export function strongComponents(next: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const number = new Array<number>(next.length).fill(-1);
  const low = new Array<number>(next.length).fill(0);
  const onStack = new Array<boolean>(next.length).fill(false);
  const stack: number[] = [];
  const components: number[][] = [];
  let count = 0;
  const enter = (node: number): { readonly node: number; edge: number } => {
    number[node] = low[node] = count;
    count += 1;
    stack.push(node);
    onStack[node] = true;
    return { node, edge: 0 };
  };
  const lower = (node: number, to: number): void => {
    low[node] = Math.min(itemAt(low, node), to);
  };
  const popComponent = (root: number): readonly number[] => {
    const component = stack.splice(stack.lastIndexOf(root));
    for (const member of component) onStack[member] = false;
    return component.sort((a, b) => a - b);
  };
  for (const start of next.keys()) {
    if (itemAt(number, start) >= 0) continue;
    const calls = [enter(start)];
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const target = itemAt(next, call.node)[call.edge];
      call.edge += 1;
      if (target !== undefined) {
        if (itemAt(number, target) < 0) calls.push(enter(target));
        else if (itemAt(onStack, target)) lower(call.node, itemAt(number, target));
        continue;
      }
      if (low[call.node] === number[call.node]) components.push([...popComponent(call.node)]);
      calls.pop();
      const caller = calls.at(-1);
      if (caller !== undefined) lower(caller.node, itemAt(low, call.node));
    }
  }
  return components;
}
