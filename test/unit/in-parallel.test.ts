import { expect, test } from 'vitest';
import { createInTurn } from '../../src-main/worker/in-parallel.ts';

/** Work that ends when it is told to, and what of it has begun. */
function byHand() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const work = (item: string): Promise<string> => {
    begun.push(item);
    return new Promise((resolve, reject) => ends.set(item, (error) => (error ? reject(error) : resolve(`${item}!`))));
  };
  const end = async (item: string, error?: Error): Promise<void> => {
    ends.get(item)!(error);
    await new Promise(setImmediate);
  };
  return { begun, work, end };
}

test('one list alone has as many under way as there may be, and its answers in order', async () => {
  const { begun, work, end } = byHand();
  const all = createInTurn(2)(['a', 'b', 'c'], work);
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('c');
  await end('a');
  expect(await all).toEqual(['a!', 'b!', 'c!']);
});

test('of two lists the items are taken in turn', async () => {
  const { begun, work, end } = byHand();
  const inTurn = createInTurn(2);
  const one = inTurn(['a1', 'a2', 'a3', 'a4', 'a5'], work);
  const other = inTurn(['b1', 'b2'], work);
  const order = ['a1', 'a2', 'a3', 'b1', 'a4', 'b2', 'a5'];
  for (const item of order) await end(item);
  expect(begun).toEqual(order);
  expect(await Promise.all([one, other])).toEqual([['a1!', 'a2!', 'a3!', 'a4!', 'a5!'], ['b1!', 'b2!']]);
});

test('a list that fails begins nothing more, and keeps nobody else from his', async () => {
  const { begun, work, end } = byHand();
  const inTurn = createInTurn(1);
  const failing = inTurn(['a1', 'a2', 'a3'], work).catch((error: unknown) => error);
  const other = inTurn(['b1'], work);
  await end('a1', new Error('no more'));
  expect(await failing).toMatchObject({ message: 'no more' });
  await end('b1');
  expect(await other).toEqual(['b1!']);
  expect(begun).toEqual(['a1', 'b1']);
  expect(await inTurn([], work)).toEqual([]);
});
