import { expect, test } from 'vitest';
import { createWorkerBudget, type Seat } from '../../src-main/core/run/worker-budget.ts';
import { seededRandom } from '../fixtures/random.ts';

function table(most = 64) {
  const budget = createWorkerBudget(most);
  const told: string[] = [];
  const join = (name: string, devices: string[], workers: number | 'auto' = 'auto'): Seat => budget.join(devices, workers, (share) => told.push(`${name} ${share}`));
  return { join, told };
}

test('a run alone may have all, two share a device, and what one leaves the other may have again', () => {
  const { join, told } = table();
  const one = join('one', ['nas', 'disk']);
  expect(one.share()).toBe(64);
  const two = join('two', ['nas', 'usb']);
  expect([one.share(), two.share()]).toEqual([32, 32]);
  const three = join('three', ['nas']);
  expect([one.share(), two.share(), three.share()]).toEqual([21, 21, 21]);
  two.leave();
  two.leave();
  three.leave();
  expect(one.share()).toBe(64);
  // Who joins or asks knows by itself.
  expect(told).toEqual(['one 32', 'one 21', 'two 21', 'one 32', 'three 32', 'one 64']);
});

test('runs on other devices do not matter', () => {
  const { join, told } = table();
  const one = join('one', ['a', 'b']);
  const two = join('two', ['c', 'd']);
  expect([one.share(), two.share(), told]).toEqual([64, 64, []]);
});

test('a number that was asked for counts, and is not changed', () => {
  const { join, told } = table();
  const one = join('one', ['nas']);
  const fixed = join('fixed', ['nas'], 40);
  const two = join('two', ['nas']);
  expect([one.share(), two.share()]).toEqual([12, 12]);
  fixed.ask(64);
  expect([one.share(), two.share()]).toEqual([1, 1]);
  fixed.ask('auto');
  expect([one.share(), fixed.share(), two.share()]).toEqual([21, 21, 21]);
  expect(told.filter((line) => line.startsWith('fixed'))).toEqual([]);
});

test('whatever comes and goes, automatic pools together never have more than the device, beyond one each', () => {
  const random = seededRandom(3);
  const { join } = table(16);
  const seats: { seat: Seat; devices: string[]; workers: number | 'auto' }[] = [];
  for (let step = 0; step < 500; step++) {
    if (seats.length === 0 || random.chance(0.55)) {
      const devices = ['a', 'b', 'c'].filter(() => random.chance(0.5));
      const workers = random.chance(0.2) ? random.int(1, 8) : 'auto';
      seats.push({ seat: join('x', devices, workers), devices, workers });
    } else seats.splice(random.int(0, seats.length - 1), 1)[0]!.seat.leave();
    for (const device of ['a', 'b', 'c']) {
      const here = seats.filter(({ devices }) => devices.includes(device));
      const automatic = here.filter(({ workers }) => workers === 'auto').map(({ seat }) => seat.share());
      const fixed = here.reduce((sum, { workers }) => sum + (workers === 'auto' ? 0 : workers), 0);
      const together = automatic.reduce((sum, share) => sum + share, 0);
      expect(together).toBeLessThanOrEqual(Math.max(automatic.length, 16 - fixed));
      expect(automatic.every((share) => share >= 1)).toBe(true);
    }
  }
});
