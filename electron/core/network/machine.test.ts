import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { machineWith, thisMachine } from './machine.ts';

describe('this machine', () => {
  test('has its loopback address, whatever else it has', () => {
    const { all, outward } = thisMachine.addresses();
    expect(all).toContain('127.0.0.1');
    expect(outward).not.toContain('127.0.0.1');
  });

  test('is busy while it computes', async () => {
    // Not in the turn in which a test begins: Node counts from the loop's next turn on.
    await nextTurn();
    const before = thisMachine.busyMs();
    const endAt = performance.now() + 30;
    while (performance.now() < endAt);
    await nextTurn();
    const computed = thisMachine.busyMs();
    expect(computed - before).toBeGreaterThanOrEqual(30);
  });

  test('is taken for online where a sandbox hides its addresses', () => {
    const machine = machineWith(() => {
      throw new Error('A system error occurred: uv_interface_addresses returned 13');
    });
    expect(machine.addresses().outward.size).toBe(1);
  });

  test('is what it was where its addresses cannot be read just now', () => {
    let isHidden = false;
    const machine = machineWith(() => {
      if (isHidden) throw new Error('A system error occurred: uv_interface_addresses returned 12');
      return networkInterfaces();
    });
    const before = machine.addresses();
    isHidden = true;
    expect(machine.addresses()).toEqual(before);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
