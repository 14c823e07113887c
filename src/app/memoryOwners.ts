// memoryReport divides the memory of the process among its owners, who add up to all of it.
import { getHeapSpaceStatistics } from 'node:v8';
import type { MemoryOwner, MemoryReport } from '../http/pages/statusReport.ts';
import type { StoreMemory } from '../store/types.ts';
import type { ContainerMemory } from './containerMemory.ts';
import type { HeapSource } from './heap.ts';

/** What the kernel, Node and V8 say, in bytes. */
export interface ProcessMemory {
  readonly resident: number;
  /** Buffers and what else V8 knows of outside of its heap. */
  readonly external: number;
  /** Pages of the young generation and of the other spaces of V8's heap. */
  readonly young: number;
  readonly old: number;
}

/** The memory of this process; `usage` is that of `process.memoryUsage`. */
export function processMemory(usage: { rss: number; external: number }): ProcessMemory {
  const pages = { young: 0, old: 0 };
  for (const { space_name: name, physical_space_size: bytes } of getHeapSpaceStatistics()) {
    pages[name.startsWith('new_') ? 'young' : 'old'] += bytes;
  }
  return { resident: usage.rss, external: usage.external, ...pages };
}

export interface MemorySources {
  readonly memory: ProcessMemory;
  readonly stores: StoreMemory;
  readonly heap: HeapSource;
  readonly container: ContainerMemory;
}

export function memoryReport({ memory, stores, heap, container }: MemorySources): MemoryReport {
  return {
    owners: ownersOf(memory, stores),
    residentBytes: memory.resident,
    heap: heap.read(),
    container: container.read(),
  };
}

/**
 * What no one else owns is the last one's. It may be negative for a moment: buffers count from when
 * they are made, and the kernel gives their memory when it is written to.
 */
function ownersOf(memory: ProcessMemory, stores: StoreMemory): MemoryOwner[] {
  const { cold, hot, pending, indexInBuffers, indexInHeap, untouched } = stores;
  const buffers = Math.max(0, memory.external - untouched);
  const inBuffers = cold + hot + pending + indexInBuffers;
  const index = Math.min(indexInHeap, memory.old);
  const counted = (name: string, bytes: number): MemoryOwner => ({ name, bytes, estimate: false });
  const owners = [
    counted('Served text, cold (compressed)', cold),
    counted('Served text, hot (plain)', hot),
    counted('Changes that are pending', pending),
    counted('Index: hashes and lengths of texts', indexInBuffers),
    { name: 'Index: objects, blocks and segments', bytes: index, estimate: true },
    counted('Other buffers', Math.max(0, buffers - inBuffers)),
    counted('V8, old generation: code and all other objects', memory.old - index),
    counted('V8, young generation', memory.young),
  ];
  const sum = owners.reduce((bytes, owner) => bytes + owner.bytes, 0);
  return [...owners, counted('The rest: Node, its threads, stacks', memory.resident - sum)];
}
