/**
 * Whether the machine has a network, and which. In the order of reading: `machine.ts` tells its
 * addresses and clocks; `changes.ts` decides what two looks at them mean; `network-watch.ts` looks
 * every few seconds and tells the news; `follow-network.ts` has connections and sessions go by them.
 */
export { followNetwork } from './follow-network.ts';
export { thisMachine, type Machine } from './machine.ts';
export { NetworkWatch, type NetworkNews, type PowerEvents } from './network-watch.ts';
